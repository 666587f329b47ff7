/**
 * Vectors of `lanes` floats: four (quads), or eight (octs), which V8 computes with 256-bit instructions where it can.
 * The kernels are written once. scripts/widen.mjs makes the module of each width from them: it writes `lanes`, and for
 * octs it writes every statement on a Vector twice, once for each half. Arithmetic on a Vector is written with
 * AssemblyScript's f32x4, i32x4 and v128, as for four floats.
 */

/** Floats of a vector. */
export const lanes: i32 = 4;

/** Bytes of a vector, and the same as a shift. */
export const vectorBytes: usize = <usize>lanes << 2;
export const vectorShift: usize = lanes == 4 ? 4 : 5;

/** Quads of a vector: reductions over images go quad by quad, so that both widths add in the same order. */
export const quadsOfVector: i32 = lanes >> 2;

/**
 * Bytes of a number that is multiplied with whole vectors, and the same as a shift. Quads store it four times, since
 * V8 folds the offset into the load of a vector but not into the load that spreads. Octs store it once: a vector that
 * both halves share costs an instruction.
 */
export const factorBytes: usize = lanes == 4 ? 16 : 4;
export const factorShift: usize = lanes == 4 ? 4 : 2;

/** A vector, or in octs its lower half. A variable is a Vector if it is declared as one or made from a Vector. */
export type Vector = v128;

/** The vector `index` (a constant) vectors after the address. */
export declare function loadVector(address: usize, index?: i32): Vector;

/** Stores a vector `index` (a constant) vectors after the address. Both halves are computed before either is stored. */
export declare function storeVector(address: usize, value: Vector, index?: i32): void;

/** The factor `index` (a constant) factors after the address, in four lanes that both halves share. */
export declare function loadFactor(address: usize, index?: i32): v128;

/** Stores a factor, given in four equal lanes. */
export declare function storeFactor(address: usize, value: v128): void;

/**
 * The address of quad q (counted in images / 4) of packs that are `pack` bytes apart: its first vector's half. The next
 * element is vectorBytes further.
 */
// @ts-ignore: decorator
@inline
export function quadAt(packs: usize, pack: usize, q: i32): usize {
  return packs + <usize>(q / quadsOfVector) * pack + (<usize>(q % quadsOfVector) << 4);
}
