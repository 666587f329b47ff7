/** Trials as points: their history in the order of their numbers, and slices by one hyperparameter. */
import type { Objective, ParameterView, TrialRow, Value } from '../../../src/server/protocol.ts';
import type { Layer, Plot, Points } from '../../shared/chart/plot.ts';
import { trialValue } from '../data/filter.ts';
import { scoreText, valueText } from '../data/words.ts';

export interface PointOptions {
  readonly objective: Objective;
  /** The label of the value's axis. */
  readonly label: string;
  readonly at: number | undefined;
  nameOf(configuration: number): string;
}

interface PlacedTrial {
  readonly trial: TrialRow;
  readonly x: number;
  readonly value: number;
}

/** How trials of each state look, so that shape and colour tell what a value is. */
const looks = [
  { name: 'complete', ink: 'ours', symbol: 'circle', size: 3.5, states: ['complete'] },
  { name: 'stopped early', ink: 'muted', symbol: 'triangle', size: 3.5, states: ['pruned'] },
  { name: 'running, latest value', ink: 'post', symbol: 'ring', size: 3.5, states: ['running', 'waiting'] },
  { name: 'failed, last value', ink: 'muted', symbol: 'cross', size: 3, states: ['failed'] },
] as const;

/** A layer for each state of which there are trials. Plain loops: this is done for ten thousand trials at every update. */
function stateLayers(placed: readonly PlacedTrial[], { nameOf }: Pick<PointOptions, 'nameOf'>): Points[] {
  return looks.flatMap(({ states, ...look }): Points[] => {
    const own: PlacedTrial[] = [];
    for (const each of placed) if (states.some((state) => state === each.trial.state)) own.push(each);
    if (own.length === 0) return [];
    return [
      {
        kind: 'points',
        ...look,
        x: own.map(({ x }) => x),
        y: own.map(({ value }) => value),
        trials: own.map(({ trial }) => trial.number),
        labelOf: (index) => `trial ${own[index]!.trial.number}, ${nameOf(own[index]!.trial.configuration)}`,
      },
    ];
  });
}

function placedBy(
  trials: readonly TrialRow[],
  at: number | undefined,
  place: (trial: TrialRow) => number | undefined,
): PlacedTrial[] {
  const placed: PlacedTrial[] = [];
  for (const trial of trials) {
    const value = trialValue(trial, at);
    const x = value === undefined ? undefined : place(trial);
    if (x !== undefined && value !== undefined) placed.push({ trial, x, value });
  }
  return placed;
}

/** Values by number of trial, with the best so far. */
export function historyPlot(trials: readonly TrialRow[], options: PointOptions): Plot {
  const placed = placedBy(trials, options.at, ({ number }) => number);
  const { x, y } = bestSoFar(placed, options.objective.goal);
  const best = y.at(-1);
  const alt =
    best === undefined
      ? 'No trial has a value yet.'
      : `${options.label} of ${placed.length} trials in the order of their numbers. The best complete one has ${scoreText(best, options.objective)}.`;
  const line: Layer[] = x.length > 0 ? [{ kind: 'line', name: 'the best so far', ink: 'ours', x, y, width: 1.5 }] : [];
  return {
    title: 'History',
    alt,
    x: { label: 'trial', whole: true },
    y: { label: options.label, decimals: options.objective.decimals },
    layers: [...line, ...stateLayers(placed, options)],
  };
}

/** The best complete value so far, as a staircase. */
function bestSoFar(placed: readonly PlacedTrial[], goal: Objective['goal']): { x: number[]; y: number[] } {
  const x: number[] = [];
  const y: number[] = [];
  const complete = placed.filter(({ trial }) => trial.state === 'complete');
  for (const { x: number, value } of complete) {
    const before = y.at(-1);
    const isBetter = before === undefined || (goal === 'maximize' ? value > before : value < before);
    if (!isBetter) continue;
    if (before !== undefined) {
      x.push(number);
      y.push(before);
    }
    x.push(number);
    y.push(value);
  }
  const last = complete.at(-1);
  if (last && x.at(-1) !== last.x) {
    x.push(last.x);
    y.push(y.at(-1)!);
  }
  return { x, y };
}

/** Where a value of a hyperparameter stands on its axis: a number, or the place of a choice. */
export function placeOf({ scale }: ParameterView, value: Value | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (scale.kind === 'choices') return placesOf(scale.values).get(value);
  return typeof value === 'number' ? value : undefined;
}

/** The place of each choice; there may be thousands of them. */
function placesOf(choices: readonly Value[]): ReadonlyMap<Value, number> {
  const known = knownPlaces.get(choices) ?? new Map(choices.map((choice, place) => [choice, place]));
  knownPlaces.set(choices, known);
  return known;
}
const knownPlaces = new WeakMap<readonly Value[], ReadonlyMap<Value, number>>();

export interface SliceOptions extends PointOptions {
  settingsOf(configuration: number): Readonly<Record<string, Value>>;
}

/** Values by one hyperparameter. Points of one choice are spread a little, so that none hides another. */
export function slicePlot(trials: readonly TrialRow[], parameter: ParameterView, options: SliceOptions): Plot {
  const { name, scale } = parameter;
  const isChoice = scale.kind === 'choices';
  const placed = placedBy(trials, options.at, ({ configuration, number }) => {
    const place = placeOf(parameter, options.settingsOf(configuration)[name]);
    return place === undefined || !isChoice ? place : place + spreadOf(number) * 0.5;
  });
  return {
    title: `${options.label} by ${name}`,
    alt: `${options.label} of ${placed.length} trials by ${name}.`,
    x: {
      label: name,
      log: scale.kind === 'number' && scale.log,
      whole: scale.kind === 'number' && scale.isInteger,
      ...(isChoice ? { names: scale.values.map(valueText) } : {}),
    },
    y: { label: options.label, decimals: options.objective.decimals },
    layers: stateLayers(placed, options),
  };
}

/** A number from -0.5 to 0.5 that depends on the trial alone and fills the range evenly: the golden ratio's multiples. */
export function spreadOf(number: number): number {
  return ((number * 0.6180339887498949 + 0.5) % 1) - 0.5;
}
