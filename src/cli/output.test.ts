/** Streams that cannot be written: a reader that went away is silent, a full disk is told once. */
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

test.each(['EPIPE', 'EIO'])('%s: nobody listens, and the exit code is that of the work', (code) => {
  const { output, told, failOut, failError } = streams();
  failOut(code);
  failError(code);
  failOut(code);
  expect(told).toEqual([]);
  expect([0, 1, 130].map((worked) => output.exitCode(worked))).toEqual([0, 1, 130]);
});

test('a full disk is told once, and makes 0 a 1', () => {
  const { output, told, failOut } = streams();
  failOut('ENOSPC');
  failOut('ENOSPC');
  expect(told).toEqual(['error: cannot write to standard output: the disk is full; the work goes on\n']);
  expect([0, 2, 143].map((worked) => output.exitCode(worked))).toEqual([1, 2, 143]);
});

test('a full disk behind standard error harms nothing', () => {
  const { output, told, failError } = streams();
  failError('ENOSPC');
  expect(told).toEqual([]);
  expect(output.exitCode(0)).toBe(0);
});
