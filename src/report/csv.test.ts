/** Trials as CSV: columns, unrounded numbers, quoting. */
import { expect, test } from 'vitest';
import { functionTask } from '../tasks/function.ts';
import { trialsCsv } from './csv.ts';
import { studyFacts } from './facts.ts';
import {
  canonicalOf,
  definitionOf,
  factsOf,
  meansOnly,
  prunedTrialOf,
  recordOf,
  stageOf,
  trialOf,
} from './study.testing.ts';

const head =
  'trial,state,configuration,levels,model,optimizer,epochs,batchSize,l2,loss,seed,score,selection_accuracy,selection_loss,train_accuracy,train_loss,epochs_trained,seconds,reason';

test('every trial has a row, whatever its state, with every base and varied setting', () => {
  const named = { label: 'a, "b"\nc', settings: { batchSize: 32 } };
  const stages = [
    { factors: ['batchSize'], levels: [named, { label: '64', settings: { batchSize: 64, loss: 'published' } }] },
    stageOf('l2', [0]),
  ];
  const trials = [
    trialOf(0, canonicalOf({ batchSize: 32 }), 1, 98.3046875),
    trialOf(1, canonicalOf({ batchSize: 64 }), 1, 'diverged,\nsadly'),
    { ...trialOf(2, canonicalOf({ batchSize: 7 }), 3, 50), state: 'running' as const, score: undefined },
    prunedTrialOf(3, canonicalOf({ batchSize: 7 }), 4, 'worse than the median'),
  ];
  const definition = definitionOf(stages, { seeds: [1] });
  expect(trialsCsv(factsOf(recordOf(definition, trials))).split('\r\n')).toEqual([
    head,
    '0,complete,C1,"batchSize: a, ""b""\nc; l2: 0",lenet5,adam,2,32,0,published,1,98.3046875,0.983046875,0.2,0.983046875,0.1,2,6,',
    '1,failed,C2,batchSize: 64,lenet5,adam,2,64,0,published,1,,,,,,,,"diverged,\nsadly"',
    '2,running,,,lenet5,adam,2,7,0,published,3,,0.5,0.2,0.5,0.1,2,6,',
    '3,pruned,,,lenet5,adam,2,7,0,published,4,,0.89,0.2,0.89,0.1,1,4,worse than the median',
    '',
  ]);
});

test('the column `levels` lists exactly the levels that use a trial', () => {
  const rule = definitionOf([stageOf('batchSize', [32, 64]), stageOf('l2', [0, 0.01])], {
    seeds: { atLeast: 3, atMost: 3, resolve: 1 },
  });
  const winning = canonicalOf({ batchSize: 32 });
  const superseded = trialOf(0, winning, 1, 'lost');
  const first = [1, 2, 3].flatMap((seed) => [
    trialOf(seed, winning, seed, 98),
    trialOf(10 + seed, canonicalOf({ batchSize: 64 }), seed, 90 + seed / 10),
  ]);
  const second = trialOf(20, winning, 1001, 98);
  const csv = trialsCsv(factsOf(recordOf(rule, [superseded, ...first, second])));
  const cells = csv.split('\r\n').map((row) => row.split(',').slice(0, 4));
  expect(cells.slice(1, -1)).toEqual([
    ['0', 'failed', 'C1', ''],
    ...[1, 2, 3].flatMap((seed) => [
      [`${seed}`, 'complete', 'C1', 'batchSize: 32'],
      [`${10 + seed}`, 'complete', 'C2', 'batchSize: 64'],
    ]),
    ['20', 'complete', 'C1', 'l2: 0'],
  ]);
});

test('accuracy scores have no rounding errors; the untrained network is not a result', () => {
  const definition = definitionOf([stageOf('batchSize', [32, 64])], { base: {}, seeds: [1] });
  const whole = trialOf(0, canonicalOf({ batchSize: 32 }), 1, 0.555 * 100);
  const { curve } = trialOf(1, canonicalOf({ batchSize: 64 }), 1, 90);
  const failed = { ...trialOf(1, canonicalOf({ batchSize: 64 }), 1, 'diverged'), curve: curve.slice(0, 1) };
  const rows = trialsCsv(factsOf(recordOf(definition, [whole, failed]))).split('\r\n');
  expect(rows[1]).toContain(',1,55.5,0.555');
  expect(rows[2]).toMatch(/,1,,,,,,0,2,diverged$/);
});

test('a parameter with the name of another column gets the prefix setting_', () => {
  const { settings } = functionTask({ parameters: { score: 1 }, run: () => 0 });
  const definition = definitionOf([stageOf('score', [1, 2])], { base: {}, seeds: [1], objective: 'score' });
  const trials = [
    { number: 0, configuration: {}, seed: 1, state: 'complete', score: 3, curve: [{ epoch: 1, score: 3 }] },
  ] as const;
  expect(trialsCsv(studyFacts(recordOf(definition, trials), settings, { judge: meansOnly })).split('\r\n')).toEqual([
    'trial,state,configuration,levels,setting_score,seed,score,selection_accuracy,selection_loss,train_accuracy,train_loss,epochs_trained,seconds,reason',
    '0,complete,C1,score: 1,1,1,3,,,,,1,0,',
    '',
  ]);
});
