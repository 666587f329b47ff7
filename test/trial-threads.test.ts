/** The threads of a study's trials (the built code): a thread runs one trial after the other, with the results of new threads. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { MemoryStore, runStudy, type StudyDefinition, type TrialMessage } from 'lenet-lab';
import { lenetTask } from 'lenet-lab/node';
import { afterAll, expect, test } from 'vitest';

const out = mkdtempSync(join(tmpdir(), 'lenet-threads-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

const configuration = { epochs: 1, batchSize: 16, trainLimit: 64, testLimit: 64 };

function definitionOf(seeds: readonly number[]): StudyDefinition {
  return {
    name: 'threads',
    objective: 'accuracy',
    protocol: 'post',
    base: configuration,
    plan: { kind: 'stages', stages: [{ factors: ['l2'], levels: [{ label: '0', settings: { l2: 0 } }] }] },
    space: {},
    seeds,
  };
}

/** Runs the trials of some seeds one after the other. @returns how many threads were started, and those that still run. */
async function study(folder: string, seeds: readonly number[]) {
  let started = 0;
  const running = new Set<Worker>();
  const count = (worker: Worker) => {
    started++;
    running.add(worker);
    worker.once('exit', () => running.delete(worker));
  };
  process.on('worker', count);
  const task = lenetTask({ folder });
  const events = runStudy({ definition: definitionOf(seeds), task, store: new MemoryStore(), jobs: 1 });
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

test('an ended trial can no longer stop or end its thread, which runs the next trial', async () => {
  const { pool } = await lenetTask({ folder: join(out, 'ended') }).open(definitionOf([1]));
  const run = (number: number, seed: number) => {
    let trial: ReturnType<typeof pool.start> | undefined;
    const end = new Promise<TrialMessage>((resolve) => {
      const order = { number, configuration, seed, threads: 1, again: false };
      trial = pool.start(order, (message) => {
        if (message.type !== 'progress' && message.type !== 'epoch') resolve(message);
      });
    });
    return { trial: trial!, end };
  };
  const first = run(0, 1);
  expect(await first.end).toMatchObject({ type: 'finished' });
  const second = run(1, 2);
  first.trial.stop();
  await first.trial.kill();
  expect(await second.end).toMatchObject({ type: 'finished' });
  await pool.close?.();
});

test('a thread ends after eight trials, so that it does not gather their memory', async () => {
  const seeds = Array.from({ length: 9 }, (_, i) => i + 1);
  expect(await study(join(out, 'many'), seeds)).toEqual({ started: 2, running: 0 });
});

test('a definition may name the first held-out split, which is the default', async () => {
  const definition: StudyDefinition = { ...definitionOf([1]), protocol: 'held-out', heldOut: 600, heldOutSplit: 1 };
  const { pool } = await lenetTask({ folder: join(out, 'split') }).open(definition);
  const end = await new Promise<TrialMessage>((resolve) => {
    const order = { number: 0, configuration, seed: 1, threads: 1, again: false };
    pool.start(order, (message) => {
      if (message.type !== 'progress' && message.type !== 'epoch') resolve(message);
    });
  });
  expect(end).toMatchObject({ type: 'finished' });
  await pool.close?.();
});
