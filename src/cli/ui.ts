/** The command `lenet ui`: a page with the studies and runs of a folder. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError, WorldError } from '../base/errors.ts';
import { visible } from '../base/plain-text.ts';
import { isPrivateRun } from '../runner/run-data.ts';
import { isLoopback } from '../server/security/hosts.ts';
import { checkToken, randomToken } from '../server/security/token.ts';
import { builtPage, type Served, serve } from '../server/serve.ts';
import { Interrupt } from './interrupt.ts';

/** The port, unless another is asked for or it is taken. */
export const usualPort = 7998;

export interface UiOptions {
  /** Default: {@link usualPort}, or any free one where that is taken. */
  readonly port?: number;
  readonly host?: string;
  /** True: a random one. */
  readonly token?: string | true;
  readonly readOnly?: boolean;
  readonly private?: boolean;
  readonly pictures?: boolean;
}

/** The words before a command's own: this program, as a process is started with it. */
const command = [process.execPath, fileURLToPath(new URL('./lenet.js', import.meta.url))];

/**
 * Serves the page until a signal ends it.
 * @param given the folder; default: runs, which need not exist yet. @returns the exit code.
 * @throws UsageError for an address that others can reach without a token; WorldError for a folder that does not exist.
 */
export async function ui(given: string | undefined, options: UiOptions): Promise<number> {
  const folder = resolve(given ?? 'runs');
  if (given !== undefined && !existsSync(folder)) throw new WorldError(`cannot read ${given}: it does not exist`);
  let served: Served | undefined;
  const interrupt = new Interrupt((again) => {
    if (!served?.isBusy()) return;
    process.stderr.write(`Ending; studies that were started here save themselves first; ${again} to end at once.\n`);
  });
  try {
    served = await started(folder, options);
    process.stdout.write(`${visible(served.address)}\n`);
    const { signal } = interrupt;
    if (!signal.aborted) await new Promise((end) => signal.addEventListener('abort', end, { once: true }));
    await served.close();
    // A signal is the usual end of this command.
    return 0;
  } finally {
    interrupt.release();
  }
}

/** Starts the page for a study that this process runs. */
export function uiBeside(folder: string): Promise<Served> {
  return started(folder, {});
}

async function started(folder: string, options: UiOptions): Promise<Served> {
  const { host = '127.0.0.1', port, readOnly = false, pictures } = options;
  const token = options.token === true ? randomToken() : options.token;
  if (!isLoopback(host) && token === undefined) {
    throw new UsageError(`--host ${host}: others can reach the page there, so it needs --token`);
  }
  if (token !== undefined) checkToken(token);
  const isPrivate = options.private === true || isPrivateRun();
  const server = { folder, web: builtPage(), control: !readOnly, token, isPrivate, pictures, command };
  try {
    return await serve(server, { port: port ?? usualPort, host });
  } catch (error) {
    if (port !== undefined || !(error instanceof WorldError)) throw error;
    return serve(server, { port: 0, host });
  }
}
