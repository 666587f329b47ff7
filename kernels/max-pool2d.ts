/** Maximum over windows of an image; the gradient goes to the first maximum (x fastest, then y). */

/**
 * x: quads [quad][height][width][channels][4], y: the same of [outHeight][outWidth].
 * winners: for each element of y, in four i32 lanes, the byte offset of the winning float from the quad's start in x.
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

/** dx (all zero before, quadBytes a quad) gets dy added at the winners; `outputs` elements of y a quad. */
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
