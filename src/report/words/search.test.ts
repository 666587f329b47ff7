/** The sentences of a search: what it did, what tuning was worth, luck, budgets and looks. Intervals are SciPy's. */
import { describe, expect, test } from 'vitest';
import type { StudyFacts } from '../facts.ts';
import { freshSeeds, type Searched, scoresOf, searched } from '../search.testing.ts';
import { confirmationTable, finalsTable } from '../search-tables.ts';
import { showText } from '../terminal.ts';
import { caveats } from './caveats.ts';
import { outcome } from './outcome.ts';
import { searchSummary } from './search.ts';
import { luckOfFinalists } from './search-claims.ts';

const fresh = {
  winner: [98.1, 98.3, 98.2, 98.6, 98.4],
  runnerUp: [98.0, 98.4, 98.1, 98.5, 98.5],
  base: [97.8, 97.7, 97.9, 98.0, 97.6],
};
const { facts, record, factsOf } = await searched({ score: scoresOf(fresh) });
const summaryOf = (of: StudyFacts) => searchSummary(of, of.search!).join(' ');
const allOf = (of: StudyFacts) => [...outcome(of).headline, ...outcome(of).details].join(' ');
const said = async (own: Partial<typeof fresh>, rest: Partial<Searched> = {}) =>
  allOf((await searched({ score: scoresOf({ ...fresh, ...own }), ...rest })).facts);

describe('the summary', () => {
  test('says how many settings, finalists and seeds there were', () => {
    expect(summaryOf(facts)).toBe(
      'The search tried 14 settings with one common seed each (14 trainings). 4 finalists then had 2 rounds on new seeds (6 trainings). The winner, the runner-up and the base were trained on 5 fresh seeds that nothing was selected by (15 trainings). Claims rest on these alone.',
    );
  });

  test('says what early stopping saved', async () => {
    // 25 settings train one epoch, three of them eight more.
    const { facts: own } = await searched({
      parameters: { x: 0, epochs: 9 },
      definition: { base: { x: 0, epochs: 9 }, space: { x: { kind: 'int', low: 0, high: 99 } } },
      plan: { trainings: 26, earlyStopping: 'halving' },
      score: ({ x }, { epoch }) => Number(x) / 2 + epoch,
    });
    expect(summaryOf(own)).toContain(
      'The search tried 25 settings with one common seed, most of them for one epoch only (25 trainings). Early stopping ended 22 of them before their last epoch and saved 176 of 225 epochs (78 %). 3 finalists were trained to their last epoch and then had one round on new seeds (2 trainings).',
    );
    expect(caveats(own).join(' ')).toContain('Charts that show all settings compare them after one epoch');
  });

  test('says that a space is exhausted, and that the base lies outside it', async () => {
    const { facts: own } = await searched({
      definition: { base: { x: 7 }, space: { x: { kind: 'choices', values: [0, 1, 2], numeric: 'int' } } },
      score: ({ x }) => Number(x),
    });
    expect(summaryOf(own)).toContain('The search tried 4 settings');
    expect(summaryOf(own)).toContain('The space has no other settings; the trainings left over went to the finals.');
    expect(summaryOf(own)).toContain('The base lies outside the space (x 7), so the search could not come near it.');
  });

  test('says how many trainings a budget in hours was', () => {
    const hours = { ...record.definition, plan: { ...facts.search!.plan, hours: 0.5 } };
    expect(summaryOf(factsOf({ ...record, definition: hours }))).toContain(
      'Its budget of 0.5 hours was 20 trainings on the machine that started it.',
    );
  });
});

