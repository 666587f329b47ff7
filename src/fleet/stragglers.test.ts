import { expect, test } from 'vitest';
import { stragglersIn } from './stragglers.ts';

const ended = [8, 10, 12];
const slow = { key: 'slow', seconds: 21, share: 0.5, silentSeconds: 1 };
const usual = { key: 'usual', seconds: 19, share: 0.5, silentSeconds: 1 };

test('a training that takes more than twice the median is a straggler', () => {
  expect(stragglersIn({ queued: 0, idle: 1, atWork: [slow, usual], ended })).toEqual(['slow']);
});

test('nothing is a straggler while work waits, or while nobody is idle', () => {
  expect(stragglersIn({ queued: 1, idle: 1, atWork: [slow], ended })).toEqual([]);
  expect(stragglersIn({ queued: 0, idle: 0, atWork: [slow], ended })).toEqual([]);
});

test('a training without progress for three heartbeats is a straggler, even before others have ended', () => {
  const silent = { ...usual, key: 'silent', silentSeconds: 31 };
  expect(stragglersIn({ queued: 0, idle: 1, atWork: [slow, silent], ended: [] })).toEqual(['silent']);
});

test('the one that needs longest comes first', () => {
  const nearlyDone = { ...slow, key: 'nearly done', share: 0.9 };
  const stuck = { ...slow, key: 'stuck', share: 0 };
  const found = stragglersIn({ queued: 0, idle: 2, atWork: [nearlyDone, slow, stuck], ended });
  expect(found).toEqual(['stuck', 'slow', 'nearly done']);
});
