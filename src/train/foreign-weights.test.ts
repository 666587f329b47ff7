/** Weights in files of other software: prefixes, types, tensors beside them, and what is refused. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import { batchNorm2d } from '../nn/batch-norm2d.ts';
import { flatten } from '../nn/flatten.ts';
import { linear } from '../nn/linear.ts';
import { sequential } from '../nn/model.ts';
import { findWeights, type SearchOptions } from './foreign-weights.ts';

const model = sequential('tiny', [1, 1, 2], { flatten: flatten(), fc1: linear(2, 3), fc2: linear(3, 2) });
const shapes = { 'fc1.weight': [3, 2], 'fc1.bias': [3], 'fc2.weight': [2, 3], 'fc2.bias': [2] } as const;
const tensor = (shape: readonly number[], value = 0.5): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});
const own = (prefix = ''): [string, Tensor][] =>
  Object.entries(shapes).map(([name, shape]) => [prefix + name, tensor(shape)]);

const find = (
  tensors: readonly [string, Tensor][],
  { converted = {}, unread = {} }: { converted?: Record<string, string>; unread?: Record<string, string> } = {},
  options: SearchOptions = {},
) =>
  findWeights(
    model,
    {
      tensors: new Map(tensors),
      converted: new Map(Object.entries(converted)),
      unread: new Map(Object.entries(unread)),
    },
    'f',
    options,
  );
const expected = new Map(own());

test('a file with the model’s tensors only has no notes', () => {
  expect(find(own())).toEqual({ weights: expected, notes: [] });
});

test.each(['module.', '_orig_mod.', 'model.', 'net.', 'module._orig_mod.', 'a.b.c.'])(
  'the prefix %s is removed and noted',
  (prefix) => {
    expect(find(own(prefix))).toEqual({
      weights: expected,
      notes: [`f: the names of its tensors begin with "${prefix}", which was left out.`],
    });
  },
);

test('names without a prefix take precedence over names with one', () => {
  const other = own('optimizer.exp_avg.').map(([name, { shape }]): [string, Tensor] => [name, tensor(shape, 9)]);
  expect(find([...other, ...own()]).weights).toEqual(expected);
});

test('a file with two sets of weights is refused', () => {
  expect(() => find([...own('model.'), ...own('ema.')])).toThrow(
    'f holds several sets of weights for model tiny: with names that begin with "model.", "ema."',
  );
});

test('a prefix whose tensors have other shapes does not count as a second set', () => {
  const other = own('old.').map(([name]): [string, Tensor] => [name, tensor([7])]);
  const { weights, notes } = find([...own('new.'), ...other]);
  expect(weights).toEqual(expected);
  expect(notes[1]).toBe(
    'f: 4 tensors that model tiny does not have were ignored: old.fc1.weight, old.fc1.bias, old.fc2.weight, old.fc2.bias.',
  );
});

test('tensors beside the weights are ignored and named, whatever they hold', () => {
  const { weights, notes } = find([...own(), ['bn.running_var', tensor([1], Number.POSITIVE_INFINITY)]], {
    unread: { 'bn.num_batches_tracked': 'I64' },
  });
  expect(weights).toEqual(expected);
  expect(notes).toEqual([
    'f: 2 tensors that model tiny does not have were ignored: bn.running_var, bn.num_batches_tracked.',
  ]);
});

test('conversions are counted by type; those of ignored tensors are not', () => {
  const converted = { 'fc1.weight': 'F64', 'fc1.bias': 'F16', 'fc2.bias': 'F16', other: 'BF16' };
  expect(find([...own(), ['other', tensor([1])]], { converted }).notes.slice(0, 2)).toEqual([
    'f: one tensor of type F64 was rounded to float32.',
    'f: 2 tensors of type F16 were converted to float32.',
  ]);
});

describe('refused with a list of tensors', () => {
  const without = (...names: string[]) => own().filter(([name]) => !names.includes(name));
  const replaced = (name: string, by: Tensor) => [...without(name), [name, by] as [string, Tensor]];
  test.each([
    ['one missing', () => find(without('fc2.bias')), 'f: model tiny needs a tensor fc2.bias [2], which is missing'],
    [
      'several missing',
      () => find([...without('fc1.bias', 'fc2.bias'), ['fc3.bias', tensor([2])]]),
      'f: model tiny needs 2 tensors that are missing: fc1.bias [3], fc2.bias [2]. The file also holds fc3.bias',
    ],
    [
      'another shape',
      () => find(replaced('fc1.bias', tensor([4]))),
      'f: tensor fc1.bias: model tiny needs [3], got [4]',
    ],
    [
      'integers',
      () => find(without('fc1.weight'), { unread: { 'fc1.weight': 'I8' } }),
      'f: weights must be F32, F16, BF16 or F64; these are not: fc1.weight (I8)',
    ],
    [
      'not finite',
      () => find(replaced('fc1.bias', tensor([3], Number.NaN))),
      'f: tensor fc1.bias holds NaN at position 0',
    ],
    [
      'too large',
      () => find(replaced('fc1.bias', tensor([3], Number.POSITIVE_INFINITY)), { converted: { 'fc1.bias': 'F64' } }),
      'f: tensor fc1.bias holds a number that is not finite or too large for float32 at position 0',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(WorldError);
    expect(call).toThrow(message);
  });
});

describe('batch normalization', () => {
  const normalized = sequential('tiny', [1, 1, 2], { bn: batchNorm2d(1), flatten: flatten(), fc: linear(2, 2) });
  const state = (prefix: string): [string, Tensor][] => [
    ...['weight', 'bias', 'running_mean', 'running_var'].map((name): [string, Tensor] => [
      `${prefix}bn.${name}`,
      tensor([1]),
    ]),
    [`${prefix}fc.weight`, tensor([2, 2])],
    [`${prefix}fc.bias`, tensor([2])],
  ];
  const findIn = (tensors: readonly [string, Tensor][], unread: Record<string, string> = {}) =>
    findWeights(
      normalized,
      { tensors: new Map(tensors), converted: new Map(), unread: new Map(Object.entries(unread)) },
      'f',
    );

  test('has its running statistics from the file; PyTorch’s count of batches needs no words', () => {
    const { weights, notes } = findIn(state('module.'), { 'module.bn.num_batches_tracked': 'I64' });
    expect([...weights]).toEqual(state(''));
    expect(notes).toEqual(['f: the names of its tensors begin with "module.", which was left out.']);
    const other = findIn(state(''), { 'old.num_batches_tracked': 'I64' });
    expect(other.notes).toEqual(['f: one tensor that model tiny does not have was ignored: old.num_batches_tracked.']);
  });

  test('without running statistics, or with a variance below 0, is refused', () => {
    const without = state('').filter(([name]) => name !== 'bn.running_mean');
    expect(() => findIn(without)).toThrow('f: model tiny needs a tensor bn.running_mean [1], which is missing');
    const wrong = state('').map(([name, each]): [string, Tensor] => [
      name,
      name === 'bn.running_var' ? tensor([1], -1) : each,
    ]);
    expect(() => findIn(wrong)).toThrow('f: tensor bn.running_var holds -1 at position 0');
  });
});

describe('a last layer of other classes', () => {
  const last = (...tensors: readonly [string, Tensor][]) =>
    find([...own().filter(([name]) => !name.startsWith('fc2.')), ...tensors], {}, { mayEndOtherwise: true });
  const note =
    'f: its last layer fc2 has 5 outputs, this network has 2: fc2 starts anew, the other layers keep their weights.';

  test('is left out and noted, also if a tensor of it is missing', () => {
    for (const tensors of [
      [['fc2.weight', tensor([5, 3])] as const, ['fc2.bias', tensor([5])] as const],
      [['fc2.bias', tensor([5])] as const],
    ]) {
      const { weights, notes, otherLast } = last(...tensors.map(([name, data]): [string, Tensor] => [name, data]));
      expect([...weights.keys()]).toEqual(['fc1.weight', 'fc1.bias']);
      expect(notes.at(-1)).toBe(note);
      expect(otherLast).toEqual({ layer: 'fc2', outputs: 5 });
    }
  });

  test('is no reason to accept other inputs', () => {
    expect(() => last(['fc2.weight', tensor([5, 4])], ['fc2.bias', tensor([2])])).toThrow('fc2.weight');
  });
});
