/** Augmented runs from the command line: recorded, resumed, and the same bytes with any number of threads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshFolder, lenet, small } from './lenet.ts';

const augmentation = ['--rotation', '10', '--shift', '0.5', '--scale', '0.1', '--shear', '0.2', '--elastic', '0.7'];
const options = [...small, ...augmentation, '--epochs', '2', '--seed', '3'];
const modelOf = (run: string) => readFileSync(join(run, 'model.safetensors'));

test('threads and widths give the same model, byte for byte', () => {
  const [one, ...others] = [
    ['--threads', '1', '--kernels', 'quads'],
    ['--threads', '3', '--kernels', 'quads'],
    ['--threads', '2', '--kernels', 'octs'],
  ].map((how) => {
    const out = join(freshFolder(), 'run');
    const { code, stdout } = lenet('train', ...options, ...how, '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '\nAugmentation: scale 1 ± 0.1, shear ±0.2, rotation ±10°, shift ±0.5 px, elastic 0.7 px (sigma 4)\n',
    );
    return out;
  });
  for (const other of others) expect(modelOf(other).equals(modelOf(one!))).toBe(true);
  const { hyperparameters } = JSON.parse(readFileSync(join(one!, 'config.json'), 'utf8'));
  expect(hyperparameters).toMatchObject({
    rotation: 10,
    shift: 0.5,
    scale: 0.1,
    shear: 0.2,
    elastic: 0.7,
    flip: 'none',
  });
});

test('a longer run continues to the bytes of one that was planned so', () => {
  const [short, long] = [0, 0].map(() => join(freshFolder(), 'run')) as [string, string];
  expect(lenet('train', ...options, '--out', short).code).toBe(0);
  expect(lenet('train', '--resume', '--epochs', '3', '--out', short).code).toBe(0);
  expect(lenet('train', ...options, '--epochs', '3', '--out', long).code).toBe(0);
  expect(modelOf(short).equals(modelOf(long))).toBe(true);
});

test('what cannot be is refused in one line', () => {
  for (const [given, message] of [
    [['--shift', '30'], 'error: shift 30: more pixels than the images have (28x28)\n'],
    [['--rotation', '-1'], 'error: --rotation: expected a number from 0 to 180, got -1\n'],
    [['--erase', '0.5', '--erase-least', '11'], 'error: eraseLeast 11 is more than eraseMost 10\n'],
  ] as const) {
    const { code, stderr } = lenet('train', ...given);
    expect([code, stderr]).toEqual([2, message]);
  }
});
