/** The replay compared with Optuna: the same ids, states, values and parameters for any journal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Random, randomStream } from '../base/random.ts';
import { operations } from './optuna.ts';
import { type Replay, replay } from './replay.ts';
import { resealed } from './resealed.testing.ts';

const line = (op_code: number, fields: object, worker_id = 'w-1') => JSON.stringify({ op_code, worker_id, ...fields });
const study = (study_name: string, worker?: string) =>
  line(operations.createStudy, { study_name, directions: [1] }, worker);
const trial = (study_id: number) => line(operations.createTrial, { study_id, datetime_start: null });
/** Adds the digests that lines of our workers must have. */
const replayed = (...lines: string[]) => replay(resealed(`${lines.join('\n')}\n`), 'j');

describe('lines of other programs that Optuna drops', () => {
  test('a study with the name of an existing study uses no id; the name of a deleted study may be used again', () => {
    const { studies } = replayed(
      study('a'),
      study('a'),
      study('b'),
      line(operations.deleteStudy, { study_id: 0 }),
      study('a'),
      line(operations.setStudyUserAttribute, { study_id: 2, user_attr: { k: 1 } }),
    );
    expect(studies.map(({ name, deleted }) => [name, deleted])).toEqual([
      ['a', true],
      ['b', false],
      ['a', false],
    ]);
    expect(studies[2]!.attributes.get('k')).toBe(1);
  });

  test('a trial of a missing or deleted study uses no id', () => {
    const { trials } = replayed(
      study('a'),
      trial(0),
      trial(7),
      line(operations.deleteStudy, { study_id: 0 }),
      trial(0),
      line(operations.deleteStudy, { study_id: 0 }),
      study('b'),
      trial(1),
    );
    expect(trials.map((found) => [found.id, found.study])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('a parameter of another class than the study’s first of that name', () => {
    const parameter = (trial_id: number, value: number, name: string, attributes: object) => {
      const fields = { trial_id, param_name: 'p', param_value_internal: value };
      return line(operations.setTrialParameter, { ...fields, distribution: JSON.stringify({ name, attributes }) });
    };
    const { trials } = replayed(
      study('a'),
      trial(0),
      trial(0),
      trial(0),
      parameter(0, 1, 'FloatDistribution', { low: 0, high: 1, log: false, step: null }),
      parameter(1, 2, 'FloatDistribution', { low: 0, high: 9, log: false, step: null }),
      parameter(1, 3, 'FloatDistribution', { low: 0, high: 9, log: true, step: null }),
      parameter(2, 4, 'IntDistribution', { low: 0, high: 9, log: false, step: 1 }),
    );
    expect(trials.map(({ parameters }) => parameters.get('p'))).toEqual([1, 2, undefined]);
  });

  test('values that come without a change of state are kept', () => {
    const state = (of: number, values: unknown) =>
      line(operations.setTrialState, {
        trial_id: 0,
        state: of,
        values,
        datetime_complete: '2026-01-02T03:04:05.000000',
      });
    expect(replayed(study('a'), trial(0), state(4, [2]), state(1, null)).trials[0]).toMatchObject({
      state: 1,
      values: [2],
    });
  });
});

test('from our own workers such lines are reported as damage', () => {
  const ours = 'lenet-lab-1';
  expect(() => replayed(study('a'), study('a', ours))).toThrow('j, line 2: there is a study "a" already');
  expect(() => replayed(line(operations.createTrial, { study_id: 0 }, ours))).toThrow('there is no study 0 yet');
  expect(() => replayed(line(operations.setTrialUserAttribute, { trial_id: 0 }, ours))).toThrow('no trial 0 yet');
});

describe('lines of our own workers about missing studies or trials are reported as damage', () => {
  const ours = 'lenet-lab-1';
  const { deleteStudy, setStudyUserAttribute, setStudySystemAttribute, createTrial } = operations;
  test.each(Object.entries({ deleteStudy, setStudyUserAttribute, setStudySystemAttribute, createTrial }))(
    '%s of a missing study',
    (_, code) => {
      const fields = { study_id: 1, user_attr: { k: 1 }, system_attr: { k: 1 }, datetime_start: null };
      expect(() => replayed(study('a'), line(code, fields, ours))).toThrow('j, line 2: there is no study 1 yet');
      expect(replayed(study('a'), line(code, fields)).trials).toEqual([]);
    },
  );

  const {
    setTrialParameter,
    setTrialState,
    setTrialIntermediateValue,
    setTrialUserAttribute,
    setTrialSystemAttribute,
  } = operations;
  test.each(
    Object.entries({
      setTrialParameter,
      setTrialState,
      setTrialIntermediateValue,
      setTrialUserAttribute,
      setTrialSystemAttribute,
    }),
  )('%s of a missing trial, or of another program’s', (_, code) => {
    const fields = {
      param_name: 'p',
      param_value_internal: 1,
      distribution: 'd',
      state: 1,
      values: [1],
      step: 1,
      intermediate_value: 1,
      user_attr: { k: 1 },
      system_attr: { k: 1 },
      datetime_complete: null,
    };
    const about = (trial_id: number) => line(code, { ...fields, trial_id }, ours);
    expect(() => replayed(study('a'), about(0))).toThrow('j, line 2: there is no trial 0 yet');
    expect(() => replayed(study('a'), trial(0), about(0))).toThrow('j, line 3: trial 0 belongs to another program');
    // The same line of another program is ignored or applied.
    expect(replayed(study('a'), line(code, { ...fields, trial_id: 0 })).trials).toEqual([]);
    expect(replayed(study('a'), trial(0), line(code, { ...fields, trial_id: 0 })).trials).toHaveLength(1);
  });
});

describe('a malformed line is reported as damage, whoever wrote it', () => {
  const about = (code: number, fields: object) => line(code, { study_id: 0, trial_id: 0, ...fields });
  test.each<[string, string]>([
    ['[]', 'not a valid JSON object with op_code and worker_id'],
    ['{"op_code":4}', 'not a valid JSON object with op_code and worker_id'],
    ['{"op_code":"4","worker_id":"w"}', 'not a valid JSON object with op_code and worker_id'],
    [about(operations.createStudy, { study_name: 1, directions: [1] }), 'study_name or directions is missing'],
    [about(operations.createStudy, { study_name: 'b', directions: 1 }), 'study_name or directions is missing'],
    [about(10, {}), 'unknown op_code 10; a newer version may have written it'],
    [about(operations.createTrial, { study_id: 'a' }), 'study_id is not an integer'],
    [about(operations.createTrial, { study_id: 0.5 }), 'study_id is not an integer'],
    [about(operations.createTrial, { state: 5 }), 'there is no state 5'],
    [about(operations.setTrialState, { state: -1 }), 'there is no state -1'],
    [about(operations.setTrialIntermediateValue, { step: 1.5, intermediate_value: 1 }), 'step is not an integer'],
    [about(operations.setTrialIntermediateValue, { step: 1 }), 'intermediate_value is not a number'],
    [about(operations.setTrialParameter, { param_value_internal: '1' }), 'param_value_internal is not a number'],
    [about(operations.setTrialUserAttribute, { user_attr: {} }), 'an attribute needs exactly one key'],
    [about(operations.setTrialUserAttribute, { user_attr: { a: 1, b: 2 } }), 'an attribute needs exactly one key'],
    [about(operations.setStudyUserAttribute, { user_attr: [1] }), 'an attribute needs exactly one key'],
  ])('%s', (text, why) => {
    expect(() => replayed(study('a'), trial(0), text, trial(0))).toThrow(
      `j, line 3: ${why}. A damaged journal is not read`,
    );
    expect(() => replayed(study('a'), trial(0), text)).toThrow('(head -n 2)');
  });
});

describe('the states of a trial', () => {
  const moment = '2026-01-02T03:04:05.000000';
  const state = (of: number, more: object = {}) =>
    line(operations.setTrialState, { trial_id: 0, state: of, values: null, ...more });
  const waiting = line(operations.createTrial, { study_id: 0, datetime_start: null, state: 4 });

  test('a trial gets its start time when it starts and its end time when it ends', () => {
    const started = replayed(study('a'), waiting, state(0, { datetime_start: moment })).trials[0];
    expect(started).toMatchObject({ state: 0, started: moment, completed: null });
    const ended = replayed(study('a'), waiting, state(3, { datetime_complete: moment })).trials[0];
    expect(ended).toMatchObject({ state: 3, started: null, completed: moment });
  });

  test('a running trial is not started again, and an ended trial does not change', () => {
    const again = [state(0, { datetime_start: moment, values: [1] })];
    expect(replayed(study('a'), trial(0), ...again).trials[0]).toMatchObject({ state: 0, started: null, values: null });
    const lines = [study('a'), trial(0), state(1, { values: [0.5], datetime_complete: moment })];
    expect(replayed(...lines, state(3, { values: [9] })).trials[0]).toMatchObject({ state: 1, values: [0.5] });
    const late = line(operations.setTrialUserAttribute, { trial_id: 0, user_attr: { k: 1 } });
    expect(replayed(...lines, late).trials[0]!.attributes.size).toBe(0);
  });

  test('a trial that returns to waiting has no end time', () => {
    expect(replayed(study('a'), trial(0), state(4, { datetime_complete: moment })).trials[0]).toMatchObject({
      state: 4,
      completed: null,
    });
  });
});

test('a NaN reported for a step removes the earlier value of that step', () => {
  const report = (step: number, intermediate_value: number | null) =>
    line(operations.setTrialIntermediateValue, { trial_id: 0, step, intermediate_value });
  const { trials } = replayed(study('a'), trial(0), report(1, 5), report(2, 6), report(1, null), report(2, 7));
  expect([...trials[0]!.intermediate]).toEqual([[2, 7]]);
});

test('a whole last line without a line break is read', () => {
  const text = `${study('a')}\n${trial(0)}`;
  expect(replay(text, 'j').trials).toHaveLength(1);
  expect(replay(text.slice(0, -1), 'j').trials).toHaveLength(0);
  expect(replay('', 'j').studies).toEqual([]);
  expect(() => replay(`${text.slice(0, -1)}\n`, 'j')).toThrow('j, line 2: not a valid JSON');
});

describe('NaN and infinite numbers, as Python’s json writes them', () => {
  const report = (worker: string, value: string) =>
    `{"op_code": 7, "worker_id": "${worker}", "trial_id": 0, "step": 1, "intermediate_value": ${value}}`;

  test('from other programs count as no value', () => {
    const end =
      '{"op_code": 6, "worker_id": "w", "trial_id": 0, "state": 1, "values": [-Infinity], "datetime_complete": null}';
    const note = '{"op_code": 8, "worker_id": "w", "trial_id": 0, "user_attr": {"NaN": ["-Infinity \\" NaN", NaN]}}';
    const { trials } = replayed(study('a'), trial(0), report('w', '2'), report('w', 'NaN'), note, end);
    expect(trials[0]).toMatchObject({ state: 1, values: null });
    expect(trials[0]!.intermediate.size).toBe(0);
    expect(trials[0]!.attributes.get('NaN')).toEqual(['-Infinity " NaN', null]);
  });

  test('from our own workers are reported as damage, since we never write them', () => {
    expect(() => replayed(study('a'), trial(0), report('lenet-lab-1', 'Infinity'))).toThrow('line 3: not a valid JSON');
  });
});

const python = '/usr/bin/python3';
const oracle = new URL('optuna_oracle.py', import.meta.url).pathname;
const hasOptuna = spawnSync(python, ['-c', 'import optuna']).status === 0;

function optuna(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(python, [oracle, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Our replay in the form of Optuna's output: studies that are not deleted, with all trials. */
function told({ studies, trials }: Replay) {
  return {
    studies: studies
      .filter(({ deleted }) => !deleted)
      .map(({ id, name, attributes, trials: own }) => ({
        id,
        name,
        attributes: Object.fromEntries(attributes),
        trials: own.map((one) => one.id),
      })),
    trials: trials.map((one) => ({
      id: one.id,
      study: one.study,
      state: one.state,
      values: one.values,
      parameters: Object.fromEntries(one.parameters),
      intermediate: Object.fromEntries(one.intermediate),
      attributes: Object.fromEntries(one.attributes),
    })),
  };
}

/** JSON in which `@NaN` stands for Python's bare NaN. */
const pythonJson = (value: unknown) => JSON.stringify(value).replace(/"@([^"]+)"/g, '$1');

/**
 * A line of any kind about studies and trials that may or may not exist, whether or not Optuna's API would write it.
 */
function randomLine(random: Random): string {
  const one = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const [study_id, trial_id] = [random.below(4), random.below(12)];
  const datetime_start = '2026-01-02T03:04:05.000000';
  const distribution = one([
    ...[false, true].map((log) => ({ name: 'FloatDistribution', attributes: { low: 1, high: 2, log, step: null } })),
    ...[false, true].map((log) => ({ name: 'IntDistribution', attributes: { low: 1, high: 2, log, step: 1 } })),
    { name: 'IntUniformDistribution', attributes: { low: 1, high: 2, step: 1 } },
    ...[
      ['x', 'y'],
      ['y', 'x'],
      ['x', 'y', 'z'],
      [1, 0],
      [true, false],
      [null, '@NaN'],
      [[1], [2]],
    ].map((choices) => ({
      name: 'CategoricalDistribution',
      attributes: { choices },
    })),
  ]);
  const values = one([null, [0.5], ['@NaN'], ['@-Infinity'], [1, 2]]);
  const state = random.below(5);
  const text = pythonJson(distribution);
  const fields = one([
    ...Array(2).fill({ op_code: 0, study_name: one(['a', 'a-2', 'b']), directions: [1] }),
    ...(random.below(3) === 0 ? [{ op_code: 1, study_id }] : []),
    { op_code: 2, study_id, user_attr: { [one(['k', 'l'])]: one([1, '@NaN', 'NaN', null]) } },
    { op_code: 3, study_id, system_attr: { k: 1 } },
    ...Array(4).fill({ op_code: 4, study_id, datetime_start }),
    {
      op_code: 4,
      study_id,
      datetime_start: null,
      state,
      value: null,
      values,
      params: { p: 1 },
      distributions: { p: text },
      intermediate_values: { 3: one([1, '@Infinity']) },
      user_attrs: { t: 1 },
    },
    ...Array(3).fill({
      op_code: 5,
      trial_id,
      param_name: one(['p', 'q']),
      param_value_internal: 1,
      distribution: text,
    }),
    { op_code: 6, trial_id, state, values, datetime_start, datetime_complete: datetime_start },
    { op_code: 7, trial_id, step: random.below(3), intermediate_value: one([1, '@NaN', '@-Infinity']) },
    { op_code: 8, trial_id, user_attr: { [one(['k', 'l'])]: one([1, { Infinity: '@NaN' }]) } },
    { op_code: 9, trial_id, system_attr: { k: 1 } },
  ]);
  return pythonJson({ worker_id: one(['w-1', 'w-2']), ...fields });
}

describe.skipIf(!hasOptuna)('Optuna (skipped without Debian’s python3-optuna) reads the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-optuna-'));
  const agree = (paths: readonly string[]) => {
    const theirs: ReturnType<typeof told>[] = JSON.parse(optuna('read', ...paths));
    for (const [index, path] of paths.entries()) {
      expect(told(replay(readFileSync(path, 'utf8'), path)), path).toEqual(theirs[index]);
    }
    return theirs;
  };
  const paths = (name: string, count: number) => Array.from({ length: count }, (_, i) => join(folder, `${name}-${i}`));

  test('in journals that its API wrote', () => {
    const written = paths('api', 6);
    optuna('write', ...written);
    expect(agree(written).flatMap(({ trials }) => trials).length).toBeGreaterThan(25);
  });

  test('in journals of random lines', () => {
    const written = paths('lines', 60);
    for (const [seed, path] of written.entries()) {
      const random = randomStream(seed, 'lines');
      writeFileSync(path, Array.from({ length: 80 }, () => `${randomLine(random)}\n`).join(''));
    }
    expect(agree(written).flatMap(({ trials }) => trials).length).toBeGreaterThan(500);
  });
});
