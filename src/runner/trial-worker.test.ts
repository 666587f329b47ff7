import { expect, test } from 'vitest';
import { shareDataset } from './trial-worker.ts';

test('a shared data set has all that a trial reads, in shared memory, and no names of files', () => {
  const trained = {
    name: 'mine',
    images: Uint8Array.of(1, 2, 3, 4),
    labels: Uint8Array.of(0, 1),
    shape: [1, 1, 2],
    classes: 2,
    classNames: ['a', 'b'],
  } as const;
  const shared = shareDataset({ ...trained, files: ['a/0.png', 'b/0.png'] });
  expect(shared).toEqual(trained);
  expect([shared.images, shared.labels].map(({ buffer }) => buffer.constructor.name)).toEqual([
    'SharedArrayBuffer',
    'SharedArrayBuffer',
  ]);
});
