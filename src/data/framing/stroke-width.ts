/** Measures how wide the strokes of a digit are, and makes them wider or narrower. */
import { distanceTo } from './distance.ts';
import { inverse, type Mask, maskAbove, type Plane } from './plane.ts';
import { skeletonOf } from './skeleton.ts';

/**
 * The mean width of the strokes: twice the mean distance from the skeleton to the ground (pixels). Source: D. Castro et
 * al., "Morpho-MNIST: quantitative assessment and diagnostics for representation learning", JMLR 20(178), 2019.
 * @returns 0 where there is no ink.
 */
export function strokeWidthOf(mask: Mask): number {
  const skeleton = skeletonOf(mask);
  const toGround = distanceTo(inverse(mask));
  let [sum, pixels] = [0, 0];
  for (let p = 0; p < skeleton.data.length; p++) {
    if (skeleton.data[p] === 0) continue;
    sum += toGround.data[p]!;
    pixels++;
  }
  // Distances are those to centres of ground pixels, which lie half a pixel outside.
  return pixels === 0 ? 0 : (2 * sum) / pixels - 1;
}

/**
 * Strokes wider by `more` pixels, or narrower where it is negative: dilation and erosion by a disk of half of it, as
 * Morpho-MNIST thickens and thins. Edges are smooth: a pixel's value is the part of it that is inside.
 */
export function widened(plane: Plane, more: number): Plane {
  const mask = maskAbove(plane, 0.5);
  const toInk = distanceTo(mask);
  const toGround = distanceTo(inverse(mask));
  const { width, height } = plane;
  const data = Float32Array.from({ length: width * height }, (_, p) => {
    // The edge lies half a pixel from the centres of the pixels at both of its sides.
    const outside = mask.data[p] === 1 ? 0.5 - toGround.data[p]! : toInk.data[p]! - 0.5;
    return Math.min(1, Math.max(0, 0.5 + more / 2 - outside));
  });
  return { width, height, data };
}
