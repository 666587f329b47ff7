/** A desk: takes orders for work that takes long, and has it done in a thread of its own, one order after the other. */
import { Worker } from 'node:worker_threads';
import { Refusal, type RefusalStatus } from '../refusal.ts';
import { type DeskOrders, deskWork, type OrderKind } from './desk-work.ts';

/** An order on its way to the thread. */
export interface DeskMessage<K extends OrderKind> {
  readonly id: number;
  readonly kind: K;
  readonly order: DeskOrders[K]['order'];
}

export interface DeskReply {
  readonly id: number;
  readonly result?: unknown;
  readonly failure?: { readonly status: RefusalStatus; readonly problem: string };
}

type Asked<K extends OrderKind> = Promise<DeskOrders[K]['result']>;

export class Desk {
  /** Equal orders that have no answer yet share one. */
  readonly #asked = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<number, (reply: DeskReply | undefined) => void>();
  readonly #work = deskWork();
  #thread: Worker | undefined;
  #hasThread = true;
  #next = 0;
  /** Orders in this thread follow each other, too. */
  #last: Promise<unknown> = Promise.resolve();

  /** @throws Refusal with a sentence for the user; a UsageError or WorldError has one, too. */
  ask<K extends OrderKind>(kind: K, order: DeskOrders[K]['order']): Asked<K> {
    const key = JSON.stringify([kind, order]);
    const known = this.#asked.get(key);
    if (known) return known as Asked<K>;
    const asked = this.#do(kind, order).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  async close(): Promise<void> {
    this.#hasThread = false;
    await this.#thread?.terminate();
  }

  async #do<K extends OrderKind>(kind: K, order: DeskOrders[K]['order']): Asked<K> {
    const reply = await this.#send({ id: this.#next++, kind, order });
    if (reply === undefined) return this.#here(kind, order);
    if (reply.failure) throw new Refusal(reply.failure.status, reply.failure.problem);
    return reply.result as DeskOrders[K]['result'];
  }

  #here<K extends OrderKind>(kind: K, order: DeskOrders[K]['order']): Asked<K> {
    const done = this.#last.catch(() => {}).then(() => this.#work(kind, order));
    this.#last = done;
    return done;
  }

  /** The thread's reply; undefined where it cannot work. */
  #send<K extends OrderKind>(message: DeskMessage<K>): Promise<DeskReply | undefined> {
    const thread = this.#start();
    if (!thread) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.set(message.id, resolve);
      thread.postMessage(message);
    });
  }

  #start(): Worker | undefined {
    if (!this.#hasThread || this.#thread) return this.#thread;
    try {
      const thread = new Worker(new URL('./desk-thread-program.js', import.meta.url));
      thread.unref();
      thread.on('message', (reply: DeskReply) => {
        this.#waiting.get(reply.id)?.(reply);
        this.#waiting.delete(reply.id);
      });
      // A thread that cannot be started, or has ended for lack of memory: this thread does the work.
      thread.on('error', () => this.#giveUp());
      thread.on('exit', () => this.#giveUp());
      this.#thread = thread;
    } catch {
      this.#giveUp();
    }
    return this.#thread;
  }

  #giveUp(): void {
    this.#hasThread = false;
    this.#thread = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of waiting) resolve(undefined);
  }
}
