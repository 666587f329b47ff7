/**
 * Matrix product with one broadcast and one gathered operand; convolution and dense layers are both made of it.
 *
 *   C[i][j] = bias[i] + sum over k of A[k][i] · B[k][j]        i < rows, j < columns, k < depth
 *
 * An element of A is one float, spread over four lanes. An element of B and of C is a vector of four floats.
 *   A[k][i] at a + k·aStep + 4·i
 *   B[k][j] at b + k·bStep + bOffsets[j]      a table of byte offsets (i32), so that B's columns may lie anywhere
 *   C[i][j] at c + i·cRow + j·cColumn
 * `bias` is the address of `rows` floats, or 0 for none. All distances are in bytes. Each element is summed in the
 * order of k, one product at a time: how the matrix is cut into blocks changes no bit.
 */
import { band, bandSpread, bandTaps } from './generated/blocks';

/**
 * Rows of the tallest block: six where multiply and add are one instruction, else their product needs a register too.
 */
// @ts-ignore: decorator
@inline
const tallest: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/**
 * Cuts the rows into as few bands as the tallest block allows, of heights as equal as can be (16 rows: 6, 5, 5).
 * Columns run from last to first, and in a block the rows from first to last: a row of C whose length is no multiple
 * of four floats spills up to three of them into the next row's start, which is written later. The last row's spill
 * needs up to 12 bytes after C. `kind`: which band does it, known when this is compiled.
 */
// @ts-ignore: decorator
@inline
function cut(
  kind: i32, rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, bStep: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  for (let bands = (rows + tallest - 1) / tallest; bands > 0; bands--) {
    const height = (rows + bands - 1) / bands;
    if (kind == 0) band(height, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
    else if (kind == 1) bandSpread(height, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
    else bandTaps(height, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
    rows -= height;
    a += <usize>height << (kind == 0 ? 2 : 4);
    c += <usize>height * cRow;
    if (bias) bias += <usize>height << 2;
  }
}

export function matmul(
  rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, bStep: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  cut(0, rows, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
}

/** As matmul, with every element of A written out as a vector of four: A[k][i] at a + k·aStep + 16·i. */
export function matmulSpread(
  rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, bStep: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  cut(1, rows, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
}

/**
 * As matmulSpread, for windows of an image: B[k][j] at b + taps[k] + bOffsets[j], `taps` a table of byte offsets too.
 */
export function matmulTaps(
  rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, taps: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  cut(2, rows, columns, depth, a, aStep, b, taps, bOffsets, c, cRow, cColumn, bias);
}
