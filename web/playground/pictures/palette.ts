/** Colours of numbers: pixels of digits, activations from nothing to much, weights from negative to positive. */
import { colourOf, shownTheme } from '../../shared/theme.ts';

export const palettes = ['digit', 'activation', 'weight'] as const;
export type Palette = (typeof palettes)[number];

type Rgb = readonly [red: number, green: number, blue: number];

/** The colours at the ends, and in the middle of weights, as tokens. */
const ends: Readonly<Record<Exclude<Palette, 'digit'>, readonly string[]>> = {
  activation: ['shade', 'ours'],
  weight: ['post', 'paper', 'ours'],
};

const tables = new Map<string, Uint8ClampedArray>();

/** 256 colours [red, green, blue] in a row. Reading it follows the theme. */
export function coloursOf(palette: Palette): Uint8ClampedArray {
  const key = `${palette} ${shownTheme.value}`;
  const known = tables.get(key);
  if (known) return known;
  const stops =
    palette === 'digit' ? [rgbOf('#000000'), rgbOf('#ffffff')] : ends[palette].map((token) => rgbOf(colourOf(token)));
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) table.set(between(stops, i / 255), i * 3);
  tables.set(key, table);
  return table;
}

function between(stops: readonly Rgb[], share: number): Rgb {
  const at = share * (stops.length - 1);
  const first = Math.min(Math.floor(at), stops.length - 2);
  const [a, b, part] = [stops[first]!, stops[first + 1]!, at - first];
  const mix = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * part;
  return [mix(0), mix(1), mix(2)];
}

function rgbOf(hex: string): Rgb {
  const long = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
  const value = Number.parseInt(long, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
