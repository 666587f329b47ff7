/** Our user attributes in Optuna's journal: their types, and the guards that check them when they are read. */

import { WorldError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import {
  earlyStoppings,
  type Factor,
  type GridPlan,
  keeps,
  type Level,
  objectives,
  protocols,
  type RandomPlan,
  type SearchPlan,
  type SeedRule,
  type Settings,
  type Stage,
  type StagesPlan,
  type StudyData,
  type StudyDefinition,
  type StudyTeachers,
  type Value,
} from '../study/definition.ts';
import { samplerNames } from '../study/samplers.ts';
import type { Choices, Dimension, Range } from '../study/space.ts';
import {
  either,
  type Guard,
  isBoolean,
  isInteger,
  isNumber,
  isObject,
  isText,
  listOf,
  mapOf,
  object,
  oneOf,
} from './shape.ts';
import { type Environment, isValue, type TestLook } from './store.ts';

/** The record format of a study's newest lines, and the version that wrote it. */
export interface WrittenBy {
  readonly format: number;
  readonly version: string;
}

/** The attribute of an epoch. The epoch's score is not in it, but is Optuna's intermediate value. */
export interface EpochAttribute {
  readonly epoch: number;
  readonly train?: Metrics;
  readonly selection?: Metrics;
  readonly seconds?: { readonly train: number; readonly evaluate: number };
  readonly session: number;
  /** Seconds since the session's start. */
  readonly elapsedSeconds: number;
}

export interface StartedSession {
  readonly started: string;
  readonly environment: Environment;
}

/** The definition in formats 1 to 3: every plan is expanded into stages of levels. */
export interface ExpandedDefinition {
  readonly name: string;
  readonly protocol: 'post' | 'held-out';
  readonly objective: 'accuracy' | 'loss';
  readonly plan: 'one-factor-at-a-time' | 'grid' | 'random';
  readonly base: Settings;
  readonly stages: readonly { readonly name: string; readonly levels: readonly Level[] }[];
  readonly seeds: readonly number[];
  readonly compare?: 'previous';
}

/** A look at the test set in formats 1 to 3: the configuration is a JSON text. */
export type OldLook = Omit<TestLook, 'configuration'> & { readonly key: string };

const isSetting: Guard<Value> = isValue;
export const isSettings = mapOf(isSetting);
const isMetrics = object<Metrics>({ loss: isNumber, accuracy: isNumber }, { balancedAccuracy: isNumber });

export const isWrittenBy = object<WrittenBy>({ format: isNumber, version: isText }, {});

export const isIndex: Guard<number> = (value): value is number => isInteger(value) && value >= 0 && value <= 1e6;

export const isEpoch = object<EpochAttribute>(
  { epoch: isInteger, session: isIndex, elapsedSeconds: isNumber },
  { train: isMetrics, selection: isMetrics, seconds: object({ train: isNumber, evaluate: isNumber }, {}) },
);

const isEnvironment = object<Environment>(
  {
    cpu: isText,
    cores: isNumber,
    memoryBytes: isNumber,
    os: isText,
    node: isText,
    version: isText,
    jobs: isNumber,
  },
  { kernels: isText },
);
export const isStudyData = object<StudyData>({ name: isText, format: isText }, { options: isObject });
export const isSession = object<StartedSession>({ started: isText, environment: isEnvironment }, {});

const lookFields = { trial: isInteger, seed: isInteger, loss: isNumber, accuracy: isNumber };
export const isLook = object<TestLook>({ ...lookFields, configuration: isSettings }, { balancedAccuracy: isNumber });
export const isOldLook = object<OldLook>({ ...lookFields, key: isText }, { balancedAccuracy: isNumber });

/** Limited, since the reader would take hours over a damaged, huge number. */
const isCountOfTrials: Guard<number> = (value): value is number => isInteger(value) && value >= 1 && value <= 1e6;

const isLevel = object<Level>({ label: isText, settings: isSettings }, { short: isText });
const isStage = object<Stage>({ factors: listOf(isText), levels: listOf(isLevel) }, {});
const isFactor = object<Factor>({ name: isText, levels: listOf(isLevel) }, {});
const isPlan = either<[StagesPlan, GridPlan, RandomPlan, SearchPlan]>(
  object<StagesPlan>({ kind: oneOf(['stages']), stages: listOf(isStage) }, {}),
  object<GridPlan>({ kind: oneOf(['grid']), factors: listOf(isFactor) }, {}),
  object<RandomPlan>({ kind: oneOf(['random']), trials: isCountOfTrials, seed: isInteger }, {}),
  object<SearchPlan>(
    {
      kind: oneOf(['search']),
      sampler: oneOf(samplerNames),
      earlyStopping: oneOf(earlyStoppings),
      confirm: isInteger,
      parallel: isInteger,
      seed: isInteger,
    },
    { trainings: isCountOfTrials, epochs: isCountOfTrials, hours: isNumber, finalists: isInteger, resolve: isNumber },
  ),
);

const condition = { when: mapOf(listOf(isSetting)) };
const isDimension = either<[Range & Pick<Dimension, 'when'>, Choices & Pick<Dimension, 'when'>]>(
  object<Range & Pick<Dimension, 'when'>>(
    { kind: oneOf(['float', 'int']), low: isNumber, high: isNumber },
    { ...condition, log: isBoolean, step: isNumber },
  ),
  object<Choices & Pick<Dimension, 'when'>>(
    { kind: oneOf(['choices']), values: listOf(isSetting) },
    { ...condition, numeric: oneOf(['float', 'int']), settings: listOf(isSettings) },
  ),
);

const isSeedRule = object<SeedRule>({ atLeast: isNumber, atMost: isNumber, resolve: isNumber }, {});

const isTeachers = object<StudyTeachers>(
  { teachers: listOf(object({ file: isText, sha256: isText }, {})), temperature: isNumber, weight: isNumber },
  {},
);

export const isDefinition = object<StudyDefinition>(
  {
    name: isText,
    objective: oneOf(Object.keys(objectives) as (keyof typeof objectives)[]),
    base: isSettings,
    plan: isPlan,
    space: mapOf(isDimension),
    seeds: either<[readonly number[], SeedRule]>(listOf(isNumber), isSeedRule),
  },
  {
    protocol: oneOf(protocols),
    heldOut: isInteger,
    heldOutSplit: isInteger,
    distill: isTeachers,
    defaults: isSettings,
    compare: oneOf(['previous']),
    keep: oneOf(keeps),
  },
);

export const isExpandedDefinition = object<ExpandedDefinition>(
  {
    name: isText,
    protocol: oneOf(protocols),
    objective: oneOf(['accuracy', 'loss']),
    base: isSettings,
    plan: oneOf(['one-factor-at-a-time', 'grid', 'random']),
    stages: listOf(object({ name: isText, levels: listOf(isLevel) }, {})),
    seeds: listOf(isNumber),
  },
  { compare: oneOf(['previous']) },
);

/** The attributes of one study or trial. */
export class Attributes {
  readonly #found: ReadonlyMap<string, unknown>;
  readonly #of: string;

  /** @param of names the study or trial in errors: `runs/post/study.journal, trial 3`. */
  constructor(found: ReadonlyMap<string, unknown>, of: string) {
    this.#found = found;
    this.#of = of;
  }

  /** The attribute; undefined where it does not exist. @throws WorldError where the guard refuses it. */
  get<T>(key: string, guard: Guard<T>): T | undefined {
    const value = this.#found.get(key);
    if (value === undefined || guard(value)) return value;
    throw this.damaged(key);
  }

  /** The error for a damaged attribute. @param why the reason in a few words, where it is known. */
  damaged(key: string, why?: string): WorldError {
    const reason = why === undefined ? '' : ` (${why})`;
    return new WorldError(
      `${this.#of}: the attribute "${key}" is damaged${reason}. A damaged journal is not read; restore it from a copy`,
    );
  }

  /** The names with this prefix, in the order in which they were first written. */
  keys(prefix: string): string[] {
    return [...this.#found.keys()].filter((key) => key.startsWith(prefix));
  }

  /** The attributes whose names have this prefix, in the order in which they were first written. @throws WorldError. */
  all<T>(prefix: string, guard: Guard<T>): T[] {
    return this.keys(prefix).map((key) => this.get(key, guard)!);
  }
}
