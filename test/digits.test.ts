/**
 * The pictures in examples/digits are the first MNIST test images of their digits, pixel by pixel, and the package
 * holds them.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { modelPicture } from '../src/data/framing/model-picture.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { readPng } from '../src/runner/png.ts';
import { mnistInput } from '../src/tasks/lenet/model-input.ts';

const folder = new URL('../examples/digits/', import.meta.url).pathname;
const names = Array.from({ length: 10 }, (_, digit) => `${digit}.png`);

test('there is a picture of every digit, equal to the test image that it shows', async () => {
  const { images, labels } = (await loadMnist(undefined)).test;
  expect(readdirSync(folder).sort()).toEqual(names);
  for (const [digit, name] of names.entries()) {
    const index = labels.indexOf(digit);
    expect(modelPicture(await readPng(folder + name), mnistInput)).toEqual({
      kind: 'one',
      pixels: Uint8Array.from(images.subarray(index * 784, (index + 1) * 784)),
    });
  }
});

test('the package includes the pictures', () => {
  const root = new URL('..', import.meta.url).pathname;
  const packed: [{ files: { path: string }[] }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  );
  expect(packed[0].files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(names.map((name) => `examples/digits/${name}`)),
  );
});
