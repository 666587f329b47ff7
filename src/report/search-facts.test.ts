/** The facts of searches: claims, first scores, phases, names and importances. Intervals and p values are SciPy's. */
import { describe, expect, test } from 'vitest';
import type { SearchPlan } from '../study/definition.ts';
import { trialsCsv } from './csv.ts';
import { showJson } from './json.ts';
import { scoresOf, searched, searchPlan } from './search.testing.ts';

const fresh = {
  winner: [98.1, 98.3, 98.2, 98.6, 98.4],
  runnerUp: [98.0, 98.4, 98.1, 98.5, 98.5],
  base: [97.8, 97.7, 97.9, 98.0, 97.6],
};
const { facts, record, factsOf } = await searched({ score: scoresOf(fresh) });
const search = facts.search!;
const numberOf = (x: number) => search.view.proposals.find(({ values }) => values.x === x)!.number;

describe('claims', () => {
  // scipy.stats.ttest_rel(winner, base) and (winner, runner-up); Holm by hand: 2 * 0.005833, and the larger p as it is.
  test('the winner is compared with base and runner-up, paired by seed, with Holm over the two', () => {
    const [base, runnerUp] = search.claims;
    expect([base!.against, runnerUp!.against]).toEqual(['base', 'runner-up']);
    expect(base!.gain!.mean).toBeCloseTo(0.52, 10);
    expect(base!.gain!.interval![0]).toBeCloseTo(0.25081366, 6);
    expect(base!.gain!.interval![1]).toBeCloseTo(0.78918634, 6);
    expect(base!.adjusted).toBeCloseTo(0.01166612, 6);
    expect(runnerUp!.gain!.mean).toBeCloseTo(0.02, 10);
    expect(runnerUp!.gain!.interval![0]).toBeCloseTo(-0.11601748, 6);
    expect(runnerUp!.adjusted).toBeCloseTo(0.704, 6);
  });

  test('of a loss, a gain is what the winner has less', async () => {
    const loss = await searched({
      definition: { objective: 'loss' },
      score: (settings, at) => 100 - scoresOf(fresh)(settings, at),
    });
    const [base] = loss.facts.search!.claims;
    expect(base!.comparison.difference!.mean).toBeCloseTo(-0.52, 10);
    expect(base!.gain!.mean).toBeCloseTo(0.52, 10);
    expect(base!.gain!.interval![0]).toBeCloseTo(0.25081366, 6);
  });

  test('where the base won there is one claim, against the runner-up', async () => {
    const score = scoresOf(fresh);
    const own = await searched({ score: (settings, at) => (settings.x === 0 ? 99 : score(settings, at)) });
    expect(own.facts.search!.isBaseBest).toBe(true);
    expect(own.facts.search!.claims.map(({ against }) => against)).toEqual(['runner-up']);
    expect(own.facts.search!.changes).toEqual([]);
  });

  test('nothing is claimed before the confirmation is finished', () => {
    const cut = factsOf({ ...record, trials: record.trials.slice(0, -1) });
    expect(cut.search!.view.phase).toBe('confirmation');
    expect(cut.search!.claims).toEqual([]);
    expect(cut.stages).toHaveLength(1);
    const early = factsOf({ ...record, trials: record.trials.slice(0, 5) });
    expect(early.stages).toEqual([]);
    expect(early.search!.trainings).toEqual({ search: 5, finals: 0, confirmation: 0 });
  });
});

test('a finalist has the score that it was found with, its mean on the seeds of the finals, and its confirmed mean', () => {
  const [winner, runnerUp, third, base] = search.finalists;
  expect(winner).toMatchObject({ found: 93, finals: { n: 2, mean: 92 }, trainings: 2 });
  expect(winner!.confirmed!.mean).toBeCloseTo(98.32, 10);
  expect(runnerUp).toMatchObject({ found: 92, finals: { n: 2, mean: 91 } });
  expect(third).toMatchObject({ found: 91, finals: { n: 1, mean: 90 } });
  expect(base).toMatchObject({ found: 80, finals: { n: 1, mean: 79 }, trainings: 1 });
  expect(winner!.id).toBe(`C${numberOf(13)}`);
});

test('phases count each training once', () => {
  expect(search.trainings).toEqual({ search: 14, finals: 6, confirmation: 15 });
  expect(facts.trials).toHaveLength(35);
});

