/** A digest (64 bits) that detects damage: the CRC-32 and the CRC-32C of the same bytes. */
import crc32 from 'crc-32';
import crc32c from 'crc-32/crc32c.js';

/**
 * 16 hex digits: CRC-32 (IEEE 802.3), then CRC-32C (Castagnoli), of all parts one after the other; text is encoded as
 * UTF-8. Damage of at most 32 consecutive bits always changes both. Other damage stays undetected with a probability of
 * 2^-64. The digest does not protect against deliberate changes.
 */
export function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  let [first, second] = [0, 0];
  for (const part of parts) {
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part;
    first = crc32.buf(bytes, first);
    second = crc32c.buf(bytes, second);
  }
  return [first, second].map((sum) => (sum >>> 0).toString(16).padStart(8, '0')).join('');
}

/** CRC-32 (IEEE 802.3), as ZIP archives and PNG files use it. */
export function crc32Of(bytes: Uint8Array): number {
  return crc32.buf(bytes) >>> 0;
}

/**
 * CRC-32C (Castagnoli) as TFRecord files have it: rotated by 15 bits and offset, so that checksums of data that hold
 * checksums stay good (tensorflow/core/lib/hash/crc32c.h).
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
