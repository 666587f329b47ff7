/** Replay of Optuna's lines, the file around them, and what is said of damaged ones. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { Lock } from '../disk/lock.ts';
import type { StudyDefinition } from '../study/definition.ts';
import type { EpochPoint } from '../study/plan.ts';
import { JournalFile } from './journal-file.ts';
import { datetime, distributionText, replay } from './optuna.ts';
import { type Environment, readStudy, StudyLog } from './study-log.ts';

/** Written by hand from the format's description; Optuna 3.1.0 loads it. */
const example = [
  '{"op_code":0,"worker_id":"w-1","study_name":"lenet","directions":[1]}',
  '{"op_code":2,"worker_id":"w-1","study_id":0,"user_attr":{"note":{"deep":[1]}}}',
  '{"op_code":4,"worker_id":"w-1","study_id":0,"datetime_start":"2026-01-02T03:04:05.000000"}',
  '{"op_code":5,"worker_id":"w-1","trial_id":0,"param_name":"l2","param_value_internal":0.0005,"distribution":"{\\"name\\": \\"FloatDistribution\\", \\"attributes\\": {\\"step\\": null, \\"low\\": 1e-06, \\"high\\": 0.01, \\"log\\": true}}"}',
  '{"op_code":7,"worker_id":"w-1","trial_id":0,"step":1,"intermediate_value":0.021}',
  '{"op_code":8,"worker_id":"w-1","trial_id":0,"user_attr":{"seed":7}}',
  '{"op_code":6,"worker_id":"w-1","trial_id":0,"state":1,"values":[0.0105],"datetime_start":"2026-01-02T03:04:05.000000","datetime_complete":"2026-01-02T03:05:05.000000"}',
  '{"op_code":8,"worker_id":"w-1","trial_id":0,"user_attr":{"seed":8}}',
  '{"op_code":4,"worker_id":"w-2","study_id":0,"datetime_start":null}',
];

describe('replay', () => {
  test('of the example; what comes after a trial’s end is ignored, as Optuna does', () => {
    const [study, ...others] = replay(`${example.join('\n')}\n`, 'j');
    expect(others).toEqual([]);
    expect(study!.attributes.get('note')).toEqual({ deep: [1] });
    const [first, second] = study!.trials;
    expect(first).toMatchObject({ id: 0, state: 1, values: [0.0105], completed: '2026-01-02T03:05:05.000000' });
    expect([...first!.parameters, ...first!.intermediate, ...first!.attributes]).toEqual([
      ['l2', 0.0005],
      [1, 0.021],
      ['seed', 7],
    ]);
    expect(second).toMatchObject({ id: 1, state: 0, started: null });
  });

  test('a last line cut off anywhere is not there; a whole one without its break is', () => {
    const text = `${example.join('\n')}\n`;
    const whole = text.length - 1;
    const start = text.lastIndexOf('\n', whole - 1) + 1;
    for (let end = start; end < whole; end++) expect(replay(text.slice(0, end), 'j')[0]!.trials).toHaveLength(1);
    expect(replay(text.slice(0, whole), 'j')[0]!.trials).toHaveLength(2);
  });

  test.each([
    ['no JSON', 'rubbish', 'line 3: no valid JSON object'],
    ['half a line glued to the next', example[4]!.slice(0, 30) + example[5], 'line 3: no valid JSON object'],
    ['an empty line', '', 'line 3: no valid JSON object'],
    ['no op_code', '{"worker_id":"w"}', 'line 3: no valid JSON object'],
    ['an unknown op_code', '{"op_code":17,"worker_id":"w"}', 'line 3: unknown op_code 17; a newer version'],
    [
      'a trial from nowhere',
      '{"op_code":7,"worker_id":"w","trial_id":3,"step":1,"intermediate_value":1}',
      'line 3: there is no trial 3 yet',
    ],
    ['a study from nowhere', '{"op_code":4,"worker_id":"w","study_id":3}', 'line 3: there is no study 3 yet'],
    [
      'two attributes',
      '{"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"a":1,"b":2}}',
      'line 3: an attribute needs exactly one key',
    ],
  ])('a damaged line in the midst is named: %s', (_, line, message) => {
    const text = [...example.slice(0, 2), line, ...example.slice(2), ''].join('\n');
    expect(() => replay(text, 'j')).toThrow(WorldError);
    expect(() => replay(text, 'j')).toThrow(`j, ${message}`);
  });
});

