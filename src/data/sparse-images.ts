/**
 * Images of mostly black pixels in a compact form: the labels, a bit for each pixel that is not black, and those pixels. The pixels are
 * sorted by how many of their neighbours are not black, since pixels within a stroke are alike, and those at its edge: gzip makes 9.0 MB of
 * MNIST in this form, 10.2 MB without the sorting, and 11.2 MB of the images as they are.
 */
import { WorldError } from '../base/errors.ts';

/** Images in bytes with their classes, and where they go when they are unpacked. */
export interface LabelledImages {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  /** Of an image (pixels). */
  readonly width: number;
}

/** Bytes of the number of images at the start. */
const headBytes = 4;

/** The sparse form. @param images a whole number of images for each label. */
export function packSparse({ images, labels, width }: LabelledImages): Uint8Array<ArrayBuffer> {
  const { maskAt, valuesAt } = placesOf(images, labels);
  const padded = withMargin(images.length, width);
  const inked = padded.subarray(width + 1, width + 1 + images.length);
  for (let i = 0; i < inked.length; i++) inked[i] = images[i] === 0 ? 0 : 1;
  const ranks = new Uint8Array(images.length);
  rankInto(ranks, padded, width);
  const { starts: next, end } = startsOf(ranks, inked);
  const packed = new Uint8Array(valuesAt + end);
  new DataView(packed.buffer).setUint32(0, labels.length, true);
  packed.set(labels, headBytes);
  for (let i = 0; i < images.length; i++) {
    if (inked[i] === 0) continue;
    packed[maskAt + (i >> 3)]! |= 1 << (i & 7);
    packed[valuesAt + next[ranks[i]!]!++] = images[i]!;
  }
  return packed;
}

/**
 * Unpacks the sparse form into `target`, whose images are black.
 * @param where names the part in messages. @throws WorldError when its size or number of images is another than the target's.
 */
export function unpackSparse(packed: Uint8Array, { images, labels, width }: LabelledImages, where: string): void {
  const { maskAt, valuesAt } = placesOf(images, labels);
  const damaged = () => new WorldError(`${where} is damaged: it does not hold ${labels.length} images`);
  if (packed.length < valuesAt) throw damaged();
  if (new DataView(packed.buffer, packed.byteOffset).getUint32(0, true) !== labels.length) throw damaged();
  const inked = withMargin(images.length, width);
  const inner = inked.subarray(width + 1, width + 1 + images.length);
  for (let i = 0; i < inner.length; i++) inner[i] = (packed[maskAt + (i >> 3)]! >> (i & 7)) & 1;
  // The images hold the ranks until each pixel gets its value: a part of MNIST is 4 MB, and its page should fit phones.
  rankInto(images, inked, width);
  const { starts: next, end } = startsOf(images, inner);
  if (packed.length !== valuesAt + end) throw damaged();
  labels.set(packed.subarray(headBytes, maskAt));
  for (let i = 0; i < images.length; i++) {
    if (inner[i] !== 0) images[i] = packed[valuesAt + next[images[i]!]!++]!;
  }
}

/** Where the mask and the values begin. */
function placesOf(images: Uint8Array, labels: Uint8Array): { readonly maskAt: number; readonly valuesAt: number } {
  const maskAt = headBytes + labels.length;
  return { maskAt, valuesAt: maskAt + Math.ceil(images.length / 8) };
}

/** Zeros for so many pixels, with those of a line and one more before and after: every pixel then has eight neighbours. */
function withMargin(pixels: number, width: number): Uint8Array {
  return new Uint8Array(pixels + 2 * (width + 1));
}

/**
 * Writes how many of the eight neighbours of each inked pixel are inked, 0 to 8, to `ranks`; other pixels stay as they are. Neighbours are
 * found by their distance in the row of all pixels: those of a pixel at a border may be in the next line or image, which are black there.
 * @param inked of {@link withMargin}, 1 for each pixel that is not black.
 */
function rankInto(ranks: Uint8Array, inked: Uint8Array, width: number): void {
  for (let i = 0; i < ranks.length; i++) {
    const at = i + width + 1;
    if (inked[at] === 0) continue;
    const above = at - width;
    const below = at + width;
    ranks[i] =
      inked[above - 1]! +
      inked[above]! +
      inked[above + 1]! +
      inked[at - 1]! +
      inked[at + 1]! +
      inked[below - 1]! +
      inked[below]! +
      inked[below + 1]!;
  }
}

/** The place of the first inked pixel of each rank, the ranks one after the other, and their end. */
function startsOf(ranks: Uint8Array, inked: Uint8Array): { readonly starts: number[]; readonly end: number } {
  const counts = new Array<number>(9).fill(0);
  for (let i = 0; i < ranks.length; i++) if (inked[i] !== 0) counts[ranks[i]!]!++;
  let end = 0;
  const starts = counts.map((count) => (end += count) - count);
  return { starts, end };
}
