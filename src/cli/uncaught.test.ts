/** What is left to say about errors that no command expects. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lastWords } from './uncaught.ts';

const limit =
  'error: too many open files: the limit is too low to start (ulimit -n); lenet needs about 110 (Node 24: 40)\n';

test.each([
  Object.assign(new Error('EMFILE: too many open files, open a.js'), { code: 'EMFILE' }),
  Object.assign(new Error('ENFILE: file table overflow, open a.js'), { code: 'ENFILE' }),
  new Error('Cannot read package config package.json: too many open files.'),
])('%s is the limit on open files', (error) => expect(lastWords(error)).toBe(limit));

test('a failed system call is one line', () => {
  let error: unknown;
  try {
    readFileSync('/none/of/this');
  } catch (caught) {
    error = caught;
  }
  expect(lastWords(error)).toBe("error: ENOENT: no such file or directory, open '/none/of/this'\n");
});

test('a bug keeps its stack trace', () => {
  expect(lastWords(new TypeError('bug'))).toMatch(/^TypeError: bug\n {4}at /);
  expect(lastWords('text')).toBe("'text'\n");
});
