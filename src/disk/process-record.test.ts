/** When a process has certainly ended, and when this process cannot know. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hasEnded, isProcessRecord, thisProcess } from './process-record.ts';

const hasProc = existsSync('/proc/self/ns/pid');

describe.skipIf(!hasProc)('with /proc (skipped on systems without it)', () => {
  test('the record of this process has its number, boot, namespace and start time, and counts as alive', () => {
    const own = thisProcess();
    expect(own).toMatchObject({ pid: process.pid, boot: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(own.namespace).toMatch(/^pid:\[\d+\]$/);
    expect(hasEnded(own)).toBe(false);
  });

  test('a process has ended when its number is free, or belongs to a process with another start time', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    const own = thisProcess();
    const { stdout } = spawnSync('cut', ['-d', ' ', '-f22', `/proc/${child.pid}/stat`], { encoding: 'utf8' });
    const record = { ...own, pid: child.pid!, began: stdout.trim() };
    expect(hasEnded(record)).toBe(false);
    expect(hasEnded({ ...record, began: '1' })).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(hasEnded(record)).toBe(true);
    // In another namespace the same number is another process.
    expect(hasEnded({ ...record, boot: 'another' })).toBe(false);
    expect(hasEnded({ ...record, namespace: 'pid:[1]' })).toBe(false);
  });
});

test('on a system without /proc no process is known to have ended', () => {
  const record = thisProcess({ hasProc: false });
  expect(record).toMatchObject({ boot: null, namespace: null, began: null });
  expect(hasEnded({ ...record, pid: 2 ** 22 + 1 })).toBe(false);
});

test.each([
  null,
  'x',
  {},
  { pid: 0, host: 'a' },
  { pid: 1.5 },
  { ...thisProcess(), pid: -1 },
  { ...thisProcess(), boot: 7 },
])('no record of a process: %j', (value) => expect(isProcessRecord(value)).toBe(false));
