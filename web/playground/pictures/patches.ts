/** Which part of the image a number of a feature map has seen, and which numbers win in a pooling. */
import type { LayerOutput } from '../../../src/train/inspector.ts';

/**
 * The pixels of the input that a number of conv1 or conv2 depends on: a square of `size`, moving by `step` pixels a number. conv1: a filter of
 * 5 x 5. conv2: 5 x 5 numbers of a pooled map, each of 2 x 2 filters of 5 x 5: 5 + 1 + 4 · 2 = 14 pixels.
 */
export const fields = { conv1: { size: 5, step: 1 }, conv2: { size: 14, step: 2 } } as const;
export type Convolution = keyof typeof fields;

/** Where a filter is excited most: the place of the largest number of each map, after relu. */
export function strongestPlaces({
  shape,
  data,
}: LayerOutput): { readonly x: number; readonly y: number; readonly value: number }[] {
  const [maps, height, width] = shape as [number, number, number];
  return Array.from({ length: maps }, (_, map) => {
    let best = map * height * width;
    for (let i = best; i < (map + 1) * height * width; i++) if (data[i]! > data[best]!) best = i;
    const place = best - map * height * width;
    return { x: place % width, y: Math.floor(place / width), value: data[best]! };
  });
}

/** 1 for every number that lost in its window of 2 x 2, 0 for the first largest one, which the pooling passes on. */
export function losersOfPooling({ shape, data }: LayerOutput): Uint8Array {
  const [maps, height, width] = shape as [number, number, number];
  const losers = new Uint8Array(data.length).fill(1);
  for (let map = 0; map < maps; map++) {
    for (let y = 0; y < height; y += 2) {
      for (let x = 0; x < width; x += 2) {
        const first = (map * height + y) * width + x;
        const window = [first, first + 1, first + width, first + width + 1];
        losers[window.reduce((best, at) => (data[at]! > data[best]! ? at : best))] = 0;
      }
    }
  }
  return losers;
}

/** A square cut out of an image of 28 x 28. */
export function patchOf(
  image: Uint8Array,
  { x, y, size }: { readonly x: number; readonly y: number; readonly size: number },
): Uint8Array {
  return Uint8Array.from(
    { length: size * size },
    (_, i) => image[(y + Math.floor(i / size)) * 28 + x + (i % size)] ?? 0,
  );
}
