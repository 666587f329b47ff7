/** Which factor counts in which configuration of a grid. */
import { expect, test } from 'vitest';
import { layoutOf, termsOf } from './grid-layout.ts';

const cellsOf = (keys: readonly (readonly string[])[]) =>
  keys.flatMap((row, i) => row.map((key, j) => ({ choice: [i, j], key })));

test('in a complete grid all factors count, and none is nested', () => {
  const { levels, parents } = layoutOf(
    cellsOf([
      ['a', 'b'],
      ['c', 'd'],
    ]),
  );
  expect([...levels]).toEqual([
    ['a', [0, 0]],
    ['b', [0, 1]],
    ['c', [1, 0]],
    ['d', [1, 1]],
  ]);
  expect(termsOf([0, 1], parents)).toEqual([
    { factors: [0], own: [0] },
    { factors: [1], own: [1] },
    { factors: [0, 1], own: [0, 1] },
  ]);
});

test('momentum is nested in the optimizer, of which only sgd has it', () => {
  const { levels, parents } = layoutOf(
    cellsOf([
      ['sgd 0', 'sgd 0.9'],
      ['adam', 'adam'],
    ]),
  );
  expect(levels.get('adam')).toEqual([1, -1]);
  expect(termsOf([0, 1], parents)).toEqual([
    { factors: [0], own: [0] },
    { factors: [0, 1], own: [1] },
  ]);
});

test('AdamW with weight decay 0 is Adam: the two factors are nested in each other, and one term', () => {
  const { levels, parents } = layoutOf(
    cellsOf([
      ['adam', 'adam'],
      ['adamw 0.1', 'adam'],
    ]),
  );
  // The first of adam's combinations is told apart by its optimizer, but not all of them are.
  expect(levels.get('adam')).toEqual([-1, -1]);
  expect(termsOf([0, 1], parents)).toEqual([{ factors: [0, 1], own: [0, 1] }]);
});

test('a factor that did not vary is no parent', () => {
  const { parents } = layoutOf(
    cellsOf([
      ['sgd 0', 'sgd 0.9'],
      ['adam', 'adam'],
    ]),
  );
  expect(termsOf([1], parents)).toEqual([{ factors: [1], own: [1] }]);
});
