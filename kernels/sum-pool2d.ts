/** Sums over windows of an image, for average pooling and trainable subsampling. */
import { multiplyAdd, sumLanes } from './arithmetic';
import { loadVector, quadAt, quadsOfVector, storeVector, Vector, vectorBytes, vectorShift } from './vector';

/**
 * y = scale · the sum of every window, summed x fastest, then y.
 * x: packs [pack][height][width][channels][lanes]; y: packs [pack][outHeight][outWidth][channels][lanes].
 */
export function sumPool2dForward(
  x: usize, y: usize, scale: f32, packs: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
): void {
  const pixel = <usize>channels << vectorShift;
  const row = <usize>width * pixel;
  const vScale = f32x4.splat(scale);
  for (let q = 0; q < packs; q++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        let corner = x + <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
        for (const end = corner + pixel; corner < end; corner += vectorBytes) {
          let sum: Vector = f32x4.splat(0);
          let line = corner;
          for (let ky = 0; ky < kernelHeight; ky++) {
            let at = line;
            for (let kx = 0; kx < kernelWidth; kx++) {
              sum = f32x4.add(sum, loadVector(at));
              at += pixel;
            }
            line += row;
          }
          storeVector(y, f32x4.mul(vScale, sum));
          y += vectorBytes;
        }
      }
    }
    x += <usize>height * row;
  }
}

/** dx = scale · the sum of dy over all windows that contain the element. */
export function sumPool2dBackward(
  dy: usize, dx: usize, scale: f32, packs: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
): void {
  const pixel = <usize>channels << vectorShift;
  const row = <usize>width * pixel;
  const vScale = f32x4.splat(scale);
  memory.fill(dx, 0, <usize>(packs * height) * row);
  for (let q = 0; q < packs; q++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        let corner = dx + <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
        for (const end = corner + pixel; corner < end; corner += vectorBytes) {
          const g = f32x4.mul(vScale, loadVector(dy));
          let line = corner;
          for (let ky = 0; ky < kernelHeight; ky++) {
            let at = line;
            for (let kx = 0; kx < kernelWidth; kx++) {
              storeVector(at, f32x4.add(loadVector(at), g));
              at += pixel;
            }
            line += row;
          }
          dy += vectorBytes;
        }
      }
    }
    dx += <usize>height * row;
  }
}

/**
 * y = scale[channel] · x + offset[channel] over `pixels` pixels [pixel][channel][lanes]; offset 0: none. x and y may be the
 * same block.
 */
export function scaleChannels(x: usize, y: usize, pixels: i32, channels: i32, scale: usize, offset: usize): void {
  const bytes = <usize>channels << 2;
  for (let p = 0; p < pixels; p++) {
    for (let c: usize = 0; c < bytes; c += 4) {
      const factor = v128.load32_splat(scale + c);
      const value = loadVector(x);
      let scaled = f32x4.mul(factor, value);
      if (offset) scaled = multiplyAdd(factor, value, v128.load32_splat(offset + c));
      storeVector(y, scaled);
      x += vectorBytes;
      y += vectorBytes;
    }
  }
}

/**
 * out[channel] = the sum of a · b over images and pixels, packs [pack][pixel][channel][lanes]; quad by quad, then pixel by
 * pixel, then over the four lanes.
 */
export function channelProducts(a: usize, b: usize, packs: i32, pixels: i32, channels: i32, out: usize): void {
  const pixel = <usize>channels << vectorShift;
  const pack = <usize>pixels * pixel;
  for (let c = 0; c < channels; c++) {
    let sum = f32x4.splat(0);
    for (let q = 0; q < packs * quadsOfVector; q++) {
      let at = quadAt(<usize>c << vectorShift, pack, q);
      for (const end = at + pack; at < end; at += pixel) sum = multiplyAdd(v128.load(a + at), v128.load(b + at), sum);
    }
    store<f32>(out, sumLanes(sum));
    out += 4;
  }
}

/** y = x² over `vectors` vectors; x and y may be the same block. */
export function squareVectors(x: usize, y: usize, vectors: i32): void {
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    const value = loadVector(x);
    storeVector(y, f32x4.mul(value, value));
    y += vectorBytes;
  }
}

/** y = scale · x + offset over `vectors` vectors; x and y may be the same block. */
export function rescaleVectors(x: usize, y: usize, vectors: i32, scale: f32, offset: f32): void {
  const vScale = f32x4.splat(scale), vOffset = f32x4.splat(offset);
  for (const end = x + (<usize>vectors << vectorShift); x < end; x += vectorBytes) {
    storeVector(y, multiplyAdd(vScale, loadVector(x), vOffset));
    y += vectorBytes;
  }
}
