/** What TPE proposes: values of the space, random ones at first, and what it makes of scores, ties and conditions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../base/random.ts';
import type { Knowledge, Observation, Outcome, Sampler } from '../sampler.ts';
import { samplerNames, samplers } from '../samplers.ts';
import type { Settings, Value } from '../settings.ts';
import { contains, type Dimension, type Space } from '../space.ts';
import { random } from './random.ts';
import { tpe } from './tpe.ts';

const space: Space = {
  rate: { kind: 'float', low: 1e-5, high: 0.1, log: true },
  width: { kind: 'int', low: 1, high: 16, step: 1 },
  kind: { kind: 'choices', values: ['sgd', null, true, 4] },
};

/** Observations at random settings of the space. */
function observed(
  count: number,
  outcomeOf: (values: Settings, number: number) => Outcome,
  from = space,
): Observation[] {
  return Array.from({ length: count }, (_, number) => {
    const stream = randomStream(3, 'observed', number);
    const values = random({ space: from, goal: 'minimize', observations: [] })(stream);
    return { values, outcome: outcomeOf(values, number) };
  });
}

const complete = (score: number): Outcome => ({ state: 'complete', score });
const width = ({ width }: Settings) => Number(width);

/** Proposals of many random streams under the same observations. */
function proposals(knowledge: Knowledge, sampler: Sampler = tpe, count = 40): Settings[] {
  const propose = sampler(knowledge);
  return Array.from({ length: count }, (_, seed) => propose(randomStream(seed, 'proposals')));
}

test('the list has every sampler by its name', () => expect(Object.keys(samplers)).toEqual([...samplerNames]));

describe('until ten observations have ended', () => {
  const ended: readonly Outcome[] = [complete(1), { state: 'paused', epoch: 2, score: 1 }, { state: 'failed' }];
  const atRandom = proposals({ space, goal: 'minimize', observations: [] }, random);
  const withObservations = (observations: readonly Observation[]) =>
    proposals({ space, goal: 'minimize', observations });

  test('proposals are random; complete, paused and failed ones end this', () => {
    const nine = observed(9, (_, number) => ended[number % 3]!);
    expect(withObservations(nine)).toEqual(atRandom);
    const ten = observed(10, (_, number) => ended[number % 3]!);
    expect(withObservations(ten)).not.toEqual(atRandom);
  });

  test('running ones and those outside the space do not count', () => {
    const nine = observed(9, (_, number) => complete(number));
    const more: Observation[] = [
      { values: { rate: 0.01, width: 3, kind: 'sgd' }, outcome: { state: 'running' } },
      { values: { rate: 0.5, width: 3, kind: 'sgd' }, outcome: complete(0) },
      { values: { rate: 0.01, width: 3.5, kind: 'sgd' }, outcome: complete(0) },
      { values: { rate: 0.01, width: 3, kind: 'adam' }, outcome: complete(0) },
      { values: { rate: '0.01', width: 3, kind: 'sgd' }, outcome: complete(0) },
    ];
    expect(withObservations([...nine, ...more])).toEqual(atRandom);
  });
});

test('observations outside the space change no proposal', () => {
  const observations = observed(30, (values) => complete(width(values)));
  const outside = { values: { rate: 0.5, width: 3, kind: 'sgd' }, outcome: complete(-100) };
  expect(proposals({ space, goal: 'minimize', observations: [outside, ...observations] })).toEqual(
    proposals({ space, goal: 'minimize', observations }),
  );
});

