/** The message for a trial without a model: a command that can be copied and run in any folder. */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { requireModel } from './ended-trial.ts';
import { RunFolder } from './run-folder.ts';

const fixtures = join(import.meta.dirname, '../../test/fixtures/format-5');

test.skipIf(process.platform === 'win32')('paths in the command are absolute and quoted for the shell', () => {
  const study = join(mkdtempSync(join(tmpdir(), 'lenet-ended-')), "Ann's $HOME");
  mkdirSync(join(study, 'trial-0000'), { recursive: true });
  copyFileSync(join(fixtures, 'post', 'study.journal'), join(study, 'study.journal'));
  const word = (path: string) => `'${path.replaceAll("'", "'\\''")}'`;
  const command = `npx lenet study run ${word(join(study, 'study.yaml'))} --out ${word(study)}`;
  for (const path of [join(study, 'trial-0000'), relative(process.cwd(), join(study, 'trial-0000'))])
    expect(() => requireModel(path)).toThrow(command);
});

/** A copy of a study of test/fixtures/format-5, and the command that continues it. */
function copyOf(name: string): { study: string; command: string } {
  const study = join(mkdtempSync(join(tmpdir(), 'lenet-ended-')), 'study');
  cpSync(join(fixtures, name), study, { recursive: true });
  return { study, command: `npx lenet study run ${study}/study.yaml --out ${study}` };
}

test('the command names the data that the study was run on', () => {
  const { study, command } = copyOf('post');
  const run = new RunFolder(join(study, 'trial-0013'));
  rmSync(run.modelPath);
  expect(messageOf(run.path)).toBe(`the model of trial 13 is lost. Make it again with: ${command}`);
  const config = run.readConfig();
  run.writeConfig({ ...config, data: { ...config.data, folder: '/my data' } });
  expect(messageOf(run.path)).toBe(`the model of trial 13 is lost. Make it again with: ${command} --data '/my data'`);
  const options = { size: [28, 20], resize: 'fill', colour: 'grey', skipUnreadable: true } as const;
  const own = { ...config.data, folder: '/my data', name: 'my data', format: 'folders', options };
  run.writeConfig({ ...config, data: own });
  expect(messageOf(run.path)).toBe(
    `the model of trial 13 is lost. Make it again with: ${command} --data '/my data' --data-format folders --image-size 28x20 --resize fill --colour grey --skip-unreadable`,
  );
});

test('the command names the seeds that the study was run with, where they are not those of the file', () => {
  const { study, command } = copyOf('held-out');
  const run = join(study, 'trial-0001');
  mkdirSync(run);
  expect(messageOf(run)).toBe(`the model of trial 1 is lost. Make it again with: ${command}`);
  const file = join(study, 'study.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('seeds: [1, 2]', 'seeds: [7]'));
  expect(messageOf(run)).toBe(`the model of trial 1 is lost. Make it again with: ${command} --seeds 1,2`);
});

function messageOf(path: string): string {
  try {
    requireModel(path);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing is missing';
}
