/**
 * Matrix product for convolutions and dense layers: A is broadcast over the lanes, and columns of B may lie anywhere.
 *
 *   C[i][j] = bias[i] + sum over k of A[k][i] · B[k][j]        i < rows, j < columns, k < depth
 *
 * An element of A is one float, spread over the lanes. An element of B and of C is a vector.
 *   A[k][i] at a + k·aStep + 4·i
 *   B[k][j] at b + k·bStep + bOffsets[j]      bOffsets: a table of byte offsets (i32)
 *   C[i][j] at c + i·cRow + j·cColumn
 * `bias` is the address of `rows` floats, or 0 for none. All strides are in bytes. Each element is summed in the order
 * of k, one product at a time. The sizes of the blocks therefore do not change the result.
 */
import { band, bandFactors, bandTaps } from './blocks';
import { factorShift } from './vector';

/**
 * Rows of the tallest block: six if multiply and add are one instruction, else five, since the product needs a
 * register.
 */
// @ts-ignore: decorator
@inline
const tallest: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/**
 * Divides the rows into as few bands as the tallest block allows, of nearly equal height (16 rows: 6, 5, 5).
 * If the row length of C is not a whole number of vectors, the last vector of a row overwrites floats at the start of
 * the next row. Columns are therefore written from last to first, and rows from first to last: the correct
 * values of the next row are written afterwards. The last row needs up to 28 bytes of space after C (quads: 12).
 * kind: 0 for band, 1 for bandFactors, 2 for bandTaps; a constant after inlining.
 */
// @ts-ignore: decorator
@inline
function multiplyInBands(
  kind: i32, rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, bStep: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  for (let bands = (rows + tallest - 1) / tallest; bands > 0; bands--) {
    const height = (rows + bands - 1) / bands;
    if (kind == 0) band(height, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
    else if (kind == 1) bandFactors(height, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
    else bandTaps(height, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
    rows -= height;
    a += <usize>height << (kind == 0 ? 2 : factorShift);
    c += <usize>height * cRow;
    if (bias) bias += <usize>height << 2;
  }
}

export function matmul(
  rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, bStep: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  multiplyInBands(0, rows, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
}

/** matmul with every element of A stored as a factor: A[k][i] at a + k·aStep + factorBytes·i. */
export function matmulFactors(
  rows: i32, columns: i32, depth: i32, a: usize, aStep: usize,
  b: usize, bStep: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  multiplyInBands(1, rows, columns, depth, a, aStep, b, bStep, bOffsets, c, cRow, cColumn, bias);
}

/**
 * matmulFactors for windows of an image, with A's rows side by side: B[k][j] at b + taps[k] + bOffsets[j]. taps: a table of byte offsets (i32).
 */
export function matmulTaps(
  rows: i32, columns: i32, depth: i32, a: usize,
  b: usize, taps: usize, bOffsets: usize, c: usize, cRow: usize, cColumn: usize, bias: usize,
): void {
  multiplyInBands(2, rows, columns, depth, a, <usize>rows << factorShift, b, taps, bOffsets, c, cRow, cColumn, bias);
}
