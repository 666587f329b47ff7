/** Workers that only pretend to train: for measurements of the fleet itself and for tests. */
import { sha256Of } from '../disk/sha256.ts';
import { canonicalJson } from './canonical-json.ts';
import { pause } from './pause.ts';
import type { Performer } from './performer.ts';
import type { WorkResult } from './result.ts';
import type { WorkOrder } from './work-order.ts';

/** What a pretended training gives: a score from 0 to 100 that is a function of the order. */
export function pretendedResult({ configuration, seed, until }: WorkOrder): WorkResult {
  const hash = sha256Of(canonicalJson({ configuration, seed }));
  const score = (Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32) * 100;
  const end = { state: until === null ? 'finished' : 'paused' } as const;
  return { points: [{ epoch: until ?? 1, score }], end };
}

/** @param ms how long a training takes. @param result for workers that lie. */
export function pretendPerformer(ms: number, result: (order: WorkOrder) => WorkResult = pretendedResult): Performer {
  return {
    async perform(_, order, { signal }) {
      await pause(ms, signal);
      if (signal.aborted) return { type: 'interrupted' };
      const pretended = result(order);
      const seconds = { train: ms / 1000, evaluate: 0 };
      const points = pretended.points.map((point) => ({ ...point, seconds }));
      return { type: 'done', result: { ...pretended, points }, files: [] };
    },
    close: () => Promise.resolve(),
  };
}
