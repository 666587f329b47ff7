/** The marks that a drawing of a network is made of: lines, text, and their sizes. */
import { escapeXml } from '../base/plain-text.ts';

// Sizes in pixels of the figure's own coordinates.
export const margin = 22;
export const captionSize = 14;
export const linkSize = 12;
/** From one line of a link's text to the next. */
export const lineHeight = linkSize + 4;
/** Mean width of a letter of a sans-serif face, in units of its size. */
const letterWidth = 0.58;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function line(kind: string, from: Point, to: Point): string {
  return `<path class="${kind}" d="M${n(from.x)} ${n(from.y)}L${n(to.x)} ${n(to.y)}"/>`;
}

export function text(kind: string, x: number, y: number, lines: readonly string[]): string {
  return lines
    .map((content, i) => `<text class="${kind}" x="${n(x)}" y="${n(y + i * lineHeight)}">${escapeXml(content)}</text>`)
    .join('\n');
}

export function textWidth(content: string, size: number): number {
  return content.length * size * letterWidth;
}

export function n(value: number): string {
  return `${Number(value.toFixed(2))}`;
}
