/** Where a search stands: its proposals, its rungs, its finals and its confirmation. */
import type { Claim } from './claims.ts';
import type { LevelView } from './contest.ts';
import type { Settings } from './settings.ts';
import type { Trial } from './trial.ts';

/** One configuration that the search tried with its first seed. */
export interface ProposalView {
  /** From 0 on; proposal 0 is the base. */
  readonly number: number;
  readonly settings: Settings;
  /** Values of the space's hyperparameters; one that does not count under the others' values is absent. */
  readonly values: Settings;
  readonly configuration: Settings;
  readonly key: string;
  /** Undefined until it is started. */
  readonly trial: Trial | undefined;
  /** The index of the highest rung that it may train to so far. */
  readonly rung: number;
  /** The score at each rung that it has reached, in the order of the rungs. */
  readonly scores: readonly number[];
  /** `paused` at a rung, from where it may go on; `stopped` at a rung for good. */
  readonly state: 'waiting' | 'running' | 'paused' | 'stopped' | 'complete' | 'failed';
}

/** A finalist: a configuration that is trained again on more seeds. */
export interface FinalistView extends LevelView {
  /** The number of its proposal. */
  readonly proposal: number;
  /** Undefined while it is in. */
  readonly dropped: Drop | undefined;
}

/** That a finalist is dropped is a decision about the budget, not a claim that it is worse. */
export interface Drop {
  /** The index of the round after which it was dropped. */
  readonly round: number;
  /**
   * `half`: it was not in the better half. `budget`: it was, but the budget has no training for it. `test`: a paired t test against the best. `resolved`: its difference to the
   * best is known well enough. `failed`: a training failed.
   */
  readonly by: 'half' | 'budget' | 'test' | 'resolved' | 'failed';
}

/** A round of the finals: every finalist that is in is trained with the same new seeds. */
export interface FinalsRound {
  readonly seeds: readonly number[];
  /** The indices of the finalists that took part. */
  readonly finalists: readonly number[];
  /** The trainings of the round, those known before included. */
  readonly trainings: number;
  /** It finishes trainings that were paused instead of beginning new ones. */
  readonly resumed: boolean;
}

/** Where a search stands. */
export interface SearchView {
  readonly phase: 'search' | 'finals' | 'confirmation' | 'finished';
  /** In the order of their numbers; a search whose space is exhausted has fewer than planned. */
  readonly proposals: readonly ProposalView[];
  /** How many proposals are planned. */
  readonly planned: number;
  /** No settings were left that were not tried; the finals have the trainings that are left over. */
  readonly exhausted: boolean;
  /** Epochs of each rung, the last being the whole training; one rung without early stopping. */
  readonly rungs: readonly number[];
  /** Epochs trained so far in the search alone, and those of the same proposals without early stopping. */
  readonly epochs: { readonly trained: number; readonly whole: number } | undefined;
  readonly finals:
    | {
        readonly finalists: readonly FinalistView[];
        /** Seeds asked for so far, those of the search included where they count. */
        readonly seeds: readonly number[];
        readonly rounds: readonly FinalsRound[];
        /** Finalists from best to worst by what is known of them: later rounds first, then means. Indices. */
        readonly ranking: readonly number[];
        readonly finished: boolean;
      }
    | undefined;
  /**
   * Trained on seeds that nothing was selected by. The runner-up is absent where the finals had one finalist, and where
   * it is the base; `winner` and `base` are one where the base won.
   */
  readonly confirmation:
    | {
        readonly seeds: readonly number[];
        readonly winner: LevelView;
        readonly runnerUp: LevelView | undefined;
        readonly base: LevelView;
        readonly finished: boolean;
        /** Winner minus base, and winner minus runner-up; empty until it is finished. */
        readonly claims: readonly Claim[];
      }
    | undefined;
}

/** The levels of the confirmation, each once; none before it begins. */
export function confirmedLevels({ confirmation }: Pick<SearchView, 'confirmation'>): LevelView[] {
  if (!confirmation) return [];
  const { winner, runnerUp, base } = confirmation;
  return [...new Set([winner, runnerUp, base])].filter((level) => level !== undefined);
}
