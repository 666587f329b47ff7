/** A disk that fills up, and one that is read-only: real ones, of a few hundred kilobytes. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { readBytes } from '../src/runner/run-folder.ts';
import { freshFolder, lenet } from './lenet.ts';

const disk = freshFolder();
const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
const canMount = mount('-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', disk);
afterAll(() => {
  if (canMount) spawnSync('umount', [disk]);
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

  test('a run stops in words when the disk is full, and goes on to the same bytes when there is room', () => {
    const out = join(disk, 'run');
    const { code, stderr } = lenet('train', ...short, '--out', out);
    expect(stderr).toBe(
      `error: cannot write ${out}/checkpoint.safetensors: the disk is full; make room and try again (a run goes on with --resume)\n`,
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

  test('a read-only folder is refused in words before any work', () => {
    expect(mount('-o', 'remount,ro', disk)).toBe(true);
    const { code, stdout, stderr } = lenet('train', ...short, '--out', join(disk, 'other'));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`error: cannot make the folder ${disk}/other: the disk is read-only; choose another folder\n`);
  });
});
