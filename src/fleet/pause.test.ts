import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { endsAfter, pause } from './pause.ts';

/** Runs `act`, and then a turn of the event loop, in which its warnings arrive. */
async function warningsOf(act: () => void): Promise<Error[]> {
  const heard: Error[] = [];
  const hear = (warning: Error) => heard.push(warning);
  process.on('warning', hear);
  act();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  return heard;
}

const places = Array.from({ length: 300 }, (_, place) => place);

test('300 places wait on one signal without a warning of Node, and none listens afterwards', async () => {
  const stopper = new AbortController();
  const { signal } = stopper;
  const waits: Promise<void>[] = [];
  let answer = () => {};
  const answers = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const late = () => new Error('late');
  const warnings = await warningsOf(() => {
    for (const _ of places) waits.push(pause(60_000, signal), endsAfter(answers, signal, { ms: 60_000, late }));
  });
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toHaveLength(600);
  answer();
  await Promise.all(waits.filter((_, index) => index % 2 === 1));
  expect(getEventListeners(signal, 'abort')).toHaveLength(300);
  stopper.abort();
  await Promise.all(waits);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
