/** Failures of output streams: a reader that has gone gives no message, a full disk gives one. */
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Output } from './output.ts';

function streams() {
  const told: string[] = [];
  const stderr = Object.assign(new EventEmitter(), { write: (text: string) => told.push(text) });
  const stdout = new EventEmitter();
  const output = new Output({ stdout, stderr });
  const fail = (stream: EventEmitter, code: string) => stream.emit('error', Object.assign(new Error(code), { code }));
  return {
    output,
    told,
    failOut: (code: string) => fail(stdout, code),
    failError: (code: string) => fail(stderr, code),
  };
}

test.each(['EPIPE', 'EIO'])('%s: the reader has gone; the exit code is that of the work', (code) => {
  const { output, told, failOut, failError } = streams();
  failOut(code);
  failError(code);
  failOut(code);
  expect(told).toEqual([]);
  expect([0, 1, 130].map((worked) => output.exitCode(worked))).toEqual([0, 1, 130]);
});

test('a full disk gives one message and exit code 1 instead of 0', () => {
  const { output, told, failOut } = streams();
  failOut('ENOSPC');
  failOut('ENOSPC');
  expect(told).toEqual(['error: cannot write to standard output: the disk is full\n']);
  expect([0, 2, 143].map((worked) => output.exitCode(worked))).toEqual([1, 2, 143]);
});

test.each(['EPIPE', 'ENOSPC'])('%s closes the output', (code) => {
  const { output, failOut } = streams();
  expect(output.isOpen).toBe(true);
  failOut(code);
  expect(output.isOpen).toBe(false);
});

test('work that continues on a full disk is said', () => {
  const { output, told, failOut } = streams();
  output.beginWork();
  failOut('ENOSPC');
  expect(told).toEqual(['error: cannot write to standard output: the disk is full; the work continues\n']);
  expect(output.exitCode(0)).toBe(1);
});

test('a full disk behind standard error has no effect', () => {
  const { output, told, failError } = streams();
  failError('ENOSPC');
  expect(told).toEqual([]);
  expect(output.exitCode(0)).toBe(0);
});
