/** The filter of trials: what passes, and how it stands in an address. */
import { describe, expect, test } from 'vitest';
import { trialRow } from '../rows.testing.ts';
import { conditionQuery, type FilterContext, filtered, readFilter, trialValue } from './filter.ts';

const settings = [
  { learningRate: 0.001, optimizer: 'adam' },
  { learningRate: 0.1, optimizer: 'sgd' },
  { learningRate: 0.01 },
];
const context: FilterContext = { settingsOf: (index) => settings[index]!, goal: 'maximize' };
const trials = [
  trialRow({ number: 0, configuration: 0, score: 90 }),
  trialRow({ number: 1, configuration: 1, score: 95 }),
  trialRow({ number: 2, configuration: 2, score: 92, state: 'pruned' }),
  trialRow({
    number: 3,
    configuration: 0,
    score: null,
    state: 'running',
    curve: { epoch: [0, 1, 2], score: [10, 80, 85] },
  }),
  trialRow({ number: 4, configuration: 1, score: null, state: 'failed', curve: { epoch: [], score: [] } }),
];

function passing(query: Record<string, string>, goal = context.goal): number[] {
  return filtered(trials, readFilter(query), { ...context, goal }).map(({ number }) => number);
}

describe('a filter', () => {
  test.each<[Record<string, string>, number[]]>([
    [{}, [0, 1, 2, 3, 4]],
    [{ state: 'running,failed' }, [3, 4]],
    [{ state: 'nonsense' }, [0, 1, 2, 3, 4]],
    [{ hide: '1,3' }, [0, 2, 4]],
    [{ 'p.learningRate': '0.005..' }, [1, 2, 4]],
    [{ 'p.learningRate': '0.001..0.01' }, [0, 2, 3]],
    [{ 'p.optimizer': 'sgd|lion' }, [1, 4]],
    [{ 'p.optimizer': '50%|sgd' }, [1, 4]],
    [{ 'p.optimizer': 'adam', state: 'complete' }, [0]],
    [{ 'p.optimizer': 'adam', state: 'complete', pin: '4' }, [0, 4]],
    [{ pin: '4', hide: '4', state: 'complete' }, [0, 1]],
    [{ 'p.value': '..90' }, [0, 3]],
    [{ top: '2' }, [1, 2]],
    [{ top: '2', 'p.optimizer': 'adam' }, [0, 3]],
    [{ top: '1', pin: '3' }, [1, 3]],
    [{ top: '1', at: '2' }, [3]],
  ])('%j lets pass %j', (query, expected) => expect(passing(query)).toEqual(expected));

  test('keeps the smallest values of a loss', () => expect(passing({ top: '2' }, 'minimize')).toEqual([0, 3]));

  test('is read again as it was written, whatever characters values hold', () => {
    for (const condition of [
      { low: 1e-5, high: 0.25 },
      { low: -3, high: Infinity },
      { oneOf: ['a|b', 'c..d', '50%'] },
    ]) {
      const query = conditionQuery('x', condition) as Record<string, string>;
      expect(readFilter(query).conditions).toEqual({ x: condition });
    }
    expect(conditionQuery('x', { low: -Infinity, high: Infinity })).toEqual({ 'p.x': undefined });
  });
});

test('a running trial counts with its latest value, or with that after the epoch asked for', () => {
  expect(trialValue(trials[3]!)).toBe(85);
  expect(trialValue(trials[3]!, 1)).toBe(80);
  expect(trialValue(trials[3]!, 7)).toBeUndefined();
  expect(trialValue(trialRow({ curve: { epoch: [5, 10], score: [1, 2] } }), 10)).toBe(2);
});
