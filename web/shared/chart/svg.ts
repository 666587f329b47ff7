/** A chart as an SVG file: axes with labels, legend, title and text alternative, on white paper. */
import {
  type Axis,
  dotRadius,
  inks,
  isEmpty,
  type Layer,
  lonePoints,
  type Marker,
  type Plot,
  rangeOf,
  roomy,
  valuesOf,
} from './plot.ts';
import { type Tick, ticksOf } from './ticks.ts';

const [width, innerHeight] = [720, 360];
const margin = { left: 84, right: 20, bottom: 46 };
const rowHeight = 18;
const font = 'system-ui, -apple-system, &quot;Segoe UI&quot;, Roboto, Helvetica, Arial, sans-serif';

type Scale = (value: number) => number;

export function plotSvg(plot: Plot): string {
  const legend = legendRows(plot.layers.filter(({ inLegend = true }) => inLegend));
  const top = 34 + legend.length * rowHeight + 8;
  const height = top + innerHeight + margin.bottom;
  const x = axisScale(
    plot.x,
    plot.layers.flatMap((layer) => layer.x),
    [margin.left, width - margin.right],
  );
  const y = axisScale(plot.y, plot.layers.flatMap(valuesOf), [top + innerHeight, top]);
  const parts = [
    `<title>${escaped(plot.title)}</title><desc>${escaped(plot.alt)}</desc>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${margin.left}" y="20" font-size="15" font-weight="600">${escaped(plot.title)}</text>`,
    ...legend.flatMap((row, index) => row.map(({ layer, left }) => legendEntry(layer, left, 40 + index * rowHeight))),
    ...(isEmpty(plot) ? [] : [xAxis(plot.x, x, { top, height }), yAxis(plot.y, y, top)]),
    ...plot.layers.map((layer) => layerSvg(layer, x.scale, y.scale)),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(plot.alt)}" font-family="${font}" font-size="12" fill="${inks.ink}">${parts.join('\n')}</svg>\n`;
}

interface PlacedAxis {
  readonly scale: Scale;
  readonly range: readonly [number, number];
}

function axisScale(
  axis: Axis,
  values: Iterable<number | undefined>,
  [from, to]: readonly [number, number],
): PlacedAxis {
  const range = roomy(rangeOf(values, axis) ?? [0, 1], axis);
  const place = axis.log ? Math.log10 : (value: number) => value;
  const [low, high] = [place(range[0]), place(range[1])];
  return { range, scale: (value) => from + ((place(value) - low) / (high - low)) * (to - from) };
}

function xAxis(axis: Axis, { scale, range }: PlacedAxis, { top, height }: { top: number; height: number }): string {
  const bottom = top + innerHeight;
  const tick = ({ value, text }: Tick) =>
    `<line x1="${n(scale(value))}" x2="${n(scale(value))}" y1="${bottom}" y2="${bottom + 4}" stroke="${inks.muted}"/>` +
    `<text x="${n(scale(value))}" y="${bottom + 17}" text-anchor="middle">${escaped(text)}</text>`;
  const label = `<text x="${(margin.left + width - margin.right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(axis.label)}</text>`;
  return `<line x1="${margin.left}" x2="${width - margin.right}" y1="${bottom}" y2="${bottom}" stroke="${inks.muted}"/>${ticksOf(axis, range, 8).map(tick).join('')}${label}`;
}

function yAxis(axis: Axis, { scale, range }: PlacedAxis, top: number): string {
  const tick = ({ value, text }: Tick) =>
    `<line x1="${margin.left}" x2="${width - margin.right}" y1="${n(scale(value))}" y2="${n(scale(value))}" stroke="#d5dce4"/>` +
    `<text x="${margin.left - 8}" y="${n(scale(value))}" dy="0.35em" text-anchor="end">${escaped(text)}</text>`;
  const middle = top + innerHeight / 2;
  const label = `<text transform="translate(16,${middle}) rotate(-90)" text-anchor="middle">${escaped(axis.label)}</text>`;
  return `${ticksOf(axis, range, 6).map(tick).join('')}${label}`;
}

