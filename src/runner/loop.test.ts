/** The loop’s step for given messages: which trials it starts, and what it records. */
import { describe, expect, test } from 'vitest';
import type { TrialRequest } from '../study/contest.ts';
import type { StudyView } from '../study/strategy.ts';
import type { Trial } from '../study/trial.ts';
import {
  beginLoop,
  isIdle,
  type LoopAction,
  type LoopMessage,
  type LoopState,
  type RestorationCause,
  step,
} from './loop.ts';

const request = (seed: number): TrialRequest => ({ key: '{}', configuration: {}, settings: {}, seed });
const view = (seeds: readonly number[]): StudyView => ({
  definition: { name: 's', objective: 'loss', base: {}, plan: { kind: 'stages', stages: [] }, space: {}, seeds: [1] },
  stages: [],
  pending: seeds.map(request),
  winner: undefined,
  finished: false,
  stuck: undefined,
  trials: [],
  expected: seeds.length,
});
const trial = (number: number, state: Trial['state'] = 'running'): Trial => ({
  number,
  configuration: {},
  seed: number,
  state,
  curve: [],
});

/** Plays messages and returns the actions after each, without messages to the user. */
function play(state: LoopState, messages: readonly LoopMessage[]): { state: LoopState; done: LoopAction[][] } {
  const done: LoopAction[][] = [];
  for (const message of messages) {
    const next = step(state, message);
    state = next.state;
    done.push(next.actions.filter(({ type }) => type !== 'tell'));
  }
  return { state, done };
}

const lost: RestorationCause = { state: 'lost', why: 'model.safetensors is lost' };
const start = (seed: number, threads = 1, restored?: RestorationCause) =>
  ({ type: 'start', request: request(seed), threads, restored }) as const;
const started = (number: number, seed: number): LoopMessage => ({
  type: 'started',
  trial: trial(number),
  start: start(seed),
});
const said = (number: number, message: (LoopMessage & { type: 'said' })['message']): LoopMessage => ({
  type: 'said',
  number,
  message,
});

