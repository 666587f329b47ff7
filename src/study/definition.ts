/** The definition of a study: plain data, kept in its journal as declared. */
import type { SamplerName } from './samplers.ts';
import type { Settings } from './settings.ts';
import type { Space } from './space.ts';

export { assignmentsOf, labelOf, type Settings, type Value, valueText } from './settings.ts';

/** One choice within a stage. It may set several hyperparameters at once. */
export interface Level {
  readonly label: string;
  readonly settings: Settings;
  /** A short name for places where the label is too long: `#3` for a level drawn at random. */
  readonly short?: string;
}

/** Levels that compete; the best is carried on into the next stage. */
export interface Stage {
  /** The hyperparameters that the stage varies. */
  readonly factors: readonly string[];
  readonly levels: readonly Level[];
}

/** One hyperparameter of a grid. */
export interface Factor {
  readonly name: string;
  readonly levels: readonly Level[];
}

/** One factor at a time: the best level of a stage is carried on into the next. */
export interface StagesPlan {
  readonly kind: 'stages';
  readonly stages: readonly Stage[];
}

/** Every combination of the factors' levels. */
export interface GridPlan {
  readonly kind: 'grid';
  readonly factors: readonly Factor[];
}

/** Settings drawn at random, each from its own random stream. */
export interface RandomPlan {
  readonly kind: 'random';
  readonly trials: number;
  /** Seed of the sampler. */
  readonly seed: number;
}

export const earlyStoppings = ['none', 'halving'] as const;
/** `halving`: all trainings pause after a ninth of their epochs, and the best of them become finalists and go on. */
export type EarlyStopping = (typeof earlyStoppings)[number];

/**
 * A search: settings proposed one after the other and trained with one common seed, the best of them trained again on
 * more seeds, and the winner confirmed on seeds that nothing was selected by. Exactly one of `trainings`, `epochs` and
 * `hours` is given; under `hours` the number of trainings is added once it is measured.
 */
export interface SearchPlan {
  readonly kind: 'search';
  readonly sampler: SamplerName;
  /** The budget of search and finals, in trainings. */
  readonly trainings?: number;
  /** The same in epochs. */
  readonly epochs?: number;
  /** The same in hours of the machine that starts the study. */
  readonly hours?: number;
  readonly earlyStopping: EarlyStopping;
  /** Default: 16, or as many as the budget allows. */
  readonly finalists?: number;
  /** Seeds of the confirmation, whose trainings come on top of the budget. */
  readonly confirm: number;
  /** A proposal knows the results of all proposals but this many before it. Results depend on it, unlike on jobs. */
  readonly parallel: number;
  /** Seed of the sampler. */
  readonly seed: number;
  /** Finals end when every difference is known to this, in units of the score. Default: the objective's. */
  readonly resolve?: number;
}

/** Which configurations are tried; strategies.ts has the strategy of each kind. */
export type Plan = StagesPlan | GridPlan | RandomPlan | SearchPlan;

/**
 * The most levels of a study, all its stages, combinations or random trials together. Ten thousand take some two
 * seconds to plan and the their report some five; a hundred thousand took half a minute in which the process did not
 * react to signals.
 */
export const mostLevels = 10_000;

/** The most trainings of a study: levels times seeds. At a second each they take more than a day. */
export const mostTrials = 100_000;

/** The most seeds of a list. */
export const mostListedSeeds = 10_000;

export const protocols = ['post', 'held-out'] as const;
/** `post`: select on the test set, as the post did. `held-out`: select on a part of the training set. */
export type Protocol = (typeof protocols)[number];

/** `all`: every finished trial keeps its model and answers. `winners`: only the trials of selected levels keep them. */
export const keeps = ['all', 'winners'] as const;
export type Keep = (typeof keeps)[number];

/**
 * The score by which levels are compared, after the last epoch: accuracy and balanced accuracy in percent and any score
 * are maximized, a loss is minimized.
 */
export const objectives = {
  accuracy: {
    name: 'accuracy',
    goal: 'maximize',
    isPercentage: true,
    unit: ' %',
    decimals: 2,
    range: [0, 100],
    defaultResolve: 0.1,
  },
  'balanced-accuracy': {
    name: 'balanced accuracy',
    goal: 'maximize',
    isPercentage: true,
    unit: ' %',
    decimals: 2,
    range: [0, 100],
    defaultResolve: 0.1,
  },
  loss: {
    name: 'loss',
    isPercentage: false,
    goal: 'minimize',
    unit: '',
    decimals: 4,
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    defaultResolve: 0.01,
  },
  score: {
    name: 'score',
    isPercentage: false,
    goal: 'maximize',
    unit: '',
    decimals: 4,
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    defaultResolve: 0.01,
  },
} as const satisfies Readonly<Record<string, ObjectiveKind>>;

