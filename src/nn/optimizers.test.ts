/**
 * Every optimizer against PyTorch or its paper (test/golden/make_optimizers.py), over eight steps and every combination
 * of options: its plain twin in float64, and the kernels as its kind calls them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { Arena, createMemory } from '../engine/arena.ts';
import { bindKernels, compileKernels, lanesOf, widths } from '../engine/kernels.ts';
import * as reference from '../engine/reference.ts';
import { adabelief } from './optimizers/adabelief.ts';
import { adam } from './optimizers/adam.ts';
import { adamw } from './optimizers/adamw.ts';
import { lion } from './optimizers/lion.ts';
import { nadam } from './optimizers/nadam.ts';
import { sdlm } from './optimizers/sdlm.ts';
import { sgd } from './optimizers/sgd.ts';
import { aboutOptimizer, type Optimizer, optimizerNames } from './optimizers.ts';

interface Case {
  readonly name: Optimizer['name'];
  readonly options: Readonly<Record<string, never>>;
  /** [steps][parameters]. */
  readonly path: readonly (readonly number[])[];
}

const golden: {
  readonly start: readonly number[];
  /** [steps][parameters]. */
  readonly gradients: readonly (readonly number[])[];
  readonly hessian: readonly number[];
  readonly cases: readonly Case[];
} = JSON.parse(readFileSync(new URL('../../test/golden/optimizers.json', import.meta.url), 'utf8'));
const { start, gradients, hessian } = golden;
const size = start.length;

const constructors = { sgd, adam, adamw, nadam, adabelief, lion, sdlm };

function twin(optimizer: Optimizer, slot: reference.Slot, g: number, t: number): reference.Slot {
  switch (optimizer.name) {
    case 'sgd':
      return reference.sgdStep(slot, g, optimizer);
    case 'lion':
      return reference.lionStep(slot, g, optimizer);
    case 'sdlm':
      return reference.sdlmStep(slot, g, optimizer);
    case 'adabelief':
      return reference.adabeliefStep(slot, g, t, optimizer);
    case 'adam':
      return reference.adamStep(slot, g, t, { ...optimizer, weightDecay: 0, ahead: false });
    case 'adamw':
      return reference.adamStep(slot, g, t, { ...optimizer, ahead: false });
    case 'nadam':
      return reference.adamStep(slot, g, t, { ...optimizer, weightDecay: 0, biasCorrection: true, ahead: true });
  }
}

describe.each(golden.cases.map((each) => [`${each.name} ${JSON.stringify(each.options)}`, each] as const))(
  '%s',
  (_, { name, options, path }) => {
    const optimizer = constructors[name](options);
    const { stateNames, step } = aboutOptimizer(optimizer);

    test('the plain twin gives the golden weights after every step', () => {
      let slots = start.map((x, i): reference.Slot => ({ x, first: name === 'sdlm' ? hessian[i]! : 0, second: 0 }));
      for (const [index, expected] of path.entries()) {
        slots = slots.map((slot, i) => twin(optimizer, slot, gradients[index]![i]!, index + 1));
        for (const [i, { x }] of slots.entries()) expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-11);
      }
    });

    test.each(widths)('the kernels go the golden way in %s, with the gradient in two blocks', (width) => {
      const memory = createMemory();
      const kernels = bindKernels(compileKernels('strict', width), memory);
      const arena = new Arena(memory, kernels.heapBase());
      const lanes = lanesOf[width];
      const vectors = Math.ceil(size / lanes);
      const stride = vectors * lanes * 4;
      const [x, blocks] = [arena.allocate(stride), arena.allocate(2 * stride)];
      const state = stateNames().map(() => arena.allocate(stride));
      arena.f32(x, size).set(start);
      if (name === 'sdlm') arena.f32(state[0]!, size).set(hessian);
      for (const [index, expected] of path.entries()) {
        arena.f32(blocks, size).set(gradients[index]!.map((g) => 2 * g));
        arena.f32(blocks + stride, size).set(gradients[index]!.map((g) => -g));
        const number = { t: index + 1, learningRate: optimizer.learningRate };
        kernels.sumChunks({ g: blocks, stride, chunks: 2, vectors });
        step(kernels, number, { x, gradient: blocks, state, vectors });
        for (const [i, value] of arena.f32(x, size).entries())
          expect(Math.abs(value - expected[i]!)).toBeLessThan(3e-7);
      }
    });
  },
);

test('every optimizer has golden cases, and all cases of one optimizer end with different weights, so every option has an effect', () => {
  for (const name of optimizerNames) {
    const ends = golden.cases.filter((each) => each.name === name).map(({ path }) => path.at(-1)!);
    expect(ends.length, name).toBeGreaterThan(1);
    for (const [i, a] of ends.entries())
      for (const b of ends.slice(i + 1))
        expect(Math.max(...a.map((value, k) => Math.abs(value - b[k]!))), name).toBeGreaterThan(1e-5);
  }
});

test.each(widths)('the learning rate of a step is the one that the schedule gives, %s', (width) => {
  const memory = createMemory();
  const kernels = bindKernels(compileKernels('strict', width), memory);
  const lanes = lanesOf[width];
  const arena = new Arena(memory, kernels.heapBase());
  const [x, block] = [arena.allocate(lanes * 4), arena.allocate(lanes * 4)];
  arena.f32(block, lanes).fill(1);
  const blocks = { x, gradient: block, state: [], vectors: 1 };
  aboutOptimizer(sgd({ learningRate: 8 })).step(kernels, { t: 1, learningRate: 0.5 }, blocks);
  expect([...arena.f32(x, lanes)]).toEqual(Array<number>(lanes).fill(-0.5));
});

test.each<[string, () => Optimizer]>([
  ['learningRate: expected a number above 0, got NaN', () => adam({ learningRate: NaN })],
  ['learningRate: expected a number above 0, got -1', () => adamw({ learningRate: -1 })],
  ['l2: expected a finite number of at least 0, got Infinity', () => nadam({ l2: Infinity })],
  ['beta1: expected a number from 0 to 0.9999999', () => adam({ betas: [1, 0.9] })],
  ['beta2: expected a number from 0 to 0.9999999', () => adabelief({ betas: [0.9, -0.1] })],
  ['eps: expected a number of at least 0, got -1', () => adam({ eps: -1 })],
  ['(the largest 32-bit number below 1), got 0.99999999', () => sgd({ momentum: 0.99999999 })],
  ['weightDecay: expected a number of at least 0, got -0.1', () => adamw({ weightDecay: -0.1 })],
  ['beta2: expected a number from 0 to 0.9999999', () => lion({ betas: [0.9, 1] })],
  ['mu: expected a number above 0, got 0', () => sdlm({ mu: 0 })],
  ['nesterov needs a momentum above 0', () => sgd({ nesterov: true })],
])('refused: %s', (message, make) => {
  expect(make).toThrow(UsageError);
  expect(make).toThrow(message);
});

test('AdamW without weight decay describes itself as Adam', () => {
  expect(aboutOptimizer(adamw({ weightDecay: 0 })).equalTo()?.name).toBe('adam');
  expect(aboutOptimizer(adamw()).equalTo()).toBeUndefined();
  expect(aboutOptimizer(adam()).equalTo()).toBeUndefined();
});

test('the library exports the constructor of every optimizer', async () => {
  const library: Readonly<Record<string, unknown>> = await import('../index.ts');
  for (const name of optimizerNames) {
    const make = library[name];
    expect(typeof make === 'function' && make(), name).toMatchObject({ name });
  }
});
