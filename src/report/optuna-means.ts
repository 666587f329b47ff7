/** The configurations of a study with their scores by seed, for a journal of means. */
import { type ConfigurationScores, type MeansStudy, meansJournal } from '../store/optuna-means.ts';
import { recordedParameters } from '../study/space.ts';
import { levelAt, type StudyFacts } from './facts.ts';
import { settingsText } from './naming.ts';

/** The journal of a study's means. Configurations without a score are left out. @param moment the time that its trials get. */
export function studyMeans(facts: StudyFacts, moment: Date): string {
  const { definition, measure, naming } = facts;
  const configurations = [...facts.configurations].flatMap(([id, places]): ConfigurationScores[] => {
    const levels = places.map((place) => levelAt(facts, place));
    // Stages may have asked for different seeds.
    const bySeed = new Map<number, number>();
    for (const { view } of levels) {
      for (const trial of view.trials) {
        if (trial?.state === 'complete' && trial.score !== undefined) bySeed.set(trial.seed, trial.score);
      }
    }
    if (bySeed.size === 0) return [];
    const { settings, configuration } = levels[0]!.view;
    return [
      {
        id,
        label: settingsText(settings, naming),
        parameters: recordedParameters(definition.space, naming.complete(configuration)),
        scores: [...bySeed].sort(([a], [b]) => a - b).map(([seed, score]) => ({ seed, score })),
      },
    ];
  });
  const study: MeansStudy = { name: definition.name, goal: measure.goal, configurations };
  return meansJournal(study, moment);
}
