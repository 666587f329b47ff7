/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from a generator. The generator is
 * asked for the next event only when the last one was taken, so a slow reader gets fewer and newer events, and nothing
 * piles up.
 */

/** One event; `data` is JSON without line breaks. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The browser sends it as Last-Event-ID when it connects again. */
  readonly id?: string;
}

/** A comment keeps the line open: proxies and sleeping machines cut silent ones. */
export const beat = 'beat';

/** After how much silence a comment is sent [milliseconds]. */
export const beatMs = 15_000;

/** How long a browser waits before it connects again [milliseconds]. */
const retryMs = 1000;

export function eventText({ event, data, id }: ServerEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/**
 * An answer that streams the generator's events.
 * @param make gets a signal that is aborted when the reader has gone.
 */
export function eventStream(make: (signal: AbortSignal) => AsyncGenerator<ServerEvent | typeof beat>): Response {
  const gone = new AbortController();
  const events = make(gone.signal);
  const encoder = new TextEncoder();
  let isBegun = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isBegun) {
          isBegun = true;
          controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`));
          return;
        }
        const { value, done } = await events.next();
        if (done || value === undefined) controller.close();
        else controller.enqueue(encoder.encode(value === beat ? `: ${beat}\n\n` : eventText(value)));
      },
      cancel() {
        gone.abort();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    },
  });
}
