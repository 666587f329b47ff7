/** More threads or trials than the machine has use for are named before the work. */
import { expect, test } from 'vitest';
import type { Machine } from '../runner/machine.ts';
import { threadsWarning, usefulJobs } from './warning.ts';

const machine = (cores: number, quota?: number): Machine => ({
  ...{ cores, quota, addresses: undefined, files: undefined, threads: undefined },
});
const anyRoom = { threads: Number.POSITIVE_INFINITY, because: '' };

test('as many threads as there are cores need no warning', () => {
  expect(threadsWarning(2, 8, machine(2))).toBeUndefined();
  expect(threadsWarning(1, 1, machine(1))).toBeUndefined();
});

test('more threads than cores, than a quota’s share of them, or than a batch has parts', () => {
  expect(threadsWarning(3, 8, machine(2))).toMatch(/^--threads 3: this machine has 2 cores, so more than 2 threads/);
  expect(threadsWarning(3, 8, machine(8, 2.5))).toContain(
    'this machine has a quota of 2.5 of its 8 cores, so more than 2',
  );
  expect(threadsWarning(8, 2, machine(8))).toContain('a batch has 2 parts to share');
});

test('jobs beyond the cores run, with a warning that names the useful number', () => {
  const { jobs, warnings } = usefulJobs(256, anyRoom, machine(2));
  expect(jobs).toBe(256);
  expect(warnings).toEqual([expect.stringContaining('--jobs 2 is best')]);
  expect(usefulJobs(2, anyRoom, machine(2))).toEqual({ jobs: 2, warnings: [] });
});

test('jobs that the machine has no room for are not started', () => {
  const because = 'ulimit -n allows 64 open files, 40 are open';
  expect(usefulJobs(4, { threads: 3, because }, machine(8))).toEqual({
    jobs: 3,
    warnings: [`3 trials run at once instead of 4: ${because}`],
  });
  expect(usefulJobs(4, { threads: 0, because }, machine(8)).jobs).toBe(1);
});
