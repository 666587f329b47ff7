/**
 * Converts activations between the two layouts, and gathers a chunk of images into packs.
 *   packs: [pack][element][lanes]   four or eight images side by side, one in each lane; for the forward kernels
 *   rows:  [image][element]         one image after the other; the gradients of weights are summed in this layout
 * Lanes without an image are zero.
 */
import {
  factorBytes,
  lanes,
  loadVector,
  quadAt,
  quadsOfVector,
  storeFactor,
  storeVector,
  vectorBytes,
  vectorShift,
} from './vector';

// @ts-ignore: decorator
@inline
function transpose(
  src0: usize, src1: usize, src2: usize, src3: usize,
  dst0: usize, dst1: usize, dst2: usize, dst3: usize,
): void {
  const a = v128.load(src0);
  const b = v128.load(src1);
  const c = v128.load(src2);
  const d = v128.load(src3);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(dst0, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(dst1, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(dst2, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(dst3, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

/** packs [packs][elements][lanes] -> rows: image n's elements at rows + n·rowStride (bytes). */
export function packsToRows(src: usize, packs: i32, elements: i32, rows: usize, rowStride: usize): void {
  const pack = <usize>elements << vectorShift;
  const whole = elements & ~3;
  for (let q = 0; q < packs * quadsOfVector; q++) {
    let row = rows + <usize>(q << 2) * rowStride;
    let at = quadAt(src, pack, q);
    for (let e = 0; e < whole; e += 4) {
      transpose(
        at, at + vectorBytes, at + 2 * vectorBytes, at + 3 * vectorBytes,
        row, row + rowStride, row + 2 * rowStride, row + 3 * rowStride,
      );
      at += 4 * vectorBytes;
      row += 16;
    }
    for (let e = whole; e < elements; e++) {
      for (let lane: usize = 0; lane < 4; lane++) store<f32>(row + lane * rowStride, load<f32>(at + (lane << 2)));
      at += vectorBytes;
      row += 4;
    }
  }
}

/** rows -> packs, the inverse of packsToRows. */
export function rowsToPacks(rows: usize, rowStride: usize, dst: usize, packs: i32, elements: i32): void {
  const pack = <usize>elements << vectorShift;
  const whole = elements & ~3;
  for (let q = 0; q < packs * quadsOfVector; q++) {
    let row = rows + <usize>(q << 2) * rowStride;
    let at = quadAt(dst, pack, q);
    for (let e = 0; e < whole; e += 4) {
      transpose(
        row, row + rowStride, row + 2 * rowStride, row + 3 * rowStride,
        at, at + vectorBytes, at + 2 * vectorBytes, at + 3 * vectorBytes,
      );
      at += 4 * vectorBytes;
      row += 16;
    }
    for (let e = whole; e < elements; e++) {
      for (let lane: usize = 0; lane < 4; lane++) store<f32>(at + (lane << 2), load<f32>(row + lane * rowStride));
      at += vectorBytes;
      row += 4;
    }
  }
}

/** Matrix [rows][columns] -> [columns][rows] of floats: the layout of weights that matmul reads. */
export function transposeMatrix(src: usize, rows: i32, columns: i32, dst: usize): void {
  const row = <usize>columns << 2;
  const column = <usize>rows << 2;
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let r = 0; r < rows; ) {
    const square = r < wholeRows;
    let from = src + <usize>r * row;
    let to = dst + (<usize>r << 2);
    let c = 0;
    if (square) {
      for (; c < wholeColumns; c += 4) {
        transpose(from, from + row, from + 2 * row, from + 3 * row, to, to + column, to + 2 * column, to + 3 * column);
        from += 16;
        to += column << 2;
      }
    }
    for (const height: usize = square ? 4 : 1; c < columns; c++) {
      for (let i: usize = 0; i < height; i++) store<f32>(to + (i << 2), load<f32>(from + i * row));
      from += 4;
      to += column;
    }
    r += square ? 4 : 1;
  }
}

/** transposeMatrix with every float stored as a factor: the layout of weights that matmulFactors reads. */
export function factorMatrix(src: usize, rows: i32, columns: i32, dst: usize): void {
  const row = <usize>columns << 2;
  for (let c = 0; c < columns; c++) {
    let from = src + (<usize>c << 2);
    for (let r = 0; r < rows; r++) {
      storeFactor(dst, v128.load32_splat(from));
      from += row;
      dst += factorBytes;
    }
  }
}

/**
 * [pack][outer][inner][lanes] -> [pack][inner][outer][lanes]. Converts (y, x, c) to PyTorch's flat order (c, y, x) and
 * back.
 */
export function swapAxes(src: usize, dst: usize, packs: i32, outer: i32, inner: i32): void {
  const step = <usize>outer << vectorShift;
  for (let p = 0; p < packs; p++) {
    for (let o = 0; o < outer; o++) {
      spreadLine(src, inner, dst + (<usize>o << vectorShift), step);
      src += <usize>inner << vectorShift;
    }
    dst += step * <usize>inner;
  }
}

/** Copies vectors that lie side by side to places `step` bytes apart. Exported, so that V8 compiles it on its own. */
export function spreadLine(src: usize, vectors: i32, dst: usize, step: usize): void {
  for (const end = src + (<usize>vectors << vectorShift); src < end; src += vectorBytes) {
    const v = loadVector(src);
    storeVector(dst, v);
    dst += step;
  }
}

// @ts-ignore: decorator
@inline
function storePixels(four: v128, to: usize, step: usize): void {
  const divisor = f32x4.splat(255);
  const low = i16x8.extend_low_i8x16_u(four), high = i16x8.extend_high_i8x16_u(four);
  v128.store(to, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low)), divisor));
  v128.store(to + step, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low)), divisor));
  v128.store(to + 2 * step, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high)), divisor));
  v128.store(to + 3 * step, f32x4.div(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high)), divisor));
}

