/** The filter of a study's trials. It stands in the address and holds for every chart and for the table. */
import type { Curve, TrialRow, Value } from '../../../src/server/protocol.ts';
import { decoded } from '../address.ts';

export type TrialState = TrialRow['state'];

/** What a hyperparameter may be: within a range, or one of some values (written as text). */
export type Condition = { readonly low: number; readonly high: number } | { readonly oneOf: readonly string[] };

export interface Filter {
  /** Empty: all. */
  readonly states: readonly TrialState[];
  /** The best so many of those that pass the other conditions; undefined: all. */
  readonly top: number | undefined;
  /** By hyperparameter; `value` is the trial's value. */
  readonly conditions: Readonly<Record<string, Condition>>;
  readonly hidden: ReadonlySet<number>;
  readonly pinned: ReadonlySet<number>;
  /** The epoch whose value counts; undefined: the final one. */
  readonly at: number | undefined;
}

export const trialStates: readonly TrialState[] = ['running', 'complete', 'pruned', 'failed', 'waiting'];

/** Names of hyperparameters get a prefix, so that none of them is taken for another key. */
const prefix = 'p.';

export function readFilter(query: Readonly<Record<string, string>>): Filter {
  const conditions: Record<string, Condition> = {};
  for (const [key, text] of Object.entries(query)) {
    if (!key.startsWith(prefix)) continue;
    const range = /^(-?[\d.e+-]*)\.\.(-?[\d.e+-]*)$/i.exec(text);
    if (range) conditions[key.slice(prefix.length)] = { low: end(range[1], -1), high: end(range[2], 1) };
    else conditions[key.slice(prefix.length)] = { oneOf: text.split('|').map(decoded) };
  }
  return {
    states: trialStates.filter((state) => query.state?.split(',').includes(state)),
    top: wholeNumber(query.top),
    conditions,
    hidden: numbers(query.hide),
    pinned: numbers(query.pin),
    at: wholeNumber(query.at),
  };
}

function end(text: string | undefined, sign: 1 | -1): number {
  const value = text ? Number(text) : Number.NaN;
  return Number.isNaN(value) ? sign * Number.POSITIVE_INFINITY : value;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

function numbers(text: string | undefined): ReadonlySet<number> {
  return new Set(
    (text ?? '')
      .split(',')
      .filter((part) => /^\d+$/.test(part))
      .map(Number),
  );
}

/** The changes of the query that set a condition, or remove it. */
export function conditionQuery(name: string, condition: Condition | undefined): Record<string, string | undefined> {
  return { [prefix + name]: condition && conditionText(condition) };
}

function conditionText(condition: Condition): string | undefined {
  if ('oneOf' in condition) return condition.oneOf.map(encodeURIComponent).join('|') || undefined;
  const text = (value: number) => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '');
  const range = `${text(condition.low)}..${text(condition.high)}`;
  return range === '..' ? undefined : range;
}

export function numbersText(set: ReadonlySet<number>): string | undefined {
  return [...set].sort((a, b) => a - b).join(',') || undefined;
}

/** What a filter asks of the study. */
export interface FilterContext {
  /** The settings of a configuration by its index. */
  settingsOf(configuration: number): Readonly<Record<string, Value>>;
  readonly goal: 'maximize' | 'minimize';
}

/** The value of a trial that counts: the final one, the latest of a running trial, or that after a given epoch. */
export function trialValue({ score, curve }: TrialRow, at?: number): number | undefined {
  if (at !== undefined) return valueAt(curve, curve.score, at);
  return score ?? curve.score.findLast((value) => value !== null) ?? undefined;
}

/** A column of a curve after an epoch; undefined where it was not measured. */
export function valueAt(
  { epoch }: Pick<Curve, 'epoch'>,
  column: readonly (number | null)[] | undefined,
  at: number,
): number | undefined {
  // Epochs are counted from 0 in our own curves, so the place is nearly always known at once.
  const place = epoch[at] === at ? at : epoch.indexOf(at);
  return column?.[place] ?? undefined;
}

/** The trials that pass, in the order given. Pinned trials always pass. */
export function filtered(trials: readonly TrialRow[], filter: Filter, context: FilterContext): readonly TrialRow[] {
  const { states, hidden, pinned, top, at } = filter;
  if (!isFiltering(filter)) return trials;
  const conditions = Object.entries(filter.conditions);
  // Trials share configurations, so each of them is checked once.
  const fits = new Map<number, boolean>();
  const fitsSettings = (configuration: number) => {
    const known = fits.get(configuration);
    if (known !== undefined) return known;
    const settings = context.settingsOf(configuration);
    const found = conditions.every(([name, condition]) => name === 'value' || meets(settings[name], condition));
    fits.set(configuration, found);
    return found;
  };
  const wanted = filter.conditions.value;
  const passing = trials.filter((trial) => {
    if (hidden.has(trial.number)) return false;
    if (pinned.has(trial.number)) return true;
    if (states.length > 0 && !states.includes(trial.state)) return false;
    if (wanted && !meets(trialValue(trial, at), wanted)) return false;
    return conditions.length === 0 || fitsSettings(trial.configuration);
  });
  return top === undefined ? passing : best(passing, top, filter, context);
}

export function meets(value: Value | undefined, condition: Condition): boolean {
  if (value === undefined) return false;
  if ('oneOf' in condition) return condition.oneOf.includes(String(value));
  return typeof value === 'number' && value >= condition.low && value <= condition.high;
}

function best(trials: readonly TrialRow[], top: number, { pinned, at }: Filter, { goal }: FilterContext) {
  const sign = goal === 'maximize' ? -1 : 1;
  const ranked = trials
    .map((trial) => ({ trial, value: trialValue(trial, at) }))
    .filter((each): each is { trial: TrialRow; value: number } => each.value !== undefined)
    .sort((a, b) => sign * (a.value - b.value) || a.trial.number - b.trial.number);
  const chosen = new Set(ranked.slice(0, top).map(({ trial }) => trial));
  return trials.filter((trial) => chosen.has(trial) || pinned.has(trial.number));
}

/** Whether anything is left out. */
export function isFiltering({ states, top, conditions, hidden }: Filter): boolean {
  return states.length > 0 || top !== undefined || hidden.size > 0 || Object.keys(conditions).length > 0;
}
