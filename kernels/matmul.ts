/**
 * Matrix product with one broadcast and one gathered operand; convolution and dense layers are both made of it.
 *
 *   C[i][j] = bias[i] + sum over k of A[i][k] · B[k][j]        i < rows, j < columns, k < depth
 *
 * A element of A is one float, spread over four lanes. An element of B and of C is a vector of four floats.
 *   A[i][k] at a + i·aRow + k·aStep
 *   B[k][j] at b + steps[k] + places[j]      two tables of byte offsets (i32), so that B may be windows of an image
 *   C[i][j] at c + i·cRow + j·cColumn
 * `bias` is the address of `rows` floats, or 0 for none. All distances are in bytes.
 */
import { multiplyAdd } from './arithmetic';

/**
 * Columns run from last to first, and in a block the rows from first to last: a row of C whose length is no multiple
 * of four floats spills up to three of them into the next row's start, which is written later. The last row's spill
 * needs up to 12 bytes after C.
 */
export function matmul(
  rows: i32,
  columns: i32,
  depth: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  steps: usize,
  places: usize,
  c: usize,
  cRow: usize,
  cColumn: usize,
  bias: usize,
): void {
  for (let i = 0; i < rows; ) {
    const tall = i + 2 <= rows;
    const ai = a + <usize>i * aRow;
    const ci = c + <usize>i * cRow;
    const bi = bias ? bias + ((<usize>i) << 2) : 0;
    let j = columns;
    while (j & 3) {
      j--;
      const place = b + <usize>load<i32>(places + ((<usize>j) << 2));
      const cij = ci + <usize>j * cColumn;
      if (tall) block2x1(depth, ai, aRow, aStep, place, steps, cij, cRow, bi);
      else block1x1(depth, ai, aStep, place, steps, cij, bi);
    }
    while (j > 0) {
      j -= 4;
      const place = places + ((<usize>j) << 2);
      const cij = ci + <usize>j * cColumn;
      if (tall) block2x4(depth, ai, aRow, aStep, b, steps, place, cij, cRow, cColumn, bi);
      else block1x4(depth, ai, aStep, b, steps, place, cij, cColumn, bi);
    }
    i += tall ? 2 : 1;
  }
}

// Each block is one loop over k in an exported function of its own: V8 neither inlines nor unrolls it there, and
// 2 x 4 accumulators with 4 + 2 operands fit its 15 vector registers without a spill (docs/engine.md).

export function block2x4(
  depth: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  steps: usize,
  places: usize,
  c: usize,
  cRow: usize,
  cColumn: usize,
  bias: usize,
): void {
  const b0 = b + <usize>load<i32>(places);
  const b1 = b + <usize>load<i32>(places, 4);
  const b2 = b + <usize>load<i32>(places, 8);
  const b3 = b + <usize>load<i32>(places, 12);
  let c00 = bias ? v128.load_splat<f32>(bias) : f32x4.splat(0);
  let c10 = bias ? v128.load_splat<f32>(bias, 4) : f32x4.splat(0);
  let c01 = c00,
    c02 = c00,
    c03 = c00;
  let c11 = c10,
    c12 = c10,
    c13 = c10;
  let a0 = a;
  const end = steps + ((<usize>depth) << 2);
  for (let s = steps; s < end; s += 4) {
    const k = <usize>load<i32>(s);
    const w0 = v128.load_splat<f32>(a0);
    const w1 = v128.load_splat<f32>(a0 + aRow);
    const x0 = v128.load(b0 + k);
    c00 = multiplyAdd(w0, x0, c00);
    c10 = multiplyAdd(w1, x0, c10);
    const x1 = v128.load(b1 + k);
    c01 = multiplyAdd(w0, x1, c01);
    c11 = multiplyAdd(w1, x1, c11);
    const x2 = v128.load(b2 + k);
    c02 = multiplyAdd(w0, x2, c02);
    c12 = multiplyAdd(w1, x2, c12);
    const x3 = v128.load(b3 + k);
    c03 = multiplyAdd(w0, x3, c03);
    c13 = multiplyAdd(w1, x3, c13);
    a0 += aStep;
  }
  const c1 = c + cRow;
  v128.store(c, c00);
  v128.store(c + cColumn, c01);
  v128.store(c + 2 * cColumn, c02);
  v128.store(c + 3 * cColumn, c03);
  v128.store(c1, c10);
  v128.store(c1 + cColumn, c11);
  v128.store(c1 + 2 * cColumn, c12);
  v128.store(c1 + 3 * cColumn, c13);
}

export function block1x4(
  depth: i32,
  a: usize,
  aStep: usize,
  b: usize,
  steps: usize,
  places: usize,
  c: usize,
  cColumn: usize,
  bias: usize,
): void {
  const b0 = b + <usize>load<i32>(places);
  const b1 = b + <usize>load<i32>(places, 4);
  const b2 = b + <usize>load<i32>(places, 8);
  const b3 = b + <usize>load<i32>(places, 12);
  let c0 = bias ? v128.load_splat<f32>(bias) : f32x4.splat(0);
  let c1 = c0,
    c2 = c0,
    c3 = c0;
  let a0 = a;
  const end = steps + ((<usize>depth) << 2);
  for (let s = steps; s < end; s += 4) {
    const k = <usize>load<i32>(s);
    const w = v128.load_splat<f32>(a0);
    c0 = multiplyAdd(w, v128.load(b0 + k), c0);
    c1 = multiplyAdd(w, v128.load(b1 + k), c1);
    c2 = multiplyAdd(w, v128.load(b2 + k), c2);
    c3 = multiplyAdd(w, v128.load(b3 + k), c3);
    a0 += aStep;
  }
  v128.store(c, c0);
  v128.store(c + cColumn, c1);
  v128.store(c + 2 * cColumn, c2);
  v128.store(c + 3 * cColumn, c3);
}

export function block2x1(
  depth: i32,
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  steps: usize,
  c: usize,
  cRow: usize,
  bias: usize,
): void {
  let c0 = bias ? v128.load_splat<f32>(bias) : f32x4.splat(0);
  let c1 = bias ? v128.load_splat<f32>(bias, 4) : f32x4.splat(0);
  let a0 = a;
  const end = steps + ((<usize>depth) << 2);
  for (let s = steps; s < end; s += 4) {
    const x = v128.load(b + <usize>load<i32>(s));
    c0 = multiplyAdd(v128.load_splat<f32>(a0), x, c0);
    c1 = multiplyAdd(v128.load_splat<f32>(a0 + aRow), x, c1);
    a0 += aStep;
  }
  v128.store(c, c0);
  v128.store(c + cRow, c1);
}

export function block1x1(depth: i32, a: usize, aStep: usize, b: usize, steps: usize, c: usize, bias: usize): void {
  let sum = bias ? v128.load_splat<f32>(bias) : f32x4.splat(0);
  let a0 = a;
  const end = steps + ((<usize>depth) << 2);
  for (let s = steps; s < end; s += 4) {
    sum = multiplyAdd(v128.load_splat<f32>(a0), v128.load(b + <usize>load<i32>(s)), sum);
    a0 += aStep;
  }
  v128.store(c, sum);
}
