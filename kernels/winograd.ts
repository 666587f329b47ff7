/**
 * Convolution five columns wide by Winograd's minimal filtering F(2, 5): two neighbouring outputs of a row from six products
 * instead of ten, each product a sum over the window's lines and channels (matmulSpread). Lavin and Gray, "Fast algorithms
 * for convolutional neural networks", CVPR 2016, with the points 0, 1, -1, 2, -2 and infinity:
 *
 *   outputs = A'((G weights) * (B' inputs))      B' as in their F(4, 3), which has the same points
 *
 * A tile is two outputs and the six inputs they read. Transformed inputs lie as [point][tile][y][channel], so that all lines
 * and channels of a window follow each other; transformed weights as [point][line][channel][out], each four times;
 * products as [point][y][tile][out]. Every element is a vector of four images. `point` is the bytes from one point to the next.
 */

/** B' of one quad x [height][width][channels][4]; tile t reads columns 2t to 2t + 5. */
export function winogradInputs(x: usize, height: i32, width: i32, channels: i32, tiles: i32, to: usize, point: usize): void {
  const pixel = <usize>channels << 4;
  for (let t = 0; t < tiles; t++) {
    let row = x + <usize>(2 * t) * pixel;
    for (let y = 0; y < height; y++) {
      winogradLine(row, pixel, to, point);
      row += <usize>width * pixel;
      to += pixel;
    }
  }
}

/** All channels of one line of one tile. */
export function winogradLine(x: usize, pixel: usize, to: usize, point: usize): void {
  const two = f32x4.splat(2), four = f32x4.splat(4), five = f32x4.splat(5);
  for (const end = x + pixel; x < end; x += 16) {
    let at = x;
    const d0 = v128.load(at);
    at += pixel;
    const d1 = v128.load(at);
    at += pixel;
    const d2 = v128.load(at);
    at += pixel;
    const d3 = v128.load(at);
    at += pixel;
    const d4 = v128.load(at);
    const d5 = v128.load(at + pixel);
    let out = to;
    v128.store(out, f32x4.add(f32x4.sub(f32x4.mul(four, d0), f32x4.mul(five, d2)), d4));
    const even = f32x4.sub(d4, f32x4.mul(four, d2));
    const odd = f32x4.sub(d3, f32x4.mul(four, d1));
    out += point;
    v128.store(out, f32x4.add(even, odd));
    out += point;
    v128.store(out, f32x4.sub(even, odd));
    const evenOfTwo = f32x4.sub(d4, d2);
    const oddOfTwo = f32x4.mul(two, f32x4.sub(d3, d1));
    out += point;
    v128.store(out, f32x4.add(evenOfTwo, oddOfTwo));
    out += point;
    v128.store(out, f32x4.sub(evenOfTwo, oddOfTwo));
    v128.store(out + point, f32x4.add(f32x4.sub(f32x4.mul(four, d1), f32x4.mul(five, d3)), d5));
    to += 16;
  }
}

/** G of weights [out][in][lines][5], each result written four times. */
export function winogradWeights(weights: usize, out: i32, channels: i32, lines: i32, to: usize, point: usize): void {
  const two = f32x4.splat(2), four = f32x4.splat(4), eight = f32x4.splat(8);
  const quarter = f32x4.splat(0.25), sixth = f32x4.splat(-1.0 / 6.0), twentyFourth = f32x4.splat(1.0 / 24.0);
  for (let o = 0; o < out; o++) {
    for (let c = 0; c < channels; c++) {
      let at = to + (<usize>(c * out + o) << 4);
      for (let line = 0; line < lines; line++) {
        const g0 = v128.load_splat<f32>(weights), g1 = v128.load_splat<f32>(weights, 4);
        const g2 = v128.load_splat<f32>(weights, 8), g3 = v128.load_splat<f32>(weights, 12);
        const g4 = v128.load_splat<f32>(weights, 16);
        let p = at;
        v128.store(p, f32x4.mul(quarter, g0));
        const even = f32x4.add(f32x4.add(g0, g2), g4);
        const odd = f32x4.add(g1, g3);
        p += point;
        v128.store(p, f32x4.mul(sixth, f32x4.add(even, odd)));
        p += point;
        v128.store(p, f32x4.mul(sixth, f32x4.sub(even, odd)));
        const evenOfTwo = f32x4.add(g0, f32x4.mul(four, f32x4.add(g2, f32x4.mul(four, g4))));
        const oddOfTwo = f32x4.add(f32x4.mul(two, g1), f32x4.mul(eight, g3));
        p += point;
        v128.store(p, f32x4.mul(twentyFourth, f32x4.add(evenOfTwo, oddOfTwo)));
        p += point;
        v128.store(p, f32x4.mul(twentyFourth, f32x4.sub(evenOfTwo, oddOfTwo)));
        v128.store(p + point, g4);
        weights += 20;
        at += <usize>(channels * out) << 4;
      }
    }
  }
}

