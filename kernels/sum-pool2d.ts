/** Sums over windows of an image, for average pooling and trainable subsampling. */
import { multiplyAdd, sumLanes } from './arithmetic';

/**
 * y = scale · the sum of every window, summed x fastest, then y.
 * x: quads [quad][height][width][channels][4]; y: quads [quad][outHeight][outWidth][channels][4].
 */
export function sumPool2dForward(
  x: usize, y: usize, scale: f32, quads: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
): void {
  const pixel = <usize>channels << 4;
  const row = <usize>width * pixel;
  const vScale = f32x4.splat(scale);
  for (let q = 0; q < quads; q++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        let corner = x + <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
        for (const end = corner + pixel; corner < end; corner += 16) {
          let sum = f32x4.splat(0);
          let line = corner;
          for (let ky = 0; ky < kernelHeight; ky++) {
            let at = line;
            for (let kx = 0; kx < kernelWidth; kx++) {
              sum = f32x4.add(sum, v128.load(at));
              at += pixel;
            }
            line += row;
          }
          v128.store(y, f32x4.mul(vScale, sum));
          y += 16;
        }
      }
    }
    x += <usize>height * row;
  }
}

/** dx = scale · the sum of dy over all windows that contain the element. */
export function sumPool2dBackward(
  dy: usize, dx: usize, scale: f32, quads: i32, height: i32, width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
): void {
  const pixel = <usize>channels << 4;
  const row = <usize>width * pixel;
  const vScale = f32x4.splat(scale);
  memory.fill(dx, 0, <usize>(quads * height) * row);
  for (let q = 0; q < quads; q++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        let corner = dx + <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
        for (const end = corner + pixel; corner < end; corner += 16) {
          const g = f32x4.mul(vScale, v128.load(dy));
          let line = corner;
          for (let ky = 0; ky < kernelHeight; ky++) {
            let at = line;
            for (let kx = 0; kx < kernelWidth; kx++) {
              v128.store(at, f32x4.add(v128.load(at), g));
              at += pixel;
            }
            line += row;
          }
          dy += 16;
        }
      }
    }
    dx += <usize>height * row;
  }
}

/**
 * y = scale[channel] · x + offset[channel] over `pixels` pixels [pixel][channel][4]; offset 0: none. x and y may be the
 * same block.
 */
export function scaleChannels(x: usize, y: usize, pixels: i32, channels: i32, scale: usize, offset: usize): void {
  const bytes = <usize>channels << 2;
  for (let p = 0; p < pixels; p++) {
    for (let c: usize = 0; c < bytes; c += 4) {
      const factor = v128.load32_splat(scale + c);
      const value = v128.load(x);
      v128.store(y, offset ? multiplyAdd(factor, value, v128.load32_splat(offset + c)) : f32x4.mul(factor, value));
      x += 16;
      y += 16;
    }
  }
}

/** out[channel] = the sum of a · b over `pixels` pixels [pixel][channel][4] and their four lanes. */
export function channelProducts(a: usize, b: usize, pixels: i32, channels: i32, out: usize): void {
  const pixel = <usize>channels << 4;
  for (let c = 0; c < channels; c++) {
    let sum = f32x4.splat(0);
    for (let p = 0, at = <usize>c << 4; p < pixels; p++) {
      sum = multiplyAdd(v128.load(a + at), v128.load(b + at), sum);
      at += pixel;
    }
    store<f32>(out, sumLanes(sum));
    out += 4;
  }
}

/** y = x² over `vectors` vectors of four; x and y may be the same block. */
export function squareVectors(x: usize, y: usize, vectors: i32): void {
  for (const end = x + (<usize>vectors << 4); x < end; x += 16) {
    const value = v128.load(x);
    v128.store(y, f32x4.mul(value, value));
    y += 16;
  }
}

/** y = scale · x + offset over `vectors` vectors of four; x and y may be the same block. */
export function rescaleVectors(x: usize, y: usize, vectors: i32, scale: f32, offset: f32): void {
  const vScale = f32x4.splat(scale), vOffset = f32x4.splat(offset);
  for (const end = x + (<usize>vectors << 4); x < end; x += 16) {
    v128.store(y, multiplyAdd(vScale, v128.load(x), vOffset));
    y += 16;
  }
}