describe('the loop', () => {
  test('starts as many trials as there are jobs, in order, and the next one when one ends', () => {
    const { done } = play(beginLoop(view([1, 2, 3]), { jobs: 2, lost: [] }), [
      { type: 'followed', view: view([1, 2, 3]) },
      started(0, 1),
      started(1, 2),
      said(1, { type: 'finished' }),
      { type: 'recorded', trial: trial(1, 'complete'), request: request(2) },
    ]);
    expect(done).toEqual([
      [start(1), start(2)],
      [],
      [],
      [{ type: 'record end', number: 1, end: { state: 'complete', wrong: undefined }, request: request(2) }],
      [start(3)],
    ]);
  });

  test('asks the strategy again only when all requested trials have been started', () => {
    const { done, state } = play(beginLoop(view([1, 2]), { jobs: 2, lost: [] }), [
      { type: 'followed', view: view([1, 2]) },
      started(0, 1),
      started(1, 2),
      { type: 'recorded', trial: trial(0, 'complete'), request: request(1) },
    ]);
    expect(done.at(-1)).toEqual([{ type: 'follow' }]);
    // Running trials are not started again.
    expect(step(state, { type: 'followed', view: view([2]) }).actions).toEqual([]);
  });

  test('gives spare threads to the last trials', () => {
    const begun = beginLoop(view([1]), { jobs: 4, lost: [] });
    expect(step(begun, { type: 'followed', view: view([1]) }).actions).toEqual([start(1, 4)]);
  });

  test('records an epoch once, even if a resumed trial reports it again', () => {
    const point = { epoch: 1, score: 2 };
    const { done } = play(beginLoop(view([1]), { jobs: 1, lost: [] }), [
      { type: 'followed', view: view([1]) },
      started(0, 1),
      said(0, { type: 'epoch', point, share: 0.5 }),
      said(0, { type: 'epoch', point, share: 0.5 }),
    ]);
    expect(done.slice(2)).toEqual([[{ type: 'record epoch', number: 0, point }], []]);
  });

  test('makes lost results again first, without writing to the store', () => {
    const { done, state } = play(beginLoop(view([2]), { jobs: 1, lost: [{ request: request(1), cause: lost }] }), [
      { type: 'followed', view: view([2]) },
      { type: 'started', trial: trial(7, 'complete'), start: start(1, 1, lost) },
      said(7, { type: 'epoch', point: { epoch: 1, score: 2 }, share: 1 }),
      said(7, { type: 'finished' }),
    ]);
    expect(done).toEqual([[start(1, 1, lost)], [], [], [{ type: 'made again', number: 7 }, start(2)]]);
    expect(state.ended).toBe(0);
  });

  test('the list of lost results is not copied at each start, which would take quadratic time', () => {
    const many = [1, 2, 3].map((seed) => ({ request: request(seed), cause: lost }));
    const begun = step(beginLoop(view([]), { jobs: 2, lost: many }), { type: 'followed', view: view([]) }).state;
    expect(begun.lost).toBe(many);
    expect(begun.nextLost).toBe(2);
  });

  test('lost results that cannot be made again, or differ when made again, end the study', () => {
    const wrong = Uint8Array.of(5);
    const complete: Trial = { ...trial(7, 'complete'), wrong, score: 2, curve: [{ epoch: 1, score: 2 }] };
    const { state } = play(beginLoop(view([]), { jobs: 1, lost: [{ request: request(1), cause: lost }] }), [
      { type: 'followed', view: view([]) },
      { type: 'started', trial: complete, start: start(1, 1, lost) },
    ]);
    const failed = said(7, { type: 'failed', kind: 'trial', message: 'out of memory' });
    expect(step(state, failed).actions).toEqual([
      {
        type: 'give up',
        message: expect.stringContaining('trial 7 were lost and could not be made again: out of memory'),
      },
    ]);
    const other = said(7, { type: 'epoch', point: { epoch: 1, score: 3 }, share: 1 });
    expect(step(state, other).actions).toEqual([
      {
        type: 'give up',
        message: expect.stringContaining('was run again with a different result in epoch 1 (score 3 instead of 2)'),
      },
    ]);
    const otherAnswers = said(7, { type: 'finished', wrong: Uint8Array.of(6) });
    expect(step(state, otherAnswers).actions).toEqual([
      { type: 'give up', message: expect.stringContaining('errs on other images') },
    ]);
    expect(step(state, said(7, { type: 'finished', wrong })).actions[0]).toEqual({ type: 'made again', number: 7 });
  });

  test('stops running and starting trials, and starts no further ones', () => {
    const { done, state } = play(beginLoop(view([1, 2, 3]), { jobs: 2, lost: [] }), [
      { type: 'followed', view: view([1, 2, 3]) },
      started(0, 1),
      { type: 'stop' },
      started(1, 2),
      said(0, { type: 'interrupted' }),
      said(1, { type: 'finished' }),
      { type: 'recorded', trial: trial(1, 'complete'), request: request(2) },
    ]);
    expect(done[2]).toEqual([{ type: 'stop', number: 0 }]);
    expect(done[3]).toEqual([{ type: 'stop', number: 1 }]);
    expect(done.slice(4).flat()).toEqual([expect.objectContaining({ type: 'record end', number: 1 })]);
    expect(isIdle(state)).toBe(true);
  });

  test('a failed trial is recorded; a disk error ends the study', () => {
    const { state } = play(beginLoop(view([1]), { jobs: 1, lost: [] }), [
      { type: 'followed', view: view([1]) },
      started(0, 1),
    ]);
    expect(step(state, said(0, { type: 'failed', kind: 'trial', message: 'diverged' })).actions).toEqual([
      { type: 'record end', number: 0, end: { state: 'failed', reason: 'diverged' }, request: request(1) },
    ]);
    expect(step(state, said(0, { type: 'failed', kind: 'world', message: 'full' })).actions).toEqual([
      { type: 'give up', message: 'full' },
    ]);
  });

  test('divides a given number of threads among the trials', () => {
    const begun = beginLoop(view([1, 2, 3]), { jobs: 256, threads: 4, lost: [] });
    expect(step(begun, { type: 'followed', view: view([1, 2, 3]) }).actions).toEqual([start(1), start(2), start(3, 2)]);
  });

  describe('a trial for which the machine has too few resources', () => {
    const refusal = { type: 'refused', message: 'EAGAIN' } as const;

    test('is started first when another trial has ended; from then on fewer trials run at once', () => {
      const { state } = play(beginLoop(view([1, 2, 3]), { jobs: 2, lost: [] }), [
        { type: 'followed', view: view([1, 2, 3]) },
        started(0, 1),
        started(1, 2),
      ]);
      const next = step(state, said(1, refusal));
      expect(next.actions).toEqual([{ type: 'tell', event: { type: 'fewer jobs', jobs: 1, because: 'EAGAIN' } }]);
      const { done } = play(next.state, [
        said(0, { type: 'finished' }),
        { type: 'recorded', trial: trial(0, 'complete'), request: request(1) },
      ]);
      expect(done[1]).toEqual([start(2)]);
    });

    test('ends the study if no other trial is running', () => {
      const { state } = play(beginLoop(view([1]), { jobs: 1, lost: [] }), [
        { type: 'followed', view: view([1]) },
        started(0, 1),
      ]);
      expect(step(state, said(0, refusal)).actions).toEqual([{ type: 'give up', message: 'EAGAIN' }]);
      // A study that is being stopped ends normally.
      const stopping = step(state, { type: 'stop' }).state;
      const after = step(stopping, said(0, refusal));
      expect(after.actions).toEqual([]);
      expect(isIdle(after.state)).toBe(true);
    });

    test('returns to the list of lost results if it was making lost results again', () => {
      const cause = { state: 'lost', why: 'model.safetensors is lost' } as const;
      const restoration = { request: request(1), cause };
      const { state } = play(beginLoop(view([2]), { jobs: 2, lost: [restoration] }), [
        { type: 'followed', view: view([2]) },
        { type: 'started', trial: trial(7, 'complete'), start: start(1, 1, cause) },
        started(8, 2),
      ]);
      expect(step(state, said(7, refusal)).state.lost).toEqual([restoration]);
    });
  });
});
