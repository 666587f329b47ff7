/** The post's numbers beside ours: those of its published tables, and none where conditions differ. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Settings } from '../study/definition.ts';
import { completeSettings } from '../tasks/lenet/configuration.ts';
import { parseStudyFile } from '../tasks/lenet/study-file.ts';
import { postAccuracy, postRow } from './post.ts';

function beside(name: string, carried: readonly Settings[], change: (text: string) => string = (text) => text) {
  const text = readFileSync(new URL(`../../studies/${name}.yaml`, import.meta.url), 'utf8');
  const { base, stages } = parseStudyFile(change(text), name);
  return stages.map(({ name: stage, levels }, index) =>
    levels.map(({ settings }) => {
      const complete = completeSettings({ ...base, ...carried[index], ...settings });
      const row = postRow({ base }, stage, settings, complete);
      return row && [postAccuracy(row.run), ...row.otherwise];
    }),
  );
}

describe('the values of the post’s three tables', () => {
  test('stand beside the stages of post.yaml, and other settings are named', () => {
    const [batchSize, l2, optimizer] = beside('post', [{}, { batchSize: 32 }, { batchSize: 64, l2: 1e-4 }]);
    expect(batchSize).toEqual([[98.67], [98.94], [98.9], [98.54], [98.21]]);
    expect(l2).toEqual([[98.94], [97.68], [98.87], [99.05]]);
    const otherwise = ['batchSize 32', 'l2 1e-6'];
    expect(optimizer).toEqual([99.05, 99.05, 98.92, 99.01].map((value) => [value, ...otherwise]));
  });

  test('stand beside the very same settings of post-rows.yaml', () => {
    const values = [98.67, 98.94, 98.9, 98.54, 98.21, 97.68, 98.87, 99.05, 99.05, 98.92, 99.01];
    expect(beside('post-rows', [])).toEqual([values.map((value) => [value])]);
  });

  test.each<[string, (text: string) => string]>([
    ['another rate', (text) => text.replace('3e-4', '1e-3')],
    ['fewer epochs', (text) => text.replace('epochs: 10', 'epochs: 5')],
    ['fewer images', (text) => text.replace('epochs: 10', 'trainLimit: 50000, epochs: 10')],
    ['another optimizer', (text) => text.replace('optimizer: adam,', 'optimizer: sgd,')],
  ])('stand nowhere with %s', (_, change) => {
    expect(beside('post', [], change).slice(0, 2).flat().filter(Boolean)).toEqual([]);
  });

  test('a level of an L2 that the post did not carry says so', () => {
    const change = (text: string) => text.replace('l2: 0 }', 'l2: 1e-5 }');
    expect(beside('post', [], change)[0]![0]).toEqual([98.67, 'l2 0']);
  });
});
