/** A model reads the pictures of its own test set as it did in training, whatever their ground, classes and format. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../src/data/dataset.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { command, freshFolder, lenet } from './lenet.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

/** One line of `lenet predict --json`. */
interface Answer {
  readonly image: string;
  readonly class: string;
  readonly classNames: readonly string[];
  readonly probabilities: readonly number[];
}

let mnist: { readonly train: Dataset; readonly test: Dataset };
beforeAll(async () => {
  mnist = await loadMnist();
});

/** Writes an image of 28 x 28 as a grey PNG. */
function writePng(file: string, data: Uint8Array): void {
  writeFileSync(file, encode({ width: 28, height: 28, channels: 1, data }));
}

function imageOf({ images }: Dataset, index: number): Uint8Array {
  return Uint8Array.from(images.subarray(index * 784, (index + 1) * 784));
}

function answersOf(stdout: string): Answer[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Trains a network in a few seconds. @returns its folder. */
function trainedOn(data: string, ...options: readonly string[]): string {
  const run = join(freshFolder(), 'run');
  const { code, stderr } = lenet('train', '--data', data, '--batch-size', '10', ...options, '--out', run);
  expect([code, stderr]).toEqual([0, '']);
  return run;
}

describe('dark ink on light paper, with classes of other names', () => {
  const names = ['zero', 'one', 'two'];
  let [folder, run, first] = ['', '', ''];

  beforeAll(() => {
    folder = freshFolder();
    writeClasses('train', mnist.train, 600);
    writeClasses('test', mnist.test, 120);
    first = join(folder, 'test', 'two', '0000.png');
    run = trainedOn(folder, '--epochs', '6');
  });

  /** The first `count` images of the three classes, inverted, in a folder for each class. */
  function writeClasses(part: string, set: Dataset, count: number): void {
    for (const name of names) mkdirSync(join(folder, part, name), { recursive: true });
    let written = 0;
    for (let index = 0; written < count; index++) {
      const name = names[set.labels[index]!];
      if (name === undefined) continue;
      const file = join(folder, part, name, `${String(written++).padStart(4, '0')}.png`);
      writePng(
        file,
        imageOf(set, index).map((value) => 255 - value),
      );
    }
  }

  test('folders of its test pictures are read as accurately as `evaluate` says, class by class', () => {
    const folders = names.map((name) => join(folder, 'test', name));
    const { code, stdout } = lenet('predict', run, ...folders, '--json');
    expect(code).toBe(0);
    const answers = answersOf(stdout);
    expect(answers.length).toBe(120);
    const evaluated = JSON.parse(lenet('evaluate', run, '--json').stdout);
    const right = answers.filter((answer) => answer.image.includes(`/${answer.class}/`)).length;
    expect(right / 120).toBe(evaluated.accuracy);
    expect(right).toBeGreaterThan(110);
    for (const { classNames, probabilities, class: name } of answers) {
      expect([...classNames].sort()).toEqual([...names].sort());
      expect(classNames[probabilities.indexOf(Math.max(...probabilities))]).toBe(name);
    }
    // Rows of the confusion matrix are true classes, columns are predicted ones.
    const { classNames } = answers[0]!;
    const confusion = classNames.map((truth) =>
      classNames.map(
        (said) => answers.filter((answer) => answer.image.includes(`/${truth}/`) && answer.class === said).length,
      ),
    );
    expect(confusion).toEqual(evaluated.confusion);
  });

  test('standard input is read as the file is', () => {
    const file = answersOf(lenet('predict', run, first, '--json').stdout);
    const piped = spawnSync(process.execPath, [command, 'predict', run, '-', '--json'], {
      input: readFileSync(first),
      encoding: 'utf8',
    });
    expect(answersOf(piped.stdout)).toEqual([{ ...file[0]!, image: 'standard input' }]);
    expect(lenet('predict', run, first).stdout).toMatch(/\/0000\.png: two {3}two: [\d.]+ %/);
  });

  test('a bad picture in a folder does not end the others', () => {
    const mixed = freshFolder();
    copyFileSync(first, join(mixed, 'a.png'));
    writeFileSync(join(mixed, 'b.png'), readFileSync(first).subarray(0, 60));
    copyFileSync(first, join(mixed, 'c.png'));
    const { code, stdout, stderr } = lenet('predict', run, mixed);
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n').length).toBe(2);
    expect(stdout).toMatch(/a\.png: two {3}.*\n.*c\.png: two {3}/);
    expect(stderr).toMatch(/^error: .*b\.png is a damaged PNG image: [^\n]+\n$/);
  });
});

test('a model of EMNIST, whose files hold transposed images, reads upright pictures', () => {
  const folder = join(freshFolder(), 'emnist-digits');
  writeTinyMnist(folder, 1500, 200);
  for (const part of ['train', 't10k']) transposeImages(join(folder, `${part}-images-idx3-ubyte`));
  const run = trainedOn(folder, '--epochs', '3');
  const pictures = freshFolder();
  for (let index = 0; index < 200; index++) {
    writePng(join(pictures, `${String(index).padStart(3, '0')}.png`), imageOf(mnist.test, index));
  }
  const answers = answersOf(lenet('predict', run, pictures, '--json').stdout);
  const right = answers.filter((answer, index) => answer.class === `${mnist.test.labels[index]}`).length;
  expect(right / 200).toBe(JSON.parse(lenet('evaluate', run, '--json').stdout).accuracy);
  expect(right).toBeGreaterThan(170);
});

/** Exchanges rows and columns of all images of an IDX file. */
function transposeImages(file: string): void {
  const bytes = readFileSync(file);
  const upright = Uint8Array.from(bytes.subarray(16));
  for (let at = 0; at < upright.length; at++) {
    const [image, y, x] = [Math.floor(at / 784), Math.floor((at % 784) / 28), at % 28];
    bytes[16 + image * 784 + x * 28 + y] = upright[at]!;
  }
  writeFileSync(file, bytes);
}
