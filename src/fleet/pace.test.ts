import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

const second = 1000;

test('the pace is that of the last three minutes, or since the beginning', () => {
  const pace = new Pace(0);
  expect(pace.perMinute(0)).toBe(0);
  for (let at = 10; at <= 60; at += 10) pace.end(at * second, 10);
  expect(pace.perMinute(60 * second)).toBe(6);
  // Only the last of them is within three minutes.
  expect(pace.perMinute(240 * second)).toBeCloseTo(1 / 3);
  expect(pace.perMinute(300 * second)).toBe(0);
  expect(pace.ended).toBe(6);
});

test('the time left is that of so many trainings at this pace; nothing is known before the first has ended', () => {
  const pace = new Pace(0);
  expect(pace.secondsFor(12, 30 * second)).toBeNull();
  for (const at of [10, 20, 30]) pace.end(at * second, 10);
  expect(pace.secondsFor(12, 30 * second)).toBe(120);
  expect(pace.secondsFor(0, 30 * second)).toBe(0);
});

test('times of trainings are kept, the last 200; those that are unknown are not', () => {
  const pace = new Pace(0);
  for (let i = 1; i <= 250; i++) pace.end(i, i);
  pace.end(300, 0);
  expect([pace.seconds.length, pace.seconds[0], pace.seconds.at(-1)]).toEqual([200, 51, 250]);
});
