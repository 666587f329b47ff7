/** The replay of Optuna's lines, the journal file, and the messages about damaged lines. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { JournalFile } from './journal-file.ts';
import { datetime, distributionText } from './optuna.ts';
import { replay } from './replay.ts';

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
  test('of the example ignores lines after a trial’s end, as Optuna does', () => {
    const [study, ...others] = replay(`${example.join('\n')}\n`, 'j').studies;
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

  test('a torn last line is ignored; a whole last line without a line break is read', () => {
    const text = `${example.join('\n')}\n`;
    const whole = text.length - 1;
    const start = text.lastIndexOf('\n', whole - 1) + 1;
    for (let end = start; end < whole; end++)
      expect(replay(text.slice(0, end), 'j').studies[0]!.trials).toHaveLength(1);
    expect(replay(text.slice(0, whole), 'j').studies[0]!.trials).toHaveLength(2);
  });

  test.each([
    ['no JSON', 'rubbish', 'line 3: not a valid JSON object'],
    ['half a line glued to the next', example[4]!.slice(0, 30) + example[5], 'line 3: not a valid JSON object'],
    ['an empty line', '', 'line 3: not a valid JSON object'],
    ['no op_code', '{"worker_id":"w"}', 'line 3: not a valid JSON object'],
    ['an unknown op_code', '{"op_code":17,"worker_id":"w"}', 'line 3: unknown op_code 17; a newer version'],
    [
      'a trial from nowhere',
      '{"op_code":7,"worker_id":"lenet-lab-1","trial_id":3,"step":1,"intermediate_value":1}',
      'line 3: there is no trial 3 yet',
    ],
    ['a study from nowhere', '{"op_code":4,"worker_id":"lenet-lab-1","study_id":3}', 'line 3: there is no study 3 yet'],
    [
      'two attributes',
      '{"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"a":1,"b":2}}',
      'line 3: an attribute needs exactly one key',
    ],
  ])('a damaged line in the middle is reported with its number: %s', (_, line, message) => {
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

test('times are local, without zone, with six digits', () => {
  expect(datetime(new Date(2026, 0, 2, 3, 4, 5, 67))).toBe('2026-01-02T03:04:05.067000');
});

describe('the file', () => {
  const fresh = () => join(mkdtempSync(join(tmpdir(), 'lenet-journal-')), 'study.journal');

  test('a torn last line is cut off and kept in a file of its own; a whole one gets its line break', () => {
    const path = fresh();
    const file = new JournalFile(path);
    file.append(() => ['{"a":1}']);
    appendFileSync(path, '{"a":2}');
    expect(file.repair()).toBeUndefined();
    appendFileSync(path, '{"a":');
    expect(file.repair()).toBe(`${path}.torn`);
    expect(readFileSync(`${path}.torn`, 'utf8')).toBe('{"a":');
    file.append(() => ['{"a":3}']);
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
    expect(readdirSync(join(path, '..')).sort()).toEqual(['study.journal', 'study.journal.torn']);
  });
});
