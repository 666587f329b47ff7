/** Studies that grow: which Optuna study takes the next trials, so that Optuna keeps every parameter. */
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Value } from '../study/definition.ts';
import { type Choices, type Dimension, recordedParameters, type Space } from '../study/space.ts';
import { JournalStore, readStudy } from './journal-store.ts';
import { replay } from './replay.ts';
import { definition, environment } from './store.contract.ts';

const freshPath = () => join(mkdtempSync(join(tmpdir(), 'lenet-growth-')), 'study.journal');
const studiesIn = (path: string) => replay(readFileSync(path, 'utf8'), path).studies;
const choices = (...values: Value[]): Choices => ({ kind: 'choices', values });

/** Opens the study with this space and records a trial of it. */
async function work(path: string, space: Space, a: Value): Promise<JournalStore> {
  const store = new JournalStore(path);
  await store.open({ definition: { ...definition, space }, dataHash: 'h', environment }, () => {});
  await store.startTrial({ configuration: { a }, seed: 1, parameters: recordedParameters(space, { a }) });
  return store;
}

async function grown(before: Dimension, after: Dimension, a: Value): Promise<string[]> {
  const path = freshPath();
  for (const dimension of [before, after]) await work(path, { a: dimension }, a);
  const studies = studiesIn(path);
  const parameters = studies.flatMap(({ trials }) => trials.map((trial) => trial.parameters.size));
  expect(parameters, 'parameters that Optuna keeps').toEqual([1, 1]);
  return studies.map(({ name }) => name);
}

test.each<[string, Dimension, Dimension, Value]>([
  ['a new choice', choices('sgd', 'adam'), choices('sgd', 'adam', 'nadam'), 'sgd'],
  ['choices in another order', choices('sgd', 'adam'), choices('adam', 'sgd'), 'sgd'],
  ['a list of numbers that grows by null', { ...choices(1, 2), numeric: 'int' }, choices(1, 2, null), 1],
  [
    'a float range that becomes one of integers',
    { kind: 'float', low: 1, high: 9 },
    { kind: 'int', low: 1, high: 9 },
    2,
  ],
  [
    'an integer range that becomes a list of floats',
    { kind: 'int', low: 1, high: 9 },
    { ...choices(1, 2), numeric: 'float' },
    2,
  ],
  [
    'a range that becomes logarithmic',
    { kind: 'float', low: 1, high: 9 },
    { kind: 'float', low: 1, high: 9, log: true },
    2,
  ],
])('%s continues under a new Optuna study', async (_, before, after, value) => {
  expect(await grown(before, after, value)).toEqual(['s', 's-2']);
});

test.each<[string, Dimension, Dimension, Value]>([
  ['a longer list of numbers', { ...choices(32, 128), numeric: 'int' }, { ...choices(32, 512), numeric: 'int' }, 32],
  ['a wider range with a step', { kind: 'int', low: 1, high: 9 }, { kind: 'int', low: 0, high: 99, step: 3 }, 3],
  ['a list within a range', { kind: 'int', low: 1, high: 9 }, { ...choices(1, 2), numeric: 'int' }, 2],
  ['a condition', choices('x', 'y'), { ...choices('x', 'y'), when: {} }, 'x'],
])('%s stays in the same Optuna study', async (_, before, after, value) => {
  expect(await grown(before, after, value)).toEqual(['s']);
});

test('all Optuna studies of a study are read as one study, and the last one is continued', async () => {
  const path = freshPath();
  await work(path, { a: choices('x') }, 'x');
  const after = { a: choices('x', 'y') };
  await work(path, after, 'y');
  const third = await work(path, after, 'x');
  await third.recordLook({ trial: 1, configuration: {}, seed: 1, loss: 1, accuracy: 0.5 });
  expect(studiesIn(path).map(({ name, trials }) => [name, trials.length])).toEqual([
    ['s', 1],
    ['s-2', 2],
  ]);
  const record = readStudy(path)!;
  expect(record.trials.map(({ number }) => number)).toEqual([0, 1, 2]);
  expect([record.looks.length, record.sessions.length]).toEqual([1, 3]);
  expect(record.definition.space).toEqual(after);
});

describe('other programs in the same journal', () => {
  const foreignStudy = (name: string) => `{"op_code":0,"worker_id":"w-2","study_name":"${name}","directions":[1]}\n`;

  test('keep the names of their studies', async () => {
    const path = freshPath();
    await work(path, { a: choices('x') }, 'x');
    appendFileSync(path, foreignStudy('s-2'));
    await work(path, { a: choices('x', 'y') }, 'x');
    expect(studiesIn(path).map(({ name, trials }) => [name, trials.length])).toEqual([
      ['s', 1],
      ['s-2', 0],
      ['s-3', 1],
    ]);
  });

  test('may request an existing study, which creates no new one', async () => {
    const path = freshPath();
    const store = await work(path, { a: choices('x') }, 'x');
    appendFileSync(path, foreignStudy('s') + foreignStudy('mine'));
    expect(await store.startTrial({ configuration: {}, seed: 2, parameters: [] })).toBe(1);
    await work(path, { a: choices('x', 'y') }, 'x');
    expect(studiesIn(path).map(({ name, trials }) => [name, trials.length])).toEqual([
      ['s', 2],
      ['mine', 0],
      ['s-2', 1],
    ]);
  });

  test('keep their empty study: our study does not use it', async () => {
    const path = freshPath();
    writeFileSync(path, foreignStudy('s'));
    await expect(work(path, { a: choices('x') }, 'x')).rejects.toThrow('is the journal of another program');
  });

  test('may delete the study: its process stops at the next line, and the next process starts a new study', async () => {
    const path = freshPath();
    const store = await work(path, { a: choices('x') }, 'x');
    appendFileSync(path, '{"op_code":1,"worker_id":"w-2","study_id":0}\n');
    await expect(store.startTrial({ configuration: {}, seed: 2, parameters: [] })).rejects.toThrow('deleted the study');
    await work(path, { a: choices('x') }, 'x');
    expect(studiesIn(path).map(({ name, deleted }) => [name, deleted])).toEqual([
      ['s', true],
      ['s', false],
    ]);
    expect(readStudy(path)!.trials.map(({ number }) => number)).toEqual([1]);
  });
});

test('a study whose process was killed after its first line is used by the next process', async () => {
  const path = freshPath();
  await work(path, { a: choices('x') }, 'x');
  const [first] = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, `${first}\n`);
  await work(path, { a: choices('x') }, 'x');
  expect(studiesIn(path).map(({ name, trials }) => [name, trials.length])).toEqual([['s', 1]]);
});
