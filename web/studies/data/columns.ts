/** The columns of the table of trials. To add one, add it to the list. */
import type { StudyHead, TrialRow, Value } from '../../../src/server/protocol.ts';
import { trialValue } from './filter.ts';
import type { Names } from './selection.ts';
import { durationText, measureLabel, scoreText, stepWord, trialStateWords, valueText } from './words.ts';

/** What cells are made of. */
export interface ColumnContext {
  readonly head: StudyHead;
  readonly names: Names;
  readonly at: number | undefined;
  settingsOf(configuration: number): Readonly<Record<string, Value>>;
}

export interface Column {
  readonly name: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** Least width, in units of the letter. */
  readonly width: number;
  /** What is sorted and exported; undefined sorts last. */
  value(trial: TrialRow): Value | undefined;
  /** What is shown; default: the value. */
  text?(trial: TrialRow): string;
}

/** The columns of a study, without those in which nothing can stand. */
export function columnsOf(trials: readonly TrialRow[], { head, names, at, settingsOf }: ColumnContext): Column[] {
  const { objective, parameters, kind } = head;
  const has = (test: (trial: TrialRow) => boolean) => trials.some(test);
  const columns: (Column | false)[] = [
    { name: 'number', title: 'trial', isNumber: true, width: 6, value: ({ number }) => number },
    {
      name: 'state',
      title: 'state',
      width: 10,
      value: ({ state }) => state,
      text: ({ state }) => trialStateWords[state],
    },
    kind === 'study' && {
      name: 'configuration',
      title: 'setting',
      width: 6,
      value: ({ configuration }) => names.short(configuration),
    },
    has(({ seed }) => seed !== null) && {
      name: 'seed',
      title: 'seed',
      isNumber: true,
      width: 6,
      value: ({ seed }) => seed ?? undefined,
    },
    {
      name: 'value',
      title: measureLabel(objective, head.protocol) + (at === undefined ? '' : ` after ${stepWord(kind)} ${at}`),
      isNumber: true,
      width: 10,
      value: (trial) => trialValue(trial, at),
      text: (trial) => scoreText(trialValue(trial, at), { ...objective, unit: '' }),
    },
    {
      name: 'epoch',
      title: stepWord(kind),
      isNumber: true,
      width: 6,
      value: ({ curve }) => curve.epoch.at(-1),
    },
    ...parameters
      .filter(({ varies }) => varies)
      .map(
        ({ name, scale }): Column => ({
          name: `p.${name}`,
          title: name,
          isNumber: scale.kind === 'number',
          width: Math.min(16, Math.max(8, name.length + 2)),
          value: ({ configuration }) => settingsOf(configuration)[name],
          text: ({ configuration }) => valueText(settingsOf(configuration)[name]),
        }),
      ),
    has(({ wrong }) => wrong !== null) && {
      name: 'wrong',
      title: 'wrong images',
      isNumber: true,
      width: 7,
      value: ({ wrong }) => wrong ?? undefined,
      text: ({ wrong }) => wrong?.toLocaleString('en-US') ?? '',
    },
    has(({ seconds }) => seconds > 0) && {
      name: 'seconds',
      title: 'training time',
      isNumber: true,
      width: 8,
      value: ({ seconds }) => (seconds > 0 ? seconds : undefined),
      text: ({ seconds }) => (seconds > 0 ? durationText(seconds) : ''),
    },
    has(({ reason }) => reason !== null) && {
      name: 'reason',
      title: 'reason',
      width: 20,
      value: ({ reason }) => reason ?? undefined,
    },
  ];
  return columns.filter((column) => column !== false);
}

/** Sorted by a column; equal ones stay in their order. Pinned trials stand first in any case. */
export function sorted(
  trials: readonly TrialRow[],
  { value }: Pick<Column, 'value'>,
  { descending, pinned }: { readonly descending: boolean; readonly pinned: ReadonlySet<number> },
): TrialRow[] {
  const keyed = trials.map((trial) => ({ trial, key: value(trial), isPinned: pinned.has(trial.number) }));
  keyed.sort((a, b) => {
    if (a.isPinned !== b.isPinned) return a.isPinned ? -1 : 1;
    const missing = Number(isMissing(a.key)) - Number(isMissing(b.key));
    return missing || (descending ? -1 : 1) * compare(a.key, b.key);
  });
  return keyed.map(({ trial }) => trial);
}

const isMissing = (key: Value | undefined) => key === undefined || key === null;
const order = new Intl.Collator('en', { numeric: true });

function compare(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return a === b ? 0 : order.compare(String(a), String(b));
}
