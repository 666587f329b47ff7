/** A stream of server-sent events that ends while the page is hidden, and goes on where it ended. */
import { signal } from '@preact/signals';

/** `offline`: the server does not answer. `quiet`: there is no stream, for instance because the page is hidden. */
export const connection = signal<'quiet' | 'connecting' | 'live' | 'offline'>('quiet');

/** What is done with an event, by its name. */
export type Handlers<Events> = { readonly [Name in keyof Events]: (data: Events[Name]) => void };

/** The waiting times before a new attempt where the browser has given up [milliseconds]. */
const retriesMs = [500, 1000, 2000, 5000];

/**
 * Opens a stream. The browser connects again by itself after most failures, with the last event's id. Where it gives up,
 * and after the page was hidden, a new stream starts at that id.
 * @param addressFrom the address of the stream that starts after a position; undefined: at the beginning.
 * @param options start: the position at first; onReturn: is called when the stream is open again after it was not.
 * @returns a function that closes the stream.
 */
export function openStream<Events extends object>(
  addressFrom: (position: string | undefined) => string,
  handlers: Handlers<Events>,
  { start, onReturn }: { readonly start?: string; readonly onReturn?: () => void } = {},
): () => void {
  let source: EventSource | undefined;
  let position = start;
  let failures = 0;
  let wasOpen = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    close();
    connection.value = 'connecting';
    source = new EventSource(addressFrom(position));
    source.onopen = () => {
      failures = 0;
      connection.value = 'live';
      if (wasOpen) onReturn?.();
      wasOpen = true;
    };
    source.onerror = () => {
      connection.value = 'offline';
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, retriesMs[Math.min(failures++, retriesMs.length - 1)]);
    };
    for (const name of Object.keys(handlers) as (keyof Events & string)[]) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (event.lastEventId) position = event.lastEventId;
        handlers[name](JSON.parse(event.data));
      });
    }
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
