/** The post's numbers beside ours: the values of its published tables, and none if conditions or data differ. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { IdxPart } from '../data/idx.ts';
import { mnistFiles, mnistHash, mnistSums } from '../data/mnist.ts';
import type { LevelView, StageView } from '../study/contest.ts';
import type { Settings, Stage, StudyDefinition } from '../study/definition.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { parseStudyFile } from '../tasks/lenet/study-file.ts';
import { readPostLogs } from './lenet.ts';
import { postReference } from './post.ts';

const logs = readPostLogs();

function stagesOf({ plan }: StudyDefinition): readonly Stage[] {
  if (plan.kind !== 'stages') throw new Error('not a study of stages');
  return plan.stages;
}

interface Beside {
  readonly carried?: readonly Settings[];
  readonly change?: (text: string) => string;
  readonly dataHash?: string;
}

/** By stage and level: the post's accuracy and its settings that differ. */
function beside(name: string, { carried = [], change = (text) => text, dataHash = mnistHash }: Beside = {}) {
  const text = readFileSync(new URL(`../../studies/${name}.yaml`, import.meta.url), 'utf8');
  const definition = parseStudyFile(change(text), name);
  const reference = postReference(logs, { definition, dataHash, trials: [] }, lenetSettings);
  return stagesOf(definition).map(({ factors, levels }, index) =>
    levels.map((level) => {
      const view: Pick<LevelView, 'level' | 'settings'> = {
        level,
        settings: { ...definition.base, ...carried[index], ...level.settings },
      };
      const stage: Pick<StageView, 'factors'> = { factors };
      const run = reference?.beside(stage, view);
      return run && [run.score, ...run.otherwise];
    }),
  );
}

describe('the values of the post’s three tables', () => {
  test('appear beside the levels of post.yaml, and settings that differ are named', () => {
    const carried = [{}, { batchSize: 32 }, { batchSize: 64, l2: 1e-4 }];
    const [batchSize, l2, optimizer] = beside('post', { carried });
    expect(batchSize).toEqual([[98.67], [98.94], [98.9], [98.54], [98.21]]);
    expect(l2).toEqual([[98.94], [97.68], [98.87], [99.05]]);
    const otherwise = ['batchSize 32', 'l2 1e-6'];
    expect(optimizer).toEqual([99.05, 99.05, 98.92, 99.01].map((value) => [value, ...otherwise]));
  });

  test('appear beside exactly the same settings of post-rows.yaml', () => {
    const values = [98.67, 98.94, 98.9, 98.54, 98.21, 97.68, 98.87, 99.05, 99.05, 98.92, 99.01];
    expect(beside('post-rows')).toEqual([values.map((value) => [value])]);
  });

  test.each<[string, (text: string) => string]>([
    ['another rate', (text) => text.replace('3e-4', '1e-3')],
    ['fewer epochs', (text) => text.replace('epochs: 10', 'epochs: 5')],
    ['fewer images', (text) => text.replace('epochs: 10', 'trainLimit: 50000, epochs: 10')],
    ['another schedule', (text) => text.replace('epochs: 10', 'schedule: cosine, epochs: 10')],
    ['a warm-up', (text) => text.replace('epochs: 10', 'warmUp: 0.1, epochs: 10')],
    ['smoothed labels', (text) => text.replace('epochs: 10', 'labelSmoothing: 0.1, epochs: 10')],
    ['another optimizer', (text) => text.replace('optimizer: adam,', 'optimizer: sgd,')],
    ['held-out images', (text) => text.replace('protocol: post', 'protocol: held-out')],
    ['a loss', (text) => text.replace('protocol: post', 'protocol: post\nobjective: loss')],
  ])('do not appear with %s', (_, change) => {
    expect(beside('post', { change }).slice(0, 2).flat().filter(Boolean)).toEqual([]);
  });

  test('do not appear beside other data', () => {
    expect(beside('post', { dataHash: 'other' }).flat().filter(Boolean)).toEqual([]);
  });

  test('a level whose L2 the post did not carry on has a note', () => {
    const change = (text: string) => text.replace('l2: 0 }', 'l2: 1e-5 }');
    expect(beside('post', { change })[0]![0]).toEqual([98.67, 'l2 0']);
  });
});

test('the hash of MNIST is the hash of the digests of its four files', () => {
  const sums = (Object.keys(mnistFiles) as IdxPart[]).map((part) => mnistSums[part]).join('');
  expect(mnistHash).toBe(createHash('sha256').update(sums).digest('hex'));
});

test('the post’s median seconds per epoch appear only for the whole training set: 12 s at batch 128', () => {
  const definition = parseStudyFile(readFileSync(new URL('../../studies/post.yaml', import.meta.url), 'utf8'), 'post');
  const seconds = (trainLimit: number | null) =>
    postReference(
      logs,
      {
        definition,
        dataHash: mnistHash,
        trials: [{ number: 0, configuration: { trainLimit }, seed: 1, state: 'running', curve: [] }],
      },
      lenetSettings,
    )!.secondsPerEpoch(128);
  expect(seconds(null)).toBe(12);
  expect(seconds(1000)).toBeUndefined();
});
