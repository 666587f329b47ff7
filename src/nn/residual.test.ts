import { expect, test } from 'vitest';
import { relu } from './relu.ts';
import { type ResidualOptions, residual } from './residual.ts';

test('the layers of a block: the shortcut, the input once more, the block, the sum', () => {
  const layers = { a: relu(), b: relu() };
  expect(Object.entries(residual('block', { from: 'x', layers }))).toEqual([
    ['block.a', relu()],
    ['block.b', relu()],
    ['block.add', { type: 'add', layer: 'x' }],
  ]);
  expect(Object.entries(residual('block', { from: 'x', layers, shortcut: { a: relu() } }))).toEqual([
    ['block.shortcut.a', relu()],
    ['block.input', { type: 'outputOf', layer: 'x' }],
    ['block.a', relu()],
    ['block.b', relu()],
    ['block.add', { type: 'add', layer: 'block.shortcut.a' }],
  ]);
});

test.each<[Partial<ResidualOptions>, string]>([
  [{ layers: {} }, 'residual: block block has no layers'],
  [{ layers: { add: relu(), a: relu() } }, 'residual: block block has two layers named block.add'],
  [{ layers: { input: relu() }, shortcut: { a: relu() } }, 'residual: block block has two layers named block.input'],
  [{ layers: { 'shortcut.a': relu() }, shortcut: { a: relu() } }, 'has two layers named block.shortcut.a'],
  [{ layers: 7 as never }, 'residual: layers: expected an object of layers by name, got 7'],
])('%j is refused', (options, message) => {
  expect(() => residual('block', { from: 'x', layers: {}, ...options })).toThrow(message);
});
