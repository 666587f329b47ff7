/** Rows of the trials' table: what a journal knows of a trial, as the page gets it. */
import { onesInBytes } from '../../base/bits.ts';
import { trialStates } from '../../store/optuna.ts';
import type { ReplayedTrial } from '../../store/replay.ts';
import { type EpochPoint, secondsOf, type Trial } from '../../study/trial.ts';
import type { Curve, TrialRow } from '../protocol.ts';

/** A trial of our study. @param configuration the index of its settings. */
export function trialRow(trial: Trial, { started, completed }: ReplayedTrial, configuration: number): TrialRow {
  const { number, state, seed, proposal, score, reason, wrong, curve, results } = trial;
  return {
    number,
    state,
    configuration,
    seed,
    proposal: proposal ?? null,
    score: score ?? (state === 'pruned' ? (curve.at(-1)?.score ?? null) : null),
    reason: reason ?? null,
    wrong: wrong ? onesInBytes(wrong) : null,
    seconds: secondsOf(trial),
    started,
    ended: completed,
    foreign: false,
    results: results ?? null,
    curve: curveOf(curve),
  };
}

/** A trial of another program. @param number in its own study. */
export function foreignRow(trial: ReplayedTrial, number: number, configuration: number): TrialRow {
  const { state, values, started, completed, intermediate } = trial;
  const steps = [...intermediate].sort(([a], [b]) => a - b);
  return {
    number,
    state: stateNames[state] ?? 'failed',
    configuration,
    seed: null,
    proposal: null,
    score: values?.[0] ?? null,
    reason: null,
    wrong: null,
    seconds: secondsBetween(started, completed),
    started,
    ended: completed,
    foreign: true,
    results: null,
    curve: { epoch: steps.map(([step]) => step), score: steps.map(([, value]) => value) },
  };
}

const stateNames: Readonly<Record<number, TrialRow['state']>> = {
  [trialStates.running]: 'running',
  [trialStates.complete]: 'complete',
  [trialStates.pruned]: 'pruned',
  [trialStates.failed]: 'failed',
  [trialStates.waiting]: 'waiting',
};

/** Both are local times of one machine; 0 where one is missing. */
function secondsBetween(started: string | null, ended: string | null): number {
  const [from, to] = [started, ended].map((time) => (time === null ? Number.NaN : Date.parse(`${time}Z`)));
  const seconds = (to! - from!) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

const columns = {
  loss: ({ selection }: EpochPoint) => selection?.loss,
  accuracy: ({ selection }: EpochPoint) => selection?.accuracy,
  trainLoss: ({ train }: EpochPoint) => train?.loss,
  trainAccuracy: ({ train }: EpochPoint) => train?.accuracy,
} as const;

/** The curve by columns; a column that was never measured is left out. */
function curveOf(points: readonly EpochPoint[]): Curve {
  const measured = Object.entries(columns).flatMap(([name, of]) => {
    const values = points.map((point) => of(point) ?? null);
    return values.some((value) => value !== null) ? [[name, values]] : [];
  });
  return {
    epoch: points.map(({ epoch }) => epoch),
    score: points.map(({ score }) => (Number.isFinite(score) ? score : null)),
    ...Object.fromEntries(measured),
  };
}
