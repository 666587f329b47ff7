/**
 * The interface of strategies: a pure function of definition and history says which trials are next and how levels
 * compare.
 */
import type { LevelView, StageView, TrialRequest } from './contest.ts';
import type { Level, Plan, StudyDefinition } from './definition.ts';
import type { SearchView } from './search-view.ts';
import type { Space } from './space.ts';
import { type CompleteTrial, completeTrials, configurationKey, type History, type Trial } from './trial.ts';

/** Where a study stands and what is next. */
export interface StudyView {
  readonly definition: StudyDefinition;
  /** Stages begun so far: a stage is not known before the previous stage is decided. */
  readonly stages: readonly StageView[];
  /**
   * Trials that can be started now, in the order in which they must start, running trials included. When all of them
   * have been started and a trial has ended, the strategy is asked again.
   */
  readonly pending: readonly TrialRequest[];
  /** The selected level of the last stage, once all are finished. */
  readonly winner: LevelView | undefined;
  /** Every stage is decided. */
  readonly finished: boolean;
  /** The stage none of whose levels ended well, which ends the study. */
  readonly stuck: number | undefined;
  /** Trials in the table, each once. */
  readonly trials: readonly Trial[];
  /** The expected number of trials in all; under a seed rule the largest possible number. */
  readonly expected: number;
  /** Where a search stands; absent for other plans. */
  readonly search?: SearchView;
  /** The levels whose trials may be evaluated on the test set. Absent: those that the stages selected. */
  readonly tested?: readonly LevelView[];
  /** Paused trials that will not go on and are to be ended. Absent: none. */
  readonly toStop?: readonly Trial[];
}

/**
 * A strategy for one kind of plan. Pure: the same definition and history give the same view, whoever finished first.
 */
export interface Strategy<P extends Plan> {
  /** @throws UsageError naming the first field of the plan that cannot be right. */
  check(plan: P): void;
  /** Why the plan cannot be carried out with the rest of the definition. Absent: nothing prevents it. */
  problem?(plan: P, definition: StudyDefinition): PlanProblem | undefined;
  /** What {@link count} counts, and the words of a refusal of too many: after the plan's kind, and what to do. */
  readonly size: {
    readonly of: 'levels' | 'trainings';
    readonly what: (count: string) => string;
    readonly way: string;
  };
  /** Where the study stands and what is next. */
  follow(definition: StudyDefinition, plan: P, history: History): StudyView;
  /** The levels that stand in the plan, stage by stage, for checks before anything is trained. */
  levels(plan: P, definition: StudyDefinition): readonly (readonly Level[])[];
  /**
   * The number of {@link levels}, counted without creating them; equal levels may be counted several times. Of a search:
   * the trainings that its budget pays for.
   */
  count(plan: P, definition: StudyDefinition): number;
  /** In a few words, for the report's first line. */
  describe(plan: P, definition: StudyDefinition): string;
  /**
   * The first difference that is not growth, or undefined. Only growth is allowed, so that trained trials keep their
   * meaning.
   */
  difference(before: P, after: P, spaces: { readonly before: Space; readonly after: Space }): Difference | undefined;
}

/** Why a plan cannot be carried out, and whether the plan or the seeds are to be changed. */
export interface PlanProblem {
  readonly of: 'plan' | 'seeds';
  readonly message: string;
}

/** What differs between two definitions. */
export interface Difference {
  readonly what: string;
  readonly was: unknown;
  readonly is: unknown;
}

/**
 * The complete trials of the levels that the stages selected, each once; of a search those of winner and base in the
 * confirmation. Only these may be evaluated on the test set.
 */
export function selectedTrials({ stages, tested }: StudyView): CompleteTrial[] {
  const selected =
    tested ?? stages.flatMap(({ levels, selected: index }) => (index === undefined ? [] : [levels[index]!]));
  return [...new Set(selected.flatMap(({ trials }) => completeTrials(trials)))];
}

/** The first level of `before` whose settings no level of `after` has. */
export function lostLevel(before: readonly Level[], after: readonly Level[]): Level | undefined {
  const known = new Set(after.map(({ settings }) => configurationKey(settings)));
  return before.find(({ settings }) => !known.has(configurationKey(settings)));
}

/** The first hyperparameter whose values differ. @param plan the plan's key in a study file. */
export function spaceDifference(
  plan: string,
  { before, after }: { readonly before: Space; readonly after: Space },
): Difference | undefined {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]].map((found) => found && JSON.stringify(found));
    if (was !== is) return { what: `${plan}.space.${name}`, was, is };
  }
  return undefined;
}
