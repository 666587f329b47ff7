/** Cores, address space and threads that the process may use, on machines simulated by Linux's files. */
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import {
  coresInWords,
  defaultThreads,
  type Machine,
  type MachineSource,
  machineFailure,
  readMachine,
  requireAddresses,
  threadRoom,
  usableCores,
} from './machine.ts';

function source(cores: number, files: Readonly<Record<string, string>> = {}, open = 20): MachineSource {
  return {
    cores: () => cores,
    read: (path) => files[path],
    entries: (path) => (path === '/proc/self/fd' ? open : undefined),
  };
}

const cores = (count: number, files: Readonly<Record<string, string>>) =>
  usableCores(readMachine(source(count, files)));

describe('cores', () => {
  test('without cgroups all cores count', () => expect(cores(8, {})).toBe(8));

  test.each([
    ['a quota of two cores', '200000 100000', 2],
    ['two and a half', '250000 100000', 2],
    ['a third of one', '33000 100000', 1],
    ['more than there are', '6400000 100000', 8],
    ['none', 'max 100000', 8],
    ['nonsense', 'many', 8],
  ])('cgroup version 2: %s', (_, text, expected) => {
    expect(cores(8, { '/proc/self/cgroup': '0::/app\n', '/sys/fs/cgroup/app/cpu.max': `${text}\n` })).toBe(expected);
  });

  test('the smallest quota of all parent groups counts', () => {
    const files = {
      '/proc/self/cgroup': '0::/user.slice/job/step\n',
      '/sys/fs/cgroup/user.slice/job/step/cpu.max': 'max 100000',
      '/sys/fs/cgroup/user.slice/job/cpu.max': '600000 100000',
      '/sys/fs/cgroup/user.slice/cpu.max': '300000 100000',
    };
    expect(cores(8, files)).toBe(3);
  });

  test('in a container that shows the host’s path, the mounted root counts', () => {
    const files = { '/proc/self/cgroup': '0::/docker/0123\n', '/sys/fs/cgroup/cpu.max': '400000 100000' };
    expect(cores(8, files)).toBe(4);
  });

  test('cgroup version 1, where -1 is no quota', () => {
    const at = (folder: string, quota: number) => ({
      '/proc/self/cgroup': '5:memory:/m\n4:cpu,cpuacct:/app\n0::/\n',
      [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
      [`${folder}/cpu.cfs_period_us`]: '100000\n',
    });
    expect(cores(8, at('/sys/fs/cgroup/cpu,cpuacct/app', 300_000))).toBe(3);
    expect(cores(8, at('/sys/fs/cgroup/cpu', 200_000))).toBe(2);
    expect(cores(8, at('/sys/fs/cgroup/cpu', -1))).toBe(8);
  });

  test('are printed with their quota', () => {
    expect(coresInWords({ cores: 1, quota: undefined })).toBe('1 core');
    expect(coresInWords({ cores: 4, quota: 8 })).toBe('4 cores');
    expect(coresInWords({ cores: 4, quota: 1.5 })).toBe('a quota of 1.5 of its 4 cores');
  });
});

test.each([
  [384, 1000, 256],
  [384, 16, 16],
  [2, 8, 2],
  [8, 0, 1],
])('default threads on %i cores with %i parts of work: %i', (count, parts, expected) => {
  expect(defaultThreads(parts, readMachine(source(count)))).toBe(expected);
});

const limits = (addresses: string, files: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \n` +
  `Max open files            ${files}                1024                 files     \n` +
  `Max address space         ${addresses}           unlimited            bytes     \n`;

describe('room for threads', () => {
  const roomy = { '/proc/self/limits': limits('unlimited', 'unlimited') };

  test('without limits there is no maximum', () => {
    expect(threadRoom(readMachine(source(2, roomy))).threads).toBe(Number.POSITIVE_INFINITY);
    expect(threadRoom(readMachine(source(2))).threads).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    ['32', 0],
    ['48', 1],
    ['100', 10],
  ])('of %s open files 20 are open', (most, threads) => {
    const room = threadRoom(readMachine(source(2, { '/proc/self/limits': limits('unlimited', most) })));
    expect(room).toEqual({ threads, because: `ulimit -n allows ${most} open files, 20 are open` });
  });

  test('address space: 0.7 GiB per thread, and 10 GiB for each memory with the trap handler', () => {
    const machine = readMachine(
      source(2, {
        '/proc/self/limits': limits(`${16 * 2 ** 30}`, 'unlimited'),
        '/proc/self/status': `Name:\tnode\nVmSize:\t ${2 ** 20} kB\n`,
      }),
    );
    expect(machine.addresses).toEqual({ most: 16 * 2 ** 30, used: 2 ** 30 });
    expect(threadRoom(machine)).toEqual({
      threads: 21,
      because: 'ulimit -v allows 16 GiB of address space, 1 GiB are in use',
    });
    expect(threadRoom(machine, { memories: true, trapHandler: true }).threads).toBe(1);
    expect(threadRoom(machine, { memories: true, trapHandler: false }).threads).toBe(15);
  });

  test('threads of the cgroup: the parent group with the fewest left counts', () => {
    const files = {
      '/proc/self/cgroup': '0::/a/b\n',
      '/sys/fs/cgroup/a/b/pids.max': 'max\n',
      '/sys/fs/cgroup/a/b/pids.current': '11\n',
      '/sys/fs/cgroup/a/pids.max': '16\n',
      '/sys/fs/cgroup/a/pids.current': '11\n',
    };
    expect(threadRoom(readMachine(source(2, files)))).toEqual({
      threads: 3,
      because: "the cgroup's pids.max allows 16 threads, 11 are running",
    });
  });
});

test('too little address space for one memory is refused, unless the trap handler is off', () => {
  const machine: Pick<Machine, 'addresses'> = { addresses: { most: 4 * 2 ** 30, used: 2 ** 30 } };
  expect(() => requireAddresses(machine, true)).toThrow(WorldError);
  expect(() => requireAddresses(machine, true)).toThrow(
    'ulimit -v allows 4 GiB of address space, and V8 reserves 10 GiB',
  );
  requireAddresses(machine, false);
  requireAddresses({ addresses: { most: 12 * 2 ** 30, used: 2 ** 30 } }, true);
  requireAddresses({ addresses: undefined }, true);
});

test.each([
  [
    Object.assign(new Error('EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' }),
    /^cannot start a thread: EAGAIN; .*ulimit -u/,
  ],
  [Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }), /^out of memory: heap$/],
  [Object.assign(new Error('EMFILE'), { code: 'EMFILE' }), /^too many open files: .*ulimit -n/],
  [new RangeError('Array buffer allocation failed'), /^out of memory: /],
])('%s counts as a failure of the machine', (error, message) => {
  expect(machineFailure(error)?.message).toMatch(message);
});

test('other errors do not count as failures of the machine', () => {
  expect(machineFailure(new RangeError('Invalid array length'))).toBeUndefined();
  expect(machineFailure(new TypeError('bug'))).toBeUndefined();
  expect(machineFailure('text')).toBeUndefined();
});

test('this machine can be read', () => {
  const machine = readMachine();
  expect(usableCores(machine)).toBeGreaterThanOrEqual(1);
  expect(usableCores(machine)).toBeLessThanOrEqual(machine.cores);
});
