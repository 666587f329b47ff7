/** Our side of Optuna's lock for appends: it waits for Optuna's locks and removes stale ones. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppendLock } from './append-lock.ts';
import { thisProcess } from './process-record.ts';

const freshLock = () => join(mkdtempSync(join(tmpdir(), 'lenet-append-')), 'study.journal.lock');
const ended = { ...thisProcess(), pid: 2 ** 22 + 1 };

test('a second writer waits, gives up and names the lock holder', () => {
  const path = freshLock();
  const lock = new AppendLock(path);
  lock.acquire(0);
  expect(() => new AppendLock(path).acquire(50)).toThrow(`is held by process ${process.pid} on this machine`);
  lock.release();
  expect(existsSync(path)).toBe(false);
  new AppendLock(path).acquire(0);
});

test('the lock of a process that has ended is removed at once', () => {
  const path = freshLock();
  writeFileSync(path, JSON.stringify(ended));
  const lock = new AppendLock(path);
  lock.acquire(0);
  expect(readFileSync(path, 'utf8')).toContain(`"pid":${process.pid}`);
  lock.release();
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

test.each<[string, (path: string) => void]>([
  ['a link to the journal', (path) => symlinkSync(path.replace(/\.lock$/, ''), path)],
  // Optuna links to the path as given, which can be a broken link seen from the journal's folder.
  ['a link that leads nowhere', (path) => symlinkSync('runs/post/study.journal', path)],
  ['an empty file', (path) => writeFileSync(path, '')],
])('a lock of Optuna, %s, is waited for and left alone', (_, make) => {
  const path = freshLock();
  writeFileSync(path.replace(/\.lock$/, ''), '{}\n');
  make(path);
  expect(() => new AppendLock(path).acquire(200)).toThrow('is held by another program');
  rmSync(path);
  new AppendLock(path).acquire(0);
});

test('only one process gets the right to remove a stale lock', () => {
  const path = freshLock();
  writeFileSync(path, JSON.stringify(ended));
  const { ino, birthtimeNs } = lstatSync(path, { bigint: true });
  mkdirSync(`${path}.${ino}-${birthtimeNs}.taken`);
  expect(() => new AppendLock(path).acquire(100)).toThrow('is held by process');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: ended.pid });
});

test('the first holder does not release a lock that another writer has taken over', () => {
  const path = freshLock();
  const lock = new AppendLock(path);
  lock.acquire(0);
  rmSync(path);
  const other = new AppendLock(path);
  other.acquire(0);
  expect(lock.isHeld).toBe(false);
  lock.release();
  expect(other.isHeld).toBe(true);
});
