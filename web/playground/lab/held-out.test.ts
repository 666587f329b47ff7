/** Digits that are held out without a copy. */
import { expect, test } from 'vitest';
import { holdOut } from '../../../src/data/hold-out.ts';
import { HeldOutDigits } from './held-out.ts';
import type { Digits } from './mnist.ts';

/** Digits whose pixels tell their number. */
function numbered(count: number): Digits {
  const images = Uint8Array.from({ length: count * 784 }, (_, i) => Math.floor(i / 784) % 251);
  const labels = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 10);
  return { name: 'numbered', images, labels, shape: [1, 28, 28], classes: 10 };
}

test.each(['a', 'b', 'c'])('held-out digits are those of a study, and come back in their order (hash %s)', (hash) => {
  const all = numbered(251);
  const before = { images: all.images.slice(), labels: all.labels.slice() };
  const expected = holdOut(numbered(251), hash);
  const found = new HeldOutDigits(all, hash);
  for (const part of ['train', 'validation'] as const) {
    expect(found[part].labels).toEqual(expected[part].labels);
    expect(found[part].images).toEqual(expected[part].images);
    expect(found[part].name).toBe(expected[part].name);
    expect(found[part].images.buffer).toBe(all.images.buffer);
  }
  const places = Array.from({ length: 251 }, (_, place) => place);
  expect(places.map((place) => found.numberOf(place))).toEqual(places.map((place) => all.images[place * 784]));
  found.giveBack();
  expect(all.images).toEqual(before.images);
  expect(all.labels).toEqual(before.labels);
});
