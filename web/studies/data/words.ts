/** Numbers, times and states as the page writes them. */
import type { EntryKind, EntryState, Objective, TrialRow, Value } from '../../../src/server/protocol.ts';
import { shortNumber } from '../../shared/chart/ticks.ts';

/** A value of the objective with its unit: `98.86 %`, `0.0412`; a dash where there is none. */
export function scoreText(value: number | null | undefined, { decimals, unit }: Objective): string {
  return value === null || value === undefined ? '–' : `${value.toFixed(decimals).replace('-', '−')}${unit}`;
}

/** A difference of two values, with its sign and without a unit: `+0.12`. */
export function differenceText(value: number, { decimals }: Pick<Objective, 'decimals'>): string {
  const size = Math.abs(value).toFixed(decimals);
  return Number(size) === 0 ? size : `${value > 0 ? '+' : '−'}${size}`;
}

/** `Validation accuracy (%)`: the label of the axis on which the value that decides stands. */
export function measureLabel({ name, unit }: Objective, protocol: 'post' | 'held-out' | null): string {
  const set = protocol === 'post' ? 'testing ' : protocol === 'held-out' ? 'validation ' : '';
  const text = `${set}${name}`;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${unit.trim() && ` (${unit.trim()})`}`;
}

export function valueText(value: Value | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? shortNumber(value) : String(value);
}

/** Two digits of precision: `40 s`, `3 min`, `2 h 10 min`, `3 days`. */
export function durationText(seconds: number): string {
  // From here on whole seconds are precise enough, and 1.0 would stand beside 1.
  if (seconds < 0.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48)
    return minutes % 60 === 0 || hours >= 10 ? `${Math.round(minutes / 60)} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

/** `12 s ago`. @param now, `then`: milliseconds since 1970. */
export function agoText(then: number, now: number): string {
  const seconds = Math.max(0, (now - then) / 1000);
  return seconds < 5 ? 'just now' : `${durationText(seconds)} ago`;
}

/** `14:03` of the same day, `2 Jan, 14:03`, `2 Jan 2025, 14:03`: in the reader's own time zone. */
export function momentText(moment: Date, now: Date): string {
  const time = moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (moment.toDateString() === now.toDateString()) return time;
  const isThisYear = moment.getFullYear() === now.getFullYear();
  const year = isThisYear ? undefined : 'numeric';
  return `${moment.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year })}, ${time}`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `1 trial`, `2,000 trials`. @param plural where an s is not enough. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`;
}

/** What a curve of a study counts: our trainings are measured after epochs, others at whatever they call a step. */
export function stepWord(kind: EntryKind): 'epoch' | 'step' {
  return kind === 'study' || kind === 'run' ? 'epoch' : 'step';
}

/** What a state means, for its tip. */
const entryStates: Readonly<Record<EntryState, { readonly word: string; readonly meaning: string }>> = {
  unknown: { word: 'being read', meaning: 'the server is still reading it' },
  running: { word: 'running', meaning: 'a process works on it' },
  finished: { word: 'finished', meaning: 'everything asked for is done' },
  paused: { word: 'paused', meaning: 'nobody works on it; everything is saved, and it can go on' },
  interrupted: {
    word: 'interrupted',
    meaning: 'its process was stopped at once or killed; it can go on from its last checkpoints',
  },
  stuck: { word: 'no level succeeded', meaning: 'it has ended without a level that could be selected' },
  damaged: { word: 'damaged', meaning: 'its files cannot be read' },
  empty: { word: 'empty', meaning: 'nothing is recorded yet' },
};

/** The state of an entry in words: files of other programs do not tell whether anything is left to do. */
export function entryState(state: EntryState, kind: EntryKind): (typeof entryStates)[EntryState] {
  if (state !== 'interrupted' || kind === 'study') return entryStates[state];
  if (kind === 'run') return { ...entryStates[state], meaning: 'nothing was added lately, and it is not finished' };
  return { word: 'idle', meaning: 'nothing was added lately; the files do not tell whether it is finished' };
}

export const trialStateWords: Readonly<Record<TrialRow['state'], string>> = {
  running: 'running',
  complete: 'complete',
  pruned: 'stopped early',
  failed: 'failed',
  waiting: 'waiting',
};
