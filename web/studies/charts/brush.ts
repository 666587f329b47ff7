/** The brush on an axis of the parallel coordinates: the part that trials must lie in, as a condition of the filter. */
import type { Condition } from '../data/filter.ts';
import { valueText } from '../data/words.ts';
import type { ParallelAxis } from './parallel.ts';

/** Places on an axis. */
export type Brush = readonly [low: number, high: number];

/** The condition that a brush on an axis means: a range, or the choices between its ends. Undefined: the whole axis. */
export function brushCondition(axis: ParallelAxis, from: number, to: number): Condition | undefined {
  const [low, high] = from < to ? [from, to] : [to, from];
  if (low <= 0 && high >= 1) return undefined;
  if (axis.choices) {
    const inside = axis.choices.filter((choice) => axis.at(choice)! >= low && axis.at(choice)! <= high);
    return inside.length === 0 ? undefined : { oneOf: inside.map(String) };
  }
  return {
    low: low <= 0 ? Number.NEGATIVE_INFINITY : axis.back(low),
    high: high >= 1 ? Number.POSITIVE_INFINITY : axis.back(high),
  };
}

/** Where a condition's brush stands on its axis. */
export function brushOf(axis: ParallelAxis, condition: Condition | undefined): Brush | undefined {
  if (!condition) return undefined;
  if ('oneOf' in condition) {
    const { choices = [] } = axis;
    const places = choices.flatMap((choice) => (condition.oneOf.includes(String(choice)) ? [axis.at(choice)!] : []));
    const half = 0.4 / choices.length;
    return places.length === 0 ? undefined : [Math.min(...places) - half, Math.max(...places) + half];
  }
  const end = (value: number, open: number) =>
    Number.isFinite(value) ? Math.min(1, Math.max(0, axis.at(value) ?? open)) : open;
  return [end(condition.low, 0), end(condition.high, 1)];
}

/** The keys that change a brush: its ends move, by how many steps. With Shift the same keys widen it. */
const keys: Readonly<Record<string, { readonly low: number; readonly high: number }>> = {
  ArrowUp: { low: 1, high: 0 },
  ArrowDown: { low: 0, high: -1 },
  'Shift ArrowUp': { low: 0, high: 1 },
  'Shift ArrowDown': { low: -1, high: 0 },
};

/**
 * The brush after a key: Up raises the lower end, Down lowers the upper one, with Shift they widen it.
 * @returns `all` where everything is chosen; undefined: the key does nothing.
 */
export function brushAfter(
  key: string,
  { axis: { choices }, brush = [0, 1] }: { readonly axis: ParallelAxis; readonly brush: Brush | undefined },
): Brush | 'all' | undefined {
  if (key === 'Escape' || key === 'Delete') return 'all';
  const move = keys[key];
  if (!move) return undefined;
  const step = 1 / (choices?.length ?? 20);
  const low = Math.max(0, brush[0] + move.low * step);
  const high = Math.min(1, brush[1] + move.high * step);
  // At least one choice stays, or a step.
  if (high - low < 0.7 * step) return brush;
  return low < step / 2 && high > 1 - step / 2 ? 'all' : [low, high];
}

/** What is chosen, in words. */
export function brushText(condition: Condition | undefined): string {
  if (!condition) return 'all';
  if ('oneOf' in condition) return condition.oneOf.join(', ');
  const { low, high } = condition;
  if (!Number.isFinite(low)) return `at most ${valueText(high)}`;
  return Number.isFinite(high) ? `${valueText(low)} to ${valueText(high)}` : `at least ${valueText(low)}`;
}
