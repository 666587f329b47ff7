/** Euclidean radial basis functions: the squared distances of the features from the code of each class. */

/**
 * z[c] = -(sum over features of (x - code)²).
 * x: quads [quad][features][4]; z: quads [quad][classes][4]; codes: floats [classes][features].
 */
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

/** Gauss-Newton part of the second derivative: hx = sum over classes of hz · (2 (x - code))². */
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
 * Second derivatives of the loss -z[label] (equation 8 of LeCun et al. 1998) by the features: 2 for every feature of an
 * image, computed as hx = -2 times the sum of g over the classes.
 * g: the gradient of the loss by z at scale 1, which is -1 at the label and 0 elsewhere. Lanes without an image have
 * g = 0 and receive 0.
 */
export function rbfLossCurvature(quads: i32, features: i32, classes: i32, g: usize, hx: usize): void {
  for (let q = 0; q < quads; q++) {
    let sum = f32x4.splat(0);
    for (let c = 0; c < classes; c++, g += 16) sum = f32x4.add(sum, v128.load(g));
    const bend = f32x4.mul(f32x4.splat(-2), sum);
    for (let f = 0; f < features; f++, hx += 16) v128.store(hx, bend);
  }
}
