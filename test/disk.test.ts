/** Full and read-only disks: a mounted tmpfs of a few hundred kilobytes. */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { readBytes } from '../src/disk/read-file.ts';
import { freshFolder, lenet } from './lenet.ts';

const disk = freshFolder();
const studyDisk = freshFolder();
const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
const canMount =
  mount('-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', disk) &&
  mount('-t', 'tmpfs', '-o', 'size=1200k', 'tmpfs', studyDisk);
afterAll(() => {
  if (canMount) spawnSync('umount', [disk, studyDisk]);
});

describe.skipIf(!canMount)('(skipped where this user cannot mount a tmpfs)', () => {
  const short = [
    '--train-limit',
    '500',
    '--test-limit',
    '100',
    '--batch-size',
    '50',
    '--epochs',
    '2',
    '--checkpoint-every',
    '1',
  ];

  test('a run stops with a message when the disk is full, and resumes to the same bytes when there is room', () => {
    const out = join(disk, 'run');
    const { code, stderr } = lenet('train', ...short, '--out', out);
    expect(stderr).toBe(
      `error: cannot write ${out}/checkpoint.safetensors: the disk is full; make room, then continue (a run with --resume, a study with the same command)\n`,
    );
    expect(code).toBe(1);
    expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(readSafetensors(readBytes(join(out, 'model.safetensors')), 'model').metadata.get('epoch')).toBe('1');
    expect(mount('-o', 'remount,size=4m', disk)).toBe(true);
    expect(lenet('train', '--resume', '--out', out).code).toBe(0);
    const elsewhere = join(freshFolder(), 'run');
    lenet('train', ...short, '--out', elsewhere);
    const model = (folder: string) => Buffer.from(readBytes(join(folder, 'model.safetensors')));
    expect(model(out).equals(model(elsewhere))).toBe(true);
  });

  test('a read-only folder is refused with a message before any work', () => {
    expect(mount('-o', 'remount,ro', disk)).toBe(true);
    const { code, stdout, stderr } = lenet('train', ...short, '--out', join(disk, 'other'));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`error: cannot make the folder ${disk}/other: the disk is read-only; choose another folder\n`);
  });

  const file = join(freshFolder(), 'small.yaml');
  writeFileSync(
    file,
    'name: small\nprotocol: post\nbase: { epochs: 2, trainLimit: 500, testLimit: 100, batchSize: 50 }\ngrid: { l2: [0, 1e-2, 1e-4] }\nseeds: 2\n',
  );

  test('a study stops with a message when the disk is full, and the same command continues it to the same results', () => {
    const out = join(studyDisk, 'study');
    const { code, stderr } = lenet('study', 'run', file, '--out', out);
    // Which file meets the full disk first, one of a trial's or the journal's lock, depends on the threads.
    expect(stderr).toMatch(/^error: cannot (write|make) .*: the disk is full; make room, then continue \(.*\)\n$/);
    expect(code).toBe(1);
    // The study can be shown on a full disk, and its table is not finished.
    const shown = lenet('study', 'show', out, '--json');
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({ finished: false, winner: null });
    expect(mount('-o', 'remount,size=20m', studyDisk)).toBe(true);
    expect(lenet('study', 'run', file, '--out', out)).toMatchObject({ code: 0, stderr: '' });
    const elsewhere = join(freshFolder(), 'study');
    lenet('study', 'run', file, '--out', elsewhere);
    const found = (folder: string) => lenet('study', 'show', folder, '--json').stdout;
    expect(found(out)).toBe(found(elsewhere));
    expect(JSON.parse(found(out))).toMatchObject({ finished: true });
  }, 60_000);

  test('a read-only study can be shown, and continuing it is refused with a message', () => {
    expect(mount('-o', 'remount,ro', studyDisk)).toBe(true);
    const out = join(studyDisk, 'study');
    expect(lenet('study', 'show', out).code).toBe(0);
    expect(lenet('study', 'list', studyDisk).stdout).toContain('finished');
    expect(lenet('study', 'run', file, '--out', out)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: cannot make ${out}/study.lock: the disk is read-only; choose another folder\n`,
    });
  });
});
