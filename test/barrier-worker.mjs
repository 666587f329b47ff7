// For src/engine/barrier.test.ts: one thread that passes a barrier many times and counts how often it found others missing.
import { parentPort, workerData } from 'node:worker_threads';
import { Barrier } from '../dist/engine/barrier.js';

const { words, arrivals, threads, index, rounds, failAt } = workerData;
const barrier = new Barrier(words, threads);
const clock = new Int32Array(new SharedArrayBuffer(4));
let early = 0;
let error;
try {
  for (let round = 0; round < rounds; round++) {
    // Every thread is late at times, now and then for so long that the others go to sleep.
    if (round % (7 * threads) === index) Atomics.wait(clock, 0, 0, 2);
    if (round === failAt && index === 1) throw new Error('this thread fails');
    Atomics.add(arrivals, 0, 1);
    barrier.wait();
    // All have arrived for this round, and nobody can arrive for the next one before the second barrier.
    if (Atomics.load(arrivals, 0) !== threads * (round + 1)) early++;
    barrier.wait();
  }
} catch (thrown) {
  if (index === 1 && failAt !== undefined) barrier.fail();
  error = `${thrown}`;
}
parentPort.postMessage({ early, error });
