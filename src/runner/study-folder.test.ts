/** The lock of a study's folder: who may write, and that it is always released. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { definition, environment } from '../store/store.contract.ts';
import { StudyFolder, studyFolders } from './study-folder.ts';

const start = { definition, dataHash: 'h', environment };
const freshFolder = () => new StudyFolder(join(mkdtempSync(join(tmpdir(), 'lenet-folder-')), 'study'));

test('one process at a time can open a study', async () => {
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

test('a report waits for one that is being written, and leaves the rest of a study that begins', async () => {
  const folder = freshFolder();
  const other = new StudyFolder(folder.path);
  const written: string[] = [];
  await expect(folder.whileReporting(async () => {})).rejects.toThrow('there is no study in');
  const store = folder.store('name: s\n');
  await store.open(start, () => {});
  let waits = 0;
  let second: Promise<unknown> | undefined;
  writeFileSync(join(folder.path, '.report.html.1.part'), 'of a killed process');
  await folder.whileReporting(async (check) => {
    const told = new Promise<void>((resolve) => {
      const onWait = () => {
        waits++;
        resolve();
      };
      second = other.whileReporting(async () => written.push('second'), { onWait });
    });
    await told;
    check();
    written.push('first');
    expect(existsSync(join(folder.path, '.report.html.1.part'))).toBe(false);
  });
  await second;
  expect([written, waits]).toEqual([['first', 'second'], 1]);
  expect(existsSync(join(folder.path, 'report.lock'))).toBe(false);
  await store.close();
  // A study that begins removes its own unfinished files; a report may be being written.
  for (const name of ['.report.md.1.part', '.study.yaml.1.part']) writeFileSync(join(folder.path, name), '');
  await store.open(start, () => {});
  await store.close();
  expect(readdirSync(folder.path).filter((name) => name.endsWith('.part'))).toEqual(['.report.md.1.part']);
});

test('studies are found among other files and folders', () => {
  const above = mkdtempSync(join(tmpdir(), 'lenet-folders-'));
  writeFileSync(join(above, 'file'), '');
  symlinkSync('nowhere', join(above, 'dangling'));
  symlinkSync('circle', join(above, 'circle'));
  for (const name of ['empty', 'b', 'a']) mkdirSync(join(above, name));
  for (const name of ['b', 'a']) writeFileSync(join(above, name, 'study.journal'), '');
  expect(studyFolders(above).map(({ path }) => path)).toEqual([join(above, 'a'), join(above, 'b')]);
});

test.skipIf(process.platform === 'win32')('a journal that is a pipe or too large is refused at once', () => {
  const folder = new StudyFolder(mkdtempSync(join(tmpdir(), 'lenet-folder-')));
  execFileSync('mkfifo', [folder.journalPath]);
  expect(() => folder.read()).toThrow(`cannot read ${folder.journalPath}: it is a pipe; expected a regular file`);
  rmSync(folder.journalPath);
  writeFileSync(folder.journalPath, '');
  truncateSync(folder.journalPath, 600_000_000);
  expect(() => folder.read()).toThrow('it has 600,000,000 bytes; at most 500,000,000 are read here');
});

describe('the lock is released if the study cannot be opened because', () => {
  test.each<[string, (folder: StudyFolder) => void, string]>([
    [
      'its file cannot be written',
      ({ filePath }) => mkdirSync(join(filePath, 'x'), { recursive: true }),
      'cannot write',
    ],
    [
      'a leftover file of a killed process cannot be removed',
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
