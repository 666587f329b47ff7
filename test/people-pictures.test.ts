/** `predict` reads pictures as people make them as well as the test set. docs/predict.md has the table of all 200 digits. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  falseSeveral,
  type Reader,
  resultsOfWays,
  saidSeveral,
  sampledDigits,
  trainedReader,
  type WayResult,
} from './people-pictures/measure.ts';
import { largeWays, ways } from './people-pictures/ways.ts';

let reader: Reader;
beforeAll(async () => {
  reader = await trainedReader();
});

test('the network is one of the recipe', () => expect(reader.accuracy).toBeGreaterThan(0.985));

describe('ways of making pictures', () => {
  const results: WayResult[] = [];

  test.each(Object.keys(ways))('%s', (way) => {
    const digits = sampledDigits(reader.test, largeWays.includes(way) ? 3 : 25);
    const [result] = resultsOfWays(reader, digits, [way]) as [WayResult];
    results.push(result);
    expect(result.right).toBeGreaterThanOrEqual(digits.length - 2);
  });

  test('all together are within two points of the test set', () => {
    const sum = (count: (result: WayResult) => number) => results.reduce((total, result) => total + count(result), 0);
    expect(sum(({ pictures }) => pictures)).toBeGreaterThan(500);
    expect(sum(({ right }) => right) / sum(({ pictures }) => pictures)).toBeGreaterThan(reader.accuracy - 0.02);
  });
});

test('at most one single digit of a hundred is taken for several, and numbers are noticed', () => {
  const digits = sampledDigits(reader.test, 1000).filter((_, index) => index % 4 === 1);
  expect(falseSeveral(reader.test, digits)).toBeLessThanOrEqual(2);
  expect(saidSeveral(reader.test, 40, 2)).toBeGreaterThanOrEqual(39);
  expect(saidSeveral(reader.test, 20, 3)).toBeGreaterThanOrEqual(19);
});

test('docs/predict.md: every way is within two points of the accuracy of the network', () => {
  const text = readFileSync(new URL('../docs/predict.md', import.meta.url), 'utf8');
  const accuracy = Number(/reads ([\d.]+) % of the test set/.exec(text)?.[1]);
  const rows = [...text.matchAll(/^\| (.+?) +\| +(\d+) \| +(\d+) \| +(\d+) \|$/gm)].map(([, way, pictures, right]) => ({
    way,
    share: (100 * Number(right)) / Number(pictures),
  }));
  expect(rows.map(({ way }) => way)).toEqual(Object.keys(ways));
  for (const { way, share } of rows) expect(share, way).toBeGreaterThanOrEqual(accuracy - 2);
});
