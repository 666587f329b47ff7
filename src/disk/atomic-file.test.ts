import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { appendToFile, makeFolder, worldError, writeFileAtomically, writeOutput } from './atomic-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lenet-files-'));

test('a file is replaced as a whole, and no temporary file stays in the folder', () => {
  const path = join(folder, 'a.txt');
  writeFileAtomically(path, 'first, longer');
  writeFileAtomically(path, 'second');
  appendToFile(path, '\nthird');
  expect(readFileSync(path, 'utf8')).toBe('second\nthird');
  expect(readdirSync(folder)).toEqual(['a.txt']);
});

test.each([
  ['a folder that does not exist', join(folder, 'none', 'x'), 'it does not exist'],
  ['a name beyond the disk’s limit', join(folder, 'n'.repeat(300)), 'the name is too long'],
  ['a path through a file', join(folder, 'file', 'x'), 'a part of its path is not a folder'],
])('refused in words: %s', (_, path, cause) => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => writeFileAtomically(path, 'x')).toThrow(WorldError);
  expect(() => writeFileAtomically(path, 'x')).toThrow(`cannot write ${path}: ${cause}`);
  expect(() => appendToFile(path, 'x')).toThrow(cause);
  expect(() => writeOutput(path, 'x')).toThrow(`cannot write ${path}: ${cause}`);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is named (needs /dev/full)', () => {
  expect(() => appendToFile('/dev/full', 'x')).toThrow('cannot write /dev/full: the disk is full');
});

test('when the rename fails, no temporary file stays', () => {
  const target = join(folder, 'taken');
  mkdirSync(join(target, 'inside'), { recursive: true });
  expect(() => writeFileAtomically(target, 'x')).toThrow('it is a folder');
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

// A pipe, not /dev/full: a failure of this test must not replace a device of the machine it runs on.
test.skipIf(process.platform === 'win32')('a rename never removes a pipe or device (needs mkfifo)', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(() => writeFileAtomically(pipe, 'x')).toThrow(`cannot write ${pipe}: it is a pipe`);
  expect(() => writeOutput(pipe, 'x')).toThrow(`cannot write ${pipe}: nobody reads the pipe`);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);

  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  writeOutput(pipe, 'to the reader');
  const bytes = Buffer.alloc(100);
  expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('to the reader');
  closeSync(reader);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

test('output goes to the file that a link leads to, and the link stays', () => {
  writeFileSync(join(folder, 'far'), 'old');
  symlinkSync(join(folder, 'far'), join(folder, 'link'));
  writeOutput(join(folder, 'link'), 'new');
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'far'), 'utf8')).toBe('new');
});

test('a folder is made with its parents, existing ones included; a file in its place is an error', () => {
  const path = join(folder, 'made', 'deep', 'inside');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
  const file = join(folder, 'made', 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(`cannot make the folder ${file}: a file is there`);
  expect(() => makeFolder(join(file, 'x'))).toThrow(WorldError);
});

test('errors of other kinds are returned unchanged', () => {
  const bug = new TypeError('bug');
  expect(worldError('write', 'x', bug)).toBe(bug);
  expect(worldError('write', 'x', Object.assign(new Error('r'), { code: 'EROFS' }))).toMatchObject({
    message: expect.stringContaining('read-only'),
  });
});
