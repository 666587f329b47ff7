/** Whether a result can be that of an order: what a worker says must at least fit together. */
import { onesInBytes } from '../base/bits.ts';
import { WorldError } from '../base/errors.ts';
import type { Objective } from '../study/definition.ts';
import { type EpochPoint, scoreOf } from '../study/trial.ts';
import type { TrialOrder } from '../tasks/task.ts';
import type { WorkResult } from './result.ts';

/** What results of a study have in common. */
export interface ResultFacts {
  readonly objective: Objective;
  /** Images of the set that is evaluated. */
  readonly evaluated: number;
  /** Epochs of a whole training of this order. */
  readonly epochs: number;
}

/** @throws WorldError for a result that contradicts itself or its order. */
export function checkResult(
  { number, until }: TrialOrder,
  { points, end }: WorkResult,
  { objective, evaluated, epochs }: ResultFacts,
): void {
  const refuse = (why: string) => new WorldError(`a result for trial ${number} is not acceptable: ${why}`);
  for (const [index, point] of points.entries()) {
    if (point.epoch !== index) throw refuse(`its epoch ${index} has the number ${point.epoch}`);
    if (!hasOwnScore(point, objective)) throw refuse(`the score of epoch ${index} is not that of its metrics`);
  }
  const last = points.at(-1);
  const reached = last?.epoch ?? -1;
  if (end.state === 'failed') return;
  const expected = end.state === 'paused' ? until : epochs;
  if (reached !== expected) throw refuse(`it ends after epoch ${reached} instead of ${expected}`);
  if (end.state === 'paused') return;
  const wrong = Buffer.from(end.wrong ?? '', 'base64');
  if (wrong.length !== Math.ceil(evaluated / 8)) throw refuse(`its wrong answers are not of ${evaluated} images`);
  const accuracy = (evaluated - onesInBytes(wrong)) / evaluated;
  if (last?.selection?.accuracy !== accuracy) throw refuse('its wrong answers contradict its accuracy');
}

function hasOwnScore({ selection, score, seconds }: EpochPoint, objective: Objective): boolean {
  return selection !== undefined && seconds !== undefined && scoreOf(selection, objective) === score;
}
