/** For tests: records of small studies, and judgements that a test gives. */
import type { StudyRecord, WorkSession } from '../store/store.ts';
import type { StageView } from '../study/contest.ts';
import { objectives, type Settings, type Stage, type StudyDefinition } from '../study/definition.ts';
import type { LevelJudgement, StageJudgement } from '../study/judgement.ts';
import type { EpochPoint, Trial } from '../study/trial.ts';
import { lenetSettings } from '../tasks/lenet/configuration.ts';
import { type FactsOptions, type StudyFacts, studyFacts } from './facts.ts';
import type { Reference } from './reference.ts';

export const base: Settings = { model: 'lenet5', optimizer: 'adam', epochs: 2, batchSize: 128, l2: 0 };

export const batchStage: Stage = stageOf('batchSize', [32, 64, 128]);

/** Scores of `batchStage` by level, then by seed: means of 98.5, 97.5 and 96.5. */
export const batchScores = [
  [98, 98.5, 99],
  [97, 97.5, 98],
  [96, 96.5, 97],
] as const;

/** The canonical settings of a level of `base`. */
export function canonicalOf(settings: Settings): Settings {
  return lenetSettings.canonical({ ...base, ...settings });
}

/** A stage of one factor whose labels are the values themselves. */
export function stageOf(factor: string, values: readonly (number | string)[]): Stage {
  return {
    factors: [factor],
    levels: values.map((value) => ({ label: String(value), settings: { [factor]: value } })),
  };
}

export function definitionOf(
  stages: readonly Stage[],
  rest: Partial<Omit<StudyDefinition, 'plan'>> = {},
): StudyDefinition {
  return {
    name: 'small',
    protocol: 'post',
    objective: 'accuracy',
    base,
    space: {},
    seeds: [1, 2, 3],
    ...rest,
    plan: { kind: 'stages', stages },
  };
}

/** A trial that ended with `score`; accuracies are in percent. A string is the reason of a failure. */
export function trialOf(number: number, configuration: Settings, seed: number, result: number | string): Trial {
  if (typeof result === 'string') return { number, configuration, seed, state: 'failed', reason: result, curve: [] };
  const point = (epoch: number, score: number): EpochPoint => ({
    epoch,
    score,
    train: { accuracy: score / 100, loss: 0.1 },
    selection: { accuracy: score / 100, loss: 0.2 },
    seconds: { train: 1.5, evaluate: 0.5 },
  });
  const curve = [point(0, 10), point(1, result - 1), point(2, result)];
  return { number, configuration, seed, score: result, curve, state: 'complete' };
}

/** A trial that a pruner stopped after its first epoch. */
export function prunedTrialOf(number: number, configuration: Settings, seed: number, reason?: string): Trial {
  const { curve } = trialOf(number, configuration, seed, 90);
  return { number, configuration, seed, state: 'pruned', reason, curve: curve.slice(0, 2) };
}

/** A run of a reference with the settings of a level. */
export const besideRun = { score: 98.9, curve: [], otherwise: [] } as const;

/** A reference with a run for every level, and without times. */
export function referenceOf(rest: Partial<Reference> = {}): Reference {
  return {
    name: 'the post',
    source: 'a blog',
    machine: 'an abacus',
    aim: 99,
    remarks: [],
    beside: () => besideRun,
    secondsPerEpoch: () => undefined,
    ...rest,
  };
}

/** A process that worked on a study for 75 s. */
export const session: WorkSession = {
  started: '2026-01-02T03:04:05.000000',
  seconds: 75,
  environment: {
    cpu: 'Abacus',
    cores: 2,
    memoryBytes: 2 ** 33,
    os: 'linux',
    node: 'v20.1.0',
    version: '0.1.0',
    jobs: 2,
  },
};

/** The record of a study. */
export function recordOf(
  definition: StudyDefinition,
  trials: readonly Trial[],
  rest: Partial<StudyRecord> = {},
): StudyRecord {
  return { definition, trials, dataHash: 'hash', looks: [], sessions: [], foreign: [], format: 4, ...rest };
}

/** Trials of one stage: `scores[level][seed]`. */
export function trialsOf(stage: Stage, scores: readonly (readonly (number | string)[])[]): Trial[] {
  return stage.levels.flatMap(({ settings }, level) =>
    (scores[level] ?? []).map((result, seed) => trialOf(level * 100 + seed, canonicalOf(settings), seed + 1, result)),
  );
}

const pending: LevelJudgement = {
  standing: 'pending',
  scope: 'other seeds',
  difference: undefined,
  differenceToBest: undefined,
  bothEnds: undefined,
  mean: undefined,
  otherImages: undefined,
  isNoisy: false,
  departure: undefined,
};

/** A judgement with these values; missing values of a level are undefined. */
export function judgementOf(
  levels: readonly Partial<LevelJudgement>[],
  rest: Partial<Omit<StageJudgement, 'levels'>> = {},
): StageJudgement {
  return {
    method: 'mcb',
    spread: undefined,
    margin: undefined,
    resolve: 0.1,
    seedsNeeded: undefined,
    carried: undefined,
    ...rest,
    levels: levels.map((level) => ({ ...pending, ...level })),
  };
}

/** A judge that uses the means only: the level with the best mean is the best, the others may be. */
export function meansOnly(
  { levels, finished }: StageView,
  { objective }: Pick<StudyDefinition, 'objective'>,
): StageJudgement {
  const sign = objectives[objective].goal === 'maximize' ? 1 : -1;
  const means = levels.map(({ summary }) => (summary ? summary.mean * sign : undefined));
  const best = Math.max(...means.filter((mean) => mean !== undefined));
  return judgementOf(
    levels.map(({ failed, summary }, i) => {
      if (failed.length > 0) return { standing: 'failed' };
      if (!finished) return {};
      const mean = means[i]!;
      const others = Math.max(...means.filter((other, j): other is number => j !== i && other !== undefined));
      return {
        standing: mean === best ? 'best' : 'may be best',
        difference: (mean - others) * sign,
        mean: summary?.interval,
      };
    }),
  );
}

/** Facts of a record with the given judgement of each stage; without one a stage is judged by its means only. */
export function factsOf(
  record: StudyRecord,
  judgements?: readonly StageJudgement[],
  options: Omit<FactsOptions, 'judge'> = {},
): StudyFacts {
  const judge = judgements ? ({ index }: StageView) => judgements[index]! : meansOnly;
  return studyFacts(record, lenetSettings, { ...options, judge });
}
