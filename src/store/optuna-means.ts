/**
 * A journal for Optuna with one trial for each configuration: its mean as value, and the score of each seed as intermediate value with the seed
 * as step. Optuna's plots and its WilcoxonPruner then see configurations, not seeds.
 */
import type { RecordedParameter } from '../study/space.ts';
import { datetime, directions, distributionText, operations, trialStates } from './optuna.ts';

/** A configuration with its scores. */
export interface ConfigurationScores {
  /** `C1`, `C2`, ...: the name in the study's report. */
  readonly id: string;
  /** The settings that the study varies, in words. */
  readonly label: string;
  readonly parameters: readonly RecordedParameter[];
  /** At least one. */
  readonly scores: readonly { readonly seed: number; readonly score: number }[];
}

/** What {@link meansJournal} writes. */
export interface MeansStudy {
  readonly name: string;
  readonly goal: 'maximize' | 'minimize';
  readonly configurations: readonly ConfigurationScores[];
}

/** The lines of the journal. @param moment the time that every trial gets: a mean has none of its own. */
export function meansJournal({ name, goal, configurations }: MeansStudy, moment: Date): string {
  const time = datetime(moment);
  const line = (op_code: number, fields: object) =>
    JSON.stringify({ op_code, worker_id: 'lenet-lab-means', ...fields });
  const lines = configurations.flatMap(({ id, label, parameters, scores }, trial_id) => {
    const attribute = (key: string, value: unknown) =>
      line(operations.setTrialUserAttribute, { trial_id, user_attr: { [key]: value } });
    const mean = scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
    return [
      line(operations.createTrial, { study_id: 0, datetime_start: time }),
      ...parameters.map((parameter) =>
        line(operations.setTrialParameter, {
          trial_id,
          param_name: parameter.name,
          param_value_internal: parameter.internal,
          distribution: distributionText(parameter.distribution),
        }),
      ),
      ...scores.map(({ seed, score }) =>
        line(operations.setTrialIntermediateValue, { trial_id, step: seed, intermediate_value: score }),
      ),
      attribute('configuration', id),
      attribute('label', label),
      attribute('seeds', scores.length),
      line(operations.setTrialState, {
        trial_id,
        state: trialStates.complete,
        values: [mean],
        datetime_start: time,
        datetime_complete: time,
      }),
    ];
  });
  const study = line(operations.createStudy, { study_name: `${name}-means`, directions: [directions[goal]] });
  return [study, ...lines, ''].join('\n');
}