describe('proposals go where scores are good', () => {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const meanWidth = (goal: 'minimize' | 'maximize', outcomeOf: (values: Settings, number: number) => Outcome) =>
    mean(proposals({ space, goal, observations: observed(60, outcomeOf) }).map(width));

  test('a small score under minimize, a large one under maximize', () => {
    expect(meanWidth('minimize', (values) => complete(width(values)))).toBeLessThan(4);
    expect(meanWidth('maximize', (values) => complete(width(values)))).toBeGreaterThan(13);
  });

  test('away from failures', () => {
    const outcomeOf = (values: Settings): Outcome => (width(values) > 3 ? { state: 'failed' } : complete(1));
    expect(meanWidth('minimize', outcomeOf)).toBeLessThan(4);
  });

  test('away from what is running', () => {
    const base = observed(60, (values) => complete(Math.abs(width(values) - 8)));
    const near = (observations: readonly Observation[]) =>
      proposals({ space, goal: 'minimize', observations }).filter((values) => width(values) === 8).length;
    const running = Array.from(
      { length: 40 },
      (_, number): Observation => ({
        values: { ...base[number]!.values, width: 8 },
        outcome: { state: 'running' },
      }),
    );
    expect(near([...base, ...running])).toBeLessThan(near(base));
  });
});

describe('only the order of the scores counts', () => {
  const scores = [5, 3, 3, 8, 1, 1, 1, 9, 3, 7, 5, 5, 2, 2, 6, 4, 4, 1, 0, 0, 9, 9, 9, 3];
  const withScores = (goal: 'minimize' | 'maximize', scoreOf: (score: number) => number) =>
    proposals({ space, goal, observations: observed(24, (_, number) => complete(scoreOf(scores[number]!))) });

  test('a rising function of them changes no proposal', () => {
    expect(withScores('minimize', (score) => Math.exp(score))).toEqual(withScores('minimize', (score) => score));
  });

  test('to maximize is to minimize the negative, ties included', () => {
    expect(withScores('maximize', (score) => -score)).toEqual(withScores('minimize', (score) => score));
  });

  test('scores that share a rank with others may be any of them', () => {
    // Three are below, of which 18 and 19 are first: the third is the earliest of the ones.
    const others = withScores('minimize', (score) => (score > 1 ? 7 : score));
    expect(others).toEqual(withScores('minimize', (score) => score));
  });
});

test('equal proposals have equal weight whatever their scores: their order is that of their numbers', () => {
  const same = { rate: 0.01, width: 4, kind: 'sgd' };
  const at = (scores: readonly number[]) =>
    proposals({
      space,
      goal: 'minimize',
      observations: scores.map((score) => ({ values: same, outcome: complete(score) })),
    });
  const rising = Array.from({ length: 12 }, (_, score) => score);
  expect(at(rising)).toEqual(at([...rising].reverse()));
});

describe('conditional dimensions', () => {
  const conditional: Space = {
    optimizer: { kind: 'choices', values: ['sgd', 'adam'] },
    momentum: { kind: 'float', low: 0, high: 1, when: { optimizer: ['sgd'] } },
  };
  /** Under sgd, 0.9 is best; momentum is absent under adam. */
  const values = (number: number): Settings =>
    number % 2 ? { optimizer: 'adam' } : { optimizer: 'sgd', momentum: ((number * 7) % 20) / 20 };
  const score = ({ momentum }: Settings) => (momentum === undefined ? 0.5 : Math.abs(Number(momentum) - 0.9));
  const observations = Array.from({ length: 40 }, (_, number) => ({
    values: values(number),
    outcome: complete(score(values(number))),
  }));

  test('every dimension gets a value, and those that count are learned from', () => {
    const found = proposals({ space: conditional, goal: 'minimize', observations });
    expect(found.every(({ momentum }) => typeof momentum === 'number')).toBe(true);
    const good = found.filter(
      ({ momentum, optimizer }) => optimizer === 'sgd' && Math.abs(Number(momentum) - 0.9) < 0.2,
    );
    expect(good.length).toBeGreaterThan(30);
  });
});

