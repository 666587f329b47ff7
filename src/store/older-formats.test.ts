/** Definitions of formats 1 to 3, converted to today's format. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import type { ExpandedDefinition } from './attributes.ts';
import { upgradedDefinition, upgradedLook } from './older-formats.ts';

const level = (settings: Record<string, number>, label = JSON.stringify(settings)) => ({ label, settings });
const old = (plan: ExpandedDefinition['plan'], stages: ExpandedDefinition['stages']): ExpandedDefinition => ({
  name: 's',
  protocol: 'post',
  objective: 'accuracy',
  base: { batchSize: 128 },
  seeds: [1, 2],
  plan,
  stages,
});

describe('definitions', () => {
  test('a stage named after a hyperparameter has that factor', () => {
    const stages = [
      { name: 'batchSize', levels: [level({ batchSize: 128 }), level({ batchSize: 32 })] },
      { name: 'l2', levels: [level({ l2: 0 }), level({ l2: 0.1 })] },
    ];
    expect(upgradedDefinition({ ...old('one-factor-at-a-time', stages), compare: 'previous' })).toEqual({
      name: 's',
      protocol: 'post',
      objective: 'accuracy',
      base: { batchSize: 128 },
      seeds: [1, 2],
      compare: 'previous',
      plan: {
        kind: 'stages',
        stages: [
          { factors: ['batchSize'], levels: stages[0]!.levels },
          { factors: ['l2'], levels: stages[1]!.levels },
        ],
      },
      // The base's value is first, and each value appears once.
      space: { batchSize: { kind: 'choices', values: [128, 32] }, l2: { kind: 'choices', values: [0, 0.1] } },
    });
  });

  test('a grid is one stage whose factors are the settings of its levels', () => {
    const levels = [level({ a: 1, b: 1 }), level({ b: 2, a: 1 }), level({ a: 2, b: 2, c: 3 })];
    const { plan, space } = upgradedDefinition(old('grid', [{ name: 'grid', levels }]));
    expect(plan).toEqual({ kind: 'stages', stages: [{ factors: ['a', 'b'], levels }] });
    expect(Object.keys(space)).toEqual(['a', 'b', 'c']);
  });

  test('the levels of a random search are numbered from 1', () => {
    const levels = [level({ a: 1 }), level({ a: 2 })];
    expect(upgradedDefinition(old('random', [{ name: 'random', levels }])).plan).toEqual({
      kind: 'stages',
      stages: [{ factors: ['a'], levels: levels.map((own, i) => ({ ...own, short: `#${i + 1}` })) }],
    });
  });

  test('a stage without levels has no factors', () => {
    const { plan, space } = upgradedDefinition(old('grid', [{ name: 'grid', levels: [] }]));
    expect(plan).toEqual({ kind: 'stages', stages: [{ factors: [], levels: [] }] });
    expect(space).toEqual({});
  });
});

describe('looks', () => {
  const look = { trial: 3, seed: 1, loss: 0.1, accuracy: 0.9 };

  test('have their configuration parsed', () => {
    expect(upgradedLook({ ...look, key: '{"a":1,"b":null}' }, 'j')).toEqual({
      ...look,
      configuration: { a: 1, b: null },
    });
  });

  test.each(['', '{', '[1]', '{"a":[1]}', 'null'])('with the configuration %j are damaged', (key) => {
    expect(() => upgradedLook({ ...look, key }, 'j')).toThrow(WorldError);
    expect(() => upgradedLook({ ...look, key }, 'j')).toThrow('j: the configuration of the look at trial 3 is damaged');
  });
});
