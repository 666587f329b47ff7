/** The page's server on a port of this machine. */

import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { serve as serveNode } from '@hono/node-server';
import { WorldError } from '../base/errors.ts';
import { codeOf } from '../disk/platform.ts';
import { uiApp } from './app.ts';
import type { ServerOptions } from './options.ts';

/** Where the server listens. */
export interface Listening {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
}

export interface Served {
  /** `http://127.0.0.1:6006/`, with the token if there is one. */
  readonly address: string;
  readonly port: number;
  /** Whether studies that were started here still run. */
  readonly isBusy: () => boolean;
  /** Ends the server: first the studies that it started, which save themselves. */
  close(): Promise<void>;
}

/** The folder of the built page; undefined where it was not built. */
export function builtPage(): string | undefined {
  const folder = fileURLToPath(new URL('../web/', import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** @throws WorldError when the port is taken or may not be used. */
export async function serve(options: ServerOptions, { port, host }: Listening): Promise<Served> {
  const hosts = [...(options.hosts ?? []), host];
  const app = uiApp({ ...options, hosts });
  const server = serveNode({ fetch: app.fetch, port, hostname: host, overrideGlobalObjects: false });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (error) => reject(refusal(error, { port, host })));
  }).catch(async (error) => {
    await app.close();
    throw error;
  });
  const bound = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  const query = options.token === undefined ? '' : `?token=${options.token}`;
  return {
    address: `http://${name}:${bound.port}/${query}`,
    port: bound.port,
    isBusy: app.isBusy,
    async close() {
      await app.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        // Streams would keep it open for ever.
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

function refusal(error: Error, { port, host }: Listening): Error {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    return new WorldError(`port ${port} of ${host} is taken; choose another with --port, or 0 for any free one`);
  }
  if (code === 'EACCES') return new WorldError(`port ${port} may not be used here; choose one above 1023 with --port`);
  return new WorldError(`cannot listen on port ${port} of ${host}: ${error.message}`, { cause: error });
}
