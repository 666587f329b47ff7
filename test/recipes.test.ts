/** Recipes from the command line: trained, overridden, resumed, described, and used by a study. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshFolder, lenet } from './lenet.ts';

const few = ['--train-limit', '640', '--test-limit', '200'];
const settingsIn = (out: string) => JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).hyperparameters;

test('a recipe trains, with options over it, to the same model with any number of threads', () => {
  const [one, three] = ['1', '3'].map((threads) => {
    const out = join(freshFolder(), 'run');
    const more = ['--threads', threads, '--no-decay-biases', '--label-smoothing', '0.2', '--out', out];
    const { code, stdout, stderr } = lenet('train', '--recipe', 'one-epoch', ...few, ...more);
    expect([code, stderr.replace(/^warning: .*\n/, '')]).toEqual([0, '']);
    expect(stdout).toContain('Recipe one-epoch: About 99 % on the test set after one epoch');
    expect(stdout).toContain(
      'Optimizer adamw: learning rate 0.01 (linear, warm-up 0.1 from 0.04), batch size 32, L2 0, weight decay 0.2, betas 0.9 and 0.99, no decay of biases\nLoss cross-entropy, label smoothing 0.2\n',
    );
    expect(settingsIn(out)).toMatchObject({ epochs: 1, warmUp: 0.1, labelSmoothing: 0.2, decayBiases: false });
    return readFileSync(join(out, 'model.safetensors'));
  });
  expect(one!.equals(three!)).toBe(true);
});

test('a run by a recipe is resumed with it, refuses another, and is not prolonged, since its warm-up is planned', () => {
  const out = join(freshFolder(), 'run');
  const run = ['--recipe', 'one-epoch', '--out', out];
  expect(lenet('train', ...run, ...few).code).toBe(0);
  expect(lenet('train', '--resume', ...run).code).toBe(0);
  const other = lenet('train', '--resume', '--recipe', 'three-epochs', '--out', out);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('has learningRate 0.01, not 0.008')]);
  const longer = lenet('train', '--resume', ...run, '--epochs', '2');
  expect([longer.code, longer.stderr]).toEqual([
    2,
    expect.stringContaining('has epochs 1, not 2 (its warm-up depends on the planned length, so a longer run differs'),
  ]);
});

test('recipes are listed in help, described, and suggested', () => {
  const { stdout } = lenet('train', '--help');
  expect(stdout.replace(/\s+/g, ' ')).toContain(
    'override: 1998, baseline, best, best-distilled, one-epoch, three-epochs, two-epochs, or a',
  );
  const described = lenet('describe', 'one-epoch');
  expect(described.code).toBe(0);
  expect(described.stdout).toMatch(/^one-epoch: About 99 %.*\n\n {2}model {11}lenet5\n/);
  expect(described.stdout).toContain('\n  weightDecay     0.2\n');
  expect(described.stdout).toContain('Train with it: npx lenet train --recipe one-epoch\n');
  for (const command of [
    ['train', '--recipe', 'one-epcoh'],
    ['describe', 'one-epcoh'],
  ]) {
    const { code, stderr } = lenet(...command);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean one-epoch?')]);
  }
  expect(lenet('train', '--recipe', 'none.yaml').stderr).toContain('cannot read none.yaml: it does not exist');
  expect(lenet('describe', 'one-epoch', '--kernels').stderr).toContain('--kernels is for networks, one-epoch is a');
});

test('a recipe with teachers names them, and one that is not there', () => {
  const { stdout } = lenet('describe', 'best-distilled');
  expect(stdout).toContain('Its teachers: runs/teacher-1, runs/teacher-2, runs/teacher-3,');
  const { code, stderr } = lenet('train', '--recipe', 'best-distilled', '--teacher', 'runs/nobody', ...few);
  expect([code, stderr]).toEqual([1, 'error: the teacher runs/nobody does not exist\n']);
});

test('a recipe of one’s own is a file', () => {
  const folder = freshFolder();
  const file = join(folder, 'mine.yaml');
  writeFileSync(file, 'name: mine\nsentence: Fast\nsettings: { epochs: 0, batchSize: 64 }\n');
  const { code } = lenet('train', '--recipe', file, ...few, '--out', join(folder, 'run'));
  expect(code).toBe(0);
  expect(settingsIn(join(folder, 'run'))).toMatchObject({ epochs: 0, batchSize: 64 });
});

test('a study takes a recipe as its base', () => {
  const folder = freshFolder();
  const study =
    'base: { recipe: one-epoch, trainLimit: 320, testLimit: 100 }\nstages: [{ warmUp: [0, 0.1] }]\nseeds: [1]\n';
  writeFileSync(join(folder, 's.yaml'), `name: s\nprotocol: held-out\n${study}`);
  const out = join(folder, 's');
  const { code, stderr } = lenet('study', 'run', join(folder, 's.yaml'), '--jobs', '1', '--out', out);
  expect([code, stderr]).toEqual([0, '']);
  const { winner, finished } = JSON.parse(lenet('study', 'show', out, '--json').stdout);
  expect(finished).toBe(true);
  expect(winner.settings).toMatchObject({ optimizer: 'adamw', schedule: 'linear', labelSmoothing: 0.1 });
});
