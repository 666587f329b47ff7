/** Decimal numbers as people write them, on a command line or in a file. */

/**
 * Why a 64-bit number cannot hold the decimal number, for a message: it is too large, or so small that it would become
 * 0. Undefined where it can be held (rounded to about 16 digits), and for a text that is no decimal number.
 */
export function outOfReach(text: string): string | undefined {
  const value = Number(text);
  if (!/^\s*[+-]?\.?\d/.test(text) || Number.isNaN(value)) return undefined;
  if (!Number.isFinite(value)) return `${text} is too large for a number; the largest is about 1.8e308`;
  const digits = text.replace(/e.*$/is, '');
  if (value === 0 && /[1-9]/.test(digits))
    return `${text} is too small for a number; the smallest above 0 is about 5e-324`;
  return undefined;
}
