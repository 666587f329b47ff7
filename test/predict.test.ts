/** A model reads the pictures of its own test set as it did in training, whatever their ground, classes and format. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { freshFolder, lenet } from './lenet.ts';

const names = ['zero', 'one', 'two'];

/** Dark digits on light paper, in a folder for each class. */
async function writeFolders(): Promise<string> {
  const folder = freshFolder();
  const { train, test: held } = await loadMnist();
  for (const [part, set, count] of [
    ['train', train, 600],
    ['test', held, 120],
  ] as const) {
    for (const name of names) mkdirSync(join(folder, part, name), { recursive: true });
    let written = 0;
    for (let index = 0; written < count; index++) {
      const name = names[set.labels[index]!];
      if (name === undefined) continue;
      const data = Uint8Array.from(set.images.subarray(index * 784, (index + 1) * 784), (value) => 255 - value);
      const file = join(folder, part, name, `${String(written++).padStart(4, '0')}.png`);
      writeFileSync(file, encode({ width: 28, height: 28, channels: 1, data }));
    }
  }
  return folder;
}

test('dark ink on light paper, with classes of other names', async () => {
  const folder = await writeFolders();
  const run = join(freshFolder(), 'run');
  const trained = lenet('train', '--data', folder, '--epochs', '6', '--batch-size', '10', '--out', run);
  expect([trained.code, trained.stderr]).toEqual([0, '']);
  const { tensors } = readSafetensors(readFileSync(join(run, 'predictions.safetensors')), 'predictions');
  const logits = tensors.get('logits')!.data;
  const folders = names.map((name) => join(folder, 'test', name));
  const { code, stdout } = lenet('predict', run, ...folders, '--json');
  expect(code).toBe(0);
  const answers: { image: string; class: string; classNames: string[]; probabilities: number[] }[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(answers.length).toBe(120);
  const right = answers.filter((answer) => answer.image.includes(`/${answer.class}/`)).length;
  expect(right).toBeGreaterThan(110);
  for (const { classNames, probabilities, class: name } of answers) {
    expect([...classNames].sort()).toEqual([...names].sort());
    expect(classNames[probabilities.indexOf(Math.max(...probabilities))]).toBe(name);
  }
  // The same number of each class as the trained network gave to its test set.
  const counts = (labels: readonly string[]) =>
    answers[0]!.classNames.map((name) => labels.filter((each) => each === name).length);
  const own = Array.from({ length: 120 }, (_, image) => {
    const row = [...logits.subarray(image * 3, image * 3 + 3)];
    return answers[0]!.classNames[row.indexOf(Math.max(...row))]!;
  });
  expect(counts(answers.map((answer) => answer.class))).toEqual(counts(own));
  expect(lenet('predict', run, join(folder, 'test', 'two')).stdout).toMatch(/two {3}two: [\d.]+ %/);
});
