/** Seeded random numbers: one independent stream per purpose, the same on every machine. */
import { shown } from './argument.ts';
import { UsageError } from './errors.ts';

/** The most values that {@link Random.below} chooses from: every integer up to here is a number of its own. */
export const mostBelow = 2 ** 53;

/**
 * A stream of uniform random numbers: xoshiro128++ 1.0 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47(4), 2021), period 2^128 - 1.
 */
export class Random {
  readonly #state: Uint32Array;

  /** @param state four integers from 0 to 2^32 - 1, not all zero. @throws UsageError for any other. */
  constructor(state: readonly [number, number, number, number]) {
    const isWord = (word: unknown) => typeof word === 'number' && Number.isInteger(word) && word >= 0 && word < 2 ** 32;
    if (!Array.isArray(state) || state.length !== 4 || !state.every(isWord) || state.every((word) => word === 0)) {
      const got = Array.isArray(state) ? `[${state.map(shown).join(', ')}]` : shown(state);
      throw new UsageError(`Random: expected four integers from 0 to ${2 ** 32 - 1}, not all zero, got ${got}`);
    }
    this.#state = Uint32Array.from(state);
  }

  /** The next 32 bits, as an integer in [0, 2^32). */
  next(): number {
    const s = this.#state;
    const result = (rotateLeft(s[0]! + s[3]!, 7) + s[0]!) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /** Uniform in [0, 1), a multiple of 2^-24: exact in float32. */
  uniform(): number {
    return (this.next() >>> 8) / 2 ** 24;
  }

  /**
   * Uniform integer in [0, bound), without bias (rejection). A try takes 32 bits for a bound up to 2^32, else 53 bits.
   * @param bound an integer from 1 to 2^53. @throws UsageError for any other.
   */
  below(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= mostBelow)) {
      throw new UsageError(`a random number below ${shown(bound)}: expected an integer from 1 to ${mostBelow}`);
    }
    const all = bound <= 2 ** 32 ? 2 ** 32 : mostBelow;
    const limit = all - (all % bound);
    for (;;) {
      const bits = all === 2 ** 32 ? this.next() : (this.next() >>> 11) * 2 ** 32 + this.next();
      if (bits < limit) return bits % bound;
    }
  }
}

/**
 * The stream of one purpose under a seed, for instance `randomStream(1, 'shuffle', epoch)`. The words of its state are
 * MurmurHash3 of "seed/purpose/..." under four hash seeds, so streams do not overlap in practice.
 * @throws UsageError if `seed` is no integer from 0 to 2^53 - 1, or a part of the purpose is neither a text nor a
 * finite number.
 */
export function randomStream(seed: number, ...purpose: readonly (string | number)[]): Random {
  return new Random(streamKey(seed, ...purpose));
}

/** The initial state of a random stream, from which the streams of single images are made. */
export type StreamKey = readonly [number, number, number, number];

/** The key of {@link randomStream}'s stream. @throws UsageError as randomStream. */
export function streamKey(seed: number, ...purpose: readonly (string | number)[]): StreamKey {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new UsageError(`seed: expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}, got ${shown(seed)}`);
  }
  for (const part of purpose) {
    if (typeof part === 'string' || Number.isFinite(part)) continue;
    throw new UsageError(`the purpose of a random stream: expected texts and finite numbers, got ${shown(part)}`);
  }
  const key = new TextEncoder().encode([seed, ...purpose].join('/'));
  return [murmur3(key, 1), murmur3(key, 2), murmur3(key, 3), murmur3(key, 4)];
}

/** 2^32 divided by the golden ratio: multiples of it lie far apart. */
const goldenStep = 0x9e3779b9;

/**
 * The stream of one image: each word of the key, plus the image's number times {@link goldenStep}, mixed by
 * MurmurHash3's last step. Every image therefore has another state. The kernels draw the same numbers, an image in each
 * lane.
 * @param image its index in the data set.
 */
export function imageStream(key: StreamKey, image: number): Random {
  const word = (start: number) => lastMix((start + Math.imul(image, goldenStep)) | 0);
  return new Random([word(key[0]), word(key[1]), word(key[2]), word(key[3])]);
}

/** The largest permutation: an Int32Array holds its numbers. */
const longestPermutation = 2 ** 31 - 1;

/**
 * The integers 0 to n - 1 in uniformly random order (Fisher and Yates, in Durstenfeld's form).
 * @param n an integer from 0 to 2^31 - 1. @throws UsageError for any other.
 */
export function permutation(n: number, random: Random): Int32Array {
  if (!(Number.isInteger(n) && n >= 0 && n <= longestPermutation)) {
    throw new UsageError(`a permutation of ${shown(n)} numbers: expected an integer from 0 to ${longestPermutation}`);
  }
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const swapped = order[i]!;
    order[i] = order[j]!;
    order[j] = swapped;
  }
  return order;
}

/** MurmurHash3, x86 32-bit variant (Appleby, public domain specification). */
export function murmur3(bytes: Uint8Array, seed: number): number {
  const mix = (k: number) => Math.imul(rotateLeft(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = seed;
  for (let i = 0; i < whole; i += 4) {
    hash = rotateLeft(hash ^ mix(view.getUint32(i, true)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!;
  return lastMix(hash ^ mix(tail) ^ bytes.length);
}

/** MurmurHash3's last step, in which every bit of the word changes every bit of the result. */
function lastMix(word: number): number {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
