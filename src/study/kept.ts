/** Decides which trials' models a study may still need: the trials of levels that are selected or may be selected. */
import type { StageView } from './contest.ts';
import type { StudyView } from './strategy.ts';
import { isComplete } from './trial.ts';

/**
 * The numbers of the complete trials of every level that is selected or, while its stage is not decided, may be
 * selected. A level that left under a seed rule, or one of whose trials failed, cannot be selected any more.
 */
export function candidateTrials({ stages, tested = [] }: Pick<StudyView, 'stages' | 'tested'>): Set<number> {
  const levels = [...stages.flatMap((stage) => candidates(stage).map((index) => stage.levels[index]!)), ...tested];
  return new Set(levels.flatMap(({ trials }) => trials.filter(isComplete).map(({ number }) => number)));
}

function candidates({ finished, selected, rounds, levels }: StageView): readonly number[] {
  if (finished) return selected === undefined ? [] : [selected];
  if (rounds) return rounds.in.map((index) => rounds.contenders[index]!);
  return [...levels.keys()].filter((index) => levels[index]!.failed.length === 0);
}
