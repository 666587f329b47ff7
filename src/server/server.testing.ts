/** For tests: a server of a temporary folder, asked without a port, and a reader of its streams. */
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uiApp } from './app.ts';
import type { ServerOptions } from './options.ts';
import type { StudyEvents } from './protocol.ts';

export const fixtures = new URL('../../test/fixtures/', import.meta.url).pathname;

export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lenet-ui-'));
}

/** A folder with copies of fixtures, by their names in it. */
export function folderWith(studies: Readonly<Record<string, string>>): string {
  const folder = freshFolder();
  for (const [name, fixture] of Object.entries(studies))
    cpSync(join(fixtures, fixture), join(folder, name), { recursive: true });
  return folder;
}

export interface Asked {
  get(address: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  json<T>(address: string): Promise<T>;
  post(address: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  stream(address: string, lastEventId?: string): Promise<EventReader>;
  close(): Promise<void>;
}

export const ownHost = 'localhost:7998';

/** A server, and how it is asked as a browser would. */
export function serverOf(folder: string, options: Partial<ServerOptions> = {}): Asked {
  const app = uiApp({ folder, web: undefined, control: false, command: [], ...options });
  const ask = async (address: string, init: RequestInit, headers: Readonly<Record<string, string>>) =>
    app.fetch(new Request(`http://${ownHost}${address}`, { ...init, headers: { host: ownHost, ...headers } }));
  return {
    get: (address, headers = {}) => ask(address, {}, headers),
    async json(address) {
      const response = await ask(address, {}, {});
      if (response.status !== 200) throw new Error(`${address}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    post(address, body, headers = {}) {
      const text = JSON.stringify(body);
      const usual = {
        origin: `http://${ownHost}`,
        'content-type': 'application/json',
        'content-length': `${Buffer.byteLength(text)}`,
      };
      return ask(address, { method: 'POST', body: text }, { ...usual, ...headers });
    },
    async stream(address, lastEventId) {
      const response = await ask(address, {}, lastEventId === undefined ? {} : { 'last-event-id': lastEventId });
      return new EventReader(response.body!);
    },
    close: () => app.close(),
  };
}

/** One event of a stream as a browser gets it. */
export interface Heard<T> {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: T;
}

/** Reads a stream of events as browsers do. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The next event; undefined at the end of the stream. */
  async next<T = unknown>(): Promise<Heard<T> | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const [event, data] = [field('event'), field('data')];
        if (event !== undefined && data !== undefined) return { event, id: field('id'), data: JSON.parse(data) };
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** The next event of this name; others before it are passed over. */
  async until<T = StudyEvents['rows']>(event: string): Promise<Heard<T>> {
    for (;;) {
      const heard = await this.next<T>();
      if (!heard) throw new Error(`the stream ended before an event ${event}`);
      if (heard.event === event) return heard;
    }
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}
