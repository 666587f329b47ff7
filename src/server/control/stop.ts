/** Pause and stop of a study: signals to the process that works on it, as a terminal sends them. */
import type { StudyShelf } from '../library.ts';
import type { ControlAnswer } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { holderOf, isReachable } from '../study-state.ts';

/** Lets the study's process save itself after the current batches, as Ctrl-C does. */
export function pause(shelf: StudyShelf): ControlAnswer {
  signal(shelf, ['SIGINT']);
  return { message: 'The study stops after its current batches. Everything is saved.', id: null };
}

/** After so long a second signal is a second wish (src/cli/interrupt.ts) [milliseconds]. */
const secondWishMs = 300;

/** Ends the study's process at once, as Ctrl-C twice does: running trials go on from their last checkpoints. */
export function stop(shelf: StudyShelf): ControlAnswer {
  signal(shelf, ['SIGINT', 'SIGINT']);
  return {
    message: 'The study ends now. Its trials go on from their last checkpoints when it is continued.',
    id: null,
  };
}

function signal(shelf: StudyShelf, [first, ...more]: readonly NodeJS.Signals[]): void {
  const holder = holderOf(shelf);
  if (!holder) throw new Refusal(409, 'No process works on this study.');
  if (!isReachable(holder) || !holder.record || first === undefined) {
    throw new Refusal(409, 'The process that works on this study cannot be reached from here; end it where it runs.');
  }
  try {
    process.kill(holder.record.pid, first);
  } catch {
    throw new Refusal(409, 'The process that works on this study belongs to another user; end it where it runs.');
  }
  if (more.length === 0) return;
  setTimeout(() => {
    // Only if the same process still holds the lock: its number may be another's by now.
    const now = holderOf(shelf);
    if (now?.record?.token === holder.record!.token && isReachable(now)) signal(shelf, more);
  }, secondWishMs).unref();
}
