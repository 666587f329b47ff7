/** Two configurations of a study compared, seed by seed. */
import { UsageError } from '../../base/errors.ts';
import { type Candidate, candidatesOf, comparedTrials } from '../../report/candidates.ts';
import type { StudyFacts } from '../../report/facts.ts';
import { settingsText } from '../../report/naming.ts';
import { comparisonLines } from '../../report/words/comparison.ts';
import { compareLevels } from '../../study/compare.ts';
import { summarize } from '../../study/statistics.ts';
import { type CompleteTrial, completeTrials, type Trial } from '../../study/trial.ts';
import type { ComparedConfiguration, ComparisonView } from '../protocol.ts';

/** The configuration of a name. @throws UsageError for an unknown one. */
export function candidateNamed(id: string, facts: StudyFacts): Candidate {
  const candidates = candidatesOf(facts);
  const found = candidates.get(id);
  if (found) return found;
  const names = [...candidates.keys()];
  const known = names.length > 12 ? `${names[0]} to ${names.at(-1)}` : names.join(', ');
  throw new UsageError(`there is no configuration "${id}" to compare; there are ${known || 'none yet'}`);
}

/** The complete trials by which two configurations are compared, each list by seed. */
export function completeComparedTrials(first: Candidate, second: Candidate): [CompleteTrial[], CompleteTrial[]] {
  const [a, b] = comparedTrials(first, second).trials;
  const bySeed = (trials: readonly Trial[]) => completeTrials(trials).sort((one, other) => one.seed - other.seed);
  return [bySeed(a), bySeed(b)];
}

/** `first` minus `second`. @throws UsageError for an unknown name. */
export function comparisonView(facts: StudyFacts, a: string, b: string): ComparisonView {
  const [first, second] = [candidateNamed(a, facts), candidateNamed(b, facts)];
  const [own, other] = completeComparedTrials(first, second);
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
  { id, settings }: Candidate,
  trials: readonly CompleteTrial[],
  { naming }: StudyFacts,
): ComparedConfiguration {
  const scores = trials.map(({ seed, number, score }) => ({ seed, trial: number, score }));
  return {
    id,
    label: settingsText(settings, naming),
    mean: scores.length > 0 ? summarize(scores.map(({ score }) => score)).mean : null,
    scores,
  };
}