test('distributions are written as Python writes them', () => {
  const attributes = { step: null, low: 0, high: 0.01, log: false } as const;
  expect(distributionText({ name: 'FloatDistribution', attributes })).toBe(
    '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 0.01, "log": false}}',
  );
  const choices = { choices: ['adam', true] } as const;
  expect(distributionText({ name: 'CategoricalDistribution', attributes: choices })).toBe(
    '{"name": "CategoricalDistribution", "attributes": {"choices": ["adam", true]}}',
  );
});

test('moments are local, without zone, with six digits', () => {
  expect(datetime(new Date(2026, 0, 2, 3, 4, 5, 67))).toBe('2026-01-02T03:04:05.067000');
});

describe('the file', () => {
  const fresh = () => join(mkdtempSync(join(tmpdir(), 'lenet-journal-')), 'study.journal');

  test('a torn tail is cut back and kept beside, a whole line gets its break', () => {
    const path = fresh();
    const file = new JournalFile(path);
    file.append(() => [{ a: 1 }]);
    appendFileSync(path, '{"a":2}');
    expect(file.repair()).toBeUndefined();
    appendFileSync(path, '{"a":');
    expect(file.repair()).toBe(`${path}.torn`);
    expect(readFileSync(`${path}.torn`, 'utf8')).toBe('{"a":');
    file.append(() => [{ a: 3 }]);
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
    expect(readdirSync(join(path, '..')).sort()).toEqual(['study.journal', 'study.journal.torn']);
  });

  test('the lock of a dead process is taken over', () => {
    const path = fresh();
    // Process numbers end at 2^22 on Linux.
    const dead = { pid: 2 ** 22 + 1, host: hostname(), began: null, since: 'x' };
    writeFileSync(`${path}.lock`, JSON.stringify(dead));
    new JournalFile(path).append(() => [{ a: 1 }]);
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    expect(readdirSync(join(path, '..'))).toEqual(['study.journal']);
  });

  test('a living process’s lock is not', () => {
    const lock = new Lock(fresh());
    expect(lock.tryAcquire()).toBeUndefined();
    expect(new Lock(lock.path).tryAcquire()).toMatchObject({ pid: process.pid, host: hostname() });
    // The same number, but a process that began at another time: the holder is gone.
    writeFileSync(lock.path, JSON.stringify({ pid: process.pid, host: hostname(), began: '1', since: 'x' }));
    expect(new Lock(lock.path).tryAcquire()).toBeUndefined();
    lock.release();
    expect(lock.holder()).toBeUndefined();
  });
});

const definition: StudyDefinition = {
  ...{ name: 's', protocol: 'post', objective: 'accuracy', plan: 'grid', base: {} },
  stages: [{ name: 'a', levels: [{ label: '1', settings: { a: 1 } }] }],
  seeds: [1],
};
const environment: Environment = { cpu: 'c', cores: 2, memoryBytes: 1, os: 'o', node: 'v', version: '0', jobs: 1 };
const point = (epoch: number, accuracy: number): EpochPoint => ({
  ...{ epoch, train: { loss: 1, accuracy }, selection: { loss: 2, accuracy } },
  seconds: { train: 1, evaluate: 0.5 },
});

