/** Streams that look, tell what is new, and wait: the loop that all streams share. */
import { beat, beatMs, type ServerEvent } from './event-stream.ts';

/** What one look has found. */
export interface Turn {
  readonly events: readonly ServerEvent[];
  /** Whether the stream ends after these events. */
  readonly ends?: boolean;
}

/** Calls `look` again and again, with `wait` between, until the reader has gone. */
export async function* eventTurns(
  look: () => Promise<Turn>,
  {
    wait,
    signal,
    now = () => performance.now(),
  }: { wait: () => Promise<void>; signal: AbortSignal; now?: () => number },
): AsyncGenerator<ServerEvent | typeof beat> {
  for (let spoken = now(); !signal.aborted; await wait()) {
    const { events, ends = false } = await look();
    for (const event of events) yield event;
    if (ends) return;
    if (events.length > 0) spoken = now();
    else if (now() - spoken >= beatMs) {
      spoken = now();
      yield beat;
    }
  }
}
