/** Ticks of an axis and their texts. */
import type { Axis } from './plot.ts';

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** About `most` ticks, never more than twice as many: round numbers, powers of ten, or the names of choices. */
export function ticksOf(axis: Axis, [low, high]: readonly [number, number], most: number): Tick[] {
  if (axis.names) return namedTicks(axis.names, most);
  if (axis.log) {
    const ticks = logTicks([low, high], most);
    // Within a fraction of a decade there may be no round number of its kind.
    if (ticks.length >= 2) return ticks;
  }
  const step = Math.max(roundStep((high - low) / Math.max(1, most)), axis.whole ? 1 : 0);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => {
    const value = (first + index) * step;
    return { value, text: plain(value, decimals) };
  });
}

/** The smallest of 1, 2 and 5 times a power of ten that is at least `size`. */
export function roundStep(size: number): number {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((each) => each * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function namedTicks(names: readonly string[], most: number): Tick[] {
  const every = Math.ceil(names.length / Math.max(1, most));
  return names.flatMap((text, value) => (value % every === 0 ? [{ value, text }] : []));
}

function logTicks([low, high]: readonly [number, number], most: number): Tick[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const decades = last - first + 1;
  // Within less than two decades the powers of ten alone would leave the axis bare.
  const factors = decades >= 2 ? [1] : [1, 2, 5];
  const every = Math.max(1, Math.ceil((decades * factors.length) / Math.max(2, most)));
  const ticks: Tick[] = [];
  for (let power = first - 1; power <= last; power++) {
    if (factors.length === 1 && (power - first) % every !== 0) continue;
    for (const factor of factors) {
      const value = factor * 10 ** power;
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push({ value, text: shortNumber(value) });
    }
  }
  return ticks;
}

function plain(value: number, decimals: number): string {
  const text = Math.abs(value) >= 1e6 ? shortNumber(value) : value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/** A number as people read it: `0.0003`, `1e-5`, `12.5`, `2,000`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 0.999e-4 || size >= 1e7) return Number(value.toPrecision(4)).toExponential().replace('e+', 'e');
  return size >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(4)));
}
