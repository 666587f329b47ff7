/** Maximum over windows of an image; the gradient goes to the first maximum (x fastest, then y). */

/**
 * x: quads [quad][height][width][channels][4]; y: quads [quad][outHeight][outWidth][channels][4].
 * winners: four i32 lanes for each element of y, the byte offset of the maximum from the start of its quad in x.
 */
export function maxPool2dForward(
  x: usize,
  y: usize,
  winners: usize,
  quads: i32,
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
  const pixel = (<usize>channels) << 4;
  const row = <usize>width * pixel;
  const lanes = i32x4(0, 4, 8, 12);
  for (let q = 0; q < quads; q++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        let corner = <usize>(oy * strideY) * row + <usize>(ox * strideX) * pixel;
        for (let c = 0; c < channels; c++) {
          let best = v128.load(x + corner);
          let winner = i32x4.splat(<i32>corner);
          let line = corner;
          for (let ky = 0; ky < kernelHeight; ky++) {
            let at = line;
            for (let kx = 0; kx < kernelWidth; kx++) {
              const v = v128.load(x + at);
              // A NaN wins and stays, as in PyTorch, so that a diverged run shows in its loss.
              const better = v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
              best = v128.bitselect(v, best, better);
              winner = v128.bitselect(i32x4.splat(<i32>at), winner, better);
              at += pixel;
            }
            line += row;
          }
          v128.store(y, best);
          v128.store(winners, i32x4.add(winner, lanes));
          y += 16;
          winners += 16;
          corner += 16;
        }
      }
    }
    x += <usize>height * row;
  }
}

/**
 * Max-pooling and relu in one pass over the output x of a convolution: y = max(0, maximum of the window). relu before
 * the pooling would give the same y. x: one quad [height][width][channels][4].
 * corners: four i32 lanes for each element of y. They hold the byte offset, in rows layout, of the convolution's window
 * that produced the maximum: cornerY bytes for each line of x plus cornerX bytes for each column.
 */
export function maxPool2dRelu(
  x: usize, y: usize, corners: usize,
  width: i32, channels: i32, outHeight: i32, outWidth: i32,
  kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32,
  cornerY: i32, cornerX: i32,
): void {
  const pixel = <usize>channels << 4;
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
  for (; x < toRight; x += 16) {
    const next = x + pixel;
    const a = v128.load(x), b = v128.load(next);
    const c = v128.load(next + toBelow), d = v128.load(next + row);
    const top = f32x4.pmax(a, b), bottom = f32x4.pmax(c, d);
    const inTop = v128.and(f32x4.lt(a, b), right);
    const inBottom = i32x4.add(v128.and(f32x4.lt(c, d), right), below);
    const which = v128.bitselect(inBottom, inTop, f32x4.lt(top, bottom));
    v128.store(y, f32x4.pmax(f32x4.pmax(top, bottom), zero));
    v128.store(corners, i32x4.add(start, which));
    y += 16;
    corners += 16;
  }
}

/** All channels of one window of any size. */
function poolWindow(
  x: usize, pixel: usize, row: usize, y: usize, corners: usize, corner: i32, cornerY: i32, cornerX: i32,
  kernelHeight: i32, kernelWidth: i32,
): void {
  const zero = f32x4.splat(0);
  for (const end = x + pixel; x < end; x += 16) {
    let best = v128.load(x);
    let winner = i32x4.splat(corner);
    let line = x;
    let lineCorner = corner;
    for (let ky = 0; ky < kernelHeight; ky++) {
      let tap = line;
      let tapCorner = lineCorner;
      for (let kx = 0; kx < kernelWidth; kx++) {
        const v = v128.load(tap);
        const better = f32x4.gt(v, best);
        best = f32x4.max(v, best);
        winner = v128.bitselect(i32x4.splat(tapCorner), winner, better);
        tap += pixel;
        tapCorner += cornerX;
      }
      line += row;
      lineCorner += cornerY;
    }
    v128.store(y, f32x4.max(best, zero));
    v128.store(corners, winner);
    y += 16;
    corners += 16;
  }
}

/**
 * Clears dx (`quadBytes` bytes for each quad), then adds every dy to dx at the position of its maximum.
 * outputs: elements of y in one quad.
 */
export function maxPool2dBackward(
  dy: usize,
  winners: usize,
  dx: usize,
  quads: i32,
  outputs: i32,
  quadBytes: usize,
): void {
  memory.fill(dx, 0, quadBytes * <usize>quads);
  for (let q = 0; q < quads; q++) {
    for (let o = 0; o < outputs; o++) {
      for (let lane: usize = 0; lane < 16; lane += 4) {
        const to = dx + <usize>load<i32>(winners + lane);
        store<f32>(to, load<f32>(to) + load<f32>(dy + lane));
      }
      dy += 16;
      winners += 16;
    }
    dx += quadBytes;
  }
}
