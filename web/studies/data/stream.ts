/** A stream of server-sent events that ends while the page is hidden, and goes on where it ended. */
import { signal } from '@preact/signals';
import { type RequestError, refusalOf } from './api.ts';

/** `offline`: the server does not answer. `quiet`: there is no stream, because the page is hidden or the server refuses one. */
export const connection = signal<'quiet' | 'connecting' | 'live' | 'offline'>('quiet');

/** What is done with an event, by its name. */
export type Handlers<Events> = { readonly [Name in keyof Events]: (data: Events[Name]) => void };

export interface StreamOptions {
  readonly start?: string;
  readonly onReturn?: () => void;
  readonly onRefusal?: (reason: RequestError) => void;
}

/** The waiting times before a new attempt where the browser has given up [milliseconds]. */
const retriesMs = [500, 1000, 2000, 5000];

/**
 * Opens a stream. The browser connects again by itself after most failures, with the last event's id. Where it gives up,
 * and after the page was hidden, a new stream starts at that id.
 * @param addressFrom the address of the stream that starts after a position; undefined: at the beginning.
 * @param options start: the position at first; onReturn: is called when the stream is open again after it was not; onRefusal: with the
 * reason when the server answers without a stream, for instance since its study is gone. The stream is tried again all the same.
 * @returns a function that closes the stream.
 */
export function openStream<Events extends object>(
  addressFrom: (position: string | undefined) => string,
  handlers: Handlers<Events>,
  { start, onReturn, onRefusal }: StreamOptions = {},
): () => void {
  let source: EventSource | undefined;
  let position = start;
  let failures = 0;
  let wasOpen = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    close();
    // While it is refused, a new attempt is no news.
    if (failures === 0) connection.value = 'connecting';
    const address = addressFrom(position);
    source = new EventSource(address);
    source.onopen = () => {
      const hadFailed = failures > 0;
      failures = 0;
      connection.value = 'live';
      if (wasOpen || hadFailed) onReturn?.();
      wasOpen = true;
    };
    source.onerror = () => {
      if (source?.readyState === EventSource.CLOSED) void askWhy(source, address);
      else connection.value = 'offline';
    };
    for (const name of Object.keys(handlers) as (keyof Events & string)[]) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (event.lastEventId) position = event.lastEventId;
        handlers[name](JSON.parse(event.data));
      });
    }
  };
  /** The browser gives up where the server answers something else than a stream, and some do where it does not answer. */
  const askWhy = async (closed: EventSource, address: string) => {
    const reason = await refusalOf(address);
    if (source !== closed) return;
    connection.value = reason ? 'quiet' : 'offline';
    if (reason) onRefusal?.(reason);
    timer = setTimeout(connect, retriesMs[Math.min(failures++, retriesMs.length - 1)]);
  };
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  // A browser allows six connections to a server over HTTP/1.1: hidden tabs must not hold them.
  const followVisibility = () => {
    if (!document.hidden) return connect();
    close();
    connection.value = 'quiet';
  };
  document.addEventListener('visibilitychange', followVisibility);
  followVisibility();
  return () => {
    document.removeEventListener('visibilitychange', followVisibility);
    close();
    connection.value = 'quiet';
  };
}
