/** One training in the lab: it can be held, go on for some batches, and be looked at. */

import type { KeptMemory } from '../../../src/engine/kept-memory.ts';
import type { Settings } from '../../../src/study/definition.ts';
import { completeHyperparameters } from '../../../src/tasks/lenet/hyperparameters.ts';
import { mnistInput } from '../../../src/tasks/lenet/model-input.ts';
import { modelByName } from '../../../src/tasks/lenet/models.ts';
import { recipeWith } from '../../../src/tasks/lenet/named-recipe.ts';
import { type Evaluation, mostLikely } from '../../../src/train/evaluate.ts';
import { fit, type Moment } from '../../../src/train/fit.ts';
import type { Recipe } from '../../../src/train/recipe.ts';
import type { Threads } from '../../../src/train/threads.ts';
import { settingsThatCount } from './counting.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Mnist } from './mnist.ts';
import type { Report } from './protocol.ts';

/** The shortest times from one look at the network to the next, and from one test to the next [ms]. */
const [lookMs, testMs] = [120, 1000];
/** Pauses between tests are at least so many times as long as a test: so tests take at most a sixth of a training. */
const pausesPerTest = 5;

export function recipeOf(settings: Settings): Recipe {
  return recipeWith(completeHyperparameters(settingsThatCount(settings)), mnistInput, modelByName);
}

/** What a training needs of the lab. */
export interface Surroundings {
  readonly data: Mnist;
  readonly threads: Threads;
  readonly memory: KeptMemory;
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
  /** Losses of batches that the page has not heard of. */
  #losses: readonly number[] = [];
  #lastBatch = 0;
  /** Whether the page has drawn the last look. */
  #isLookWanted = true;
  /** The earliest times of the next look and of the next test [ms]. */
  #nextLook = Number.NEGATIVE_INFINITY;
  #nextTest: number;

  /** @param allowed the batches before it is held for the first time. */
  constructor(settings: Settings, surroundings: Surroundings, allowed = Number.POSITIVE_INFINITY) {
    this.#recipe = recipeOf(settings);
    this.#surroundings = surroundings;
    this.#allowed = allowed;
    this.#nextTest = performance.now() + testMs;
  }

  /** In an epoch. */
  get #batches(): number {
    return Math.ceil(this.#surroundings.data.train.labels.length / this.#recipe.batchSize);
  }

  hold(): void {
    this.#allowed = 0;
  }

  go(batches = Number.POSITIVE_INFINITY): void {
    this.#allowed = batches;
    this.#wake?.();
  }

  /** The page has time to draw. */
  look(): void {
    this.#isLookWanted = true;
  }

  stop(): void {
    this.#stopper.abort();
    this.#wake?.();
  }

  /** Resolves when the training has ended. */
  async run(): Promise<void> {
    const { data, threads, memory, report } = this.#surroundings;
    const { train, test } = data;
    const batches = this.#batches;
    const events = fit(this.#recipe, {
      train,
      evaluation: test,
      evaluateAt: () => false,
      evaluateTrain: false,
      threads,
      memory,
      signal: this.#stopper.signal,
      beforeSlice: (moment) => this.#beforeSlice(moment),
      onProgress: ({ losses }) => {
        this.#losses = [...this.#losses, ...losses];
      },
    });
    for await (const event of events) {
      if (event.type === 'diverged') {
        const { epoch, batch = batches } = event;
        this.#tellProgress({ epoch, batch });
        report({ type: 'diverged', epoch, batch: event.batch });
      } else if (event.type === 'epoch' && event.evaluation) {
        this.#tellProgress({ epoch: event.epoch, batch: batches, weights: event.weights });
        this.#tested(event.evaluation, event.epoch);
        report({ type: 'trained', fingerprint: fingerprintOf(event.weights) });
      }
    }
  }

  async #beforeSlice(moment: Moment): Promise<number | undefined> {
    const { epoch, batch } = moment;
    const batches = this.#batches;
    const done = (epoch - 1) * batches + batch;
    this.#allowed -= done - this.#lastBatch;
    this.#lastBatch = done;
    const isHeld = this.#allowed <= 0;
    const now = performance.now();
    if (isHeld || (this.#isLookWanted && now >= this.#nextLook)) {
      this.#isLookWanted = false;
      this.#nextLook = now + lookMs;
      this.#tellProgress({ epoch, batch, weights: moment.weights() });
    }
    if (isHeld || now >= this.#nextTest) {
      await this.#test(moment, done / batches);
      const took = performance.now() - now;
      this.#nextTest = now + Math.max(testMs, took * (1 + pausesPerTest));
    }
    while (this.#allowed <= 0 && !this.#stopper.signal.aborted) {
      this.#surroundings.report({ type: 'held' });
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#nextTest = performance.now() + testMs;
    }
    return Number.isFinite(this.#allowed) ? Math.max(1, this.#allowed) : undefined;
  }

  /** @param at the batches of the epoch that are done, and the weights where they can be looked at. */
  #tellProgress(at: Pick<Extract<Report, { type: 'progress' }>, 'epoch' | 'batch' | 'weights'>): void {
    this.#surroundings.report({ type: 'progress', ...at, batches: this.#batches, losses: this.#losses });
    this.#losses = [];
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
