/** The charts of searches: their data, their marks and axes, and when there is nothing to show. */
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Space } from '../../study/space.ts';
import { type Searched, scoresOf, searched } from '../search.testing.ts';
import { reportBlocks } from '../sections.ts';
import { searchCells, searchCellsChart } from './search-cells.ts';
import { dimensionScale, scoreFrame, shownTicks } from './search-frame.ts';
import { historyPoints, searchHistory } from './search-history.ts';
import { luckRows, searchLuckChart } from './search-luck.ts';
import { parallelLines, searchParallel } from './search-parallel.ts';
import { rungCurves, searchRungs } from './search-rungs.ts';
import { searchSlices, slicePoints } from './search-slices.ts';

const space: Space = {
  rate: { kind: 'float', low: 1e-4, high: 1, log: true },
  optimizer: { kind: 'choices', values: ['adam', 'sgd'] },
  momentum: { kind: 'float', low: 0, high: 0.9, when: { optimizer: ['sgd'] } },
};
const tuning: Searched = {
  parameters: { rate: 0.01, optimizer: 'adam', momentum: 0, epochs: 9 },
  when: { momentum: { optimizer: ['sgd'] } },
  definition: { base: { rate: 0.01, optimizer: 'adam', epochs: 9 }, space },
  score({ rate, optimizer }, { epoch, noise }) {
    const off = Math.log10(Number(rate)) + 3;
    return off > 2.5 ? 10 : 90 - off * off + (optimizer === 'adam' ? 1 : 0) + epoch / 10 + noise / 100;
  },
};
const { facts } = await searched({ ...tuning, plan: { trainings: 60 } });
const search = facts.search!;
const early = (await searched({ ...tuning, plan: { trainings: 60, earlyStopping: 'halving' } })).facts;
const tiny = (await searched({ score: scoresOf({ winner: [1, 2, 3, 4, 5], base: [1, 2, 3, 4, 5] }) })).facts;
const winner = search.finalists[0]!.view.proposal;

const textsOf = (svg: string) => {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  return [...document.querySelectorAll('text')].map((text) => text.textContent);
};
const altOf = (svg: string) => /aria-label="([^"]*)"/.exec(svg)![1]!;

