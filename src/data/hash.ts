/** The hash that names a data set: SHA-256 of its decoded pixels and labels, its shape and its class names. */
import { areBytes, classNamesOf, type Dataset } from './dataset.ts';

/**
 * 64 hex digits. Two sources whose decoded images, labels and class names are equal have equal hashes. Floats are
 * hashed as 32-bit numbers with the lowest byte first.
 */
export async function hashOfSets(train: Dataset, test: Dataset | undefined): Promise<string> {
  const parts = [];
  for (const set of test ? [train, test] : [train]) {
    const { images } = set;
    parts.push({
      pixels: areBytes(images) ? 'bytes' : 'floats',
      images: await sha256(new Uint8Array(images.buffer, images.byteOffset, images.byteLength)),
      labels: await sha256(set.labels),
    });
  }
  const { shape } = train;
  return sha256(new TextEncoder().encode(JSON.stringify({ shape, classNames: classNamesOf(train), sets: parts })));
}

/** SHA-256 (hex), by the platform's own code in browsers and in Node. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const isShared = typeof SharedArrayBuffer !== 'undefined' && bytes.buffer instanceof SharedArrayBuffer;
  const own = isShared ? Uint8Array.from(bytes) : (bytes as Uint8Array<ArrayBuffer>);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', own));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
