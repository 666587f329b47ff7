/** The best epoch of a run by its metrics, and when a run stops for lack of a better one. */
import type { Metrics } from '../base/metrics.ts';
import { evaluatedMetrics, type MetricsLine } from './run-folder.ts';

/** An epoch and its accuracy on the evaluation set. */
export interface BestEpoch extends Pick<Metrics, 'accuracy'> {
  readonly epoch: number;
}

/** The trained epoch of the highest accuracy on the evaluation set, of equals the first; undefined before there is one. */
export function bestEpoch(lines: readonly MetricsLine[]): BestEpoch | undefined {
  let best: BestEpoch | undefined;
  for (const line of lines) {
    const accuracy = evaluatedMetrics(line)?.accuracy;
    if (line.epoch === 0 || accuracy === undefined) continue;
    if (best === undefined || accuracy > best.accuracy) best = { epoch: line.epoch, accuracy };
  }
  return best;
}

/**
 * Whether the last `patience` epochs were no better than the best before them. An epoch that was not evaluated does not end a run: the
 * saved model needs its predictions, and the next evaluation may be better. @param patience 0: never.
 */
export function isOutOfPatience(lines: readonly MetricsLine[], patience: number): boolean {
  const [best, last] = [bestEpoch(lines), lines.at(-1)];
  if (patience === 0 || best === undefined || last === undefined || evaluatedMetrics(last) === undefined) return false;
  return last.epoch - best.epoch >= patience;
}
