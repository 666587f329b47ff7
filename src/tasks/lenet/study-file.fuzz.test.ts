/** Any content of a study file is read, or refused in one line that starts with the file's name. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { describePlan } from '../../study/strategies.ts';
import { parseStudyFile } from './study-file.ts';

const folder = new URL('../../../studies/', import.meta.url);
const shipped = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

const yamlSyntax = [
  '*x',
  '&x ',
  '&x [*x]',
  '<<: ',
  '? ',
  ': ',
  '- ',
  '---\n',
  '...\n',
  '#',
  '|\n',
  '>-\n',
  '%YAML 1.1\n---\n',
];
const punctuation = ['{', '}', '[', ']', '"', "'", ',', '!x ', '!!set ', '@', '`', '~'];
const characters = ['\t', '\r\n', '\uFEFF', '\u0000', '\uD800'];
const scalars = ['null', 'yes', '.nan', '-.inf', '1e400', '010', '0x10', '1_000', '-1', '0', '1e-9', '2001-12-14'];
const studyKeys = [
  'grid: {}\n',
  'stages: []\n',
  'compare: previous\n',
  'label: a',
  'momentum: 0.9\n',
  'optimizer: sgd\n',
];

/** Pieces that mean something to YAML or to a study. */
const pieces = [
  ...yamlSyntax,
  ...punctuation,
  ...characters,
  ...scalars,
  ...studyKeys,
  '99999999999999999999',
  '__proto__: 1\n',
  'constructor: 1\n',
  'seeds: { atLeast: 3, atMost: 4, resolve: 1 }\n',
  'random: { trials: 100000, space: { l2: { low: 0, high: 1, step: 0.1 } } }\n',
  '{ low: 1, high: 2, log: true }',
  'model: lenet5-1998\n',
  'output: rbf, ',
];

interface Change {
  readonly at: number;
  readonly removed: number;
  readonly added: string;
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 400 })),
  added: fc.oneof(
    fc.constantFrom(...pieces),
    fc.string({ maxLength: 4, unit: 'binary' }),
    // A part of another study, from the beginning of a line.
    fc.record({ text: fc.constantFrom(...shipped), line: fc.nat(30), count: fc.integer({ min: 1, max: 6 }) }).map(
      ({ text, line, count }) =>
        `${text
          .split('\n')
          .slice(line, line + count)
          .join('\n')}\n`,
    ),
  ),
});

function changed(text: string, changes: readonly Change[]): string {
  let result = text;
  for (const { at, removed, added } of changes) {
    const from = Math.round(at * result.length);
    result = result.slice(0, from) + added + result.slice(from + removed);
  }
  return result;
}

/** Reads the text; an error must be a UsageError. @returns whether it was read. */
function isRead(text: string): boolean {
  try {
    const definition = parseStudyFile(text, 'some/study.yaml');
    expect(describePlan(definition)).not.toBe('');
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(/^some\/study\.yaml:\d+:\d+: \S/);
    expect((error as UsageError).message).not.toContain('\n');
    expect((error as UsageError).message).not.toMatch(/undefined|\[object|Invalid input/);
    return false;
  }
}

test('changed study files are read or refused', () => {
  let [read, refused] = [0, 0];
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...shipped), changes, (text, list) => {
      if (isRead(changed(text, list))) read++;
      else refused++;
    }),
    { numRuns: 1500 },
  );
  // Both outcomes must occur.
  expect(read).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(200);
});

test('a study file cut off at any position is read or refused', () => {
  for (const text of shipped) for (let end = 0; end < text.length; end += 3) isRead(text.slice(0, end));
});

test('any text is read or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => void isRead(text)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces)), (list) => void isRead(list.join(''))),
    { numRuns: 500 },
  );
});

test('any JSON is read or refused', () => {
  fc.assert(
    fc.property(fc.json(), (text) => void isRead(text)),
    { numRuns: 300 },
  );
  const names = fc.constantFrom(
    'name',
    'protocol',
    'base',
    'stages',
    'grid',
    'random',
    'seeds',
    'trials',
    'space',
    'l2',
  );
  const leaf = fc.oneof(fc.constantFrom('post', 'x', 0, 1, 0.5, true, null, 'adam'), fc.string());
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, leaf, fc.array(tie('tree')), fc.dictionary(names, tie('tree'))),
  }));
  fc.assert(
    fc.property(tree, (data) => void isRead(JSON.stringify(data))),
    { numRuns: 500 },
  );
});
