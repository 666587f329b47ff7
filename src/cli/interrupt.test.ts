/** The first signal stops after the batch, a second one at once; repetitions of the same key press count once. */
import { expect, test } from 'vitest';
import { Interrupt, type InterruptSource, type StopSignal } from './interrupt.ts';

/** A simulated process: the test sends its signals and sets its clock. */
function fakeProcess() {
  const listeners = new Map<StopSignal, (signal: StopSignal) => void>();
  const exits: number[] = [];
  const clock = { ms: 0 };
  const source: InterruptSource = {
    on: (signal, listener) => listeners.set(signal, listener),
    off: (signal) => listeners.delete(signal),
    exit: (code) => exits.push(code),
    now: () => clock.ms,
  };
  const send = (signal: StopSignal, atMs: number) => {
    clock.ms = atMs;
    listeners.get(signal)?.(signal);
  };
  return { source, send, exits, listeners };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s asks to stop, and the exit code is %i', async (signal, code) => {
  const { source, send, exits } = fakeProcess();
  const told: string[] = [];
  const interrupt = new Interrupt((again) => told.push(again), source);
  expect(await interrupt.exitCode(0)).toBe(0);
  expect(interrupt.signal.aborted).toBe(false);
  send(signal, 5);
  expect(interrupt.signal.aborted).toBe(true);
  expect(told).toEqual([signal === 'SIGINT' ? 'press Ctrl-C again' : 'send the signal again']);
  expect(await interrupt.exitCode(0)).toBe(code);
  expect(exits).toEqual([]);
});

test('the second signal stops at once with its own code', () => {
  const { source, send, exits } = fakeProcess();
  new Interrupt(() => {}, source);
  send('SIGINT', 0);
  send('SIGTERM', 300);
  expect(exits).toEqual([143]);
});

test('the Ctrl-C that npx forwards a moment later counts as the first one', () => {
  const { source, send, exits } = fakeProcess();
  const told: string[] = [];
  new Interrupt((again) => told.push(again), source);
  send('SIGINT', 0);
  send('SIGINT', 20);
  expect(exits).toEqual([]);
  expect(told).toHaveLength(1);
  send('SIGINT', 400);
  expect(exits).toEqual([130]);
});

test('a closing terminal sends SIGHUP several times; saving continues', async () => {
  const { source, send, exits } = fakeProcess();
  const interrupt = new Interrupt(() => {}, source);
  send('SIGINT', 0);
  send('SIGHUP', 500);
  send('SIGHUP', 900);
  expect(exits).toEqual([]);
  expect(await interrupt.exitCode(1)).toBe(130);
});

test('after the release a signal ends the process again', () => {
  const { source, listeners } = fakeProcess();
  const interrupt = new Interrupt(() => {}, source);
  expect([...listeners.keys()]).toEqual(['SIGINT', 'SIGTERM', 'SIGHUP']);
  interrupt.release();
  expect(listeners.size).toBe(0);
});
