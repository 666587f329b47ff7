/** Rows in the order of their numbers, whatever the order and number of times in which they come. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { upsert } from './rows.ts';

interface Row {
  readonly number: number;
  readonly version: number;
}
const numberOf = ({ number }: Row) => number;

test('a row replaces the one with its number, and new rows stand in order', () => {
  const before = [0, 1, 3].map((number) => ({ number, version: 1 }));
  const after = upsert(
    before,
    [
      { number: 3, version: 2 },
      { number: 2, version: 2 },
      { number: 7, version: 2 },
    ],
    numberOf,
  );
  expect(after.map(({ number, version }) => `${number}.${version}`)).toEqual(['0.1', '1.1', '2.2', '3.2', '7.2']);
  expect(before.map(numberOf)).toEqual([0, 1, 3]);
});

test('rows in any portions, some of them twice, give what a map gives', () => {
  const row = fc.record({ number: fc.nat(20), version: fc.nat(1000) });
  fc.assert(
    fc.property(fc.array(fc.array(row)), (portions) => {
      const map = new Map(portions.flat().map((each) => [each.number, each]));
      let list: readonly Row[] = [];
      for (const portion of portions) {
        list = upsert(list, portion, numberOf);
        list = upsert(list, portion, numberOf);
      }
      expect(list).toEqual([...map.values()].sort((a, b) => a.number - b.number));
    }),
  );
});
