/** The gradient of a bias. All other work of a dense layer is done by matmul. */
import { sumLanes } from './arithmetic';
import { quadAt, quadsOfVector, vectorBytes, vectorShift } from './vector';

/**
 * biasGradient[f] = sum of dy over images and pixels, packs [pack][pixel][feature][lanes]; quad by quad, then pixel by
 * pixel, then over the four lanes.
 */
export function sumOverImages(dy: usize, packs: i32, pixels: i32, features: i32, biasGradient: usize): void {
  const pixel = <usize>features << vectorShift;
  const pack = <usize>pixels * pixel;
  for (let f = 0; f < features; f++) {
    let sum = f32x4.splat(0);
    for (let q = 0; q < packs * quadsOfVector; q++) {
      const first = quadAt(dy, pack, q);
      for (let at = first, end = first + pack; at < end; at += pixel) sum = f32x4.add(sum, v128.load(at));
    }
    store<f32>(biasGradient, sumLanes(sum));
    biasGradient += 4;
    dy += vectorBytes;
  }
}
