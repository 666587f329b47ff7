/** The forecast, computed from given progress. */
import { expect, test } from 'vitest';
import type { StudyDefinition } from '../study/definition.ts';
import type { StudyView } from '../study/strategy.ts';
import { Forecaster } from './forecast.ts';
import type { LoopEvent } from './loop.ts';

const view = (seeds: StudyDefinition['seeds'], expected: number): StudyView => ({
  definition: { name: 's', objective: 'loss', base: {}, plan: { kind: 'stages', stages: [] }, space: {}, seeds },
  stages: [],
  pending: [],
  winner: undefined,
  finished: false,
  stuck: undefined,
  trials: [],
  expected,
});
const task = { bytesPerTrial: () => ({ running: 0, whole: 1000, dropped: 10 }) };
const started = { type: 'trial-start', number: 0 } as LoopEvent;
const progress = (share: number): LoopEvent => ({ type: 'progress', number: 0, share });

test('a tenth of a trial in 2 s: 20 s a trial, 30 trials on two cores take 300 s and 30,000 bytes', () => {
  const forecaster = new Forecaster(2);
  const now = view([1, 2, 3], 30);
  expect(forecaster.hear(started, now, task, 0)).toBeUndefined();
  // The time before the first batches is not training, and this short time is not a measurement.
  expect(forecaster.hear(progress(0), now, task, 500)).toBeUndefined();
  expect(forecaster.hear(progress(0.01), now, task, 8000)).toBeUndefined();
  expect(forecaster.hear(progress(0.06), now, task, 9000)).toBeUndefined();
  expect(forecaster.hear(progress(0.012), now, task, 10_000)).toBeUndefined();
  const forecast = forecaster.hear(progress(0.11), now, task, 10_000)!;
  expect(forecast.seconds[0]).toBeCloseTo(300, 9);
  expect(forecast.seconds[1]).toBeCloseTo(300, 9);
  expect(forecast.bytes).toEqual([30_000, 30_000]);
  expect(forecaster.hear(progress(0.2), now, task, 4500)).toBeUndefined();
});

test('under a seed rule the forecast gives a minimum and a maximum', () => {
  const forecaster = new Forecaster(1);
  const now = view({ atLeast: 3, atMost: 30, resolve: 0.1 }, 60);
  forecaster.hear(started, now, task, 0);
  forecaster.hear(progress(0.25), now, task, 0);
  const { seconds, bytes } = forecaster.hear(progress(0.75), now, task, 2000)!;
  expect(seconds).toEqual([24, 240]);
  expect(bytes).toEqual([6000, 60_000]);
});