interface ObjectiveKind {
  /** In sentences. */
  readonly name: string;
  /** Whether its differences are points of percent. */
  readonly isPercentage: boolean;
  readonly goal: 'maximize' | 'minimize';
  readonly unit: string;
  /** For people. */
  readonly decimals: number;
  readonly range: readonly [low: number, high: number];
  /** The default of the smallest difference that matters. */
  readonly defaultResolve: number;
}
export type Objective = keyof typeof objectives;

/** The range of the difference of two values of the objective. */
export function differenceRange(objective: Objective): readonly [least: number, most: number] {
  const [low, high] = objectives[objective].range;
  return [low - high, high - low];
}

/** As many seeds as the question needs: levels leave after complete rounds (elimination.ts). */
export interface SeedRule {
  /** Seeds of every level before any level may leave; at least 3. */
  readonly atLeast: number;
  readonly atMost: number;
  /** Differences below this do not matter, in points of accuracy or units of loss. */
  readonly resolve: number;
}

/** The data set of a study, for records and reports. */
export interface StudyData {
  /** The set's own name, such as `mnist`, or the name of its folder or file. */
  readonly name: string;
  /** The name of its format in the list of data sources. */
  readonly format: string;
  /** The options that load the same data again. */
  readonly options?: object;
}

/** The saved models from which every trial of a study learns, beside its labels. */
export interface StudyTeachers {
  /** Their files, and the SHA-256 of each. */
  readonly teachers: readonly { readonly file: string; readonly sha256: string }[];
  readonly temperature: number;
  /** The share of the teachers, 0 to 1. */
  readonly weight: number;
}

/** What a study asks: what is varied, with which seeds, and what decides. */
export interface StudyDefinition {
  readonly name: string;
  /** Absent where the task has no test set. */
  readonly protocol?: Protocol;
  /** How many training images are held out; for protocol held-out. Default: one in twelve. */
  readonly heldOut?: number;
  /** Which of the disjoint parts of this size is held out, from 1 on; for protocol held-out. Default: 1. */
  readonly heldOutSplit?: number;
  /** Absent where the labels alone teach. */
  readonly distill?: StudyTeachers;
  readonly objective: Objective;
  /** Values of every trial, unless a level sets another. */
  readonly base: Settings;
  /** The task's defaults of hyperparameters that conditions of the space refer to and the base does not set. */
  readonly defaults?: Settings;
  readonly plan: Plan;
  /** The declared values of each varied hyperparameter. */
  readonly space: Space;
  /** A list: every configuration is trained once with each. */
  readonly seeds: readonly number[] | SeedRule;
  /** `previous`: each level is also compared with the one before, for a study that changes one thing after another. */
  readonly compare?: 'previous';
  /** Which trials keep their models; default: all. May change between two runs of the study. */
  readonly keep?: Keep;
}

/** The definition of a search. */
export type SearchDefinition = StudyDefinition & { readonly plan: SearchPlan };

export function isSeedRule(seeds: StudyDefinition['seeds']): seeds is SeedRule {
  return !Array.isArray(seeds);
}

/** The smallest difference that matters to the user, in points of accuracy or units of loss. */
export function resolveOf({
  seeds,
  objective,
  plan,
}: Pick<StudyDefinition, 'seeds' | 'objective'> & Partial<Pick<StudyDefinition, 'plan'>>): number {
  if (isSeedRule(seeds)) return seeds.resolve;
  const resolve = plan?.kind === 'search' ? plan.resolve : undefined;
  return resolve ?? objectives[objective].defaultResolve;
}

/** Distance between the first seeds of two stages under a seed rule, so that no two stages share a seed. */
const seedsOfAStage = 1000;
export const mostSeeds = seedsOfAStage;

/**
 * The seeds that a stage may use, in order. A list serves every stage. Under a seed rule each stage has its own seeds:
 * the level that is carried on was selected by its scores, so the next stage must not judge it by the same scores.
 */
export function seedsOfStage({ seeds }: Pick<StudyDefinition, 'seeds'>, stage: number): readonly number[] {
  if (!isSeedRule(seeds)) return seeds;
  return Array.from({ length: seeds.atMost }, (_, index) => stage * seedsOfAStage + index + 1);
}
