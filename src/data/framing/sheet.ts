/** Finds a sheet of paper that lies on a table, or a board on a wall. */
import { type Component, componentsOf } from './components.ts';
import { blockMeans, brightnessOf, type Picture } from './picture.ts';
import { type Box, inverse, type Mask, maskAbove, quantile } from './plane.ts';

/** The longer side of the picture in which the sheet is looked for (pixels). */
const coarseSide = 96;

/** A sheet is at least this part of the picture, along both sides. */
const leastSide = 0.3;

/** A sheet covers at least this part of the box around it: what is written on it is less than the rest. */
const leastCovered = 0.7;

/** The rows of a sheet, each from its first to its last pixel, fill at least this part of the box. Rows of an 8 do not. */
const leastFilled = 0.86;

/** The least difference of brightness between sheet and table. */
const leastContrast = 0.2;

/** Pixels of the coarse picture that are cut from each side of a sheet: its edges are blurred and not quite straight. */
const cutAway = 2;

/**
 * The inside of a sheet, in pixels of the picture; undefined where there is none. A sheet is a large piece of one
 * brightness that leaves at least three edges of the picture to a ground of another brightness.
 */
export function sheetIn(picture: Picture): Box | undefined {
  const block = Math.ceil(Math.max(picture.width, picture.height) / coarseSide);
  const coarse = blockMeans(brightnessOf(picture), block);
  const [dark, light] = [quantile(coarse.data, 0.05), quantile(coarse.data, 0.95)];
  if (light - dark < leastContrast) return undefined;
  const bright = maskAbove(coarse, (dark + light) / 2);
  const candidates = componentsOf(isMostlyBright(bright) ? inverse(bright) : bright);
  const [largest] = candidates.sort((a, b) => b.pixels.length - a.pixels.length);
  if (!largest) return undefined;
  const { left, top, width, height, pixels } = largest;
  const touched = [left === 0, top === 0, left + width === coarse.width, top + height === coarse.height];
  const isSheet =
    Math.min(width / coarse.width, height / coarse.height) >= leastSide &&
    pixels.length >= leastCovered * width * height &&
    filledBy(largest, coarse.width) >= leastFilled * width * height &&
    touched.filter(Boolean).length <= 1;
  if (!isSheet) return undefined;
  return {
    left: (left + cutAway) * block,
    top: (top + cutAway) * block,
    width: Math.min((width - 2 * cutAway) * block, picture.width - (left + cutAway) * block),
    height: Math.min((height - 2 * cutAway) * block, picture.height - (top + cutAway) * block),
  };
}

/** The lengths of all rows of a piece, from the first to the last pixel of each. */
function filledBy({ pixels }: Component, stride: number): number {
  const rows = new Map<number, [first: number, last: number]>();
  for (const p of pixels) {
    const [x, y] = [p % stride, Math.floor(p / stride)];
    const [first, last] = rows.get(y) ?? [x, x];
    rows.set(y, [Math.min(first, x), Math.max(last, x)]);
  }
  return [...rows.values()].reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Whether most of the border is bright. */
function isMostlyBright({ width, height, data }: Mask): boolean {
  const border = data.filter((_, p) => {
    const [x, y] = [p % width, Math.floor(p / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  return 2 * border.reduce((sum, value) => sum + value, 0) > border.length;
}
