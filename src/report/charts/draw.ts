/** Shared by all charts: drawing with Observable Plot into SVG text, colours, widths of text, legends and ticks. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeXml, visible, visibleLines } from '../../base/plain-text.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';

/**
 * CSS variables with a fallback, so that a page can change them for its dark scheme. A chart in a file of its own takes
 * the fallbacks.
 */
export const colours = {
  ours: 'var(--ours, #1763b8)',
  muted: 'var(--muted, #5d6a77)',
  other: 'var(--post, #c2410c)',
  good: 'var(--good, #15803d)',
  ink: 'currentColor',
} as const;

/** Background and text colour of a chart. A page that holds the chart sets both variables to its own colours. */
export const sheet = { background: 'var(--chart-paper, #fff)', color: 'var(--chart-ink, #1f2933)' } as const;

/** A sample of a mark, for a legend. */
export type Sample =
  | { readonly kind: 'line'; readonly colour: string; readonly dash?: string; readonly width?: number }
  | {
      readonly kind: 'symbol';
      readonly symbol: Shape;
      readonly colour: string;
      readonly filled?: boolean;
      readonly size?: number;
    }
  | { readonly kind: 'band'; readonly colour: string; readonly opacity?: number }
  | { readonly kind: 'text'; readonly text: string };
export type Shape = 'circle' | 'cross' | 'diamond' | 'plus' | 'square' | 'triangle';

export interface LegendEntry {
  readonly sample: Sample;
  readonly text: string;
}

export interface Drawing {
  readonly options: Plot.PlotOptions & { readonly width: number; readonly height: number };
  /** Text alternative of the chart. */
  readonly alt: string;
  readonly legend?: readonly LegendEntry[];
}

/**
 * A chart as a well-formed SVG file. Plot draws into a document of linkedom, which needs no browser; a document of XML
 * escapes attributes as XML asks. The legend stands above the frame.
 */
export function draw({ options, alt, legend = [] }: Drawing): string {
  const { DOMParser } = parseHTML('<!doctype html>');
  const document = new DOMParser().parseFromString(`<svg xmlns="${svgNamespace}"/>`, 'image/svg+xml');
  const above = legendLayout(legend, options.width);
  const marginTop = (options.marginTop ?? 8) + above.height;
  const height = options.height + above.height;
  const style = { ...sheet, ...(typeof options.style === 'object' ? options.style : {}) };
  const svg = Plot.plot({ ...options, style, marginTop, height, document });
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', alt);
  // Plot labels the groups of its marks, which a group without a role must not have.
  for (const group of svg.querySelectorAll('g[aria-label]')) group.setAttribute('role', 'group');
  // SVG inside HTML needs no namespace attribute; an SVG file needs it.
  svg.setAttribute('xmlns', svgNamespace);
  if (above.svg !== '') {
    const group = document.createElementNS(svgNamespace, 'g');
    group.innerHTML = above.svg;
    svg.append(...group.childNodes);
  }
  // Labels may hold characters that XML forbids.
  return visibleLines(svg.outerHTML);
}

/**
 * Upper bounds of the widths of letters in usual sans-serif fonts, in units of the font size. Too much room is better than
 * a clipped label.
 */
const widths = { wide: 1, capital: 0.79, other: 0.66 } as const;

/** Upper bound of the width of a line of text, in pixels. */
export function textWidth(text: string, fontSize: number): number {
  return [...text].reduce((sum, letter) => sum + widthOf(letter), 0) * fontSize;
}

