/** Counts bits: a record holds one bit per image, 1 where the network's answer is wrong. */

/** Number of ones in 32 bits. Source: H. S. Warren, "Hacker's Delight" (2002), 5-1. */
export function onesIn(bits: number): number {
  let counts = bits - ((bits >>> 1) & 0x55555555);
  counts = (counts & 0x33333333) + ((counts >>> 2) & 0x33333333);
  return Math.imul((counts + (counts >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Number of ones in all bytes. */
export function onesInBytes(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) count += onesIn(byte);
  return count;
}

/** Whether two arrays of bytes are equal. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
