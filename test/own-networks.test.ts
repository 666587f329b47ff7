/** From the command line: standardized pixels, class weights and balanced accuracy, in a run and in a study. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { freshFolder, lenet } from './lenet.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

const home = freshFolder();
const data = join(home, 'data');
beforeAll(() => writeTinyMnist(data, 600, 100));

const settings = ['--normalization', 'standard', '--class-weights', 'balanced', '--balanced-accuracy'];
const small = ['--data', data, '--epochs', '2', '--batch-size', '50'];

test('a run gives the same model file with any number of threads, and evaluate repeats its numbers', () => {
  const models = ['1', '3'].map((threads) => {
    const out = join(home, `threads-${threads}`);
    const { code, stdout } = lenet('train', ...small, ...settings, '--threads', threads, '--out', out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^normalize +Normalize\(mean=\[0\.1\d+\], std=\[0\.3\d+\]\) +1x28x28/m);
    expect(stdout).toMatch(/^Loss cross-entropy, class weights( \d\.\d+){10}$/m);
    expect(stdout).toMatch(/Test: \(loss = [\d.]+, acc = [\d.]+, balanced acc = [\d.]+\)/);
    return readFileSync(join(out, 'model.safetensors'));
  });
  expect(models[1]!.equals(models[0]!)).toBe(true);
  const out = join(home, 'threads-1');
  const [last] = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n').slice(-1);
  const found = JSON.parse(lenet('evaluate', out, '--json').stdout);
  expect({ loss: found.loss, accuracy: found.accuracy }).toEqual({
    loss: JSON.parse(last!).test.loss,
    accuracy: JSON.parse(last!).test.accuracy,
  });
});

test('a wrong list of weights is refused before anything is read', () => {
  const refused = (weights: string) => lenet('train', ...small, '--class-weights', weights).stderr;
  expect(refused('1,0')).toBe(
    'error: --class-weights: expected none, balanced, or numbers above 0 separated by commas, such as 1,2,0.5, got 1,0\n',
  );
  expect(refused('1,2')).toBe('error: classWeights: model lenet5 has 10 classes, so it needs as many weights, got 2\n');
});

test('a study selects by balanced accuracy, and says what it leaves out', () => {
  const file = join(home, 'study.yaml');
  writeFileSync(
    file,
    `name: balanced
protocol: held-out
objective: balanced-accuracy
base: { epochs: 1, batchSize: 50, learningRate: 3e-3 }
stages:
  - normalization: [none, standard]
  - classWeights: [none, balanced, "1,1,1,1,1,2,2,2,2,2"]
seeds: [1, 2]
`,
  );
  const out = join(home, 'study');
  const { code, stdout, stderr } = lenet('study', 'run', file, '--data', data, '--out', out, '--jobs', '2');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Validation balanced accuracy');
  expect(stdout).toMatch(/\ntrial 0: .*, seed 1: balanced accuracy [\d.]+ % \(loss [\d.]+\)/);
  const report = readFileSync(join(out, 'report.md'), 'utf8');
  expect(report).toContain('For a balanced accuracy there is no interval for other images');
  expect(report).toMatch(/On the test set: balanced accuracy \d+\.\d\d %/);
  const again = lenet('study', 'run', file, '--data', data, '--out', out);
  expect([again.code, again.stderr]).toEqual([0, '']);
});
