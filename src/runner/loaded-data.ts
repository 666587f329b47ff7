/** MNIST and data in its format as a loaded data set. */
import { basename } from 'node:path';
import { mnistHash } from '../data/mnist.ts';
import type { LoadedData } from '../data/source.ts';
import type { LoadedMnist } from './mnist-files.ts';

/** Data in a folder of the user have the folder's name, unless they are MNIST. */
export function asLoadedData(mnist: LoadedMnist): LoadedData {
  const { folder, hash } = mnist;
  const name = folder === null || hash === mnistHash ? 'mnist' : basename(folder);
  return { ...mnist, name, format: 'mnist', pictures: { ground: 'dark', framing: 'mnist' } };
}
