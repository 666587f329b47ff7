/** Warnings about more threads or trials than the machine can use. */
import { expect, test } from 'vitest';
import type { Machine } from '../runner/machine.ts';
import { threadsWarning, usefulJobs } from './warning.ts';

const machine = (cores: number, quota?: number): Machine => ({
  ...{ cores, quota, addresses: undefined, files: undefined, threads: undefined },
});
const anyRoom = { threads: Number.POSITIVE_INFINITY, because: '' };

test('as many threads as cores give no warning', () => {
  expect(threadsWarning(2, 8, machine(2))).toBeUndefined();
  expect(threadsWarning(1, 1, machine(1))).toBeUndefined();
});

test('a warning about more threads than cores, than the CPU quota, or than a batch can occupy', () => {
  expect(threadsWarning(3, 8, machine(2))).toMatch(/^--threads 3: this machine has 2 cores, so more than 2 threads/);
  expect(threadsWarning(3, 8, machine(8, 2.5))).toContain(
    'this machine has a quota of 2.5 of its 8 cores, so more than 2',
  );
  expect(threadsWarning(8, 2, machine(8))).toContain('a batch can occupy 2 threads only');
});

test('more jobs than cores are started, with a warning that names the useful number', () => {
  const { jobs, warnings } = usefulJobs(256, anyRoom, machine(2));
  expect(jobs).toBe(256);
  expect(warnings).toEqual([expect.stringContaining('use --jobs 2')]);
  expect(usefulJobs(2, anyRoom, machine(2))).toEqual({ jobs: 2, warnings: [] });
});

test('jobs that exceed a limit of the machine are not started', () => {
  const because = 'ulimit -n allows 64 open files, 40 are open';
  expect(usefulJobs(4, { threads: 3, because }, machine(8))).toEqual({
    jobs: 3,
    warnings: [`3 trials run at once instead of 4: ${because}`],
  });
  expect(usefulJobs(4, { threads: 0, because }, machine(8)).jobs).toBe(1);
});