function widthOf(letter: string): number {
  if (/[mwMW@%…]/.test(letter)) return widths.wide;
  return /[\p{Lu}+=<>~#&]/u.test(letter) ? widths.capital : widths.other;
}

const legendSize = 11;
const sampleWidth = 22;
const rowHeight = 18;

/** Entries from left to right, in as many rows as they need. An entry that is wider than the chart goes on below. */
function legendLayout(entries: readonly LegendEntry[], width: number): { svg: string; height: number } {
  if (entries.length === 0) return { svg: '', height: 0 };
  let [x, row] = [0, 0];
  const parts = entries.map(({ sample, text }) => {
    const lines = linesWithin(text, width - sampleWidth - 6);
    const needed = sampleWidth + 4 + Math.max(...lines.map((line) => textWidth(line, legendSize))) + 12;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const [left, middle] = [x + 2, 9 + row * rowHeight];
    x += needed;
    row += lines.length - 1;
    const start = left + sampleWidth + 4;
    const [first = '', ...others] = lines;
    const more = others.map((line) => `<tspan x="${start}" dy="${rowHeight}"> ${escapeXml(line)}</tspan>`);
    const words = `<text x="${start}" y="${middle}" dy="0.35em">${escapeXml(first)}${more.join('')}</text>`;
    return sampleSvg(sample, left, middle) + words;
  });
  return {
    svg: `<g class="legend" font-size="${legendSize}" text-anchor="start" fill="currentColor" stroke="none">${parts.join('')}</g>`,
    height: (row + 1) * rowHeight + 4,
  };
}

/** A legend's text in lines that fit into so many pixels, broken at spaces. */
function linesWithin(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && textWidth(longer, legendSize) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function sampleSvg(sample: Sample, left: number, middle: number): string {
  if (sample.kind === 'band') {
    return `<rect x="${left}" y="${middle - 6}" width="${sampleWidth}" height="12" style="fill:${sample.colour}" fill-opacity="${sample.opacity ?? bandOpacity}"/>`;
  }
  if (sample.kind === 'line') {
    const dash = sample.dash ? ` stroke-dasharray="${sample.dash}"` : '';
    return `<line x1="${left}" x2="${left + sampleWidth}" y1="${middle}" y2="${middle}" style="stroke:${sample.colour}" stroke-width="${sample.width ?? 2}"${dash}/>`;
  }
  if (sample.kind === 'text') {
    return `<text x="${left + sampleWidth / 2}" y="${middle}" dy="0.35em" text-anchor="middle">${escapeXml(sample.text)}</text>`;
  }
  const { symbol, colour, filled = false, size = 5 } = sample;
  const paint = filled ? `style="fill:${colour}"` : `style="fill:none;stroke:${colour}" stroke-width="2"`;
  return `<path transform="translate(${left + sampleWidth / 2},${middle})" d="${outlines[symbol](size)}" ${paint}/>`;
}

export const bandOpacity = 0.16;

const outlines: Readonly<Record<Shape, (r: number) => string>> = {
  circle: (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`,
  cross: (r) => `M${-r},${-r}L${r},${r}M${-r},${r}L${r},${-r}`,
  diamond: (r) => `M0,${-r * 1.3}L${r},0L0,${r * 1.3}L${-r},0z`,
  plus: (r) => `M${-r},0H${r}M0,${-r}V${r}`,
  triangle: (r) => `M0,${-r}L${r},${r}L${-r},${r}z`,
  square: (r) => `M${-r},${-r}H${r}V${r}H${-r}z`,
};

/** One of our shapes as a symbol of Plot. */
export function plotSymbol(symbol: Shape): Plot.SymbolType {
  return symbol === 'cross' ? 'times' : symbol;
}

/** Whole numbers from `first` to `last`, at most `most` of them, at even distances. */
export function integerTicks(first: number, last: number, most: number): number[] {
  const span = Math.max(1, last - first);
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((size) => span / size < most) ?? Math.ceil(span / most);
  const start = Math.ceil(first / step) * step;
  return Array.from({ length: Math.floor((last - start) / step) + 1 }, (_, i) => start + i * step);
}

/**
 * A label as up to three lines of at most `most` characters, broken at spaces. A word that is too long is broken
 * anywhere; text that does not fit into three lines is cut off.
 */
export function labelLines(label: string, most = 26): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of visible(label).split(' ')) {
    // Splits at code points, so that no surrogate pair is broken.
    const letters = [...word];
    const pieces = Array.from({ length: Math.ceil(letters.length / most) || 1 }, (_, i) =>
      letters.slice(i * most, (i + 1) * most).join(''),
    );
    for (const piece of pieces) {
      if (line === '') line = piece;
      else if ([...line].length + 1 + [...piece].length <= most) line += ` ${piece}`;
      else {
        lines.push(line);
        line = piece;
      }
    }
  }
  lines.push(line);
  return lines.length > 3 ? [...lines.slice(0, 2), `${[...lines[2]!].slice(0, most - 1).join('')}…`] : lines;
}