describe('numbers are as people write them', () => {
  const dimensions: Space = {
    float: { kind: 'float', low: -1, high: 1 },
    small: { kind: 'float', low: 1e-9, high: 1e-3, log: true },
    step: { kind: 'float', low: 0.1, high: 1, step: 0.2 },
    tight: { kind: 'float', low: 0.123456, high: 0.123457 },
  };
  const observations = observed(30, ({ float }) => complete(Number(float)), dimensions);
  const found = proposals({ space: dimensions, goal: 'minimize', observations });

  test('floats have four significant digits', () => {
    for (const { float, small } of found) {
      expect(Number(Number(float).toPrecision(4))).toBe(float);
      expect(Number(Number(small).toPrecision(4))).toBe(small);
    }
  });

  test('steps are written without the errors of additions', () => {
    for (const { step } of found) expect([0.1, 0.3, 0.5, 0.7, 0.9]).toContain(step);
  });

  test('rounding does not leave the range', () => {
    for (const { tight } of found) expect(contains(dimensions.tight!, tight!)).toBe(true);
  });
});

describe('in any space, under any observations', () => {
  const value: fc.Arbitrary<Value> = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const dimension: fc.Arbitrary<Dimension> = fc.oneof(
    fc.uniqueArray(value, { minLength: 1, maxLength: 6 }).map((values) => ({ kind: 'choices' as const, values })),
    fc
      .record({
        low: fc.integer({ min: -1000, max: 1000 }),
        reach: fc.integer({ min: 0, max: 1000 }),
        step: fc.integer({ min: 1, max: 30 }),
      })
      .map(({ low, reach, step }) => ({ kind: 'int' as const, low, high: low + reach, step })),
    fc
      .record({ low: fc.integer({ min: 1, max: 1000 }), reach: fc.integer({ min: 0, max: 100_000 }) })
      .map(({ low, reach }) => ({ kind: 'int' as const, low, high: low + reach, log: true, step: 1 })),
    fc
      .record({
        low: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        reach: fc.double({ min: 0, max: 1e6, noNaN: true }),
      })
      .map(({ low, reach }) => ({ kind: 'float' as const, low, high: low + reach })),
    fc
      .record({ low: fc.integer({ min: -9, max: 9 }), factor: fc.double({ min: 1, max: 1e9, noNaN: true }) })
      .map(({ low, factor }) => ({ kind: 'float' as const, low: 10 ** low, high: 10 ** low * factor, log: true })),
    fc
      .record({
        low: fc.integer({ min: -50, max: 50 }),
        reach: fc.integer({ min: 0, max: 100 }),
        step: fc.integer({ min: 1, max: 9 }),
      })
      .map(({ low, reach, step }) => ({
        kind: 'float' as const,
        low: low / 10,
        high: (low + reach) / 10,
        step: step / 10,
      })),
  );
  const outcome: fc.Arbitrary<Outcome> = fc.oneof(
    fc.double().map(complete),
    fc.record({ state: fc.constant('paused' as const), epoch: fc.integer({ min: 1, max: 9 }), score: fc.double() }),
    fc.constant<Outcome>({ state: 'running' }),
    fc.constant<Outcome>({ state: 'failed' }),
  );
  const request = fc.record({
    space: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), dimension, { maxKeys: 5 }),
    outcomes: fc.array(outcome, { minLength: 8, maxLength: 60 }),
    goal: fc.constantFrom('maximize' as const, 'minimize' as const),
    /** Of values that are absent. */
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.nat(),
  });

  test('every proposal lies in the space, and is the same again', () => {
    fc.assert(
      fc.property(request, ({ space, outcomes, goal, share, seed }) => {
        const absent = randomStream(seed, 'absent');
        const observations = observed(outcomes.length, (_, number) => outcomes[number]!, space).map((observation) => ({
          ...observation,
          values: Object.fromEntries(Object.entries(observation.values).filter(() => absent.uniform() >= share)),
        }));
        const propose = () => tpe({ space, goal, observations })(randomStream(seed, 'proposal'));
        const found = propose();
        expect(Object.keys(found)).toEqual(Object.keys(space));
        for (const [name, dimension] of Object.entries(space)) {
          expect(contains(dimension, found[name]!), `${name}: ${found[name]} in ${JSON.stringify(dimension)}`).toBe(
            true,
          );
        }
        expect(propose()).toEqual(found);
      }),
      { numRuns: 300, seed: 42 },
    );
  });
});