/**
 * Gathers `count` images from bytes [image][channel][area] into packs [pack][area][channel][lanes], pixel / 255.
 * `indices`: `count` i32, the index of the image for each lane.
 */
export function gatherBytes(
  images: usize, indices: usize, count: i32, channels: i32, area: i32, dst: usize,
): void {
  const size = <usize>(channels * area);
  const divisor = f32x4.splat(255);
  const zero = i32x4.splat(0);
  const step = <usize>channels << vectorShift;
  const pack = <usize>area * step;
  const quads = ((count + lanes - 1) / lanes) * quadsOfVector;
  for (let q = 0; q < quads; q++) {
    const first = q << 2;
    const i0 = first < count ? images + <usize>load<i32>(indices) * size : 0;
    const i1 = first + 1 < count ? images + <usize>load<i32>(indices, 4) * size : 0;
    const i2 = first + 2 < count ? images + <usize>load<i32>(indices, 8) * size : 0;
    const i3 = first + 3 < count ? images + <usize>load<i32>(indices, 12) * size : 0;
    for (let c = 0; c < channels; c++) {
      let at = <usize>(c * area);
      let to = quadAt(dst, pack, q) + (<usize>c << vectorShift);
      const end = at + <usize>area;
      // Sixteen pixels of the four images at once, interleaved by byte and then by pair.
      for (; at + 16 <= end; at += 16) {
        const a = i0 ? v128.load(i0 + at) : zero;
        const b = i1 ? v128.load(i1 + at) : zero;
        const c = i2 ? v128.load(i2 + at) : zero;
        const d = i3 ? v128.load(i3 + at) : zero;
        const ab = v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const cd = v128.shuffle<u8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        storePixels(v128.shuffle<u16>(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11), to, step);
        storePixels(v128.shuffle<u16>(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15), to + 4 * step, step);
        const ab2 = v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const cd2 = v128.shuffle<u8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        storePixels(v128.shuffle<u16>(ab2, cd2, 0, 8, 1, 9, 2, 10, 3, 11), to + 8 * step, step);
        storePixels(v128.shuffle<u16>(ab2, cd2, 4, 12, 5, 13, 6, 14, 7, 15), to + 12 * step, step);
        to += 16 * step;
      }
      for (; at < end; at++) {
        let v = zero;
        if (i0) v = i32x4.replace_lane(v, 0, load<u8>(i0 + at));
        if (i1) v = i32x4.replace_lane(v, 1, load<u8>(i1 + at));
        if (i2) v = i32x4.replace_lane(v, 2, load<u8>(i2 + at));
        if (i3) v = i32x4.replace_lane(v, 3, load<u8>(i3 + at));
        v128.store(to, f32x4.div(f32x4.convert_i32x4_s(v), divisor));
        to += step;
      }
    }
    indices += 16;
  }
}