test('every trial has the name of its proposal, in CSV and JSON too', () => {
  for (const { id, search: role } of facts.trials) expect(id).toBe(`C${role!.proposal}`);
  const rows = trialsCsv(facts).trim().split('\r\n');
  expect(rows).toHaveLength(36);
  expect(rows[1]).toContain('0,complete,C0,search: base; finals: base,0,1,80');
  const winner = numberOf(13);
  expect(rows.find((row) => row.includes(`,C${winner},search:`))).toContain(
    `search: #${winner}; finals: #${winner},13`,
  );
  expect(rows.at(-1)).toContain('confirmation: ');
});

test('JSON has proposals, finals, confirmation and claims, and no stage', () => {
  const shown = showJson(facts) as { search: Record<string, unknown>; stages: unknown };
  expect(shown.stages).toEqual([]);
  expect(shown).toMatchObject({
    plan: 'search',
    winner: { configuration: `C${numberOf(13)}` },
    search: {
      phase: 'finished',
      planned: 14,
      rungs: null,
      trainings: { search: 14, finals: 6, confirmation: 15 },
      finals: {
        seeds: [1, 2, 3],
        rounds: [
          { seeds: [2], trainings: 4 },
          { seeds: [3], proposals: [numberOf(13), numberOf(12)], trainings: 2 },
        ],
        finalists: [
          { proposal: numberOf(13), found: 93, finals: { seeds: 2, mean: 92 }, dropped: null },
          { proposal: numberOf(12), dropped: { afterRound: 2, by: 'half' } },
          { proposal: numberOf(11) },
          { proposal: 0, scores: [80, 79, null], dropped: { afterRound: 1, by: 'half' } },
        ],
      },
      confirmation: {
        seeds: [20001, 20002, 20003, 20004, 20005],
        winner: { proposal: numberOf(13), mean: 98.32 },
        base: { proposal: 0, scores: fresh.base },
      },
      claims: [
        { against: 'base', difference: 0.52, seeds: 5, test: 't' },
        { against: 'runner-up', seeds: 5 },
      ],
    },
  });
  expect(shown.search.proposals).toHaveLength(14);
});

test('the winner’s changes leave out what does not count under its own values', async () => {
  const { facts: own } = await searched({
    parameters: { x: 0, optimizer: 'sgd', momentum: 0.9 },
    when: { momentum: { optimizer: ['sgd'] } },
    definition: {
      base: { x: 0, optimizer: 'sgd', momentum: 0.5 },
      space: {
        x: { kind: 'choices', values: [0, 1, 2, 3, 4, 5], numeric: 'int' },
        optimizer: { kind: 'choices', values: ['sgd', 'adam'] },
      },
    },
    plan: { trainings: 16 },
    score: ({ x, optimizer }) => Number(x) + (optimizer === 'adam' ? 10 : 0),
  });
  expect(own.search!.changes).toEqual([
    { name: 'x', from: 0, to: 5 },
    { name: 'optimizer', from: 'sgd', to: 'adam' },
  ]);
});

test('a base outside the space is named and left out of the importances', async () => {
  const plan: Partial<SearchPlan> = { ...searchPlan, trainings: 80 };
  const { facts: own } = await searched({
    parameters: { x: 0, y: 0 },
    definition: {
      base: { x: 50, y: 0 },
      space: { x: { kind: 'int', low: 0, high: 20 }, y: { kind: 'int', low: 0, high: 20 } },
    },
    plan,
    score: ({ x, y }) => Number(x) + 0.01 * Number(y),
  });
  expect(own.search!.baseOutside).toEqual(['x']);
  expect(own.search!.importances!.configurations).toBe(55);
  expect(own.search!.importances!.rows[0]!.name).toBe('x');
});

test('with early stopping all proposals are compared at the first rung, and stopped ones are no failures', async () => {
  const { facts: own } = await searched({
    parameters: { x: 0, epochs: 9 },
    definition: { base: { x: 0, epochs: 9 }, space: { x: { kind: 'int', low: 0, high: 99 } } },
    plan: { trainings: 60, earlyStopping: 'halving' },
    score: ({ x }, { epoch, noise }) => Number(x) / 2 + epoch + noise,
  });
  const { comparedAt, compared, view } = own.search!;
  expect(comparedAt).toBe(1);
  expect(view.rungs).toEqual([1, 9]);
  expect(compared).toHaveLength(view.proposals.length);
  for (const { proposal, score } of compared) expect(score).toBe(proposal.scores[0]);
  expect(view.proposals.some(({ state }) => state === 'stopped')).toBe(true);
  expect(own.measure.epochs).toBe(9);
});
