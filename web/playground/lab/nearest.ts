/** The training digits that look most like an image, by the distance of their pixels. */
import type { TestDigits } from './protocol.ts';

/**
 * The indices of the nearest images, nearest first: the sums of squared differences of pixels are smallest; of equal ones the first.
 * @param image as long as each of the images.
 */
export function nearestImages(image: Uint8Array, { images, labels }: TestDigits, count: number): number[] {
  const pixels = image.length;
  const found: { readonly index: number; readonly distance: number }[] = [];
  let farthest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < labels.length; index++) {
    const from = index * pixels;
    let distance = 0;
    for (let p = 0; p < pixels; p++) {
      const difference = images[from + p]! - image[p]!;
      distance += difference * difference;
    }
    if (distance >= farthest) continue;
    const place = found.findIndex((other) => other.distance > distance);
    found.splice(place < 0 ? found.length : place, 0, { index, distance });
    if (found.length > count) found.pop();
    if (found.length === count) farthest = found.at(-1)!.distance;
  }
  return found.map(({ index }) => index);
}
