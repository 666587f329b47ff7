import { expect, test } from 'vitest';
import { isPublicSet } from './public-sets.ts';

test.each(['mnist', 'fashion-mnist', 'kmnist', 'qmnist', 'emnist-letters', 'cifar-10'])('%s is published', (name) => {
  expect(isPublicSet(name)).toBe(true);
});

test.each(['my-mnist', 'screws', 'mnist-of-my-class', 'emnistlike', ''])('%s may be private', (name) => {
  expect(isPublicSet(name)).toBe(false);
});
