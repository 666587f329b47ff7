/** A host of the playground's static files, with headers or without. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

export const site = new URL('../../dist/playground/', import.meta.url).pathname;
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
};
export const isolating = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface Host {
  readonly url: string;
  /** Files whose address ends so are not found. */
  missing: string;
  close(): void;
}

export async function openHost(headers: Readonly<Record<string, string>>): Promise<Host> {
  const host = { url: '', missing: 'nothing', close: () => server.close() };
  const server: Server = createServer(({ url = '/' }, response) => {
    const path = new URL(url, 'http://host').pathname;
    const file = join(site, path === '/' ? 'index.html' : path);
    if (!existsSync(file) || path.endsWith(host.missing)) return response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', ...headers });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return host;
}
