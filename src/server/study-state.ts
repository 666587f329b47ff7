/** Who works on a study, and what can be done with it now. */
import { existsSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Holder } from '../disk/lock.ts';
import { describeProcess, hasEnded, thisProcess } from '../disk/process-record.ts';
import { StudyFolder } from '../runner/study-folder.ts';
import type { Children } from './control/children.ts';
import { hasFleet } from './fleet-view.ts';
import type { StudyShelf } from './library.ts';
import type { EntryState, LiveState } from './protocol.ts';

/** The state of a study without a process that works on it, as far as it is known. */
function restingState({ own, study, place }: StudyShelf, lastWords: string | null): EntryState {
  if (own === undefined) return 'interrupted';
  const known = own.facts.summary?.ended;
  if (known === undefined) return recordsNothing({ study, place }) ? 'empty' : 'unknown';
  if (known !== 'open') return known;
  // A process that failed may have given up its lock in order.
  return lastWords === null ? new StudyFolder(place).leftAs : 'interrupted';
}

/** Whether the journal was read and holds no study yet; a file without a byte needs no reading. */
function recordsNothing({ study, place }: Pick<StudyShelf, 'study' | 'place'>): boolean {
  if (study.offset > 0) return study.head() === undefined;
  return statSync(new StudyFolder(place).journalPath, { throwIfNoEntry: false })?.size === 0;
}

/** The process that works on the study; undefined for other programs' studies, whose journals do not tell. */
export function holderOf(shelf: StudyShelf): Holder | undefined {
  return shelf.own ? new StudyFolder(shelf.place).holder : undefined;
}

/** Whether this process can send a signal to the holder: both are on this machine and see the same process numbers. */
export function isReachable({ record }: Holder): boolean {
  if (!record) return false;
  const own = thisProcess();
  return (
    record.host === hostname() &&
    record.boot === own.boot &&
    record.namespace === own.namespace &&
    !hasEnded(record, own)
  );
}

function holderView({ record }: Holder): LiveState['holder'] {
  return record
    ? { name: describeProcess(record), since: record.since }
    : // Its record is just being written.
      { name: 'another process', since: null };
}

export function stateOf(shelf: StudyShelf, { control, children }: { control: boolean; children: Children }): LiveState {
  const holder = holderOf(shelf);
  const child = children.of(shelf.place);
  const lastWords = child?.lastWords ?? null;
  const resting = restingState(shelf, lastWords);
  const head = shelf.study.head();
  const isRunning = holder !== undefined || child?.isRunning === true;
  const isOurs = control && shelf.own !== undefined;
  const canStop = isOurs && holder !== undefined && isReachable(holder);
  const canGoOn = isOurs && !isRunning && existsSync(new StudyFolder(shelf.place).filePath);
  return {
    state: isRunning ? 'running' : resting,
    holder: holder ? holderView(holder) : null,
    can: {
      pause: canStop,
      stop: canStop,
      resume: canGoOn && resting !== 'finished',
      // The seeds of a search are its plan's.
      addSeeds: canGoOn && head !== undefined && head.plan !== 'search',
    },
    fleet: shelf.own !== undefined && hasFleet(shelf.place),
    message: isRunning ? null : lastWords,
  };
}
