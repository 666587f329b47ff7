/** A journal of means, read by Optuna itself where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { replay } from '../store/replay.ts';
import { studyMeans } from './optuna-means.ts';
import { definitionOf, factsOf, recordOf, stageOf, trialsOf } from './study.testing.ts';

const stage = stageOf('batchSize', [32, 128, 512]);
const space = { batchSize: { kind: 'choices', values: [32, 128, 512], numeric: 'int' } } as const;
const scores = [
  [98.5, 98.7, 99],
  [99.25, 99.5, 'lost'],
  ['lost', 'lost', 'lost'],
];
const facts = factsOf(recordOf(definitionOf([stage], { space }), trialsOf(stage, scores)));
const text = studyMeans(facts, new Date(2026, 0, 2, 3, 4, 5));

test('each configuration with a score is a trial: its mean, and the score of each seed at the step of the seed', () => {
  const [study, ...others] = replay(text, 'means').studies;
  expect([study!.name, others]).toEqual(['small-means', []]);
  const found = study!.trials.map(({ state, values, parameters, intermediate, attributes }) => ({
    state,
    values,
    batchSize: parameters.get('batchSize'),
    scores: [...intermediate],
    seeds: attributes.get('seeds'),
  }));
  expect(found).toEqual([
    {
      state: 1,
      values: [(98.5 + 98.7 + 99) / 3],
      batchSize: 32,
      scores: [
        [1, 98.5],
        [2, 98.7],
        [3, 99],
      ],
      seeds: 3,
    },
    {
      state: 1,
      values: [99.375],
      batchSize: 128,
      scores: [
        [1, 99.25],
        [2, 99.5],
      ],
      seeds: 2,
    },
  ]);
  expect(study!.trials[0]!.attributes.get('label')).toBe('batchSize 32');
});

const python = '/usr/bin/python3';
describe.skipIf(spawnSync(python, ['-c', 'import optuna']).status !== 0)('Optuna', () => {
  test('opens it, and finds the best configuration', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'lenet-means-')), 'means.journal');
    writeFileSync(path, text);
    const program = `
import json, sys, warnings
warnings.simplefilter("ignore")
import optuna
from optuna.storages import JournalFileStorage, JournalStorage
study = optuna.load_study(study_name=None, storage=JournalStorage(JournalFileStorage(sys.argv[1])))
print(json.dumps([study.direction.name, study.best_value, study.best_params,
    [[t.state.name, t.intermediate_values] for t in study.trials]]))`;
    expect(JSON.parse(execFileSync(python, ['-c', program, path], { encoding: 'utf8' }))).toEqual([
      'MAXIMIZE',
      99.375,
      { batchSize: 128 },
      [
        ['COMPLETE', { 1: 98.5, 2: 98.7, 3: 99 }],
        ['COMPLETE', { 1: 99.25, 2: 99.5 }],
      ],
    ]);
  });
});
