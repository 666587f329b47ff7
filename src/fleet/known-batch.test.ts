import { expect, test } from 'vitest';
import { knownBits, measureEngine, trainKnownBatches } from './known-batch.ts';

test('the known batches give the known bits, so a machine with others is broken', async () => {
  expect(await trainKnownBatches()).toBe(knownBits);
  expect((await measureEngine()).recordFormat).toBe('2');
});
