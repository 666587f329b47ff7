/** Euclidean radial basis functions: the squared distances of the features from the code of each class. */
import { loadVector, storeVector, Vector, vectorBytes, vectorShift } from './vector';

/**
 * z[c] = -(sum over features of (x - code)²).
 * x: packs [pack][features][lanes]; z: packs [pack][classes][lanes]; codes: floats [classes][features].
 */
export function rbfForward(x: usize, packs: i32, features: i32, classes: i32, codes: usize, z: usize): void {
  const image = <usize>features << vectorShift;
  for (let q = 0; q < packs; q++) {
    let code = codes;
    for (let c = 0; c < classes; c++) {
      let sum: Vector = f32x4.splat(0);
      for (let at = x, end = x + image; at < end; at += vectorBytes) {
        const d = f32x4.sub(loadVector(at), v128.load32_splat(code));
        sum = f32x4.sub(sum, f32x4.mul(d, d));
        code += 4;
      }
      storeVector(z, sum);
      z += vectorBytes;
    }
    x += image;
  }
}

/** dx = the sum over classes of dz · (-2 (x - code)). */
export function rbfBackward(x: usize, packs: i32, features: i32, classes: i32, codes: usize, dz: usize, dx: usize): void {
  const row = <usize>features << 2;
  for (let q = 0; q < packs; q++) {
    for (let f: usize = 0; f < row; f += 4) {
      const value = loadVector(x);
      let sum: Vector = f32x4.splat(0);
      for (let c = 0, code = codes + f; c < classes; c++, code += row) {
        const d = f32x4.sub(v128.load32_splat(code), value);
        sum = f32x4.add(sum, f32x4.mul(loadVector(dz + (<usize>c << vectorShift)), d));
      }
      storeVector(dx, f32x4.add(sum, sum));
      x += vectorBytes;
      dx += vectorBytes;
    }
    dz += <usize>classes << vectorShift;
  }
}

/** Gauss-Newton part of the second derivative: hx = sum over classes of hz · (2 (x - code))². */
export function rbfCurvature(x: usize, packs: i32, features: i32, classes: i32, codes: usize, hz: usize, hx: usize): void {
  const row = <usize>features << 2;
  for (let q = 0; q < packs; q++) {
    for (let f: usize = 0; f < row; f += 4) {
      const value = loadVector(x);
      let sum: Vector = f32x4.splat(0);
      for (let c = 0, code = codes + f; c < classes; c++, code += row) {
        const d = f32x4.sub(value, v128.load32_splat(code));
        sum = f32x4.add(sum, f32x4.mul(loadVector(hz + (<usize>c << vectorShift)), f32x4.mul(d, d)));
      }
      storeVector(hx, f32x4.mul(f32x4.splat(4), sum));
      x += vectorBytes;
      hx += vectorBytes;
    }
    hz += <usize>classes << vectorShift;
  }
}

/**
 * Second derivatives of the loss -z[label] (equation 8 of LeCun et al. 1998) by the features: 2 for every feature of an
 * image, computed as hx = -2 times the sum of g over the classes.
 * g: the gradient of the loss by z at scale 1, which is -1 at the label and 0 elsewhere. Lanes without an image have
 * g = 0 and receive 0.
 */
export function rbfLossCurvature(packs: i32, features: i32, classes: i32, g: usize, hx: usize): void {
  for (let q = 0; q < packs; q++) {
    let sum: Vector = f32x4.splat(0);
    for (let c = 0; c < classes; c++, g += vectorBytes) sum = f32x4.add(sum, loadVector(g));
    const bend = f32x4.mul(f32x4.splat(-2), sum);
    for (let f = 0; f < features; f++, hx += vectorBytes) storeVector(hx, bend);
  }
}
