import { describe, expect, test } from 'vitest';
import { UsageError } from './errors.ts';
import { mostBelow, murmur3, permutation, Random, randomStream } from './random.ts';

test('xoshiro128++ gives the numbers of its authors’ C code for the state 1, 2, 3, 4', () => {
  // Computed with the reference implementation (prng.di.unimi.it/xoshiro128plusplus.c), also the test vector of Rust's
  // rand_xoshiro.
  const random = new Random([1, 2, 3, 4]);
  expect(Array.from({ length: 10 }, () => random.next())).toEqual([
    641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011, 621204420,
  ]);
});

test.each([
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['Hello, world!', 0, 0xc0363e43],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
])('MurmurHash3 of %j under seed %d is the published one', (text, seed, hash) => {
  expect(murmur3(new TextEncoder().encode(text), seed)).toBe(hash);
});

test('a permutation holds every index once, differs by stream, and is uniform over small orders', () => {
  const order = permutation(1000, randomStream(1, 'shuffle', 1));
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect(permutation(1000, randomStream(1, 'shuffle', 1))).toEqual(order);
  for (const other of [randomStream(1, 'shuffle', 2), randomStream(2, 'shuffle', 1), randomStream(1, 'init', 1)]) {
    expect(permutation(1000, other)).not.toEqual(order);
  }
  const counts = new Map<string, number>();
  const random = randomStream(7, 'orders of three');
  for (let i = 0; i < 6000; i++) {
    const key = permutation(3, random).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Chi-squared with 5 degrees of freedom: 20.5 is its 0.999 quantile.
  const chi = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chi).toBeLessThan(20.5);
});

describe('integers below a bound', () => {
  test('use 32 random bits for bounds up to 2^32 and 53 beyond, as specified', () => {
    // By hand from the first words of the state 1, 2, 3, 4: 641, 1573767, 3222811527, 3517856514 (above).
    expect(new Random([1, 2, 3, 4]).below(1000)).toBe(641);
    expect(new Random([1, 2, 3, 4]).below(2 ** 32)).toBe(641);
    const first = (641 >>> 11) * 2 ** 32 + 1_573_767;
    const second = (3_222_811_527 >>> 11) * 2 ** 32 + 3_517_856_514;
    const random = new Random([1, 2, 3, 4]);
    expect([random.below(mostBelow), random.below(mostBelow)]).toEqual([first, second]);
    expect(new Random([1, 2, 3, 4]).below(1_000_003 * 2 ** 32)).toBe(first % (1_000_003 * 2 ** 32));
  });

  test('a draw above the last multiple of the bound is repeated', () => {
    // 2^53 % (2^52 + 1) = 2^52 - 1: draws from 2^52 + 1 on would favour the low numbers.
    const bound = 2 ** 52 + 1;
    const all = Array.from({ length: 40 }, (_, i) => randomStream(i, 'first of 53 bits').below(mostBelow));
    const kept = all.map((draw, i) => [draw, randomStream(i, 'first of 53 bits').below(bound)] as const);
    const [within, beyond] = [kept.filter(([draw]) => draw < bound), kept.filter(([draw]) => draw >= bound)];
    expect(within.every(([draw, value]) => value === draw)).toBe(true);
    expect(beyond.every(([draw, value]) => value !== draw % bound)).toBe(true);
    expect(Math.min(within.length, beyond.length)).toBeGreaterThan(5);
  });

  test.each([10, 2 ** 32 - 5, 2 ** 32, 2 ** 32 + 1, 3 * 2 ** 40 + 7, mostBelow])(
    'integers below %d are uniform',
    (bound) => {
      const random = randomStream(3, 'below', bound);
      const counts = new Array<number>(10).fill(0);
      for (let i = 0; i < 5000; i++) counts[Math.floor((random.below(bound) / bound) * 10)]!++;
      // Chi-squared with 9 degrees of freedom: 27.9 is its 0.999 quantile.
      expect(counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0)).toBeLessThan(27.9);
    },
  );

  test.each([0, -1, 1.5, NaN, Infinity, 2 ** 53 + 2])('bound %d is refused', (bound) => {
    expect(() => randomStream(1, 'below').below(bound)).toThrow(UsageError);
    expect(() => randomStream(1, 'below').below(bound)).toThrow(`below ${bound}: expected an integer from 1 to`);
  });
});

test.each([-1, 2.5, NaN, 2 ** 31])('a permutation of %d numbers is refused', (n) => {
  expect(() => permutation(n, randomStream(1, 'shuffle'))).toThrow(UsageError);
});

test('uniform numbers lie in [0, 1) and have mean 1/2 and variance 1/12', () => {
  const random = randomStream(1, 'uniform');
  const values = Array.from({ length: 20_000 }, () => random.uniform());
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.005);
});

test.each([-1, 1.5, NaN, 2 ** 53])('seed %s is refused', (seed) => {
  expect(() => randomStream(seed, 'init')).toThrow(UsageError);
});
