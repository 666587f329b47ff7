/** Who may write in a study's folder, and that nobody is left holding its lock. */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definition, environment } from '../store/store.contract.ts';
import { StudyFolder } from './study-folder.ts';

const start = { definition, dataHash: 'h', environment };
const freshFolder = () => new StudyFolder(join(mkdtempSync(join(tmpdir(), 'lenet-folder-')), 'study'));

test('a study is open to one process at a time', async () => {
  const folder = freshFolder();
  const store = folder.store('name: s\n');
  await store.open(start, () => {});
  await expect(folder.store('name: s\n').open(start, () => {})).rejects.toThrow('is working on the study in');
  await store.close();
  const next = folder.store('name: s\n');
  await next.open(start, () => {});
  await next.close();
  expect(existsSync(join(folder.path, 'study.lock'))).toBe(false);
});

describe('the lock is released where the study cannot be opened, since', () => {
  test.each<[string, (folder: StudyFolder) => void, string]>([
    [
      'its file cannot be written',
      ({ filePath }) => mkdirSync(join(filePath, 'x'), { recursive: true }),
      'cannot write',
    ],
    [
      'a rest of a killed process cannot be removed',
      ({ path }) => mkdirSync(join(path, '.a.1.part'), { recursive: true }),
      'cannot remove',
    ],
    ['its journal is damaged', ({ journalPath }) => appendFileSync(journalPath, 'rubbish\n'), 'line 1'],
  ])('%s', async (_, spoil, message) => {
    const folder = freshFolder();
    mkdirSync(folder.path);
    spoil(folder);
    await expect(folder.store('name: s\n').open(start, () => {})).rejects.toThrow(message);
    expect(existsSync(join(folder.path, 'study.lock'))).toBe(false);
    rmSync(folder.path, { recursive: true });
    const store = folder.store('name: s\n');
    await store.open(start, () => {});
    await store.close();
  });
});
