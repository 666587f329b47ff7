/** The shortcuts of residual blocks in the drawing of a network: arcs over the main way, with their layers named above. */
import type { FigureShortcut } from './figure.ts';
import { lineHeight, linkSize, margin, n, text, textWidth } from './marks.ts';

/** Between the ends of arcs that meet at one part [pixels]. */
const endGap = 14;
/** From an arc down to the text of the arc below it, or to the ends of both [pixels]. */
const rise = 16;
const mostRounding = 10;

/** An arc [pixels]: `x` of its ends, `height` of its line above the ends, `textX` of its text's middle. */
interface Arc {
  readonly shortcut: FigureShortcut;
  readonly x: readonly [start: number, end: number];
  readonly height: number;
  readonly textX: number;
}

/** Arcs, and the room that they and their text take [pixels]: above their ends, and from the left edge of the picture. */
export interface ArcsLaidOut {
  readonly arcs: readonly Arc[];
  readonly height: number;
  readonly right: number;
}

/**
 * Places the arcs: in rows, so that neither arcs nor their texts overlap. Short arcs have the lowest rows, thus a block inside another lies below it.
 * @param centres of the parts from the left [pixels].
 */
export function layOutShortcuts(shortcuts: readonly FigureShortcut[], centres: readonly number[]): ArcsLaidOut {
  const spans = endsOf(shortcuts, centres).map(([start, end], index) => {
    const shortcut = shortcuts[index]!;
    const half = Math.max(0, ...shortcut.layers.map((layer) => textWidth(layer, linkSize))) / 2;
    const textX = Math.max((start + end) / 2, margin + half);
    const [left, right] = [Math.min(start, textX - half), Math.max(end, textX + half)];
    return { shortcut, x: [start, end] as const, textX, left, right };
  });
  const rows: (typeof spans)[] = [];
  for (const span of spans.toSorted((a, b) => a.x[1] - a.x[0] - (b.x[1] - b.x[0]))) {
    const apart = (other: typeof span) => other.right < span.left || span.right < other.left;
    // An arc lies above all that it overlaps, since its ends pass through the rows below its own.
    const row = rows.findLastIndex((each) => !each.every(apart)) + 1;
    rows[row] = [...(rows[row] ?? []), span];
  }
  let height = 0;
  const arcs = rows.flatMap((row) => {
    const line = height + rise;
    height = line + Math.max(...row.map(({ shortcut }) => shortcut.layers.length)) * lineHeight;
    return row.map(({ shortcut, x, textX }): Arc => ({ shortcut, x, textX, height: line }));
  });
  return { arcs, height, right: Math.max(0, ...spans.map(({ right }) => right)) };
}

/**
 * The ends of each arc, beside each other where arcs share a part. From the left: the arcs that end at the part, in the order of their sums, thus inner
 * blocks first (a block without a part of its own has both ends here); then those that start at the part, the farthest end first. Thus arcs cross only where blocks do.
 */
function endsOf(shortcuts: readonly FigureShortcut[], centres: readonly number[]): [number, number][] {
  const ends = shortcuts.map((): [number, number] => [0, 0]);
  for (const [part, centre] of centres.entries()) {
    const here = [...shortcuts.entries()];
    const ending = here.filter(([, { to }]) => to === part);
    const starting = here.filter(([, { from, to }]) => from === part && to > part);
    const slots: [index: number, end: 0 | 1][] = [
      ...ending.flatMap(([index, { from }]) =>
        (from === part ? ([0, 1] as const) : ([1] as const)).map((end): [number, 0 | 1] => [index, end]),
      ),
      ...starting.toSorted(([, a], [, b]) => b.to - a.to).map(([index]): [number, 0] => [index, 0]),
    ];
    for (const [slot, [index, end]] of slots.entries()) {
      ends[index]![end] = centre + (slot - (slots.length - 1) / 2) * endGap;
    }
  }
  return ends;
}

/** The arcs as SVG, with an arrow at the sum. @param y of their ends [pixels]. */
export function drawShortcuts({ arcs }: ArcsLaidOut, y: number): string[] {
  if (arcs.length === 0) return [];
  return [style, ...arcs.map((arc) => drawArc(arc, y))];
}

const style = `<style>
.shortcut{stroke:#1971c2;stroke-width:1.6;fill:none}@media (prefers-color-scheme:dark){.shortcut{stroke:#4dabf7}}
</style>`;

function drawArc({ shortcut, x: [start, end], height, textX }: Arc, y: number): string {
  const top = y - height;
  const rounding = Math.min(mostRounding, (end - start) / 2, height);
  const path = [
    `M${n(start)} ${n(y)}V${n(top + rounding)}Q${n(start)} ${n(top)} ${n(start + rounding)} ${n(top)}`,
    `H${n(end - rounding)}Q${n(end)} ${n(top)} ${n(end)} ${n(top + rounding)}V${n(y)}`,
    `M${n(end - 4)} ${n(y - 6)}L${n(end)} ${n(y)}L${n(end + 4)} ${n(y - 6)}`,
  ];
  const firstLine = top - 6 - (shortcut.layers.length - 1) * lineHeight;
  const words = shortcut.layers.length > 0 ? [text('link', textX, firstLine, shortcut.layers)] : [];
  return [`<path class="shortcut" d="${path.join('')}"/>`, ...words].join('\n');
}
