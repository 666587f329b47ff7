/** For tests: gives edited lines of a journal valid digests, or removes the digests. */
import { DigestChain } from './digest.ts';
import type { Operation } from './optuna.ts';
import { isOurs } from './worker.ts';

/** The journal with correct digests in our lines. Lines that are not JSON stay unchanged. */
export function resealed(text: string): string {
  const chain = new DigestChain();
  return text
    .split('\n')
    .map((line) => {
      const operation = operationIn(line);
      return operation && isOurs(operation.worker_id) ? chain.seal(operation) : line;
    })
    .join('\n');
}

/** The journal without digests, as before format 5. */
export function unsealed(text: string): string {
  return text.replace(/,"crc32":"[0-9a-f]{8}"\}$/gm, '}');
}

function operationIn(line: string): Operation | undefined {
  try {
    const { crc32: _, ...operation }: Operation & { readonly crc32?: unknown } = JSON.parse(line);
    return typeof operation.worker_id === 'string' ? operation : undefined;
  } catch {
    return undefined;
  }
}
