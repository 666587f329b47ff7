/** For tests: lines changed by hand, as a program of ours could have written them. */
import { DigestChain } from './digest.ts';
import type { Operation } from './optuna.ts';
import { isOurs } from './worker.ts';

/** The journal with the digests that our lines should have. Lines that are no JSON stay as they are. */
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

/** The line as it stood before format 5. */
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
