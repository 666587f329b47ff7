/** QMNIST: MNIST's digits with 60,000 test images; its labels have eight columns (Yadav, Bottou 2019). */
import { idxFamily } from './idx-family.ts';
import { mnistFamily } from './mnist.ts';

export const qmnist = idxFamily({
  name: 'qmnist',
  sentence: 'QMNIST, handwritten digits with 60,000 test images: a folder of its IDX files',
  words: ['qmnist'],
  known: mnistFamily.known,
  pictures: mnistFamily.pictures,
});