/** gatherBytes for floats [image][channel][area], which are not scaled. */
export function gatherFloats(
  images: usize, indices: usize, count: i32, channels: i32, area: i32, dst: usize,
): void {
  const size = <usize>(channels * area);
  for (let first = 0; first < count; first += lanes) {
    for (let lane = 0; lane < lanes; lane++) {
      const used = first + lane < count;
      let from = used ? images + ((<usize>load<i32>(indices + (<usize>lane << 2)) * size) << 2) : 0;
      for (let c = 0; c < channels; c++) {
        let to = dst + (<usize>c << vectorShift) + (<usize>lane << 2);
        for (let p = 0; p < area; p++) {
          store<f32>(to, used ? load<f32>(from) : 0);
          from += 4;
          to += <usize>channels << vectorShift;
        }
      }
    }
    indices += vectorBytes;
    dst += size << vectorShift;
  }
}

/**
 * Quads only: cuts one image into four strips, one for each lane, so that a single image uses all lanes. The lanes of vector v of
 * dst are lane 0 of four vectors of src: v and the vectors step, 2·step and 3·step bytes after v.
 */
export function cutStrips(src: usize, step: usize, dst: usize, vectors: i32): void {
  for (const end = dst + (<usize>vectors << 4); dst < end; dst += 16) {
    let at = src;
    let v = v128.load32_zero(at);
    at += step;
    v = v128.load_lane<f32>(at, v, 1);
    at += step;
    v = v128.load_lane<f32>(at, v, 2);
    v128.store(dst, v128.load_lane<f32>(at + step, v, 3));
    src += 16;
  }
}

/**
 * The inverse of cutStrips for strips that do not overlap. Every float is written to all four lanes of its vector: dst
 * receives 4·vectors vectors.
 */
export function joinStrips(src: usize, dst: usize, vectors: i32): void {
  const strip = <usize>vectors << 4;
  for (const end = src + strip; src < end; src += 16) {
    let to = dst;
    v128.store(to, v128.load_splat<f32>(src));
    to += strip;
    v128.store(to, v128.load_splat<f32>(src, 4));
    to += strip;
    v128.store(to, v128.load_splat<f32>(src, 8));
    v128.store(to + strip, v128.load_splat<f32>(src, 12));
    dst += 16;
  }
}

/**
 * Copies a box of pixels [boxHeight][boxWidth][channels][lanes] between images of different sizes, for padding and
 * cropping. src and dst are the addresses of the box's first pixel. srcRow, srcPack, dstRow, dstPack: strides in bytes.
 */
export function copyBox(
  src: usize, srcRow: usize, srcPack: usize, dst: usize, dstRow: usize, dstPack: usize,
  packs: i32, rows: i32, rowBytes: usize,
): void {
  for (let q = 0; q < packs; q++) {
    for (let y = 0; y < rows; y++) memory.copy(dst + <usize>y * dstRow, src + <usize>y * srcRow, rowBytes);
    src += srcPack;
    dst += dstPack;
  }
}

/** dst += src over `vectors` vectors. */
export function addVectors(dst: usize, src: usize, vectors: i32): void {
  const end = src + (<usize>vectors << vectorShift);
  for (; src < end; src += vectorBytes) {
    storeVector(dst, f32x4.add(loadVector(dst), loadVector(src)));
    dst += vectorBytes;
  }
}
