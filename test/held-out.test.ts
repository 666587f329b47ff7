/** Runs that hold out images, keep their best epoch, stop early, or average their weights: from the command line. */
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { freshFolder, lenet } from './lenet.ts';

// A rate so high that the accuracy goes up and down.
const options = ['--train-limit', '600', '--batch-size', '20', '--learning-rate', '0.02', '--seed', '5'];
const heldOut = ['--held-out', '300'];
const bytes = (run: string, name = 'model') => readFileSync(join(run, `${name}.safetensors`));
const recordOf = (run: string, name = 'model') => readSafetensors(bytes(run, name), name).metadata;
const accuracies = (run: string): readonly number[] =>
  readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).validation.accuracy);

function run(...more: string[]): string {
  const out = join(freshFolder(), 'run');
  const { code, stderr } = lenet('train', ...options, ...heldOut, ...more, '--out', out);
  expect([code, stderr.replace(/^(warning|note): .*\n/gm, '')]).toEqual([0, '']);
  return out;
}

/** The trained epoch of the highest accuracy, of equals the first. */
function bestOf(run: string): number {
  const [, ...trained] = accuracies(run);
  return 1 + trained.indexOf(Math.max(...trained));
}

test('held-out images take the place of the test set, and evaluate and --resume find them again', () => {
  const [short, long] = [run('--epochs', '1'), run('--epochs', '2')];
  const { stdout } = lenet('evaluate', short, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ set: 'validation', images: 300, accuracy: accuracies(short)[1] });
  expect(lenet('train', '--resume', '--epochs', '2', '--out', short).code).toBe(0);
  expect(bytes(short).equals(bytes(long))).toBe(true);
  const other = lenet('train', '--resume', '--held-out', '200', '--out', short);
  expect([other.code, other.stderr]).toEqual([
    2,
    expect.stringContaining('was started with --held-out 300, not 200; leave the option out'),
  ]);
  expect(recordOf(short).get('heldOut')).toBe('300');
});

test('another split holds out other images, is recorded, and found again', () => {
  const [first, second] = [run('--epochs', '1'), run('--epochs', '1', '--held-out-split', '2')];
  expect(accuracies(second)).not.toEqual(accuracies(first));
  const { heldOut, heldOutSplit } = JSON.parse(readFileSync(join(second, 'config.json'), 'utf8'));
  expect([heldOut, heldOutSplit]).toEqual([300, 2]);
  for (const path of [second, join(second, 'model.safetensors')]) {
    expect(JSON.parse(lenet('evaluate', path, '--json').stdout)).toMatchObject({
      images: 300,
      accuracy: accuracies(second)[1],
    });
  }
  const other = lenet('train', '--resume', '--held-out-split', '1', '--out', second);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('with --held-out-split 2, not 1; leave')]);
  expect(run('--epochs', '1', '--held-out-split', '1')).toBeDefined();
});

test('--keep best keeps the epoch with the best accuracy on held-out images, also when it is continued', () => {
  const [short, long] = [run('--epochs', '4', '--keep', 'best'), run('--epochs', '7', '--keep', 'best')];
  expect(accuracies(short)).toHaveLength(5);
  expect(recordOf(short).get('epoch')).toBe(`${bestOf(short)}`);
  expect(lenet('train', '--resume', '--epochs', '7', '--out', short).code).toBe(0);
  for (const name of ['model', 'predictions']) {
    expect(recordOf(short, name).get('epoch')).toBe(`${bestOf(long)}`);
    expect(bytes(short, name).equals(bytes(long, name))).toBe(true);
  }
  const evaluated = lenet('evaluate', long, '--json');
  expect(JSON.parse(evaluated.stdout).accuracy).toBe(accuracies(long)[bestOf(long)]);
});

test('a lost best epoch is not passed over in silence', () => {
  const out = run('--epochs', '6', '--keep', 'best');
  // Epoch 6 is not the best under this seed, so its checkpoint does not hold the model's weights.
  expect(bestOf(out)).toBeLessThan(6);
  truncateSync(join(out, 'model.safetensors'), 1000);
  const { code, stderr } = lenet('train', '--resume', '--epochs', '8', '--out', out);
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/model\.safetensors is damaged, and no other file holds the/),
  ]);
});

test('--patience stops after epochs that are no better, for good', () => {
  const out = run('--epochs', '5', '--learning-rate', '1e-12', '--patience', '2');
  expect(accuracies(out)).toHaveLength(4);
  const model = bytes(out);
  const again = lenet('train', '--resume', '--out', out);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Stopped early')]);
  expect(accuracies(out)).toHaveLength(4);
  expect(bytes(out).equals(model)).toBe(true);
});

test.each([
  [['--keep', 'best'], '--keep best needs held-out images (--held-out): nothing is selected on the test set'],
  [['--patience', '3'], '--patience 3 needs held-out images (--held-out): nothing is selected on the test set'],
  [['--held-out-split', '2'], '--held-out-split needs --held-out'],
  [['--held-out', '5000', '--held-out-split', '12'], 'expected an integer from 1 to 11, got 12'],
  [['--held-out', '60000'], 'expected an integer from 1 to 59999, got 60000'],
])('%j is refused', (given, message) => {
  const { code, stderr } = lenet('train', '--out', join(freshFolder(), 'run'), ...given);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('the model of a run with an average is the average, and the checkpoint holds the last weights beside it', () => {
  const [plain, averaged] = [run('--epochs', '2'), run('--epochs', '2', '--ema', '0.9')];
  expect(bytes(averaged).equals(bytes(plain))).toBe(false);
  const weights = (run: string, name: string) => readSafetensors(bytes(run, name), name).tensors.get('fc3.bias')!.data;
  expect(weights(averaged, 'checkpoint')).toEqual(weights(plain, 'checkpoint'));
  const { stdout } = lenet('evaluate', averaged, '--json');
  expect(JSON.parse(stdout).accuracy).toBe(accuracies(averaged)[2]);
  // A lost model is made again from the checkpoint.
  const model = bytes(averaged);
  truncateSync(join(averaged, 'model.safetensors'), 1000);
  expect(lenet('train', '--resume', '--out', averaged).stdout).toContain('made again from the checkpoint of epoch 2');
  expect(bytes(averaged).equals(model)).toBe(true);
});

test('clipping and averaging give the same bytes with any number of threads', () => {
  const [one, three] = ['1', '3'].map((threads) =>
    run('--epochs', '1', '--clip-norm', '0.5', '--ema', '0.9', '--threads', threads),
  );
  for (const name of ['model', 'checkpoint']) expect(bytes(one!, name).equals(bytes(three!, name))).toBe(true);
});
