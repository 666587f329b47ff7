/** Parallel coordinates: a line for each configuration through the axes of its hyperparameters and its value. */
import type { ParameterView, TrialRow, Value } from '../../../src/server/protocol.ts';
import { type Tick, ticksOf } from '../../shared/chart/ticks.ts';
import { trialValue } from '../data/filter.ts';
import { valueText } from '../data/words.ts';
import { placeOf, spreadOf } from './points.ts';

/** An axis, with the place of a value on it from 0 (bottom) to 1 (top). */
export interface ParallelAxis {
  /** The hyperparameter; `value` is the trial's value. */
  readonly name: string;
  readonly label: string;
  readonly ticks: readonly Tick[];
  readonly choices: readonly Value[] | undefined;
  at(value: Value | undefined): number | undefined;
  /** The value at a place. */
  back(place: number): number;
}

/** The place below an axis of lines for which its hyperparameter does not count. */
export const missing = -0.1;

export interface ParallelLine {
  readonly trial: TrialRow;
  /** By axis; {@link missing} where the hyperparameter does not count. */
  readonly at: readonly number[];
  /** From 0, the worst, to 1, the best. */
  readonly rank: number;
}

/** @param range of the trials' values; undefined: there are none, and no axis for them. */
export function parallelAxes(
  parameters: readonly ParameterView[],
  range: readonly [low: number, high: number] | undefined,
  label: string,
): ParallelAxis[] {
  const [low, high] = range ?? [0, 0];
  const value: ParameterView = {
    name: 'value',
    varies: true,
    scale: {
      kind: 'number',
      low: low < high ? low : low - 1,
      high: low < high ? high : high + 1,
      log: false,
      isInteger: false,
    },
  };
  return [
    ...parameters.map((parameter) => axisOf(parameter, parameter.name)),
    ...(range ? [axisOf(value, label)] : []),
  ];
}

function axisOf(parameter: ParameterView, label: string): ParallelAxis {
  const { name, scale } = parameter;
  if (scale.kind === 'choices') {
    // Each choice has an equal part of the axis and stands in its middle.
    const count = scale.values.length;
    return {
      name,
      label,
      choices: scale.values,
      ticks: scale.values.map((each, index) => ({ value: (index + 0.5) / count, text: valueText(each) })),
      at: (value) => {
        const place = placeOf(parameter, value);
        return place === undefined ? undefined : (place + 0.5) / count;
      },
      back: (place) => place * count - 0.5,
    };
  }
  const through = scale.log ? Math.log : (x: number) => x;
  const [low, high] = [through(scale.low), through(scale.high)];
  const span = high - low || 1;
  const place = (value: number) => (through(value) - low) / span;
  return {
    name,
    label,
    choices: undefined,
    ticks: ticksOf({ label, log: scale.log, whole: scale.isInteger }, [scale.low, scale.high], 5).map(
      ({ value, text }) => ({ value: place(value), text }),
    ),
    at: (value) => (typeof value === 'number' ? place(value) : undefined),
    back: (at) => {
      const found = low + at * span;
      return scale.log ? Math.exp(found) : found;
    },
  };
}

export interface LineOptions {
  readonly at: number | undefined;
  readonly goal: 'maximize' | 'minimize';
  settingsOf(configuration: number): Readonly<Record<string, Value>>;
}

/** A line for each trial with a value, the best last, so that it is drawn on top. */
export function parallelLines(
  trials: readonly TrialRow[],
  axes: readonly ParallelAxis[],
  options: LineOptions,
): ParallelLine[] {
  const known = trials.flatMap((trial) => {
    const value = trialValue(trial, options.at);
    return value === undefined ? [] : [{ trial, value }];
  });
  const sign = options.goal === 'maximize' ? 1 : -1;
  known.sort((a, b) => sign * (a.value - b.value));
  const places =
    knownPlaces.get(axes) ?? new WeakMap<TrialRow, { readonly value: number; readonly at: readonly number[] }>();
  knownPlaces.set(axes, places);
  return known.map(({ trial, value }, index) => {
    let placed = places.get(trial);
    if (placed?.value !== value) {
      placed = { value, at: placesOf(trial, value, { axes, settings: options.settingsOf(trial.configuration) }) };
      places.set(trial, placed);
    }
    return { trial, rank: known.length > 1 ? index / (known.length - 1) : 1, at: placed.at };
  });
}

/** Of the rows placed on these axes before: an update brings a few new rows, the others are the same objects. */
const knownPlaces = new WeakMap<
  readonly ParallelAxis[],
  WeakMap<TrialRow, { readonly value: number; readonly at: readonly number[] }>
>();

interface PlaceOptions {
  readonly axes: readonly ParallelAxis[];
  readonly settings: Readonly<Record<string, Value>>;
}

function placesOf({ number }: TrialRow, value: number, { axes, settings }: PlaceOptions): number[] {
  return axes.map(({ name, choices, at }) => {
    const place = at(name === 'value' ? value : settings[name]);
    if (place === undefined) return missing;
    // Lines through one choice would lie on each other.
    return choices ? place + (spreadOf(number) * 0.3) / choices.length : place;
  });
}

/** The share of the best lines that are drawn in the colour that stands out. */
export const bestShare = 0.1;

/** The axes below which a line passes, with the tick that says so. */
export function missingTicks(
  lines: readonly ParallelLine[],
  axes: readonly ParallelAxis[],
): readonly (Tick | undefined)[] {
  return axes.map((_, index) =>
    lines.some(({ at }) => at[index] === missing) ? { value: missing, text: 'without' } : undefined,
  );
}
