/** Brings a picture of a digit into MNIST's frame, as MNIST's own images were made. */
import type { Raster } from '../raster.ts';
import { boxAround, type Component, componentsOf } from './components.ts';
import { digitsAmong } from './digits.ts';
import { type Ink, inkOf } from './ink.ts';
import { cutOut, type Picture, reducedPicture } from './picture.ts';
import { type Box, type Mask, maskAbove, type Plane, quantile } from './plane.ts';
import { withoutRulings } from './rulings.ts';
import { resampled } from './sampling.ts';
import { sheetIn } from './sheet.ts';
import { strokeWidthOf, widened } from './stroke-width.ts';
import { inkThreshold } from './threshold.ts';

/** Pictures are reduced to sides of at most this many pixels before they are looked at. */
const mostSide = 800;

/** MNIST's ink fits a box of 20 of the frame's 28 pixels. */
const boxShare = 20 / 28;

/** Strokes are measured and changed at this many times MNIST's resolution. */
const fineness = 4;

/**
 * Mean stroke widths between which a digit keeps its own (pixels of MNIST): about a standard deviation of 0.7 to both
 * sides of the mean of MNIST's strokes, 2.2.
 */
const narrowestStroke = 1.6;
const widestStroke = 3;

/** No digit is wider than this many times its height; usually digits are less wide than high. */
const widestDigit = 1.9;
const usualWidth = 0.8;

/** Ink smaller than this part of the picture's longer side, or than this many pixels, is no digit. */
const leastDigit = 0.03;
const leastDigitPixels = 6;

/** A picture in the frame of a model, or why there is none: nothing on the page, or more than one digit. */
export type FramedPicture =
  | { readonly kind: 'one'; readonly pixels: Uint8Array }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'several'; readonly count: number };

/**
 * Finds the digit in a picture and frames it as MNIST's images are: light ink on dark ground, its box scaled to 20 of
 * 28 pixels with its aspect kept, its centre of mass in the middle. Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST
 * database of handwritten digits".
 * @param height of the frame, 28 for MNIST (pixels). In a frame that is not square, the box goes by the shorter side.
 * @returns pixels [height][width], 0 (ground) to 255 (ink).
 * @throws UsageError when the raster's data does not have width x height pixels.
 */
export function frameDigit(raster: Raster, height: number, width: number): FramedPicture {
  const picture = reducedPicture(raster, mostSide);
  const sheet = sheetIn(picture);
  const onSheet = sheet && frameOn(cutOut(picture, sheet), height, width);
  return onSheet && onSheet.kind !== 'nothing' ? onSheet : frameOn(picture, height, width);
}

function frameOn(picture: Picture, height: number, width: number): FramedPicture {
  const ink = inkOf(picture);
  const threshold = inkThreshold(ink);
  if (threshold === undefined) return { kind: 'nothing' };
  const digits = digitsIn(maskAbove(ink, threshold));
  if (digits.length === 0) return { kind: 'nothing' };
  if (digits.length > 1) return { kind: 'several', count: digits.length };
  const [digit] = digits as [Component[]];
  const joined = joinedDigits(boxAround(digit));
  if (joined > 1) return { kind: 'several', count: joined };
  const side = Math.min(height, width);
  const fine = fineAround(onlyOf(ink, threshold, digit), boxAround(digit), side);
  return { kind: 'one', pixels: centred(withUsualStrokes(fine, side), height, width) };
}

function digitsIn(mask: Mask): Component[][] {
  const least = Math.max(leastDigitPixels, leastDigit * Math.max(mask.width, mask.height));
  const isLarge = ({ width, height }: Box) => Math.max(width, height) >= least;
  const pieces = componentsOf(withoutRulings(mask)).filter(({ pixels }) => pixels.length > 2);
  if (pieces.some(isLarge)) return digitsAmong(pieces);
  // A digit of straight lines alone, such as a 1 from edge to edge.
  const all = componentsOf(mask);
  return all.some(isLarge) ? digitsAmong(all) : [];
}

/** How many digits touch each other in a box that is far wider than high. */
function joinedDigits({ width, height }: Box): number {
  return width > widestDigit * height ? Math.max(2, Math.round(width / (usualWidth * height))) : 1;
}

/** The ink of a digit's pieces and of the pixels next to them, 0 to 1. */
function onlyOf(ink: Ink, threshold: number, digit: readonly Component[]): Plane {
  const { width, height } = ink;
  const own = new Uint8Array(width * height);
  for (const { pixels } of digit) {
    for (const p of pixels) {
      const [x, y] = [p % width, Math.floor(p / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        own.fill(1, ny * width + Math.max(0, x - 1), ny * width + Math.min(width - 1, x + 1) + 1);
      }
    }
  }
  const level = quantile(
    ink.data.filter((value, p) => own[p] === 1 && value > threshold),
    0.6,
  );
  return {
    width,
    height,
    data: ink.data.map((value, p) => (own[p] === 1 ? Math.min(1, Math.max(0, value / level)) : 0)),
  };
}

/** The digit with the longer side of its box `fineness` times as long as in the frame, and room around it. */
function fineAround(ink: Plane, box: Box, side: number): Plane {
  const scale = Math.max(box.width, box.height) / (fineness * boxShare * side);
  const room = fineness * 4;
  return resampled(ink, {
    width: Math.ceil(box.width / scale) + 2 * room,
    height: Math.ceil(box.height / scale) + 2 * room,
    left: box.left - room * scale,
    top: box.top - room * scale,
    scale,
  });
}

function withUsualStrokes(fine: Plane, side: number): Plane {
  const pixel = (fineness * side) / 28;
  const width = strokeWidthOf(maskAbove(fine, 0.5));
  const wanted = Math.min(widestStroke * pixel, Math.max(narrowestStroke * pixel, width));
  if (wanted === width) return fine;
  // Wider strokes make the box larger, which is then scaled back.
  const longer = fineness * boxShare * side;
  return widened(fine, (wanted - width) / (1 - wanted / longer));
}

/**
 * The plane in the frame: the longer side of its ink as long as the box, its centre of mass in the middle pixel. As in
 * MNIST, whose boxes begin at whole pixels, the centre of mass is somewhere in the pixel from 14 to 15.
 */
function centred(fine: Plane, height: number, width: number): Uint8Array {
  const { data } = fine;
  let [left, right, top, bottom, mass, massX, massY] = [fine.width, 0, fine.height, 0, 0, 0, 0];
  for (let p = 0; p < data.length; p++) {
    const value = data[p]!;
    const [x, y] = [p % fine.width, Math.floor(p / fine.width)];
    mass += value;
    massX += value * (x + 0.5);
    massY += value * (y + 0.5);
    if (value <= 0.5) continue;
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  const scale = Math.max(right - left, bottom - top) / (boxShare * Math.min(height, width));
  const start = (low: number, centre: number, size: number) =>
    low + scale * Math.floor((centre - low) / scale - Math.floor(size / 2));
  const plane = resampled(fine, {
    width,
    height,
    left: start(left, massX / mass, width),
    top: start(top, massY / mass, height),
    scale,
  });
  return Uint8Array.from(plane.data, (value) => Math.round(255 * Math.min(1, value)));
}
