/**
 * The sockets of connections to the database. They are kept, so that closing need not wait for a network that is cut: a
 * connection whose other end is silent never says that it has ended.
 */
import { Socket } from 'node:net';
import { pause } from './pause.ts';

export interface Sockets {
  /** Makes a socket; pg connects it. */
  readonly stream: () => Socket;
  /** Waits for `closing`, a second at most, and cuts what is still connected. */
  close(closing: Promise<unknown>): Promise<void>;
}

/** The longest wait for a connection to end in order (ms). */
const closeMs = 1_000;

export function trackSockets(): Sockets {
  const sockets = new Set<Socket>();
  return {
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    async close(closing) {
      const closed = new AbortController();
      const ended = closing.catch(() => {}).finally(() => closed.abort());
      await Promise.race([ended, pause(closeMs, closed.signal)]);
      for (const socket of sockets) socket.destroy();
    },
  };
}
