/** What a study varies: plain data that the journal keeps, grown from a study file by the functions here. */
import { UsageError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';

export type Value = string | number | boolean | null;
/** Values by hyperparameter. Studies do not know what they mean. */
export type Settings = Readonly<Record<string, Value>>;

/** One choice within a stage. It may set several hyperparameters at once. */
export interface Level {
  readonly label: string;
  readonly settings: Settings;
}

/** Levels that compete; the best is carried on into the next stage. */
export interface Stage {
  /** What is varied. */
  readonly name: string;
  readonly levels: readonly Level[];
}

export const protocols = ['post', 'held-out'] as const;
/** `post`: select on the test set, as the post did. `held-out`: select on a part of the training set. */
export type Protocol = (typeof protocols)[number];

export const objectives = ['accuracy', 'loss'] as const;
/** Of the last epoch on the set that selects: accuracy is maximized, loss minimized. */
export type Objective = (typeof objectives)[number];

export const plans = ['one-factor-at-a-time', 'grid', 'random'] as const;
type Plan = (typeof plans)[number];

export interface StudyDefinition {
  readonly name: string;
  readonly protocol: Protocol;
  readonly objective: Objective;
  readonly plan: Plan;
  readonly base: Settings;
  /** A grid or a random search is a single stage. */
  readonly stages: readonly Stage[];
  /** Every configuration is trained once with each. */
  readonly seeds: readonly number[];
  /** `previous`: each level is also compared with the one before, for a study that changes one thing after another. */
  readonly compare?: 'previous';
}

/** A range to sample from. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly log?: boolean | undefined;
  /** Distance of the values from each other, from `low` on; 1 for integers. */
  readonly step?: number | undefined;
}

/** A value as people write it in a study file: small powers of ten and what is below 0.001 with an exponent. */
export function valueText(value: Value): string {
  if (typeof value !== 'number' || value <= 0 || value >= 0.1) return String(value);
  const exponential = value.toExponential();
  return value < 0.001 || exponential.startsWith('1e') ? exponential : String(value);
}

/** A label for settings without one: `32`, or `batchSize=32 l2=1e-4` where several are set. */
export function labelOf(settings: Settings): string {
  const entries = Object.entries(settings);
  if (entries.length === 1) return valueText(entries[0]![1]);
  return entries.map(([name, value]) => `${name}=${valueText(value)}`).join(' ');
}

/** Every combination of the factors' levels, the last factor changing fastest. */
export function gridLevels(factors: readonly (readonly Level[])[]): Level[] {
  const combine = (left: Level[], right: readonly Level[]) =>
    left.flatMap((a) => right.map((b) => ({ settings: { ...a.settings, ...b.settings } })).map(labelled));
  const labelled = ({ settings }: { settings: Settings }): Level => ({ settings, label: labelOf(settings) });
  if (factors.length === 1) return [...factors[0]!];
  return factors.reduce<Level[]>(combine, [labelled({ settings: {} })]);
}

/**
 * Random settings, each drawn from its own stream, so that more trials leave the first ones as they are.
 * Numbers are rounded to four significant digits: readable, and the same whatever the machine's logarithm.
 */
export function sampleLevels(
  space: Readonly<Record<string, Range | readonly Value[]>>,
  { trials, seed }: { readonly trials: number; readonly seed: number },
): Level[] {
  return Array.from({ length: trials }, (_, trial) => {
    const settings = Object.fromEntries(
      Object.entries(space).map(([name, from]) => [name, sample(from, randomStream(seed, 'sample', trial, name))]),
    );
    return { label: `#${trial + 1} ${labelOf(settings)}`, settings };
  });
}

function sample(from: Range | readonly Value[], random: { uniform(): number; below(bound: number): number }): Value {
  if (Array.isArray(from)) return from[random.below(from.length)]!;
  const { low, high, log, step } = from as Range;
  if (log) {
    const value = Math.exp(Math.log(low) + random.uniform() * (Math.log(high) - Math.log(low)));
    return within(step === undefined ? Number(value.toPrecision(4)) : low + Math.round((value - low) / step) * step);
  }
  if (step !== undefined) {
    const steps = Math.floor((high - low) / step + 1e-9);
    return within(Number((low + random.below(steps + 1) * step).toPrecision(12)));
  }
  return within(Number((low + random.uniform() * (high - low)).toPrecision(4)));

  function within(value: number): number {
    return Math.min(high, Math.max(low, value));
  }
}

/**
 * Checks that `after` only adds seeds, levels or stages to `before`, so that what was trained keeps its meaning.
 * @throws UsageError naming the first difference that is none of these.
 */
export function checkExtends(before: StudyDefinition, after: StudyDefinition): void {
  const differs = (what: string, was: unknown, is: unknown) =>
    new UsageError(
      `the study file differs from the study in this folder: ${what} was ${shown(was)}, is ${shown(is)}. ` +
        'Seeds, trials and levels may be added; for anything else choose another folder with --out',
    );
  for (const key of ['name', 'protocol', 'objective', 'plan'] as const) {
    if (before[key] !== after[key]) throw differs(key, before[key], after[key]);
  }
  for (const name of new Set([...Object.keys(before.base), ...Object.keys(after.base)])) {
    if (before.base[name] !== after.base[name]) throw differs(`base.${name}`, before.base[name], after.base[name]);
  }
  for (const [index, stage] of before.stages.entries()) {
    const now = after.stages[index];
    if (now?.name !== stage.name) throw differs(`stage ${index + 1}`, stage.name, now?.name);
    const known = new Set(now.levels.map(({ settings }) => JSON.stringify(settings)));
    const gone = stage.levels.find(({ settings }) => !known.has(JSON.stringify(settings)));
    if (gone) throw differs(`the level ${gone.label} of stage ${index + 1} (${stage.name})`, 'there', undefined);
  }
  const lost = before.seeds.filter((seed) => !after.seeds.includes(seed));
  if (lost.length > 0) throw differs('seeds', before.seeds, after.seeds);
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : Array.isArray(value) ? value.join(', ') : String(value);
}
