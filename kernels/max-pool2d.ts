/** Maximum over windows of an image; the gradient goes to the first maximum (x fastest, then y). */
import { loadVector, storeVector, Vector, vectorBytes, vectorShift } from './vector';

/**
 * x: packs [pack][height][width][channels][lanes]; y: packs [pack][outHeight][outWidth][channels][lanes].
 * winners: one i32 for each lane of y, the byte offset of the maximum's vector from the start of its pack in x.
 */
export function maxPool2dForward(
  x: usize,
  y: usize,
  winners: usize,
  packs: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
): void {
  const pixel = <usize>channels << vectorShift;
  const row = <usize>width * pixel;
  for (let q = 0; q < packs; q++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        let corner = <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
        for (let c = 0; c < channels; c++) {
          let best = loadVector(x + corner);
          let winner: Vector = i32x4.splat(<i32>corner);
          let line = corner;
          for (let ky = 0; ky < kernelHeight; ky++) {
            let at = line;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const v = loadVector(x + at);
              // A NaN wins and stays, as in PyTorch, so that a diverged run shows in its loss.
              const better = v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
              best = v128.bitselect(v, best, better);
              winner = v128.bitselect(i32x4.splat(<i32>at), winner, better);
              at += pixel;
            }
            line += row;
          }
          storeVector(y, best);
          storeVector(winners, winner);
          y += vectorBytes;
          winners += vectorBytes;
          corner += vectorBytes;
        }
      }
    }
    x += <usize>height * row;
  }
}

/**
 * Max-pooling and relu in one pass over the output x of a convolution: y = max(0, maximum of the window). relu before
 * the pooling would give the same y. x: one pack [height][width][channels][lanes].
 * corners: one i32 for each lane of y. It holds the byte offset, in rows layout, of the convolution's window
 * that produced the maximum: cornerY bytes for each line of x plus cornerX bytes for each column.
 */
export function maxPool2dRelu(
  x: usize, y: usize, corners: usize,
  width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  cornerY: i32, cornerX: i32,
): void {
  const pixel = <usize>channels << vectorShift;
  const row = <usize>width * pixel;
  const is2x2 = kernelHeight == 2 && kernelWidth == 2;
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      const first = x + <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
      const corner = oy * strideY * cornerY + ox * strideX * cornerX;
      if (is2x2) pool2x2(first, pixel, row, y, corners, corner, cornerY, cornerX);
      else poolWindow(first, pixel, row, y, corners, corner, cornerY, cornerX, kernelHeight, kernelWidth);
      y += pixel;
      corners += pixel;
    }
  }
}

/**
 * All channels of one 2x2 window. f32x4.max takes nine instructions to treat NaN and -0 correctly, pmax takes one. pmax
 * keeps a NaN only from the window's first or third element. A diverged run is still noticed: its windows are all NaN.
 */
export function pool2x2(
  x: usize, pixel: usize, row: usize, y: usize, corners: usize, corner: i32, cornerY: i32, cornerX: i32,
): void {
  const right = i32x4.splat(cornerX);
  const below = i32x4.splat(cornerY);
  const start = i32x4.splat(corner);
  const zero = f32x4.splat(0);
  const toRight = x + pixel;
  const toBelow = row - pixel;
  for (; x < toRight; x += vectorBytes) {
    const next = x + pixel;
    const a = loadVector(x), b = loadVector(next);
    const c = loadVector(next + toBelow), d = loadVector(next + row);
    const top = f32x4.pmax(a, b), bottom = f32x4.pmax(c, d);
    const inTop = v128.and(f32x4.lt(a, b), right);
    const inBottom = i32x4.add(v128.and(f32x4.lt(c, d), right), below);
    const which = v128.bitselect(inBottom, inTop, f32x4.lt(top, bottom));
    storeVector(y, f32x4.pmax(f32x4.pmax(top, bottom), zero));
    storeVector(corners, i32x4.add(start, which));
    y += vectorBytes;
    corners += vectorBytes;
  }
}

/** All channels of one window of any size. */
function poolWindow(
  x: usize, pixel: usize, row: usize, y: usize, corners: usize, corner: i32, cornerY: i32, cornerX: i32,
  kernelHeight: i32, kernelWidth: i32,
): void {
  const zero = f32x4.splat(0);
  for (const end = x + pixel; x < end; x += vectorBytes) {
    let best = loadVector(x);
    let winner: Vector = i32x4.splat(corner);
    let line = x;
    let lineCorner = corner;
    for (let ky = 0; ky < kernelHeight; ky++) {
      let tap = line;
      let tapCorner = lineCorner;
      for (let kx = 0; kx < kernelWidth; kx++) {
        const v = loadVector(tap);
        const better = f32x4.gt(v, best);
        best = f32x4.max(v, best);
        winner = v128.bitselect(i32x4.splat(tapCorner), winner, better);
        tap += pixel;
        tapCorner += cornerX;
      }
      line += row;
      lineCorner += cornerY;
    }
    storeVector(y, f32x4.max(best, zero));
    storeVector(corners, winner);
    y += vectorBytes;
    corners += vectorBytes;
  }
}

/**
 * Clears dx (`packBytes` bytes for each pack), then adds every dy to dx at the position of its maximum.
 * outputs: elements of y in one pack.
 */
export function maxPool2dBackward(
  dy: usize,
  winners: usize,
  dx: usize,
  packs: i32,
  outputs: i32,
  packBytes: usize,
): void {
  memory.fill(dx, 0, packBytes * <usize>packs);
  for (let q = 0; q < packs; q++) {
    for (let o = 0; o < outputs; o++) {
      for (let lane: usize = 0; lane < vectorBytes; lane += 4) {
        const to = dx + <usize>load<i32>(winners + lane) + lane;
        store<f32>(to, load<f32>(to) + load<f32>(dy + lane));
      }
      dy += vectorBytes;
      winners += vectorBytes;
    }
    dx += packBytes;
  }
}
