/** Runs with teachers, from the command line: recorded, resumed, and the same bytes with any number of threads. */
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { freshFolder, lenet } from './lenet.ts';

const options = ['--train-limit', '600', '--test-limit', '200', '--batch-size', '20', '--rotation', '10'];
const bytes = (run: string) => readFileSync(join(run, 'model.safetensors'));
const weights = (run: string) => [...readSafetensors(bytes(run), run).tensors].map(([, { data }]) => [...data]);

function run(...more: string[]): string {
  const out = join(freshFolder(), 'run');
  const { code, stderr } = lenet('train', ...options, ...more, '--out', out);
  expect([code, stderr.replace(/^(warning|note): .*\n/gm, '')]).toEqual([0, '']);
  return out;
}

const [first, second] = ['1', '2'].map((seed) => run('--epochs', '2', '--seed', seed)) as [string, string];
const teachers = ['--teacher', first, '--teacher', join(second, 'model.safetensors')];

test('threads and widths give the same bytes, and the teachers are recorded', () => {
  const [one, ...others] = [
    ['--threads', '1', '--kernels', 'quads'],
    ['--threads', '3', '--kernels', 'quads'],
    ['--threads', '2', '--kernels', 'octs'],
  ].map((how) => run('--epochs', '1', ...teachers, ...how));
  for (const other of others) expect(bytes(other).equals(bytes(one!))).toBe(true);
  const { distill } = JSON.parse(readFileSync(join(one!, 'config.json'), 'utf8'));
  expect(distill).toMatchObject({ temperature: 2, weight: 1 });
  expect(distill.teachers.map(({ file }: { file: string }) => file)).toEqual([
    first,
    join(second, 'model.safetensors'),
  ]);
  expect(weights(one!)).not.toEqual(weights(run('--epochs', '1')));
});

test('teachers without weight change nothing', () => {
  expect(weights(run('--epochs', '1', ...teachers, '--teacher-weight', '0'))).toEqual(weights(run('--epochs', '1')));
});

test('a run is continued with the same teachers, wherever they are now, and with no others', () => {
  const teacher = join(freshFolder(), 'teacher.safetensors');
  copyFileSync(join(first, 'model.safetensors'), teacher);
  const [short, long] = ['1', '2'].map((epochs) => run('--epochs', epochs, '--teacher', teacher));
  rmSync(teacher);
  const resume = ['train', '--resume', '--epochs', '2', '--out', short!];
  const lost = lenet(...resume);
  expect([lost.code, lost.stderr]).toEqual([
    1,
    expect.stringContaining('does not exist; name all teachers with --teach'),
  ]);
  const other = lenet(...resume, '--teacher', second);
  expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('is not the teacher that the run in')]);
  const warmer = lenet(...resume, '--teacher', first, '--temperature', '3');
  expect([warmer.code, warmer.stderr]).toEqual([2, expect.stringContaining('has temperature 2, not 3')]);
  expect(lenet(...resume, '--teacher', first).code).toBe(0);
  expect(weights(short!)).toEqual(weights(long!));
});

test.each([
  [['--temperature', '2'], 2, '--temperature needs --teacher'],
  [[...teachers, '--temperature', '0'], 2, 'distill.temperature: expected a number above 0, got 0'],
  [[...teachers, '--teacher-weight', '1.5'], 2, 'distill.weight: expected a number from 0 to 1, got 1.5'],
  [['--teacher', 'nowhere'], 1, 'nowhere'],
  [[...teachers, '--model', 'lenet5-1998'], 2, 'the outputs of model lenet5-1998 are distances, not logits'],
])('%j is refused', (given, expected, message) => {
  const { code, stderr } = lenet('train', ...options, ...given, '--out', join(freshFolder(), 'run'));
  expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
  expect(
    stderr
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('error:')),
  ).toHaveLength(1);
});