/** A' of the products of `tiles` tiles, plus bias: y [tile][2][out][4]. */
export function winogradOutputs(products: usize, point: usize, tiles: i32, out: i32, bias: usize, y: usize): void {
  const pixel = <usize>out << 4;
  for (let t = 0; t < tiles; t++) {
    let offset = bias;
    for (const end = products + pixel; products < end; products += 16) {
      let at = products + point;
      const m1 = v128.load(at);
      at += point;
      const m2 = v128.load(at);
      at += point;
      const m3 = v128.load(at);
      at += point;
      const m4 = v128.load(at);
      const m5 = v128.load(at + point);
      const b = v128.load_splat<f32>(offset);
      const left = f32x4.add(f32x4.add(v128.load(products), f32x4.add(m1, m2)), f32x4.add(m3, m4));
      const twice = f32x4.sub(m3, m4);
      const right = f32x4.add(f32x4.add(f32x4.sub(m1, m2), m5), f32x4.add(twice, twice));
      v128.store(y, f32x4.add(left, b));
      v128.store(y + pixel, f32x4.add(right, b));
      offset += 4;
      y += 16;
    }
    y += pixel;
  }
}

/**
 * A', 2 x 2 max-pooling, bias and relu, for products of 2·height lines of `width` tiles: y [height][width][out][4].
 * corners: as maxPool2dRelu's.
 */
export function winogradPooled(
  products: usize, point: usize, height: i32, width: i32, out: i32, bias: usize,
  y: usize, corners: usize, cornerY: i32, cornerX: i32,
): void {
  const pixel = <usize>out << 4;
  const line = <usize>width * pixel;
  for (let py = 0; py < height; py++) {
    for (let t = 0; t < width; t++) {
      winogradWindow(products, point, line, pixel, bias, y, corners, 2 * (py * cornerY + t * cornerX), cornerY, cornerX);
      products += pixel;
      y += pixel;
      corners += pixel;
    }
    products += line;
  }
}

/** All channels of one window of 2 x 2 outputs: a tile and the one below it, `line` bytes on. */
export function winogradWindow(
  products: usize, point: usize, line: usize, pixel: usize, bias: usize,
  y: usize, corners: usize, corner: i32, cornerY: i32, cornerX: i32,
): void {
  const toRight = i32x4.splat(cornerX);
  const below = i32x4.splat(cornerY);
  const start = i32x4.splat(corner);
  const zero = f32x4.splat(0);
  for (const end = products + pixel; products < end; products += 16) {
    let at = products + point;
    let m1 = v128.load(at), n1 = v128.load(at + line);
    at += point;
    let m2 = v128.load(at), n2 = v128.load(at + line);
    at += point;
    let m3 = v128.load(at), n3 = v128.load(at + line);
    at += point;
    let m4 = v128.load(at), n4 = v128.load(at + line);
    at += point;
    const twice = f32x4.sub(m3, m4), twiceBelow = f32x4.sub(n3, n4);
    const a = f32x4.add(f32x4.add(v128.load(products), f32x4.add(m1, m2)), f32x4.add(m3, m4));
    const b = f32x4.add(f32x4.add(f32x4.sub(m1, m2), v128.load(at)), f32x4.add(twice, twice));
    const c = f32x4.add(f32x4.add(v128.load(products + line), f32x4.add(n1, n2)), f32x4.add(n3, n4));
    const d = f32x4.add(f32x4.add(f32x4.sub(n1, n2), v128.load(at + line)), f32x4.add(twiceBelow, twiceBelow));
    const top = f32x4.pmax(a, b), bottom = f32x4.pmax(c, d);
    const inTop = v128.and(f32x4.lt(a, b), toRight);
    const inBottom = i32x4.add(v128.and(f32x4.lt(c, d), toRight), below);
    const which = v128.bitselect(inBottom, inTop, f32x4.lt(top, bottom));
    const best = f32x4.add(f32x4.pmax(top, bottom), v128.load_splat<f32>(bias));
    v128.store(y, f32x4.pmax(best, zero));
    v128.store(corners, i32x4.add(start, which));
    bias += 4;
    y += 16;
    corners += 16;
  }
}
