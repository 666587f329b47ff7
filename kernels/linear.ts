/** The gradient of a dense layer's bias. All other work of a dense layer is done by matmul. */
import { sumLanes } from './arithmetic';

/** biasGradient[f] = sum over quads and lanes of dy, quads [quad][features][4]. */
export function sumOverImages(dy: usize, quads: i32, features: i32, biasGradient: usize): void {
  const quad = (<usize>features) << 4;
  for (let f = 0; f < features; f++) {
    let at = dy + ((<usize>f) << 4);
    let sum = v128.load(at);
    for (let q = 1; q < quads; q++) {
      at += quad;
      sum = f32x4.add(sum, v128.load(at));
    }
    store<f32>(biasGradient, sumLanes(sum));
    biasGradient += 4;
  }
}
