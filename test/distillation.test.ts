/** Runs with teachers, from the command line: recorded, resumed, and the same bytes with any number of threads. */
import { copyFileSync, cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { freshFolder, lenet } from './lenet.ts';
import { writePictures } from './own-data.ts';

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

test('a recipe names its teachers relative to its file, and options go over them', () => {
  const folder = freshFolder();
  const recipe = join(folder, 'mine.yaml');
  const teacher = relative(folder, first);
  writeFileSync(
    recipe,
    `name: mine\nsentence: X\nsettings: {}\ndistill: { teachers: [${teacher}], temperature: 3, weight: 0.5 }\n`,
  );
  const byRecipe = run('--epochs', '1', '--recipe', recipe);
  const numbers = ['--temperature', '3', '--teacher-weight', '0.5'];
  expect(weights(byRecipe)).toEqual(weights(run('--epochs', '1', '--teacher', first, ...numbers)));
  expect(lenet('train', '--resume', '--recipe', recipe, '--out', byRecipe).code).toBe(0);
  const { distill } = JSON.parse(
    readFileSync(join(run('--epochs', '0', '--recipe', recipe, '--temperature', '4'), 'config.json'), 'utf8'),
  );
  expect(distill).toMatchObject({ teachers: [{ file: first }], temperature: 4, weight: 0.5 });
});

test('a study has teachers and a split; its trials are those of lenet train, and other teachers are refused', () => {
  const folder = freshFolder();
  const file = join(folder, 's.yaml');
  const out = join(folder, 'out');
  const teacher = join(folder, 'teacher.safetensors');
  copyFileSync(join(first, 'model.safetensors'), teacher);
  const text = [
    'name: s\nprotocol: held-out\nheldOut: 300\nheldOutSplit: 2\nseeds: [4]',
    'base: { trainLimit: 600, testLimit: 200, rotation: 10, epochs: 1 }\nstages: [{ batchSize: [20, 30] }]',
    'distill: { teachers: [teacher.safetensors], temperature: 3 }\n',
  ].join('\n');
  writeFileSync(file, text);
  const study = ['study', 'run', file, '--jobs', '1', '--out', out];
  const done = lenet(...study);
  expect([done.code, done.stderr]).toEqual([0, '']);
  const single = run(
    ...['--epochs', '1', '--seed', '4', '--held-out', '300', '--held-out-split', '2'],
    ...['--teacher', teacher, '--temperature', '3'],
  );
  expect(bytes(join(out, 'trial-0000')).equals(bytes(single))).toBe(true);
  expect(lenet('study', 'show', out).stdout.replace(/\s+/g, ' ')).toContain(
    'at temperature 3 with weight 1. Finished.',
  );
  // The copy in the study's folder finds its teachers.
  expect(lenet('study', 'run', join(out, 'study.yaml'), '--jobs', '1', '--out', out).code).toBe(0);
  copyFileSync(join(second, 'model.safetensors'), teacher);
  const other = lenet(...study);
  expect([other.code, other.stderr]).toEqual([
    2,
    expect.stringContaining('differs from the study in this folder: dist'),
  ]);
  const misfit = lenet('study', 'run', file, '--out', join(folder, 'other'), '--data', 'nowhere');
  expect(misfit.code).toBe(1);
  writeFileSync(file, text.replace('base: {', 'base: { model: lenet5-1998, '));
  const distances = lenet('study', 'run', file, '--out', join(folder, 'other'));
  expect([distances.code, distances.stderr]).toEqual([
    2,
    'error: distill: the outputs of model lenet5-1998 are distances, not logits\n',
  ]);
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
  const unnamed = lenet(...resume, '--temperature', '3');
  expect([unnamed.code, unnamed.stderr]).toEqual([
    2,
    'error: --temperature: a resumed run keeps its teachers and their numbers; leave the option out\n',
  ]);
  const warmer = lenet(...resume, '--teacher', first, '--temperature', '3');
  expect([warmer.code, warmer.stderr]).toEqual([2, expect.stringContaining('has temperature 2, not 3')]);
  expect(lenet(...resume, '--teacher', first).code).toBe(0);
  expect(weights(short!)).toEqual(weights(long!));
});

test('a teacher of other classes is refused, if there are as many or not', () => {
  const folder = freshFolder();
  const [rings, others] = ['rings', 'others'].map((name) => join(folder, name)) as [string, string];
  writePictures(rings);
  cpSync(rings, others, { recursive: true });
  const [aClass] = readdirSync(rings, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  renameSync(join(others, aClass!.name), join(others, `${aClass!.name}-2`));
  const teacher = join(folder, 'teacher');
  const few = ['--batch-size', '4', '--epochs', '0', '--image-size', '28'];
  expect(lenet('train', ...few, '--data', rings, '--out', teacher).code).toBe(0);
  const renamed = lenet('train', ...few, '--data', others, '--teacher', teacher, '--out', join(folder, 'a'));
  expect([renamed.code, renamed.stderr]).toEqual([
    2,
    expect.stringMatching(/has other classes than the data: class \d+ is "/),
  ]);
  const more = lenet('train', ...options, '--teacher', teacher, '--out', join(folder, 'b'));
  expect([more.code, more.stderr]).toEqual([
    2,
    expect.stringMatching(/teacher .* knows \d+ classes, model lenet5 has 10/),
  ]);
});

test.each([
  [['--temperature', '2'], 2, '--temperature needs --teacher'],
  [[...teachers, '--temperature', '0'], 2, 'error: --temperature: expected a number above 0, got 0'],
  [[...teachers, '--teacher-weight', '1.5'], 2, 'error: --teacher-weight: expected a number from 0 to 1, got 1.5'],
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
