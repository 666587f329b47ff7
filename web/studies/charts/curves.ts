/** Learning curves grouped by configuration: the mean of its seeds with the range from lowest to highest, and single seeds. */
import type { Curve, TrialRow } from '../../../src/server/protocol.ts';
import type { Ink, Layer, Line } from '../../shared/chart/plot.ts';
import { trialValue } from '../data/filter.ts';

/** What a curve shows: the value that decides, or a measure of one of the two sets. */
export const curveColumns = [
  'score',
  'accuracy',
  'loss',
  'trainAccuracy',
  'trainLoss',
] as const satisfies readonly (keyof Curve)[];
export type CurveColumn = (typeof curveColumns)[number];

/** The trials of one configuration. */
export interface Group {
  readonly configuration: number;
  readonly name: string;
  readonly trials: readonly TrialRow[];
  /** Mean of the values of its trials; undefined where none has one. */
  readonly value: number | undefined;
}

export interface GroupOptions {
  readonly goal: 'maximize' | 'minimize';
  readonly at: number | undefined;
  nameOf(configuration: number): string;
}

/** Configurations with at least one point of a curve, the best first. */
export function groupsOf(trials: readonly TrialRow[], { goal, at, nameOf }: GroupOptions): Group[] {
  const members = new Map<number, TrialRow[]>();
  for (const trial of trials) {
    if (trial.curve.epoch.length === 0) continue;
    const known = members.get(trial.configuration);
    if (known) known.push(trial);
    else members.set(trial.configuration, [trial]);
  }
  const sign = goal === 'maximize' ? -1 : 1;
  const worst = sign * Number.NEGATIVE_INFINITY * -1;
  return [...members]
    .map(([configuration, own]): Omit<Group, 'name'> => {
      const values = own.map((trial) => trialValue(trial, at)).filter((value) => value !== undefined);
      return { configuration, trials: own, value: values.length > 0 ? meanOf(values) : undefined };
    })
    .sort((a, b) => compare(sign * (a.value ?? worst), sign * (b.value ?? worst)) || a.configuration - b.configuration)
    .map((group) => ({ ...group, name: nameOf(group.configuration) }));
}

/** Infinite values compare as equal to themselves. */
const compare = (a: number, b: number) => (a === b ? 0 : a < b ? -1 : 1);

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface GroupCurve {
  readonly epoch: readonly number[];
  /** Over the seeds that have the epoch. */
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly seeds: readonly number[];
}

/** Mean, lowest and highest value at every epoch, over the trials that have reached it. @param factor of the values. */
export function groupCurve(trials: readonly TrialRow[], column: CurveColumn, factor = 1): GroupCurve {
  const byEpoch = new Map<number, number[]>();
  for (const { curve } of trials) {
    const values = curve[column];
    if (!values) continue;
    for (const [index, epoch] of curve.epoch.entries()) {
      const value = values[index];
      if (value === null || value === undefined) continue;
      const known = byEpoch.get(epoch);
      if (known) known.push(value * factor);
      else byEpoch.set(epoch, [value * factor]);
    }
  }
  const sorted = [...byEpoch].sort(([a], [b]) => a - b);
  return {
    epoch: sorted.map(([epoch]) => epoch),
    mean: sorted.map(([, values]) => meanOf(values)),
    low: sorted.map(([, values]) => values.reduce((a, b) => Math.min(a, b))),
    high: sorted.map(([, values]) => values.reduce((a, b) => Math.max(a, b))),
    seeds: sorted.map(([, values]) => values.length),
  };
}

const inkCycle: readonly Ink[] = [
  'series-1',
  'series-2',
  'series-3',
  'series-4',
  'series-5',
  'series-6',
  'series-7',
  'series-8',
];
/** Series of one colour differ in their dashes. */
const dashCycle: readonly (readonly number[])[] = [[], [7, 4], [2, 3]];

/** Colour and dashes of the series with this place. */
export function strokeOf(place: number): { readonly ink: Ink; readonly dash: readonly number[] } {
  // The dashes change with every series, too: neighbours can be told apart without colours.
  return { ink: inkCycle[place % inkCycle.length]!, dash: dashCycle[place % dashCycle.length]! };
}

export interface CurveOptions {
  readonly column: CurveColumn;
  readonly factor: number;
  /** Leaves out epochs before this one. */
  readonly from: number;
  /** The name of the group whose single seeds are shown, and before which the others step back. */
  readonly chosen: string | undefined;
}

/** The layers of a chart of groups: bands below, then means, then the seeds of the chosen group. */
export function curveLayers(groups: readonly Group[], { column, factor, from, chosen }: CurveOptions): Layer[] {
  const bands: Layer[] = [];
  const lines: Layer[] = [];
  const seeds: Layer[] = [];
  for (const [place, { name, trials }] of groups.entries()) {
    const all = groupCurve(trials, column, factor);
    const first = all.epoch.findIndex((epoch) => epoch >= from);
    if (first < 0) continue;
    const cut = <T>(values: readonly T[]) => values.slice(first);
    const { ink, dash } = strokeOf(place);
    const isBehind = chosen !== undefined && chosen !== name;
    const line: Line = {
      kind: 'line',
      name,
      ink,
      dash,
      x: cut(all.epoch),
      y: cut(all.mean),
      opacity: isBehind ? 0.25 : 1,
    };
    lines.push(line);
    if (all.seeds.some((count) => count > 1) && !isBehind)
      bands.push({
        kind: 'band',
        name,
        ink,
        inLegend: false,
        x: cut(all.epoch),
        low: cut(all.low),
        high: cut(all.high),
      });
    if (chosen === name && trials.length > 1)
      seeds.push(...trials.map((trial) => seedLine(trial, ink, { column, factor, from })));
  }
  return [...bands, ...lines, ...seeds];
}

function seedLine(
  { number, seed, curve }: TrialRow,
  ink: Ink,
  { column, factor, from }: Pick<CurveOptions, 'column' | 'factor' | 'from'>,
): Line {
  const kept = [...curve.epoch.keys()].filter((index) => curve.epoch[index]! >= from);
  return {
    kind: 'line',
    name: seed === null ? `trial ${number}` : `seed ${seed}`,
    ink,
    inLegend: false,
    width: 1,
    opacity: 0.8,
    x: kept.map((index) => curve.epoch[index]!),
    y: kept.map((index) => {
      const value = curve[column]?.[index];
      return value === null || value === undefined ? undefined : value * factor;
    }),
  };
}