describe('a study’s log', () => {
  const write = () => {
    const path = join(mkdtempSync(join(tmpdir(), 'lenet-journal-')), 'study.journal');
    const log = new StudyLog(path);
    log.open({ definition, dataHash: 'h', environment }, () => {});
    const number = log.startTrial({ a: 1 }, 1, []);
    for (const epoch of [0, 1]) log.reportEpoch(number, point(epoch, 0.5), 50);
    log.finishTrial(number, 50, Uint8Array.of(5, 255));
    log.failTrial(log.startTrial({ a: 1 }, 2, []), 'diverged');
    log.startTrial({ a: 2 }, 1, []);
    return path;
  };

  test('is read back as it was written', () => {
    const record = readStudy(write())!;
    expect(record).toMatchObject({ definition, dataHash: 'h', looks: [] });
    expect(record.trials).toEqual([
      {
        number: 0,
        key: '{"a":1}',
        seed: 1,
        state: 'complete',
        curve: [point(0, 0.5), point(1, 0.5)],
        wrong: Uint8Array.of(5, 255),
      },
      { number: 1, key: '{"a":1}', seed: 2, state: 'failed', reason: 'diverged', curve: [] },
      { number: 2, key: '{"a":2}', seed: 1, state: 'running', curve: [] },
    ]);
  });

  test('goes on with the next number in another process', () => {
    const path = write();
    const log = new StudyLog(path);
    let seen = 0;
    log.open({ definition, dataHash: 'h', environment }, ({ trials }) => {
      seen = trials.length;
    });
    expect(seen).toBe(3);
    expect(log.startTrial({ a: 3 }, 1, [])).toBe(3);
    expect(readStudy(path)!.sessions).toHaveLength(2);
  });

  test('counts the trials that Optuna adds while it works', () => {
    const path = write();
    const log = new StudyLog(path);
    log.open({ definition, dataHash: 'h', environment }, () => {});
    appendFileSync(path, '{"op_code":4,"worker_id":"w-2","study_id":0,"datetime_start":null}\n');
    expect(log.startTrial({ a: 3 }, 1, [])).toBe(4);
    appendFileSync(path, '{"op_code":4,"worker_id":"w-2","study_id":0,"datetime_start":null}\n');
    log.reportEpoch(4, point(0, 0.25), 25);
    expect(log.startTrial({ a: 3 }, 2, [])).toBe(6);
    log.finishTrial(4, 25, Uint8Array.of(0));
    expect(readStudy(path)!.trials.slice(3)).toMatchObject([
      { number: 4, seed: 1, state: 'complete', curve: [point(0, 0.25)] },
      { number: 6, seed: 2, state: 'running', curve: [] },
    ]);
    appendFileSync(path, '{"op_code":4,');
    expect(() => log.startTrial({ a: 3 }, 3, [])).toThrow('another program left a piece of a line');
  });

  test('begins anew where Optuna deleted the study', () => {
    const path = write();
    appendFileSync(path, '{"op_code":1,"worker_id":"w-2","study_id":0}\n');
    expect(readStudy(path)).toBeUndefined();
    const log = new StudyLog(path);
    log.open({ definition, dataHash: 'h', environment }, () => {});
    expect(log.startTrial({ a: 1 }, 1, [])).toBe(3);
    expect(readStudy(path)!.trials).toMatchObject([{ number: 3, seed: 1 }]);
  });

  test('cut off at any byte it is read without error, and tells no untruth', () => {
    const path = write();
    const text = readFileSync(path, 'utf8');
    const cut = `${path}.cut`;
    for (let end = 0; end < text.length; end += 7) {
      writeFileSync(cut, text.slice(0, end));
      for (const trial of readStudy(cut)?.trials ?? []) {
        if (trial.state === 'complete') expect(trial.curve.at(-1)!.epoch).toBe(1);
      }
    }
  });

  test('refuses a newer format, another program’s study, and a trial whose lines were taken out', () => {
    const path = write();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"format":3', '"format":4'));
    expect(() => readStudy(path)).toThrow('record format 4); this is version');
    writeFileSync(path, text.replace('"format":3', '"format":1'));
    expect(readStudy(path)!.trials.length).toBeGreaterThan(0);
    const log = new StudyLog(path);
    expect(() => log.open({ definition, dataHash: 'h', environment }, () => {})).toThrow('has record format 1, whose');
    writeFileSync(path, `${example.join('\n')}\n`);
    expect(() => readStudy(path)).toThrow('is a journal of another program');
    writeFileSync(
      path,
      text
        .split('\n')
        .filter((line) => !line.includes('"epoch:1"') && !line.includes('"epoch:0"'))
        .join('\n'),
    );
    expect(() => readStudy(path)).toThrow('trial 0 ended with 50, but its last epoch does not say so');
  });
});
