/** A server of the page for tests: answers from plain data of the protocol, and events that a test sends when it wants. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join, normalize } from 'node:path';

const dist = new URL('../../dist/web/', import.meta.url).pathname;
const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};
/** As `lenet ui` sends it: scripts of the server itself alone. The report's charts have style attributes. */
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'";

/** An answer: data for JSON, or a status with its problem. A function gets the body of a POST. */
export type Answer =
  | object
  | { readonly status: number; readonly problem: string }
  | ((body: string) => object | Promise<object>);

export interface FakeServer {
  readonly url: string;
  /** By `METHOD /path`, without the query; may change at any time. A stream that has an answer is refused with it. */
  readonly answers: Record<string, Answer>;
  /** The addresses of all requests so far, streams with the id after which they go on: `/api/...?from=5 after 7`. */
  readonly requests: string[];
  /** Sends an event to all open streams of an address. */
  send(path: string, event: string, data: object, id?: string): void;
  /** How many streams of an address are open. */
  streams(path: string): number;
  /** Ends all connections and refuses new ones. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  close(): Promise<void>;
}

export async function fakeServer(answers: Record<string, Answer>): Promise<FakeServer> {
  const requests: string[] = [];
  const streams = new Map<string, Set<ServerResponse>>();
  const sockets = new Set<Socket>();

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://fake');
    if (!pathname.startsWith('/api/')) return sendFile(pathname, response);
    const lastId = request.headers['last-event-id'];
    requests.push(`${pathname}${search}${lastId === undefined ? '' : ` after ${lastId}`}`);
    const answer = answers[`${request.method} ${pathname}`];
    if (pathname.endsWith('/events') && !answer) return openStream(pathname, response);
    if (!answer) return sendJson(response, { problem: 'There is no such thing.' }, 404);
    let body = '';
    for await (const part of request) body += part;
    const data = typeof answer === 'function' ? await answer(body) : answer;
    if (data instanceof Text) response.writeHead(200, { 'Content-Type': 'text/plain' }).end(data.text);
    else sendJson(response, data, 'status' in data && typeof data.status === 'number' ? data.status : 200);
  };

  const openStream = (path: string, response: ServerResponse) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    response.write('retry: 200\n\n');
    const open = streams.get(path) ?? new Set();
    streams.set(path, open.add(response));
    response.on('close', () => open.delete(response));
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => sendJson(response, { problem: String(error) }, 500));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    answers,
    requests,
    send: (path, event, data, id) => {
      const text = `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
      for (const response of streams.get(path) ?? []) response.write(text);
    },
    streams: (path) => streams.get(path)?.size ?? 0,
    goOffline: stop,
    goOnline: () => listen(port),
    close: stop,
  };
}

/** An answer that is plain text. */
export class Text {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function sendJson(response: ServerResponse, data: object, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(data));
}

function sendFile(pathname: string, response: ServerResponse): void {
  const name = normalize(pathname === '/' ? 'index.html' : pathname.slice(1));
  try {
    const content = readFileSync(join(dist, name));
    const type = types[name.split('.').at(-1)!] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy }).end(content);
  } catch {
    response.writeHead(404).end();
  }
}
