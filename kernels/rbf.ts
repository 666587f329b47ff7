/** Euclidean radial basis functions: how far the features are from the code of each class. */

/** z[c] = -the sum over features of (x - code)². x: quads [quad][features][4], z: [quad][classes][4], codes: floats [classes][features]. */
export function rbfForward(x: usize, quads: i32, features: i32, classes: i32, codes: usize, z: usize): void {
  const image = <usize>features << 4;
  for (let q = 0; q < quads; q++) {
    let code = codes;
    for (let c = 0; c < classes; c++) {
      let sum = f32x4.splat(0);
      for (let at = x, end = x + image; at < end; at += 16) {
        const d = f32x4.sub(v128.load(at), v128.load32_splat(code));
        sum = f32x4.sub(sum, f32x4.mul(d, d));
        code += 4;
      }
      v128.store(z, sum);
      z += 16;
    }
    x += image;
  }
}

/** dx = the sum over classes of dz · (-2 (x - code)). */
export function rbfBackward(x: usize, quads: i32, features: i32, classes: i32, codes: usize, dz: usize, dx: usize): void {
  const row = <usize>features << 2;
  for (let q = 0; q < quads; q++) {
    for (let f: usize = 0; f < row; f += 4) {
      const value = v128.load(x);
      let sum = f32x4.splat(0);
      for (let c = 0, code = codes + f; c < classes; c++, code += row) {
        const d = f32x4.sub(v128.load32_splat(code), value);
        sum = f32x4.add(sum, f32x4.mul(v128.load(dz + (<usize>c << 4)), d));
      }
      v128.store(dx, f32x4.add(sum, sum));
      x += 16;
      dx += 16;
    }
    dz += <usize>classes << 4;
  }
}

/** Gauss and Newton's part of the second derivative: hx = the sum over classes of hz · (2 (x - code))². */
export function rbfCurvature(x: usize, quads: i32, features: i32, classes: i32, codes: usize, hz: usize, hx: usize): void {
  const row = <usize>features << 2;
  for (let q = 0; q < quads; q++) {
    for (let f: usize = 0; f < row; f += 4) {
      const value = v128.load(x);
      let sum = f32x4.splat(0);
      for (let c = 0, code = codes + f; c < classes; c++, code += row) {
        const d = f32x4.sub(value, v128.load32_splat(code));
        sum = f32x4.add(sum, f32x4.mul(v128.load(hz + (<usize>c << 4)), f32x4.mul(d, d)));
      }
      v128.store(hx, f32x4.mul(f32x4.splat(4), sum));
      x += 16;
      hx += 16;
    }
    hz += <usize>classes << 4;
  }
}

/**
 * The whole second derivative of each image's loss by each of its features, for a loss whose gradient by z is g and whose Hessian by z
 * is diag(p) - p p': with d = -2 (x - code), the variance of d under p, and -2 times the sum of g for the bend of the distance itself.
 * g, p: quads [quad][classes][4].
 */
export function rbfLossCurvature(
  x: usize, quads: i32, features: i32, classes: i32, codes: usize, g: usize, p: usize, hx: usize,
): void {
  const row = <usize>features << 2;
  const two = f32x4.splat(-2);
  for (let q = 0; q < quads; q++) {
    let bend = f32x4.splat(0);
    for (let c = 0; c < classes; c++) bend = f32x4.add(bend, v128.load(g + (<usize>c << 4)));
    bend = f32x4.mul(two, bend);
    for (let f: usize = 0; f < row; f += 4) {
      const value = v128.load(x);
      let first = f32x4.splat(0), second = bend;
      for (let c = 0, code = codes + f; c < classes; c++, code += row) {
        const d = f32x4.mul(two, f32x4.sub(value, v128.load32_splat(code)));
        const weighted = f32x4.mul(v128.load(p + (<usize>c << 4)), d);
        first = f32x4.add(first, weighted);
        second = f32x4.add(second, f32x4.mul(weighted, d));
      }
      // Rounding must not make it negative.
      v128.store(hx, f32x4.max(f32x4.sub(second, f32x4.mul(first, first)), f32x4.splat(0)));
      x += 16;
      hx += 16;
    }
    g += <usize>classes << 4;
    p += <usize>classes << 4;
  }
}