function layerSvg(layer: Layer, x: Scale, y: Scale): string {
  const colour = inks[layer.ink];
  if (layer.kind === 'points') {
    const marks = layer.x.flatMap((value, index) => {
      const height = layer.y[index];
      if (height === undefined || !Number.isFinite(y(height)) || !Number.isFinite(x(value))) return [];
      return [symbolSvg(layer.symbol, x(value), y(height), layer.size ?? 4, colour)];
    });
    return `<g>${marks.join('')}</g>`;
  }
  if (layer.kind === 'line') {
    const dash = layer.dash ? ` stroke-dasharray="${layer.dash.join(' ')}"` : '';
    const { width: stroke = 2, opacity = 1 } = layer;
    const dots = lonePoints(layer).map(
      (index) =>
        `<circle cx="${n(x(layer.x[index]!))}" cy="${n(y(layer.y[index]!))}" r="${dotRadius(stroke)}" fill="${colour}" opacity="${opacity}"/>`,
    );
    return `<path d="${pathOf(layer.x, layer.y, x, y)}" fill="none" stroke="${colour}" stroke-width="${stroke}" opacity="${opacity}"${dash}/>${dots.join('')}`;
  }
  return `<path d="${bandPath(layer, x, y)}" fill="${colour}" fill-opacity="0.16"/>`;
}

/** Undefined values leave a gap. */
function pathOf(xs: readonly number[], ys: readonly (number | undefined)[], x: Scale, y: Scale): string {
  let path = '';
  let isDrawing = false;
  for (const [index, value] of xs.entries()) {
    const height = ys[index];
    const isPlaced = height !== undefined && Number.isFinite(y(height)) && Number.isFinite(x(value));
    if (isPlaced) path += `${isDrawing ? 'L' : 'M'}${n(x(value))},${n(y(height))}`;
    isDrawing = isPlaced;
  }
  return path;
}

function bandPath({ x: xs, low, high }: Extract<Layer, { kind: 'band' }>, x: Scale, y: Scale): string {
  const known = xs.flatMap((value, index) => {
    const [bottom, top] = [low[index], high[index]];
    return bottom === undefined || top === undefined ? [] : [{ value, bottom, top }];
  });
  if (known.length === 0) return '';
  const above = known.map(({ value, top }) => `${n(x(value))},${n(y(top))}`);
  const below = known.reverse().map(({ value, bottom }) => `${n(x(value))},${n(y(bottom))}`);
  return `M${above.join('L')}L${below.join('L')}Z`;
}

/** The outline of a symbol around (0, 0). */
export const outlines: Readonly<Record<Marker, (r: number) => string>> = {
  circle: (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`,
  ring: (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`,
  square: (r) => `M${-r},${-r}H${r}V${r}H${-r}z`,
  diamond: (r) => `M0,${-r * 1.3}L${r},0L0,${r * 1.3}L${-r},0z`,
  triangle: (r) => `M0,${-r}L${r},${r}L${-r},${r}z`,
  cross: (r) => `M${-r},${-r}L${r},${r}M${-r},${r}L${r},${-r}`,
};

/** Whether a symbol is an outline without a filling. */
export function isOpen(symbol: Marker): boolean {
  return symbol === 'ring' || symbol === 'cross';
}

function symbolSvg(symbol: Marker, x: number, y: number, r: number, colour: string): string {
  const paint = isOpen(symbol) ? `fill="none" stroke="${colour}" stroke-width="1.5"` : `fill="${colour}"`;
  return `<path transform="translate(${n(x)},${n(y)})" d="${outlines[symbol](r)}" ${paint}/>`;
}

/** Entries from left to right, in as many rows as they need. */
function legendRows(layers: readonly Layer[]): { layer: Layer; left: number }[][] {
  const rows: { layer: Layer; left: number }[][] = [];
  let left = Number.POSITIVE_INFINITY;
  for (const layer of layers) {
    const needed = 28 + layer.name.length * 7 + 14;
    if (left + needed > width - margin.right) {
      rows.push([]);
      left = margin.left;
    }
    rows.at(-1)!.push({ layer, left });
    left += needed;
  }
  return rows;
}

function legendEntry(layer: Layer, left: number, middle: number): string {
  const colour = inks[layer.ink];
  const text = `<text x="${left + 28}" y="${middle}" dy="0.35em">${escaped(layer.name)}</text>`;
  if (layer.kind === 'points') return symbolSvg(layer.symbol, left + 11, middle, layer.size ?? 4, colour) + text;
  if (layer.kind === 'band')
    return `<rect x="${left}" y="${middle - 6}" width="22" height="12" fill="${colour}" fill-opacity="0.16"/>${text}`;
  const dash = layer.dash ? ` stroke-dasharray="${layer.dash.join(' ')}"` : '';
  return `<line x1="${left}" x2="${left + 22}" y1="${middle}" y2="${middle}" stroke="${colour}" stroke-width="${layer.width ?? 2}"${dash}/>${text}`;
}

const n = (value: number) => String(Number(value.toFixed(1)));

export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (letter) => entities[letter]!);
}