describe('frames and scales', () => {
  test('a frame holds all scores but those that lie far behind, for either goal', () => {
    const frame = scoreFrame([99, 98.9, 98.5, 98.4, 11], 'maximize');
    // The best is 99 and the middle one 98.5: three times their distance reaches down to 97.5.
    expect(frame.domain[0]).toBeCloseTo(98.4 - 0.06 * 0.6, 10);
    expect(frame.domain[1]).toBeCloseTo(99 + 0.06 * 0.6, 10);
    expect([11, 98.4].map(frame.isOutside)).toEqual([true, false]);
    expect(frame.clip(11)).toBe(frame.domain[0]);
    expect(scoreFrame([1, 1.1, 1.2, 90], 'minimize').isOutside(90)).toBe(true);
    expect(scoreFrame([5, 5, 5], 'maximize').domain).toEqual([4.95, 5.05]);
  });

  test('a log axis places values by their logarithm and has ticks at powers of ten', () => {
    const scale = dimensionScale('rate', space.rate!, { naming: facts.naming });
    expect(scale.at(0.01)).toBeCloseTo(0.5, 12);
    expect(scale.ticks.map(({ text }) => text)).toEqual(['1e-4', '0.001', '0.01', '0.1', '1']);
    expect(scale.ticks.map(({ at }) => Number(at.toFixed(6)))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(scale.at(2)).toBeUndefined();
  });

  test('other axes: steps from low to high, and a place for each value of a list', () => {
    const scaleOf = (dimension: Space[string]) => dimensionScale('x', dimension, { naming: facts.naming });
    expect(scaleOf({ kind: 'int', low: 0, high: 20 }).ticks.map(({ text }) => text)).toEqual([
      '0',
      '5',
      '10',
      '15',
      '20',
    ]);
    expect(scaleOf({ kind: 'float', low: 0.1, high: 0.5 }).ticks.map(({ text }) => text)).toEqual([
      '0.1',
      '0.2',
      '0.3',
      '0.4',
      '0.5',
    ]);
    expect(scaleOf({ kind: 'float', low: 3, high: 3 }).at(3)).toBe(0.5);
    const list = scaleOf({ kind: 'choices', values: ['a', 'b', 'a very long name indeed', 'd'] });
    expect([list.at('a'), list.at('d'), list.at('e')]).toEqual([0.125, 0.875, undefined]);
    const shown = shownTicks(list, 230, 11).map(({ text }) => text);
    expect(shown).toEqual(['a', 'a very…indeed']);
  });
});

describe('the history', () => {
  test('has every score and the best so far', () => {
    const points = historyPoints(search, facts);
    expect(points.map(({ number }) => number)).toEqual(search.view.proposals.map(({ number }) => number));
    let best = Number.NEGATIVE_INFINITY;
    for (const point of points) {
      best = Math.max(best, point.score);
      expect(point.best).toBe(best);
    }
  });

  test('of a search with early stopping, only whole trainings can be the best', () => {
    const points = historyPoints(early.search!, early);
    expect(points.some(({ isWhole }) => !isWhole)).toBe(true);
    const whole = points.filter(({ isWhole }) => isWhole).map(({ score }) => score);
    expect(points.at(-1)!.best).toBe(Math.max(...whole));
    expect(textsOf(searchHistory(early, early.search!)!)).toContain('stopped early: its last score');
  });

  test('marks base and winner, and names the best in its text', () => {
    const svg = searchHistory(facts, search)!;
    for (const text of ['base', 'winner', 'the best so far', 'off scale']) expect(textsOf(svg)).toContain(text);
    expect(altOf(svg)).toMatch(
      /^Accuracy of 42 settings in the order of the search: the base 90\.90, the best 9\d\.\d\d \(#\d+\)\.$/,
    );
  });
});

describe('slices', () => {
  test('there is one for each hyperparameter, with the settings in which it counts', () => {
    expect(
      searchSlices(facts, search)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['momentum', 'optimizer', 'rate']);
    const scale = dimensionScale('momentum', space.momentum!, { naming: facts.naming });
    const withSgd = search.compared.filter(({ proposal }) => proposal.values.optimizer === 'sgd');
    expect(slicePoints('momentum', scale, search)).toHaveLength(withSgd.length);
    expect(withSgd.length).toBeLessThan(search.compared.length);
  });

  test('their axes are those of the space', () => {
    const rate = searchSlices(facts, search).find(({ name }) => name === 'rate')!;
    for (const text of ['1e-4', '0.01', '1']) expect(textsOf(rate.svg)).toContain(text);
  });
});

describe('parallel coordinates', () => {
  test('a line has a place on each axis, and none where the hyperparameter does not count', () => {
    const lines = parallelLines(['momentum', 'rate'], facts, search);
    const base = lines.find(({ kind }) => kind === 'base')!;
    expect(base.at[0]).toBeUndefined();
    expect(base.at[1]).toBeCloseTo(0.5, 12);
    expect(lines.find(({ kind }) => kind === 'winner')!.number).toBe(winner);
    // A tenth of 42, rounded up.
    const best = search.compared.toSorted((a, b) => b.score - a.score).slice(0, 5);
    for (const { proposal } of best) expect(lines[proposal.number]!.kind).not.toBe('other');
    expect(lines.filter(({ kind }) => kind === 'other')).toHaveLength(
      42 - new Set([...best.map(({ proposal }) => proposal.number), 0, winner]).size,
    );
  });

  test('need two hyperparameters and ten settings', () => {
    expect(searchParallel(facts, search)).toContain('Parallel coordinates of 42 settings');
    expect(searchParallel(tiny, tiny.search!)).toBeUndefined();
  });
});

describe('cells', () => {
  test('have the median of their settings', () => {
    const found = searchCells(facts, search)!;
    expect(found.names[0]).toBe('rate');
    const counted = found.cells.reduce((sum, { count }) => sum + count, 0);
    const withBoth = search.compared.filter(({ proposal: { values } }) =>
      found.names.every((name) => values[name] !== undefined),
    );
    expect(counted).toBe(withBoth.length);
    expect(found.cells.filter(({ hasWinner }) => hasWinner)).toHaveLength(1);
    expect(altOf(searchCellsChart(facts, search)!)).toMatch(/^Median scores by rate and /);
  });

  test('are not drawn for one hyperparameter', () => {
    expect(searchCellsChart(tiny, tiny.search!)).toBeUndefined();
  });
});

describe('rungs', () => {
  test('say who was promoted', () => {
    const curves = rungCurves(early.search!);
    const reached = (kind: string) => curves.filter((curve) => curve.reached === kind).length;
    expect([reached('first'), reached('last')]).toEqual([53, 7]);
    expect(curves.find((curve) => curve.reached === 'last')!.points.map(({ epoch }) => epoch)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    const svg = searchRungs(early, early.search!)!;
    expect(altOf(svg)).toBe('Accuracy by epoch of 60 settings: 7 went on to 9 epochs.');
    for (const text of ['1', '9', 'trained to the last epoch']) expect(textsOf(svg)).toContain(text);
  });

  test('there are none without early stopping', () => {
    expect(searchRungs(facts, search)).toBeUndefined();
  });
});

describe('the winner’s curse', () => {
  test('each finalist has its first score, its mean in the finals and, where confirmed, that mean', () => {
    const rows = luckRows(tiny.search!, tiny)!;
    expect(rows.map(({ found, finals }) => [found, finals])).toEqual([
      [93, 92],
      [92, 91],
      [91, 90],
      [80, 79],
    ]);
    expect(rows[0]!.label).toMatch(/^#\d+, winner$/);
    expect(rows.map(({ confirmed }) => confirmed)).toEqual([3, 3, undefined, 3]);
    expect(altOf(searchLuckChart(tiny, tiny.search!)!)).toMatch(
      /^Accuracy \(%\) of the finalists: #\d+, winner, 93\.00 when found, 92\.00 in the finals, 3\.00 confirmed; /,
    );
  });

  test('there is none before the finals', async () => {
    const { record, factsOf } = await searched({ ...tuning, plan: { trainings: 20 } });
    const cut = factsOf({ ...record, trials: record.trials.slice(0, 8) });
    expect(searchLuckChart(cut, cut.search!)).toBeUndefined();
    expect(searchHistory(cut, cut.search!)).toBeDefined();
  });
});

describe('the report', () => {
  const headings = async (of: typeof facts) =>
    (await reportBlocks(of, {})).flatMap((block) => (block.kind === 'heading' ? [block.text] : []));

  test('has the sections of a search and none of stages', async () => {
    expect(await headings(facts)).toEqual([
      'Study small',
      'The search',
      'Confirmation',
      'Finals',
      'How the search went',
      'Scores by hyperparameter',
      'What matters',
      'Training environment',
      'Caveats',
      'Words',
    ]);
    const said = JSON.stringify(await reportBlocks(facts, {}));
    expect(said).not.toContain('the levels beside the best');
    expect(said).not.toContain('Only fresh seeds would tell');
  });

  test('with early stopping lists no failures, and says at which epoch settings are compared', async () => {
    expect(await headings(early)).not.toContain('Failed and pruned trials');
    expect(await headings(early)).toContain('Scores by hyperparameter, after one epoch');
  });

  test('names of figures are unique', async () => {
    const blocks = await reportBlocks(early, {});
    const names = blocks.flatMap((block) => (block.kind === 'figures' ? block.figures.map(({ name }) => name) : []));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('search-luck');
  });

  test('stands a search that has hardly begun', async () => {
    const { record, factsOf } = await searched({ ...tuning, plan: { trainings: 20 } });
    const none = factsOf({ ...record, trials: [] });
    expect(await headings(none)).toEqual(['Study small', 'The search', 'Training environment', 'Words']);
  });
});
