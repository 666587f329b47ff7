import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelsIn, recordIn, startFleet, type TestFleet, writeStudy } from './fleet.ts';

let fleet: TestFleet;
let file: string;
/** The study on one machine, one trial after the other. */
let alone: string;

beforeAll(async () => {
  fleet = await startFleet();
  file = writeStudy(fleet.folder);
  alone = join(fleet.folder, 'alone');
  const process = fleet.lenet('study', 'run', file, '--jobs', '1', '--out', alone);
  expect(await process.ended, process.text()).toBe(0);
});
afterAll(() => fleet?.close());

test('three workers give the journal of one machine, but for times, and its models byte for byte', async () => {
  const out = join(fleet.folder, 'three');
  const coordinator = fleet.lenet('study', 'run', file, '--fleet', '--out', out);
  await coordinator.says(/Everything goes to/);
  const workers = [1, 2, 3].map(() => fleet.lenet('worker', '--jobs', '1'));
  expect(await coordinator.ended, coordinator.text()).toBe(0);
  expect(recordIn(out)).toEqual(recordIn(alone));
  expect(modelsIn(out)).toEqual(modelsIn(alone));
  for (const { child } of workers) child.kill('SIGTERM');
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([143, 143, 143]);
});
