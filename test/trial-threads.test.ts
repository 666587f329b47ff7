/** The threads of a study's trials (the built code): a thread runs one trial after the other, with the results of new threads. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { MemoryStore, runStudy, type StudyDefinition } from 'lenet-lab';
import { lenetTask } from 'lenet-lab/node';
import { afterAll, expect, test } from 'vitest';

const out = mkdtempSync(join(tmpdir(), 'lenet-threads-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Runs the trials of some seeds one after the other. @returns how many threads were started, and those that still run. */
async function study(folder: string, seeds: readonly number[]) {
  const definition: StudyDefinition = {
    name: 'threads',
    objective: 'accuracy',
    protocol: 'post',
    base: { epochs: 1, batchSize: 16, trainLimit: 64, testLimit: 64 },
    plan: { kind: 'stages', stages: [{ factors: ['l2'], levels: [{ label: '0', settings: { l2: 0 } }] }] },
    space: {},
    seeds,
  };
  let started = 0;
  const running = new Set<Worker>();
  const count = (worker: Worker) => {
    started++;
    running.add(worker);
    worker.once('exit', () => running.delete(worker));
  };
  process.on('worker', count);
  const task = lenetTask({ folder });
  const events = runStudy({ definition, task, store: new MemoryStore(), jobs: 1 });
  for await (const event of events) void event;
  process.off('worker', count);
  return { started, running: running.size };
}

test('trials in one thread have the bytes of trials in threads of their own', async () => {
  const together = join(out, 'together');
  expect(await study(together, [1, 2, 3])).toEqual({ started: 1, running: 0 });
  const apart = [1, 2, 3].map((seed) => join(out, `seed-${seed}`));
  for (const [i, folder] of apart.entries()) expect(await study(folder, [i + 1])).toEqual({ started: 1, running: 0 });
  const model = (folder: string, trial: string) => readFileSync(join(folder, trial, 'model.safetensors'));
  for (const [i, folder] of apart.entries()) {
    expect(model(together, `trial-000${i}`).equals(model(folder, 'trial-0000'))).toBe(true);
  }
});
