/** Trials: one configuration trained with one seed, and its record so far. */
import type { Metrics } from '../base/metrics.ts';
import { type Objective, objectives, type Settings } from './definition.ts';

/**
 * One report of a running trial: an epoch of training, or another step that the task counts. Epoch 0 is the untrained
 * network.
 */
export interface EpochPoint {
  readonly epoch: number;
  /** The value that decides, after this epoch: accuracy in percent, a loss, a score. */
  readonly score: number;
  readonly train?: Metrics;
  /** On the evaluation set: the test set under protocol post, else the held-out images. */
  readonly selection?: Metrics;
  readonly seconds?: { readonly train: number; readonly evaluate: number };
}

/** `pruned`: stopped early by a pruner, so its last score is not final. */
export type TrialState = 'running' | 'complete' | 'pruned' | 'failed';

/** One configuration trained with one seed, and what is known of it so far. */
export interface Trial {
  readonly number: number;
  /** The canonical settings, those that differ from the defaults. */
  readonly configuration: Settings;
  readonly seed: number;
  /** The number of the search's proposal, from 0 on, of which this is a trial; absent for other trials. */
  readonly proposal?: number | undefined;
  readonly state: TrialState;
  /** Why it failed. */
  readonly reason?: string | undefined;
  readonly curve: readonly EpochPoint[];
  /** Of the last epoch of a complete trial. */
  readonly score?: number | undefined;
  /** One bit an image of the set that selects, lowest first: 1 where the last epoch's answer was wrong. */
  readonly wrong?: Uint8Array | undefined;
  /** What was decided about its model: dropped to save room, or kept because somebody asked for it. */
  readonly results?: 'dropped' | 'kept' | undefined;
}

export interface CompleteTrial extends Trial {
  readonly state: 'complete';
  readonly score: number;
}

export function isComplete(trial: Trial | undefined): trial is CompleteTrial {
  return trial?.state === 'complete' && trial.score !== undefined;
}

/** Those that have ended well. */
export function completeTrials(trials: readonly (Trial | undefined)[]): CompleteTrial[] {
  return trials.filter(isComplete);
}

/** What training and evaluation of a trial took. */
export function secondsOf({ curve }: Pick<Trial, 'curve'>): number {
  return curve.reduce((sum, { seconds }) => sum + (seconds ? seconds.train + seconds.evaluate : 0), 0);
}

/**
 * The score of an epoch: accuracy or balanced accuracy in percent, or the loss. Undefined where the metrics lack the
 * balanced accuracy, and for a task's own score.
 */
export function scoreOf({ loss, accuracy, balancedAccuracy }: Metrics, objective: Objective): number | undefined {
  switch (objective) {
    case 'accuracy':
      return accuracy * 100;
    case 'balanced-accuracy':
      return balancedAccuracy === undefined ? undefined : balancedAccuracy * 100;
    case 'loss':
      return loss;
    case 'score':
      return undefined;
  }
}

/** Whether score `a` is better than `b`. */
export function isBetter(a: number, b: number, objective: Objective): boolean {
  return objectives[objective].goal === 'maximize' ? a > b : a < b;
}

/**
 * A configuration's key: its settings that differ from the defaults, by name, so that a hyperparameter added later
 * changes no key.
 * @param configuration canonical, without defaults.
 */
export function configurationKey(configuration: Settings): string {
  return JSON.stringify(Object.fromEntries(Object.entries(configuration).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/**
 * The canonical settings: two settings that train the same network give the same object. Only values that differ from
 * the defaults are in it.
 * @throws UsageError for settings that are not allowed.
 */
export type Canonical = (settings: Settings) => Settings;

/** What a strategy knows of the past: the trials by configuration and seed. */
export interface History {
  readonly canonical: Canonical;
  /** Settings with all defaults. */
  readonly complete: Canonical;
  find(key: string, seed: number): Trial | undefined;
  /** The trial of a search's proposal, as recorded; it counts even if it is to be trained again. */
  proposed(proposal: number): Trial | undefined;
}

/** What settings mean to the task, as far as the history needs it. */
export interface SettingsMeaning {
  readonly canonical: Canonical;
  readonly complete: Canonical;
}

/** Trials that can be asked for by configuration and seed; of several the one with the highest number counts. */
export class TrialTable implements History {
  readonly canonical: Canonical;
  readonly complete: Canonical;
  readonly #trials = new Map<string, Trial>();
  readonly #proposed = new Map<number, Trial>();

  constructor({ canonical, complete }: SettingsMeaning, trials: Iterable<Trial> = []) {
    this.canonical = remembering(canonical);
    this.complete = remembering(complete);
    for (const trial of trials) this.set(trial);
  }

  get size(): number {
    return this.#trials.size;
  }

  find(key: string, seed: number): Trial | undefined {
    return this.#trials.get(`${seed}/${key}`);
  }

  proposed(proposal: number): Trial | undefined {
    return this.#proposed.get(proposal);
  }

  set(trial: Trial): void {
    if (trial.proposal !== undefined) this.#proposed.set(trial.proposal, trial);
    const place = `${trial.seed}/${this.keyOf(trial.configuration)}`;
    const before = this.#trials.get(place);
    if (!before || before.number <= trial.number) this.#trials.set(place, trial);
  }

  delete({ configuration, seed }: Pick<Trial, 'configuration' | 'seed'>): void {
    this.#trials.delete(`${seed}/${this.keyOf(configuration)}`);
  }

  keyOf(settings: Settings): string {
    return configurationKey(this.canonical(settings));
  }

  [Symbol.iterator](): IterableIterator<Trial> {
    return this.#trials.values();
  }
}

/**
 * Settings are checked against the whole table of hyperparameters; a study asks for the same ones again and again.
 */
function remembering(of: Canonical): Canonical {
  const byObject = new WeakMap<Settings, Settings>();
  const byText = new Map<string, Settings>();
  return (settings) => {
    const known = byObject.get(settings);
    if (known) return known;
    const text = JSON.stringify(settings);
    const found = byText.get(text) ?? of(settings);
    byText.set(text, found);
    byObject.set(settings, found);
    return found;
  };
}
