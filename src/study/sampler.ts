/** The interface of samplers: what they know of earlier proposals, and the settings that they propose next. */
import type { Random } from '../base/random.ts';
import type { Settings } from './settings.ts';
import type { Space } from './space.ts';

/** An earlier proposal, as far as the next one may know it. */
export interface Observation {
  /** Values by hyperparameter. One that does not count under the others' values is absent. */
  readonly values: Settings;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly state: 'complete'; readonly score: number }
  /** Paused or stopped early. `epoch`: the last one, from 1 on; `score`: its value. */
  | { readonly state: 'paused'; readonly epoch: number; readonly score: number }
  /** Not known yet. */
  | { readonly state: 'running' }
  /** It ended without a score: the training diverged. */
  | { readonly state: 'failed' };

/** What a proposal may know. */
export interface Knowledge {
  readonly space: Space;
  readonly goal: 'maximize' | 'minimize';
  /** In the order of the proposals' numbers. */
  readonly observations: readonly Observation[];
}

/**
 * Proposes settings. It is pure, apart from the random generator that it is handed.
 * @returns a value for every dimension of the space, those that do not count included. Floats are rounded to four
 * significant digits: readable, and the same whatever the machine's logarithm.
 */
export type Proposer = (random: Random) => Settings;

/** A way of proposing settings. What it computes from its knowledge serves any number of proposals. */
export type Sampler = (knowledge: Knowledge) => Proposer;
