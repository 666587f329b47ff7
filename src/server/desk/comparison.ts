/** Two configurations of a study compared, seed by seed. */
import { UsageError } from '../../base/errors.ts';
import { type LevelFacts, levelAt, type StudyFacts } from '../../report/facts.ts';
import { settingsText } from '../../report/naming.ts';
import { comparisonLines } from '../../report/words/comparison.ts';
import { compareLevels } from '../../study/compare.ts';
import { summarize } from '../../study/statistics.ts';
import { type CompleteTrial, completeTrials } from '../../study/trial.ts';
import type { ComparedConfiguration, ComparisonView } from '../protocol.ts';

/** The level of a configuration by its name. @throws UsageError for an unknown one. */
export function levelNamed(id: string, facts: StudyFacts): LevelFacts {
  const [place] = facts.configurations.get(id) ?? [];
  if (place) return levelAt(facts, place);
  const names = [...facts.configurations.keys()];
  const known = names.length > 12 ? `${names[0]} to ${names.at(-1)}` : names.join(', ');
  throw new UsageError(`there is no configuration "${id}" to compare; there are ${known || 'none yet'}`);
}

/** The complete trials of a configuration in all stages, each once, by seed. */
export function trialsOf({ id }: LevelFacts, facts: StudyFacts): CompleteTrial[] {
  const places = facts.configurations.get(id) ?? [];
  const trials = completeTrials([...new Set(places.flatMap((place) => levelAt(facts, place).view.trials))]);
  return trials.sort((a, b) => a.seed - b.seed);
}

/** `first` minus `second`. @throws UsageError for an unknown name. */
export function comparisonView(facts: StudyFacts, a: string, b: string): ComparisonView {
  const [first, second] = [levelNamed(a, facts), levelNamed(b, facts)];
  const [own, other] = [trialsOf(first, facts), trialsOf(second, facts)];
  const found = compareLevels({ trials: own }, { trials: other }, facts.measure);
  const bySeed = new Map(other.map((trial) => [trial.seed, trial]));
  const images = new Map(found.disagreements.map(({ seed, ...counts }) => [seed, counts]));
  const { difference, test, p, seedsNeeded } = found;
  return {
    first: configuration(first, own, facts),
    second: configuration(second, other, facts),
    sentences: comparisonLines(first, second, facts),
    pairs: own.flatMap((trial) => {
      const match = bySeed.get(trial.seed);
      if (!match) return [];
      return [
        {
          seed: trial.seed,
          first: { trial: trial.number, score: trial.score },
          second: { trial: match.number, score: match.score },
          difference: trial.score - match.score,
          images: images.get(trial.seed) ?? null,
        },
      ];
    }),
    difference: difference
      ? { mean: difference.mean, sd: difference.sd ?? null, interval: difference.interval ?? null }
      : null,
    test,
    p,
    seedsNeeded: seedsNeeded ?? null,
  };
}

function configuration(
  { id, view }: LevelFacts,
  trials: readonly CompleteTrial[],
  { naming }: StudyFacts,
): ComparedConfiguration {
  const scores = trials.map(({ seed, number, score }) => ({ seed, trial: number, score }));
  return {
    id,
    label: settingsText(view.settings, naming),
    mean: scores.length > 0 ? summarize(scores.map(({ score }) => score)).mean : null,
    scores,
  };
}
