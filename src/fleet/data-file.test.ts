import { expect, test } from 'vitest';
import type { LoadedData } from '../data/source.ts';
import { decodeData, encodeData } from './data-file.ts';

const set = (name: string, count: number) => ({
  name,
  images: Uint8Array.from({ length: count * 6 }, (_, i) => (7 * i) % 256),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
  shape: [1, 2, 3] as const,
  classes: 3,
  classNames: ['bolt', 'nut', 'screw'],
});
const data: LoadedData = {
  name: 'workshop',
  format: 'folders',
  source: 'here',
  folder: '/somewhere',
  hash: 'abc',
  pictures: { ground: 'light', framing: 'fit' },
  options: { size: [2, 3], colour: 'grey' },
  train: set('workshop train', 5),
  test: set('workshop test', 4),
};

test('a data set is read as it was written, but for its place', () => {
  expect(decodeData(encodeData(data), 'the database')).toEqual({ ...data, source: 'the database', folder: null });
});

test('floats keep their bits', () => {
  const images = Float32Array.from({ length: 30 }, (_, i) => Math.fround(i / 7 - 2));
  const floats = { ...data, train: { ...data.train, images } };
  expect(decodeData(encodeData(floats), 'x').train.images).toEqual(images);
});

test('no path and no name of a file is in it', () => {
  const files = ['/secret/1.png', '2.png', '3.png', '4.png', '5.png'];
  const text = Buffer.from(encodeData({ ...data, train: { ...data.train, files } })).toString('latin1');
  expect(text).not.toContain('/somewhere');
  expect(text).not.toContain('.png');
});

test('what is cut short, too long or something else is refused', () => {
  const bytes = encodeData(data);
  expect(() => decodeData(bytes.subarray(0, bytes.length - 1), 'x')).toThrow();
  expect(() => decodeData(Buffer.concat([bytes, Buffer.from([0])]), 'x')).toThrow('cut short or too long');
  expect(() => decodeData(Buffer.from('something else'), 'x')).toThrow('x is no data set');
});
