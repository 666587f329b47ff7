/** Decides which trials' models a study may still need: the trials of levels that are selected or may be selected. */
import type { LevelView, StageView } from './contest.ts';
import type { SearchView } from './search-view.ts';
import type { StudyView } from './strategy.ts';
import { isComplete } from './trial.ts';

/**
 * The numbers of the complete trials of every level that is selected or, while its stage is not decided, may be
 * selected. A level that left under a seed rule, or one of whose trials failed, cannot be selected any more.
 */
export function candidateTrials({ stages, tested = [], search }: KeptBy): Set<number> {
  const levels = [
    ...stages.flatMap((stage) => candidates(stage).map((index) => stage.levels[index]!)),
    ...tested,
    ...(search ? candidatesOfSearch(search) : []),
  ];
  return new Set(levels.flatMap(({ trials }) => trials.filter(isComplete).map(({ number }) => number)));
}

type KeptBy = Pick<StudyView, 'stages' | 'tested' | 'search'>;

/** All proposals until the finalists are chosen, the finalists until the winner is, then the winner. */
function candidatesOfSearch({ proposals, finals }: SearchView): readonly Pick<LevelView, 'trials'>[] {
  if (!finals) return proposals.map(({ trial }) => ({ trials: [trial] }));
  const { finalists, ranking, finished } = finals;
  return finished ? ranking.slice(0, 1).map((index) => finalists[index]!) : finalists;
}

function candidates({ finished, selected, rounds, levels }: StageView): readonly number[] {
  if (finished) return selected === undefined ? [] : [selected];
  if (rounds) return rounds.in.map((index) => rounds.contenders[index]!);
  return [...levels.keys()].filter((index) => levels[index]!.failed.length === 0);
}
