/** MNIST in the form in which the playground fetches it: parts of 5,000 images, and the list of them. */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Dataset, datasetSize } from '../data/dataset.ts';
import { packSparse } from '../data/sparse-images.ts';
import { sha256Of } from '../disk/sha256.ts';
import { loadMnist } from './mnist-files.ts';

/** Some 640 kB packed, so that twelve of them arrive side by side. */
const imagesOfPart = 5_000;

/** The name of the list of parts. */
export const partsList = 'mnist.json';

const packed = promisify(gzip);

/**
 * The files by their names: those of the parts have a hash of their content, so that browsers may keep them for ever.
 * @param level of gzip: 9 for files that are kept, 1 where they are made for one visit.
 * @throws WorldError when MNIST cannot be loaded.
 */
export async function mnistParts(level: 1 | 9): Promise<ReadonlyMap<string, Uint8Array>> {
  const { train, test } = await loadMnist();
  const files = new Map<string, Uint8Array>();
  const list = { test: await partsOf(test, 'test', level, files), train: await partsOf(train, 'train', level, files) };
  return files.set(partsList, new TextEncoder().encode(`${JSON.stringify(list)}\n`));
}

function partsOf(set: Dataset, name: string, level: number, files: Map<string, Uint8Array>) {
  const [, height, width] = set.shape;
  const images = set.images as Uint8Array;
  const parts = Array.from({ length: datasetSize(set) / imagesOfPart }, async (_, part) => {
    const [from, to] = [part * imagesOfPart, (part + 1) * imagesOfPart];
    const pixels = images.subarray(from * height * width, to * height * width);
    const bytes = await packed(packSparse({ images: pixels, labels: set.labels.subarray(from, to), width }), {
      level,
      memLevel: 9,
    });
    const hash = sha256Of(bytes).slice(0, 8);
    const file = `${name}-${part}.${hash}.bin`;
    files.set(file, bytes);
    return { file, images: imagesOfPart, bytes: bytes.length };
  });
  return Promise.all(parts);
}
