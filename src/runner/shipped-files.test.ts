/** Files that ship, asked for by name. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const command = fileURLToPath(new URL('../../dist/cli/lenet.js', import.meta.url));
const describedIn = (folder: string) =>
  spawnSync(
    process.execPath,
    [
      command,
      'train',
      '--model',
      'mlp',
      '--epochs',
      '0',
      '--train-limit',
      '16',
      '--batch-size',
      '16',
      '--out',
      'mlp-run',
    ],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );

test('a folder does not hide a network that ships, a file of that name does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shipped-'));
  mkdirSync(join(folder, 'mlp'));
  expect(describedIn(folder)).toMatchObject({ status: 0, stderr: '' });
  const other = mkdtempSync(join(tmpdir(), 'shipped-'));
  writeFileSync(join(other, 'mlp'), 'no network');
  expect(describedIn(other)).toMatchObject({ status: 2 });
});
