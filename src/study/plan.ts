/** Where a study stands and what is to be done next: a function of its definition and of the trials so far. */
import type { Level, Settings, StudyDefinition } from './definition.ts';
import { type Summary, summarize } from './statistics.ts';

export interface Metrics {
  readonly loss: number;
  readonly accuracy: number;
}

/** One epoch of a trial; epoch 0 is the untrained network. */
export interface EpochPoint {
  readonly epoch: number;
  readonly train: Metrics;
  /** On the set that selects: the test set under protocol post, else the validation set. */
  readonly selection: Metrics;
  readonly seconds: { readonly train: number; readonly evaluate: number };
}

/** One configuration trained with one seed. */
export interface Trial {
  readonly number: number;
  /** {@link configurationKey} of what it computes. */
  readonly key: string;
  readonly seed: number;
  readonly state: 'running' | 'complete' | 'failed';
  readonly reason?: string | undefined;
  readonly curve: readonly EpochPoint[];
  /** One bit an image of the set that selects, lowest first: 1 where the last epoch's answer was wrong. */
  readonly wrong?: Uint8Array | undefined;
}

/** Reduces settings to what they compute: settings of one configuration share their trials. */
export type Identify = (settings: Settings) => Settings;

export interface LevelView {
  readonly level: Level;
  /** The base, what earlier stages chose, and the level's own. */
  readonly settings: Settings;
  readonly configuration: Settings;
  readonly key: string;
  /** The first level of this stage with the same configuration, else the first of the study, if it is another one. */
  readonly sameAs: { readonly stage: number; readonly level: number } | undefined;
  /** The trial of each seed of the definition, in their order. */
  readonly trials: readonly (Trial | undefined)[];
  /** Whether every seed has ended well. */
  readonly complete: boolean;
  readonly failed: readonly Trial[];
  /** Of the scores of the seeds that have ended well. */
  readonly summary: Summary | undefined;
}

export interface StageView {
  readonly index: number;
  readonly name: string;
  /** What the stage starts from: the base and what earlier stages chose. */
  readonly base: Settings;
  readonly levels: readonly LevelView[];
  /** Whether every trial has ended. */
  readonly finished: boolean;
  /** Index of the level with the best mean, the first of equals; undefined until the stage is finished or if every level has a failed trial. */
  readonly selected: number | undefined;
}

export interface TrialRequest {
  readonly key: string;
  readonly configuration: Settings;
  readonly seed: number;
}

export interface StudyView {
  readonly definition: StudyDefinition;
  /** Stages begun so far: a stage is not known before the one above it is decided. */
  readonly stages: readonly StageView[];
  /** Trials of the last stage begun that are not finished, in the order they shall start. */
  readonly pending: readonly TrialRequest[];
  /** The selected level of the last stage, once all are finished. */
  readonly winner: LevelView | undefined;
  /** Every stage is decided. */
  readonly finished: boolean;
  /** The stage none of whose levels ended well, which ends the study. */
  readonly stuck: number | undefined;
  /** Trials in the table, each once. */
  readonly trials: readonly Trial[];
  /** The number of trials in all, a configuration shared by stages to come not known yet. */
  readonly expected: number;
}

export function configurationKey(configuration: Settings): string {
  return JSON.stringify(configuration);
}

/** Those that have ended well. */
export function completeTrials(trials: readonly (Trial | undefined)[]): Trial[] {
  return trials.filter((trial): trial is Trial => trial?.state === 'complete');
}

/** The value that decides, of the last epoch: accuracy in percent, or the loss. */
export function scoreOf(trial: Trial, objective: StudyDefinition['objective']): number {
  const { loss, accuracy } = trial.curve.at(-1)!.selection;
  return objective === 'accuracy' ? accuracy * 100 : loss;
}

/** Whether score `a` is better than `b`. */
function isBetter(a: number, b: number, objective: StudyDefinition['objective']): boolean {
  return objective === 'accuracy' ? a > b : a < b;
}

export function followStudy(definition: StudyDefinition, trials: readonly Trial[], identify: Identify): StudyView {
  const found = new Map(trials.map((trial) => [`${trial.key}/${trial.seed}`, trial]));
  const stages: StageView[] = [];
  const firstAt = new Map<string, { stage: number; level: number }>();
  const pending: TrialRequest[] = [];
  let base = definition.base;
  for (const [index, stage] of definition.stages.entries()) {
    const firstHere = new Map<string, number>();
    const levels = stage.levels.map((level, position): LevelView => {
      const settings = { ...base, ...level.settings };
      const configuration = identify(settings);
      const key = configurationKey(configuration);
      const here = firstHere.get(key);
      const sameAs = here === undefined ? firstAt.get(key) : { stage: index, level: here };
      if (here === undefined) firstHere.set(key, position);
      if (!sameAs) firstAt.set(key, { stage: index, level: position });
      const own = definition.seeds.map((seed) => found.get(`${key}/${seed}`));
      const complete = completeTrials(own);
      return {
        ...{ level, settings, configuration, key, sameAs, trials: own },
        complete: complete.length === own.length,
        failed: own.filter((trial) => trial?.state === 'failed') as Trial[],
        summary:
          complete.length > 0 ? summarize(complete.map((trial) => scoreOf(trial, definition.objective))) : undefined,
      };
    });
    const finished = levels.every(({ trials: own }) => own.every((trial) => trial && trial.state !== 'running'));
    const selected = finished ? bestLevel(levels, definition.objective) : undefined;
    stages.push({ index, name: stage.name, base, levels, finished, selected });
    if (!finished) {
      const asked = new Set<string>();
      for (const [seedIndex, seed] of definition.seeds.entries()) {
        for (const { key, configuration, trials: own } of levels) {
          const trial = own[seedIndex];
          if (asked.has(`${key}/${seed}`) || (trial && trial.state !== 'running')) continue;
          asked.add(`${key}/${seed}`);
          pending.push({ key, configuration, seed });
        }
      }
      break;
    }
    if (selected === undefined) break;
    base = levels[selected]!.settings;
  }
  const last = stages.at(-1);
  const finished = stages.length === definition.stages.length && last?.selected !== undefined;
  const counted = [...new Set(stages.flatMap(({ levels }) => levels.flatMap((level) => level.trials)))];
  const seeds = definition.seeds.length;
  // A stage to come is taken to share one configuration with the stage before it: that of the level carried on.
  const toCome = definition.stages
    .slice(stages.length)
    .reduce((sum, { levels }) => sum + (levels.length - 1) * seeds, 0);
  return {
    ...{ definition, stages, pending, finished },
    winner: finished ? last.levels[last.selected!] : undefined,
    stuck: last?.finished && last.selected === undefined ? last.index : undefined,
    trials: counted.filter((trial) => trial !== undefined),
    expected: firstAt.size * seeds + toCome,
  };
}

function bestLevel(levels: readonly LevelView[], objective: StudyDefinition['objective']): number | undefined {
  let best: number | undefined;
  for (const [index, { complete, summary }] of levels.entries()) {
    if (!complete || !summary) continue;
    if (best === undefined || isBetter(summary.mean, levels[best]!.summary!.mean, objective)) best = index;
  }
  return best;
}

/** Settings selected by any stage, each configuration once: the ones that may be looked at with the test set. */
export function selectedLevels({ stages }: StudyView): LevelView[] {
  const selected = stages.flatMap(({ levels, selected: index }) => (index === undefined ? [] : [levels[index]!]));
  return selected.filter(({ key }, index) => selected.findIndex((other) => other.key === key) === index);
}