describe('the outcome', () => {
  test('names the winner by what differs from the base, and what tuning was worth', () => {
    const { headline } = outcome(facts);
    expect(headline).toEqual([
      `Winner: #${facts.search!.finalists[0]!.view.proposal}, which differs from the base in x 13 (base: 0).`,
      'Its confirmed mean is 98.32 % (98.08 to 98.56), 5 fresh seeds.',
      'Tuning was worth 0.52 points (0.25 to 0.79), on 5 fresh seeds.',
    ]);
  });

  test('an interval that holds zero is nothing that these seeds can show', async () => {
    // scipy: mean 0.02, -0.1419 to 0.1819.
    expect(await said({ base: [98.2, 98.1, 98.3, 98.5, 98.4] })).toContain(
      'Tuning was worth nothing that 5 seeds can show: +0.02 points (−0.14 to +0.18).',
    );
  });

  test('tuning may do harm', async () => {
    expect(await said({ base: [98.8, 98.7, 98.9, 99.0, 98.6] })).toContain(
      'Tuning did harm: on 5 fresh seeds the base is better than the winner by 0.48 points (0.21 to 0.75).',
    );
  });

  test('a difference that the decimals do not show is no gain', async () => {
    const base = fresh.winner.map((score) => score - 0.001);
    expect(await said({ base, runnerUp: base })).toContain(
      'Tuning was worth nothing that these decimals show: 0.00 points, on 5 fresh seeds.',
    );
    expect(await said({ base, runnerUp: base })).toMatch(/The runner-up, #\d+, is as good: 0\.00 points beside it\./);
  });

  test('the winner against the runner-up', async () => {
    expect(allOf(facts)).toMatch(
      /Whether it is better than the runner-up, #\d+, is not settled by 5 seeds: \+0\.02 points \(−0\.12 to \+0\.16\)\./,
    );
    expect(await said({ runnerUp: fresh.base })).toMatch(/It is better than the runner-up, #\d+, by 0\.52 points/);
    expect(await said({ runnerUp: [98.8, 98.7, 98.9, 99.0, 98.6] })).toMatch(
      /On fresh seeds the runner-up, #\d+, is better by 0\.48 points \(0\.21 to 0\.75\)\. The winner is still the one of the finals/,
    );
  });

  test('an interval without zero is no proof where the two comparisons together say nothing', async () => {
    // Differences 0.1, 0.3, 0.5, 0.1, 0.2: scipy p = 0.0327 and 0.0327, Holm 0.0655.
    const base = [98.0, 98.0, 97.7, 98.5, 98.2];
    expect(await said({ base, runnerUp: base })).toContain(
      'As one of two comparisons that may still be chance (p = 0.065 by Holm).',
    );
  });

  test('a lucky first score is said to be luck in part', async () => {
    const lucky: Searched['score'] = (settings, at) =>
      settings.x === 13 && at.seed === 1 ? 99.5 : scoresOf(fresh)(settings, at);
    expect(allOf((await searched({ score: lucky })).facts)).toContain(
      'The winner was found with 99.50 %; its confirmed mean is 98.32 %: the first number was luck in part.',
    );
    expect(allOf(facts)).toContain(
      'The winner was found with 93.00 %; its confirmed mean is 98.32 %: the first number was not too good.',
    );
    // 1 point for each finalist.
    expect(luckOfFinalists(facts, facts.search!)).toBe(
      'On average the finalists’ first scores are 1.00 points better than their means on the seeds of the finals.',
    );
  });

  test('where the base won, the report says so', async () => {
    const score: Searched['score'] = (settings, at) => (settings.x === 0 ? 99 : scoresOf(fresh)(settings, at));
    const { facts: own } = await searched({ score });
    expect(allOf(own)).toContain('The base won: no setting that the search tried did better in the finals.');
    expect(allOf(own)).toContain('So tuning was worth nothing here.');
    expect(summaryOf(own)).toContain('The winner, which is the base, and the runner-up were trained on 5 fresh seeds');
  });

  test('one common seed allows no interval, and none no statement', async () => {
    const failing =
      (last: number): Searched['score'] =>
      (settings, at) => {
        if (settings.x === 0 && at.seed > last) throw new Error('diverged');
        return scoresOf(fresh)(settings, at);
      };
    expect(allOf((await searched({ score: failing(freshSeeds[0]!) })).facts)).toContain(
      'With one common seed the winner is +0.30 points beside the base; one seed allows no interval, so what tuning was worth is not known.',
    );
    expect(allOf((await searched({ score: failing(freshSeeds[0]! - 1) })).facts)).toContain(
      'What tuning was worth is not known: winner and base have no finished seed in common.',
    );
  });

  test('looks at the test set are counted, for the winner and the base only', () => {
    const configurations = [{ x: 13 }, {}];
    const looks = configurations.flatMap((configuration, of) =>
      freshSeeds.map((seed, i) => ({ trial: i, seed, configuration, accuracy: 0.98 - of / 100, loss: 0.1 })),
    );
    expect(allOf(factsOf({ ...record, looks }))).toContain(
      'On the test set the winner has 98.00 % and the base has 97.00 %; it was looked at for the winner and the base only, 10 looks.',
    );
  });

  test('a search that is not finished says where it is', () => {
    const until = (count: number) => allOf(factsOf({ ...record, trials: record.trials.slice(0, count) }));
    expect(until(5)).toMatch(
      /^Not finished: 5 of 14 settings have a score; 5 of about 35 trials have ended\. Best so far: #\d+ with \d\d\.00 %, which is likely a little too good: it is the best of 5 single scores\.$/,
    );
    expect(until(16)).toBe('Not finished: the finals are in round 1; 16 of about 35 trials have ended.');
    expect(until(30)).toBe('Not finished: the winner is being confirmed; 30 of about 35 trials have ended.');
  });
});

describe('tables', () => {
  test('drops in the finals are decisions about the budget; no finalist is called worse', () => {
    const table = finalsTable(facts, facts.search!)!;
    const [end, why] = ['in the finals', 'why it left'].map((wanted) =>
      table.columns.find(({ head }) => head === wanted),
    );
    expect(end!.cells).toEqual(['winner', 'left after round 2', 'left after round 1', 'left after round 1']);
    expect(why!.cells).toEqual(['', 'not in the better half', 'not in the better half', 'not in the better half']);
    expect(JSON.stringify(table)).not.toContain('worse');
    expect(caveats(facts).join(' ')).toContain('That a finalist left is a decision about the budget.');
  });

  test('the confirmation has its three levels', () => {
    const { columns } = confirmationTable(facts, facts.search!)!;
    expect(columns[0]!.cells).toEqual(['winner', 'runner-up', 'base']);
    expect(columns.find(({ head }) => head === 'mean')!.cells).toEqual(['98.32', '98.30', '97.80']);
  });

  test.each([40, 80, 120])('the terminal has the phases in %i columns, and no stage', (width) => {
    const text = showText(facts, { width, state: '' });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text).toContain('winner');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('Tuning was worth 0.52 points (0.25 to 0.79)');
    expect(text).not.toContain('beside the best');
  });
});
