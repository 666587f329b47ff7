/** One training in the lab: it can be held, go on for some batches, and be looked at. */
import type { Settings } from '../../../src/study/definition.ts';
import { completeHyperparameters } from '../../../src/tasks/lenet/hyperparameters.ts';
import { mnistInput } from '../../../src/tasks/lenet/model-input.ts';
import { modelByName } from '../../../src/tasks/lenet/models.ts';
import { recipeWith } from '../../../src/tasks/lenet/named-recipe.ts';
import type { Threads } from '../../../src/train/crew.ts';
import { type Evaluation, mostLikely } from '../../../src/train/evaluate.ts';
import { fit, type Moment } from '../../../src/train/fit.ts';
import type { Recipe } from '../../../src/train/recipe.ts';
import { settingsThatCount } from './counting.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Mnist } from './mnist.ts';
import type { Report } from './protocol.ts';

/** How often the page gets the weights, and how often the network is tested [ms]. */
const [lookMs, testMs] = [120, 1000];

export function recipeOf(settings: Settings): Recipe {
  return recipeWith(completeHyperparameters(settingsThatCount(settings)), mnistInput, modelByName);
}

/** What a training needs of the lab. */
export interface Surroundings {
  readonly data: Mnist;
  readonly threads: Threads;
  report(report: Report): void;
}

export class Training {
  readonly #stopper = new AbortController();
  readonly #surroundings: Surroundings;
  readonly #recipe: Recipe;
  /** The batches that may still be done before it is held; infinite while it runs freely. */
  #allowed: number;
  /** Wakes a training that is held. */
  #wake: (() => void) | undefined;
  /** What the page has not heard yet: it hears of it when it gets the weights, since drawing takes time from the threads. */
  #progress: Omit<Extract<Report, { type: 'progress' }>, 'type'> = { epoch: 0, batch: 0, batches: 0, losses: [] };
  #lastBatch = 0;
  #lastLook = Number.NEGATIVE_INFINITY;
  #lastTest: number;

  /** @param allowed the batches before it is held for the first time. */
  constructor(settings: Settings, surroundings: Surroundings, allowed = Number.POSITIVE_INFINITY) {
    this.#recipe = recipeOf(settings);
    this.#surroundings = surroundings;
    this.#allowed = allowed;
    this.#lastTest = performance.now();
  }

  hold(): void {
    this.#allowed = 0;
  }

  go(batches = Number.POSITIVE_INFINITY): void {
    this.#allowed = batches;
    this.#wake?.();
  }

  stop(): void {
    this.#stopper.abort();
    this.#wake?.();
  }

  /** Resolves when the training has ended. */
  async run(): Promise<void> {
    const { data, threads, report } = this.#surroundings;
    const { train, test } = data;
    const events = fit(this.#recipe, {
      train,
      evaluation: test,
      evaluateAt: () => false,
      evaluateTrain: false,
      threads,
      signal: this.#stopper.signal,
      beforeSlice: (moment) => this.#beforeSlice(moment),
      onProgress: ({ phase, epoch, done, total, losses }) => {
        if (phase === 'train')
          this.#progress = { epoch, batch: done, batches: total, losses: [...this.#progress.losses, ...losses] };
      },
    });
    for await (const event of events) {
      this.#tellProgress();
      if (event.type === 'interrupted') report({ type: 'stopped' });
      else if (event.type === 'diverged') report({ type: 'diverged', epoch: event.epoch, batch: event.batch });
      else if (event.evaluation) {
        report({ type: 'weights', weights: event.weights });
        this.#tested(event.evaluation, event.epoch);
        report({ type: 'trained', fingerprint: fingerprintOf(event.weights) });
      }
    }
  }

  async #beforeSlice(moment: Moment): Promise<number | undefined> {
    const { epoch, batch } = moment;
    const { batchSize } = this.#recipe;
    const batches = Math.ceil(this.#surroundings.data.train.labels.length / batchSize);
    const done = (epoch - 1) * batches + batch;
    this.#allowed -= done - this.#lastBatch;
    this.#lastBatch = done;
    const isHeld = this.#allowed <= 0;
    const now = performance.now();
    if (isHeld || now - this.#lastLook >= lookMs) {
      this.#lastLook = now;
      this.#tellProgress();
      this.#surroundings.report({ type: 'weights', weights: moment.weights() });
    }
    if (isHeld || now - this.#lastTest >= testMs) {
      await this.#test(moment, done / batches);
      this.#lastTest = now;
    }
    while (this.#allowed <= 0 && !this.#stopper.signal.aborted) {
      this.#surroundings.report({ type: 'held' });
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#lastTest = performance.now();
    }
    return Number.isFinite(this.#allowed) ? Math.max(1, this.#allowed) : undefined;
  }

  #tellProgress(): void {
    if (this.#progress.losses.length === 0) return;
    this.#surroundings.report({ type: 'progress', ...this.#progress });
    this.#progress = { ...this.#progress, losses: [] };
  }

  async #test({ evaluate }: Moment, epochs: number): Promise<void> {
    const found = await evaluate();
    if (found) this.#tested(found, epochs);
  }

  #tested({ accuracy, loss, logits }: Evaluation, epochs: number): void {
    const { classes } = this.#recipe.model;
    const predicted = predictedClasses(logits, classes);
    this.#surroundings.report({ type: 'evaluation', epochs, accuracy, loss, predicted });
  }
}

/** The most likely class of each row of logits. */
export function predictedClasses(logits: Float32Array, classes: number): Uint8Array {
  return Uint8Array.from({ length: logits.length / classes }, (_, image) =>
    mostLikely(logits.subarray(image * classes, (image + 1) * classes)),
  );
}
