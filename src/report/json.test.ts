/** What `lenet study show --json` prints. */
import { expect, test } from 'vitest';
import { labelOf } from '../study/definition.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { studyFacts } from './facts.ts';
import { showJson } from './json.ts';
import {
  batchStage,
  canonicalOf,
  definitionOf,
  factsOf,
  judgementOf,
  prunedTrialOf,
  recordOf,
  session,
  stageOf,
  trialsOf,
} from './study.testing.ts';

const definition = definitionOf([batchStage]);
const trials = trialsOf(batchStage, [
  [98, 98.5, 99],
  [97, 97.5, 98],
  ['diverged', 96],
]);
const judgement = judgementOf(
  [
    { standing: 'best', difference: 1, differenceToBest: [0, 1.3], bothEnds: [0.7, 1.3], mean: [97.3, 99.7] },
    {
      standing: 'worse',
      difference: -1,
      differenceToBest: [-1.3, 0],
      bothEnds: [-1.4, -0.6],
      isNoisy: true,
      otherImages: { mean: [96, 99], differenceToBest: [-1.5, 0] },
    },
    { standing: 'failed' },
  ],
  { margin: 0.3, spread: 0.1, seedsNeeded: 12 },
);
const facts = factsOf(recordOf(definition, trials), [judgement]);

test('levels have label, scores by seed, standing and intervals', () => {
  expect(showJson(facts)).toMatchObject({
    name: 'small',
    protocol: 'post',
    objective: 'accuracy',
    plan: 'stages',
    seeds: [1, 2, 3],
    finished: false,
    trials: { ended: 8, expected: 9 },
    winner: null,
    looks: [],
    stages: [
      {
        factors: ['batchSize'],
        seeds: [1, 2, 3],
        finished: false,
        method: 'mcb',
        spread: 0.1,
        margin: 0.3,
        resolve: 0.1,
        seedsNeeded: 12,
        rounds: null,
        selected: null,
        levels: [
          {
            configuration: 'C1',
            label: '32',
            shown: '32',
            standing: 'best',
            scope: 'other seeds',
            selected: false,
            scores: [98, 98.5, 99],
            mean: 98.5,
            standardDeviation: 0.5,
            meanInterval: [97.3, 99.7],
            difference: 1,
            differenceToBest: [0, 1.3],
            bothEnds: [0.7, 1.3],
            otherImages: null,
            noisy: false,
            leftAfter: null,
            notes: [],
            settings: { batchSize: 32, epochs: 2 },
          },
          {
            configuration: 'C2',
            label: '64',
            standing: 'worse',
            noisy: true,
            otherImages: { mean: [96, 99], differenceToBest: [-1.5, 0] },
          },
          {
            configuration: 'C3',
            label: '128',
            standing: 'failed',
            scores: [null, 96, null],
            difference: null,
            differenceToBest: null,
            bothEnds: null,
            notes: ['seed 1 failed: diverged'],
          },
        ],
        steps: [],
        verdict: ['Not finished yet: 8 trials of this stage have ended.'],
        remarks: [
          'The scores of 64 vary plainly more from seed to seed than the others’. The margin allows for a level that varies up to three times as much.',
        ],
      },
    ],
  });
});

test('a finished study names its winner; there are no times', () => {
  const done = trialsOf(batchStage, [
    [98, 98.5, 99],
    [97, 97.5, 98],
    [96, 96, 96],
  ]);
  const json = showJson(factsOf(recordOf(definition, done)));
  expect(json).toMatchObject({
    finished: true,
    winner: { configuration: 'C1', settings: { batchSize: 32 }, summary: { n: 3, mean: 98.5, sd: 0.5 } },
  });
  const later = done.map((trial) => ({
    ...trial,
    curve: trial.curve.map((point) => ({ ...point, seconds: { train: 9, evaluate: 9 } })),
  }));
  const again = showJson(factsOf(recordOf(definition, later, { sessions: [session] })));
  expect(JSON.stringify(again)).toBe(JSON.stringify(json));
});

test('levels also have the label that tables show', () => {
  const rates = [0.003, 3e-6].map((learningRate) => ({
    label: labelOf({ learningRate }),
    settings: { learningRate },
  }));
  const varied = factsOf(recordOf(definitionOf([{ factors: ['learningRate'], levels: rates }]), []));
  expect(showJson(varied)).toMatchObject({
    stages: [
      {
        levels: [
          { label: '0.003', shown: '3e-3' },
          { label: '3e-6', shown: '3e-6' },
        ],
      },
    ],
  });
});

test('scores, means and differences of accuracies have no rounding errors', () => {
  const off = 0.555 * 100;
  expect(off).not.toBe(55.5);
  const counted = trialsOf(batchStage, [
    [off, off, off],
    [50, 50, 50],
    [40, 40, 40],
  ]);
  expect(showJson(factsOf(recordOf({ ...definition, compare: 'previous' }, counted)))).toMatchObject({
    winner: { summary: { mean: 55.5 } },
    stages: [
      {
        levels: [
          { scores: [55.5, 55.5, 55.5], mean: 55.5, difference: 5.5 },
          { difference: -5.5 },
          { difference: -15.5 },
        ],
        steps: [{ mean: -5.5 }, { mean: -10 }],
      },
    ],
  });
});

test('a level that left has the number of its seeds', () => {
  const left = judgementOf([{}, { standing: 'left', departure: { round: 5, behind: 0 } }, {}], { method: 'rounds' });
  expect(showJson(factsOf(recordOf(definition, trials), [left]))).toMatchObject({
    stages: [{ method: 'rounds', levels: [{ leftAfter: null }, { standing: 'left', leftAfter: 5 }, {}] }],
  });
});

test('a pruned level has the reason', () => {
  const pruned = prunedTrialOf(200, canonicalOf({ batchSize: 128 }), 1, 'worse than the median');
  const judged = judgementOf([{}, {}, { standing: 'pruned' }]);
  const notes = ['seed 1 was pruned: worse than the median'];
  expect(showJson(factsOf(recordOf(definition, [...trials.slice(0, 6), pruned]), [judged]))).toMatchObject({
    stages: [{ levels: [{}, {}, { standing: 'pruned', scores: [null, null, null], notes }] }],
  });
});

test('a study with compare: previous has steps', () => {
  const asked = factsOf(recordOf({ ...definition, compare: 'previous' }, trials));
  const { stages } = showJson(asked) as { stages: { steps: unknown[] }[] };
  expect(stages[0]!.steps[0]).toMatchObject({ level: '64', mean: -1 });
});

test('intervals of accuracies and differences stay within their possible range', () => {
  const wild = trialsOf(stageOf('batchSize', [32, 64]), [
    [100, 60],
    [0, 50],
  ]);
  const two = definitionOf([stageOf('batchSize', [32, 64])], { seeds: [1, 2], compare: 'previous' });
  const json = showJson(studyFacts(recordOf(two, wild), lenetSettings));
  expect(json).toMatchObject({
    winner: { summary: { mean: 80, interval: [0, 100] } },
    stages: [{ levels: [{ meanInterval: [0, 100] }, {}], steps: [{ mean: -55, interval: [-100, 100] }] }],
  });
});
