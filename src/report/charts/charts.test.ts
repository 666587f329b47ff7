/** The data of every chart, and the texts and titles of its SVG. */
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Stage } from '../../study/definition.ts';
import type { LevelJudgement } from '../../study/judgement.ts';
import type { Trial } from '../../study/trial.ts';
import { lenetSettings } from '../../tasks/lenet/configuration.ts';
import { studyFacts } from '../facts.ts';
import {
  batchStage,
  definitionOf,
  factsOf,
  judgementOf,
  recordOf,
  referenceOf,
  stageOf,
  trialsOf,
} from '../study.testing.ts';
import { confusionAlt, confusionChart, filtersChart } from './confusion.ts';
import { dotPlot, dotPlotAlt, dotPlotData } from './dot-plot.ts';
import { integerTicks, labelLines, textWidth } from './draw.ts';
import { epochTimesChart, timeBars } from './epoch-times.ts';
import { importancesChart } from './importances.ts';
import { curveAlt, curvesData, learningCurves, offScale } from './learning-curves.ts';
import { roundsAlt, roundsChart, roundsData } from './rounds-chart.ts';

/** The texts of a chart, and the points where its labels start and end. */
function read(svg: string) {
  const { document } = parseHTML(`<!doctype html><html><body>${svg}</body></html>`);
  const root = document.querySelector('svg')!;
  return {
    root,
    texts: [...root.querySelectorAll('text')].map((text) => text.textContent ?? ''),
    titles: [...root.querySelectorAll('title')].map((title) => title.textContent ?? ''),
    alt: root.getAttribute('aria-label'),
    ticks: (label: string) =>
      [...root.querySelectorAll(`[aria-label="${label}"] text`)].map((text) => text.textContent),
    xOf: (element: Element) => Number(/translate\(([-\d.]+)/.exec(element.getAttribute('transform') ?? '')?.[1]),
  };
}

const reference = referenceOf({
  secondsPerEpoch: (batchSize) => (batchSize === 32 ? 12 : undefined),
  beside: (_, { level }) =>
    level.settings.batchSize === 32
      ? {
          score: 98.9,
          otherwise: [],
          curve: [
            { epoch: 0, train: 9, selection: 9 },
            { epoch: 1, train: 90, selection: 91 },
            { epoch: 2, train: 99.5, selection: 98.9 },
          ],
        }
      : undefined,
});
const scores = [
  [98, 98.5, 99],
  [97.5, 98, 98.5],
  [96, 96.5, 97],
];
const levels: Partial<LevelJudgement>[] = [
  { standing: 'may be best', mean: [97.26, 99.74] },
  { standing: 'may be best', mean: [90, 99.99] },
  { standing: 'worse', mean: [96.2, 96.8] },
];
const definition = definitionOf([batchStage]);
const record = recordOf(definition, trialsOf(batchStage, scores));
const facts = factsOf(record, [judgementOf(levels, { margin: 0.8 })], { reference });
const stage = facts.stages[0]!;

describe('dots of a stage', () => {
  const data = dotPlotData(stage, facts)!;

  test('rows have means, seeds, intervals cut at the frame and the reference; the band is the margin behind the best mean', () => {
    // The axis: 96 to 99, extended by a quarter of that on both sides, up to 100 %.
    expect(data.domain).toEqual([95.25, 99.75]);
    expect(data.band).toEqual([97.7, 98.5]);
    expect(data.leftOut).toBe(0);
    expect(data.rows).toEqual([
      {
        label: '32',
        kind: 'selected',
        mean: 98.5,
        interval: [97.26, 99.74],
        isCut: [false, false],
        dots: [
          { seed: 1, score: 98 },
          { seed: 2, score: 98.5 },
          { seed: 3, score: 99 },
        ],
        reference: 98.9,
        standing: 'selected, may be best',
        word: 'selected',
      },
      {
        label: '64',
        kind: 'possible',
        mean: 98,
        interval: [95.25, 99.75],
        isCut: [true, true],
        dots: [
          { seed: 1, score: 97.5 },
          { seed: 2, score: 98 },
          { seed: 3, score: 98.5 },
        ],
        reference: undefined,
        standing: 'may be best',
        word: 'may be best',
      },
      {
        label: '128',
        kind: 'ruled out',
        mean: 96.5,
        interval: [96.2, 96.8],
        isCut: [false, false],
        dots: [
          { seed: 1, score: 96 },
          { seed: 2, score: 96.5 },
          { seed: 3, score: 97 },
        ],
        reference: undefined,
        standing: 'worse',
        word: 'worse',
      },
    ]);
  });

  test('for a loss the band lies above the best mean', () => {
    const small = factsOf(
      recordOf(
        { ...definition, objective: 'loss' },
        trialsOf(batchStage, [
          [0.25, 0.25, 0.25],
          [0.5, 0.5, 0.5],
          [1, 1, 1],
        ]),
      ),
      [judgementOf(levels, { margin: 0.25 })],
    );
    const found = dotPlotData(small.stages[0]!, small)!;
    expect([found.band, found.domain]).toEqual([
      [0.25, 0.5],
      [0.0625, 1.1875],
    ]);
  });

  test('the axis ends at 0 and 100 % and always has a width', () => {
    const frame = (given: readonly (readonly number[])[]) => {
      const found = factsOf(recordOf(definition, trialsOf(batchStage, given)));
      return dotPlotData(found.stages[0]!, found)!.domain;
    };
    expect(frame([[99, 99.9, 99.9]])).toEqual([99 - 0.9 / 4, 100]);
    expect(frame([[0.1, 1, 1]])[0]).toBe(0);
    expect(frame([[50, 50, 50]])).toEqual([49.95, 50.05]);
  });

  test('there is no band without a margin or under a seed rule, and no chart without scores', () => {
    const other = (rest: Parameters<typeof judgementOf>[1]) => {
      const found = factsOf(record, [judgementOf(levels, rest)]);
      return dotPlotData(found.stages[0]!, found)!.band;
    };
    expect([other({}), other({ margin: 0.8, method: 'rounds' })]).toEqual([undefined, undefined]);
    const none = factsOf(recordOf(definition, []));
    expect(dotPlotData(none.stages[0]!, none)).toBeUndefined();
    expect(dotPlot(none.stages[0]!, none)).toBeUndefined();
  });

  test.each([
    ['may be best', 'possible', 'mean, may be best'],
    ['worse', 'ruled out', 'mean, worse'],
    ['left', 'left', 'mean, left'],
    ['failed', 'incomplete', 'mean, failed'],
    ['pruned', 'incomplete', 'mean, pruned'],
    ['open', 'possible', 'mean, open'],
    ['pending', 'unjudged', 'mean, not judged yet'],
  ] as const)('a level that is %s has a shape and a legend of its own', (standing, kind, legend) => {
    const found = factsOf(record, [judgementOf([{}, { standing }, { standing }])]);
    expect(dotPlotData(found.stages[0]!, found)!.rows.map((row) => row.kind)).toEqual(['selected', kind, kind]);
    const { root, texts } = read(dotPlot(found.stages[0]!, found)!.svg);
    expect(texts.filter((text) => text.startsWith('mean, '))).toEqual(['mean, selected', legend]);
    const samples = [...root.querySelectorAll('.legend path')].map((path) => path.getAttribute('d'));
    const marks = [...root.querySelectorAll('title')]
      .filter((title) => title.textContent?.startsWith('mean '))
      .map((title) => title.parentElement!);
    // The mark of the level has another outline than that of the selected level, or is hollow.
    const isHollow = (mark: Element) =>
      (mark.getAttribute('fill') ?? mark.parentElement!.getAttribute('fill')) === 'none';
    const looks = marks.map((mark) => `${mark.tagName} ${mark.getAttribute('d')} ${isHollow(mark)}`);
    expect(looks).toHaveLength(3);
    expect(looks[1]).not.toBe(looks[0]);
    expect(looks[1]).toBe(looks[2]);
    if (kind !== 'possible') expect(samples[1]).not.toBe(samples[0]);
  });

  test('with one seed the value is called a score, and the standing says “this network”', () => {
    const single = factsOf(recordOf({ ...definition, seeds: [1] }, trialsOf(batchStage, [[98], [97], [96]])), [
      judgementOf(
        [
          { standing: 'best', scope: 'these networks' },
          { standing: 'worse', scope: 'these networks' },
          { standing: 'worse', scope: 'these networks' },
        ],
        { method: 'images' },
      ),
    ]);
    const { texts, titles } = read(dotPlot(single.stages[0]!, single)!.svg);
    expect(texts.filter((text) => /^(mean|score), /.test(text))).toEqual([
      'score, selected',
      'score, worse (this network)',
    ]);
    expect(titles.slice(0, 2)).toEqual([
      'score 98.00, selected, the best (this network)',
      'score 97.00, worse (this network)',
    ]);
  });

  test('where images decide some verdicts, the legend says that the margin is over seeds', () => {
    const both = factsOf(record, [
      judgementOf([levels[0]!, { standing: 'worse', scope: 'these networks' }, levels[2]!], { margin: 0.8 }),
    ]);
    const { texts, alt } = read(dotPlot(both.stages[0]!, both)!.svg);
    expect(texts).toContain('margin of 0.80 points over seeds: a mean outside is worse over seeds');
    expect(texts).toContain('mean, worse (these networks) or worse');
    expect(alt).toContain('The margin over seeds is 0.80 points.');
  });

  test('marks have titles with their values, the legend names every mark, and the text alternative has all values', () => {
    const { titles, texts, alt } = read(dotPlot(stage, facts)!.svg);
    expect(titles).toEqual([
      'mean 98.50, selected, may be best',
      'mean 98.00, may be best',
      'mean 96.50, worse',
      ...[98, 98.5, 99].map((score, i) => `seed ${i + 1}: ${score.toFixed(2)}`),
      ...[97.5, 98, 98.5].map((score, i) => `seed ${i + 1}: ${score.toFixed(2)}`),
      ...[96, 96.5, 97].map((score, i) => `seed ${i + 1}: ${score.toFixed(2)}`),
      'the post: 98.90',
    ]);
    expect(
      texts.filter((text) => /mean|seed|margin|post/.test(text) && !/^mean \d|^seed \d|^the post:/.test(text)),
    ).toEqual([
      'mean, selected',
      'mean, may be best',
      'mean, worse',
      'a seed',
      '95 % interval of the mean',
      'margin of 0.80 points: a mean outside is worse',
      'the post, one run',
    ]);
    expect(alt).toBe(dotPlotAlt(data, stage, facts));
    expect(alt).toBe(
      'Testing accuracy by batchSize: 32 98.50 (selected, may be best), 64 98.00 (may be best), 128 96.50 (worse). The margin is 0.80 points.',
    );
    expect(texts.filter((text) => text === '◂' || text === '▸')).toEqual(['◂', '▸']);
  });

  test('only the 25 best of many levels are drawn', () => {
    const many = stageOf(
      'batchSize',
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    const trials = trialsOf(
      many,
      many.levels.map((_, i) => [50 + i / 2]),
    );
    const found = factsOf(recordOf(definitionOf([many], { seeds: [1] }), trials));
    const best = dotPlotData(found.stages[0]!, found)!;
    expect([best.rows.length, best.rows[0]!.mean, best.leftOut]).toEqual([25, 79.5, 35]);
    expect(dotPlotAlt(best, found.stages[0]!, found)).toMatch(/ 35 levels are left out\.$/);
    expect(dotPlot(found.stages[0]!, found)).toMatchObject({ shown: 25, total: 60 });
  });

  test.each([['adamw'], ['WWWWWWWW'], ['a long label that the user gave, of several words']])(
    'the label %s fits into the picture',
    (label) => {
      const named: Stage = {
        ...batchStage,
        levels: [{ ...batchStage.levels[0]!, label }, ...batchStage.levels.slice(1)],
      };
      const found = factsOf(recordOf(definitionOf([named]), trialsOf(named, scores)));
      const { root, xOf } = read(dotPlot(found.stages[0]!, found)!.svg);
      const labels = [...root.querySelectorAll('[aria-label="y-axis tick label"] text')];
      expect(labels).toHaveLength(3);
      for (const text of labels) {
        const widest = Math.max(...labelLines(label).map((line) => textWidth(line, 12)));
        expect(xOf(text)).toBeGreaterThanOrEqual(text === labels[0] ? widest : 0);
      }
    },
  );
});

describe('learning curves', () => {
  const data = curvesData(stage, facts)!;

  test('a curve has the mean and range over the seeds, and the reference without epoch 0', () => {
    const [first] = data.curves;
    expect(first!.points).toEqual([
      { epoch: 1, set: 'train', mean: 97.5, low: 97, high: 98 },
      { epoch: 2, set: 'train', mean: 98.5, low: 98, high: 99 },
      { epoch: 1, set: 'selection', mean: 97.5, low: 97, high: 98 },
      { epoch: 2, set: 'selection', mean: 98.5, low: 98, high: 99 },
    ]);
    expect(first!.reference).toEqual([
      { epoch: 1, set: 'train', mean: 90 },
      { epoch: 1, set: 'selection', mean: 91 },
      { epoch: 2, set: 'train', mean: 99.5 },
      { epoch: 2, set: 'selection', mean: 98.9 },
    ]);
    expect(data.domain).toEqual([90, 99.5]);
    expect(data.curves).toHaveLength(3);
  });

  const climbing = (trial: Trial): Trial => ({
    ...trial,
    curve: [10, 60, 95, 96, 97].map((score, epoch) => ({ epoch, score })),
  });
  const long = factsOf(recordOf(definition, trialsOf(batchStage, scores).map(climbing)));

  test('the frame leaves out epoch 1, and a mark shows where the curve leaves it', () => {
    const found = curvesData(long.stages[0]!, long)!;
    expect(found.domain).toEqual([95, 97]);
    expect(offScale(found.curves[0]!, found.domain)).toEqual([{ epoch: 1, edge: 95, arrow: '▼', value: 60 }]);
    expect(offScale(found.curves[0]!, [95, 96.5])).toEqual([
      { epoch: 1, edge: 95, arrow: '▼', value: 60 },
      { epoch: 4, edge: 96.5, arrow: '▲', value: 97 },
    ]);
    const { texts, titles } = read(learningCurves(long.stages[0]!, long).charts[0]!.svg);
    expect(texts).toContain('off scale');
    expect(titles).toContain('epoch 1: 60.00, off scale');
  });

  test('the axis has whole epochs, each once', () => {
    for (const [found, expected] of [
      [facts, ['1', '2']],
      [long, ['1', '2', '3', '4']],
    ] as const) {
      const { ticks } = read(learningCurves(found.stages[0]!, found).charts[0]!.svg);
      expect(ticks('x-axis tick label')).toEqual(expected);
    }
  });

  test('legend, titles and text alternative', () => {
    const { charts } = learningCurves(stage, facts);
    expect(charts.map(({ title }) => title)).toEqual(['batchSize 32', 'batchSize 64', 'batchSize 128']);
    const { texts, alt } = read(charts[0]!.svg);
    for (const text of ['test (mean, range)', 'training', 'the post']) expect(texts).toContain(text);
    expect(read(charts[1]!.svg).texts).not.toContain('the post');
    expect(alt).toBe(
      'Learning curves of batchSize 32: test accuracy 98.50 % after 2 epochs, training accuracy 98.50 %; the post 98.90 %.',
    );
    expect(curveAlt(data.curves[2]!, stage, facts)).toBe(
      'Learning curves of batchSize 128: test accuracy 96.50 % after 2 epochs, training accuracy 96.50 %.',
    );
  });

  test('without the training metrics of every trial, neither our curve nor the post’s is shown for that set', () => {
    const without = ({ curve, ...trial }: Trial): Trial => ({
      ...trial,
      curve: curve.map(({ train: _, ...point }) => point),
    });
    const trials = trialsOf(batchStage, scores);
    for (const recorded of [trials.map(without), [without(trials[0]!), ...trials.slice(1)]]) {
      const found = factsOf(recordOf(definition, recorded), [judgementOf(levels)], { reference });
      const { curves, domain } = curvesData(found.stages[0]!, found)!;
      const { points, reference: beside } = curves[0]!;
      expect([...points, ...beside].map(({ set }) => set)).not.toContain('train');
      expect([beside.length, domain[1]]).toEqual([2, 99]);
      const { texts, alt } = read(learningCurves(found.stages[0]!, found).charts[0]!.svg);
      expect(texts).not.toContain('training');
      expect(alt).toBe('Learning curves of batchSize 32: test accuracy 98.50 % after 2 epochs; the post 98.90 %.');
    }
  });

  test('scores without metrics have one curve', () => {
    expect(curvesData(long.stages[0]!, long)!.curves[0]!.points.map(({ set }) => set)).not.toContain('train');
    expect(read(learningCurves(long.stages[0]!, long).charts[0]!.svg).texts).not.toContain('training');
  });

  test('one epoch has no chart, equal configurations are drawn once, and only the 12 best of many levels are drawn', () => {
    const short = trialsOf(batchStage, scores).map((trial) => ({ ...trial, curve: trial.curve.slice(0, 2) }));
    const brief = factsOf(recordOf(definition, short));
    expect(curvesData(brief.stages[0]!, brief)).toBeUndefined();
    const twins = stageOf('optimizer', ['adam', 'adamw']);
    const same = factsOf(recordOf(definitionOf([twins]), trialsOf(twins, [[98, 98, 98]])));
    expect(curvesData(same.stages[0]!, same)!.curves).toHaveLength(1);
    const many = stageOf(
      'batchSize',
      Array.from({ length: 15 }, (_, i) => i + 1),
    );
    const trials = trialsOf(
      many,
      many.levels.map((_, i) => [50 + i]),
    );
    const found = factsOf(recordOf(definitionOf([many], { seeds: [1] }), trials));
    const best = curvesData(found.stages[0]!, found)!;
    expect([best.curves.length, best.leftOut]).toEqual([12, 3]);
    expect(best.curves[0]!.level.summary!.mean).toBe(64);
  });
});

describe('rounds', () => {
  const rule = definitionOf([batchStage], { seeds: { atLeast: 3, atMost: 6, resolve: 0.1 } });
  const near = [
    [90, 90.1, 90.05],
    [98.4, 98.9, 98.2, 98.8, 98.6, 99],
    [98.9, 98.4, 98.8, 98.2, 99, 98.6],
  ];
  const judged = (given: readonly (readonly (number | string)[])[]) =>
    studyFacts(recordOf(rule, trialsOf(batchStage, given)), lenetSettings);
  const found = judged(near);
  const data = roundsData(found.stages[0]!, found)!;

  test('the levels that stayed longest come first', () => {
    expect(data).toEqual({
      rows: [
        { label: '64', rounds: 6, end: 'in', word: 'open' },
        { label: '128', rounds: 6, end: 'in', word: 'open' },
        { label: '32', rounds: 3, end: 'left', word: 'worse' },
      ],
      rounds: 6,
      leftOut: 0,
    });
  });

  test('the chart marks the levels that left, and its axis counts rounds', () => {
    const { texts, ticks, alt } = read(roundsChart(found.stages[0]!, found)!);
    expect(ticks('x-axis tick label')).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    for (const text of ['one seed a round', 'worse', 'open']) expect(texts).toContain(text);
    expect(alt).toBe('Rounds; open after 6 seeds: 64, 128; worse: 32 after 3.');
    expect(roundsAlt({ rows: data.rows.slice(2), rounds: 3, leftOut: 2000 })).toBe(
      'Rounds; worse: 32 after 3; 2,000 more are left out.',
    );
  });

  test('a level whose trial failed is marked apart from those that left', () => {
    const failing = [...near.slice(0, 2), [98.6, 98.5, 98.7, 'diverged']];
    const withdrawn = judged(failing);
    expect(roundsData(withdrawn.stages[0]!, withdrawn)!.rows[1]).toEqual({
      label: '128',
      rounds: 4,
      end: 'withdrawn',
      word: 'failed',
    });
    const { texts, alt } = read(roundsChart(withdrawn.stages[0]!, withdrawn)!);
    expect(texts).toContain('failed');
    expect(alt).toContain('; failed: 128 after 4');
  });

  test('levels of an unfinished stage are still in; the last remaining level is selected', () => {
    const begun = judged(near.map((own) => own.slice(0, 3)));
    expect(roundsData(begun.stages[0]!, begun)!.rows.map(({ word }) => word)).toEqual([
      'still in',
      'still in',
      'worse',
    ]);
    const alone = judged([near[0]!, near[1]!, near[0]!.map((score) => score - 10)]);
    expect(roundsData(alone.stages[0]!, alone)!.rows.map(({ label, word }) => `${label} ${word}`)).toEqual([
      '64 selected',
      '32 worse',
      '128 worse',
    ]);
  });

  test('there is no chart without a seed rule or a complete round', () => {
    expect(roundsChart(stage, facts)).toBeUndefined();
    const begun = factsOf(recordOf(rule, []));
    expect(roundsData(begun.stages[0]!, begun)).toBeUndefined();
  });
});

describe('the winner’s answers', () => {
  const counts = [
    [5, 1, 0],
    [3, 7, 0],
    [0, 0, 9],
  ];

  test('the confusion matrix shows every count except zeros', () => {
    const { texts, alt } = read(confusionChart(counts, ['0', '1', '2']));
    for (const count of ['5', '1', '3', '7', '9']) expect(texts).toContain(count);
    expect(alt).toBe('Confusion matrix: 4 of 25 images wrong; most often 1 taken for 0 (3 times).');
    expect(
      confusionAlt(
        [
          [2, 1],
          [0, 2],
        ],
        ['0', 'one'],
      ),
    ).toBe('Confusion matrix: 1 of 5 images wrong; most often 0 taken for one (one time).');
    expect(
      confusionAlt(
        [
          [2, 0],
          [0, 2],
        ],
        ['0', '1'],
      ),
    ).toBe('Confusion matrix: 0 of 4 images wrong.');
  });

  test('classes are named at both axes, long names are cut', () => {
    const { ticks } = read(confusionChart(counts, ['ant', 'a beetle with a long name', 'cow']));
    for (const axis of ['x-axis tick label', 'y-axis tick label']) {
      expect(ticks(axis)).toEqual(['ant', 'a beetle with…', 'cow']);
    }
  });

  test('of 256 classes the cells have colours alone, and some classes are named', () => {
    const many = Array.from({ length: 256 }, (_, label) =>
      Array.from({ length: 256 }, (_, answer) => (answer === label ? 9 : answer === (label + 1) % 256 ? label : 0)),
    );
    const { root, texts, ticks, alt } = read(
      confusionChart(
        many,
        many.map((_, i) => `class ${i}`),
      ),
    );
    expect(root.querySelectorAll('[aria-label="cell"] rect')).toHaveLength(256 + 255);
    expect(texts).not.toContain('9');
    const named = ticks('y-axis tick label');
    expect(named.length).toBeLessThanOrEqual(32);
    expect(named.slice(0, 2)).toEqual(['class 0', 'class 10']);
    expect(alt).toContain('most often class 255 taken for class 0 (255 times)');
  });

  test('filters are opaque in proportion to the largest weight, coloured by sign, and titled with their weights', () => {
    const { root, titles, alt } = read(filtersChart([[[0.5, -0.25]], [[0, 0.125]]]));
    expect(titles).toEqual(['0.5000', '-0.2500', '0.0000', '0.1250']);
    const squares = [...root.querySelectorAll('rect')].filter((rect) => rect.getAttribute('fill-opacity'));
    expect(squares.map((rect) => rect.getAttribute('fill-opacity'))).toEqual(['1.000', '0.500', '0.000', '0.250']);
    expect(squares[0]!.getAttribute('style')).not.toBe(squares[1]!.getAttribute('style'));
    expect(alt).toBe('The 2 filters of the first layer, 1 by 2 weights each.');
  });
});

test('the chart of times has seconds per epoch by batch size', () => {
  expect(timeBars(facts)).toEqual([
    { batchSize: 32, who: 'ours', seconds: 1.5 },
    { batchSize: 32, who: 'reference', seconds: 12 },
    { batchSize: 64, who: 'ours', seconds: 1.5 },
    { batchSize: 128, who: 'ours', seconds: 1.5 },
  ]);
  const { texts, alt } = read(epochTimesChart(facts));
  for (const text of ['1.5 s', '12.0 s', 'this study', 'the post']) expect(texts).toContain(text);
  expect(alt).toBe(
    'Seconds of training an epoch: batch 32 1.5 s (this study), batch 32 12.0 s (the post), batch 64 1.5 s (this study), batch 128 1.5 s (this study).',
  );
});

describe('ticks and labels', () => {
  test.each<[number, number, number, number[]]>([
    [1, 2, 6, [1, 2]],
    [1, 3, 6, [1, 2, 3]],
    [1, 10, 6, [2, 4, 6, 8, 10]],
    [0, 30, 8, [0, 5, 10, 15, 20, 25, 30]],
    [1, 1, 6, [1]],
  ])('from %i to %i at most %i', (first, last, most, expected) => {
    expect(integerTicks(first, last, most)).toEqual(expected);
  });

  test('labels break at spaces, long words anywhere, and a fourth line is cut off', () => {
    expect(labelLines('adamw')).toEqual(['adamw']);
    expect(labelLines('one two three', 8)).toEqual(['one two', 'three']);
    expect(labelLines('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(labelLines('a b c d', 1)).toEqual(['a', 'b', '…']);
  });
});

describe('importances', () => {
  const rows = [
    { label: 'learningRate', share: 0.61, interval: [0.4, 0.75] },
    { label: 'learningRate x batchSize of the whole study', share: 0.042, interval: [0, 0.1] },
    { label: 'seeds', share: 0.3, interval: undefined, isOther: true },
  ] as const;

  test('a bar for each row, as long as its share, with its interval', () => {
    const { root, texts, titles, alt } = read(importancesChart(rows, 'share of the variance'));
    expect(alt).toBe(
      'Share of the variance: learningRate 61 %, learningRate x batchSize of the whole study 4.2 %, seeds 30 %.',
    );
    expect(titles).toEqual(['learningRate: 61 %', 'learningRate x batchSize of the whole study: 4.2 %', 'seeds: 30 %']);
    expect(texts).toEqual(expect.arrayContaining(['61 %', '4.2 %', '30 %', '95 % interval of the share']));
    const bars = [...root.querySelectorAll('[aria-label="bar"] rect')];
    const [first, second, last] = bars.map((bar) => Number(bar.getAttribute('width')));
    expect(second! / first!).toBeCloseTo(0.042 / 0.61, 6);
    expect(last! / first!).toBeCloseTo(0.3 / 0.61, 6);
    const lines = [...root.querySelectorAll('[aria-label="rule"] line')];
    expect(lines).toHaveLength(2);
    const [left, right] = ['x1', 'x2'].map((end) => Number(lines[0]!.getAttribute(end)));
    expect((right! - left!) / first!).toBeCloseTo(0.35 / 0.61, 6);
    // A bar that is no hyperparameter has another colour.
    const fills = bars.map((bar) => bar.getAttribute('fill') ?? bar.getAttribute('style'));
    expect(fills[0]).toBe(fills[1]);
    expect(fills[2]).not.toBe(fills[0]);
  });

  test('without intervals there is no legend; of many rows the first 30 are shown', () => {
    const many = Array.from({ length: 32 }, (_, i) => ({ label: `h${i}`, share: 1 / 32, interval: undefined }));
    const { root, texts, alt } = read(importancesChart(many, 'share of the importance'));
    expect(root.querySelector('.legend')).toBeNull();
    expect(texts).toContain('h29');
    expect(texts).not.toContain('h30');
    expect(alt).toMatch(/2 more are left out\.$/);
  });
});
