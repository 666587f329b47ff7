/** Powers with the same bits on every machine. */

/**
 * base^exponent by repeated squaring: multiplications alone, so the same bits on every machine, unlike Math.pow.
 * @param exponent an integer of at least 0.
 */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
