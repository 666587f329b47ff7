/** Training: an async generator with one event per epoch, exact to the bit for the same inputs, and resumable at any batch. */
import { UsageError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import { permutation, randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import { type Dataset, datasetSize } from '../data/dataset.ts';
import { initialWeights } from '../nn/initialize.ts';
import { aboutOptimizer } from '../nn/optimizers.ts';
import type { Threads } from './crew.ts';
import type { Evaluation } from './evaluate.ts';
import { completeRecipe, type RecipeSettings } from './recipe.ts';
import { Session } from './session.ts';

/** Images on which second derivatives are estimated before each epoch, if the optimizer needs them: the first of its order. */
const curvatureImages = 500;

/** A point from which a run can be continued exactly: `epoch` whole epochs and `batch` batches of the next one are done. */
export interface Checkpoint {
  readonly epoch: number;
  readonly batch: number;
  readonly weights: StateDict;
  /** By PyTorch's name of the state (`exp_avg`, ...), for every parameter. */
  readonly optimizerState: ReadonlyMap<string, StateDict>;
}

/** What a run works on, and how it is watched. */
export interface FitOptions {
  readonly train: Dataset;
  /** A set that is evaluated after every epoch and never trained on, if given: a test set, or a part held out of the training set. */
  readonly evaluation?: Dataset | undefined;
  /** Initial weights. Default: drawn by the model's rule, from the seed. */
  readonly initial?: StateDict | undefined;
  /** Continues from here. Recipe and data must be those of the run that made it. */
  readonly resume?: Checkpoint | undefined;
  /** Default: the calling thread alone. Results do not depend on it. */
  readonly threads?: Threads | undefined;
  /** Stops the run after the current slice of batches with an `interrupted` event. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface Progress {
  readonly epoch: number;
  readonly phase: 'train' | 'evaluate';
  /** Batches when training, images when evaluating. */
  readonly done: number;
  readonly total: number;
  /** Mean losses of the batches done since the last report, each taken before its update. */
  readonly losses: readonly number[];
}

/** After every epoch; epoch 0 is the untrained network. */
export interface EpochEvent {
  readonly type: 'epoch';
  readonly epoch: number;
  readonly train: Metrics;
  /** Of the evaluation set, if there is one. */
  readonly evaluation?: Evaluation;
  /** Wall time. */
  readonly seconds: { readonly train: number; readonly evaluate: number };
  readonly checkpoint: Checkpoint;
}

/** The signal stopped the run; `checkpoint` says where. */
export interface InterruptedEvent {
  readonly type: 'interrupted';
  readonly checkpoint: Checkpoint;
}

/** The loss is no longer a finite number: a batch's (counted from 1 in its epoch), or that of the evaluation (no batch). */
export interface DivergedEvent {
  readonly type: 'diverged';
  readonly epoch: number;
  readonly batch?: number;
  readonly loss: number;
}

export type FitEvent = EpochEvent | InterruptedEvent | DivergedEvent;

/**
 * Trains a model by a recipe. Yields an event for epoch 0 (before training) and after every epoch; an interrupted or diverged
 * run ends with an event of that type.
 * @param settings a recipe; what is left out has a default.
 * @throws UsageError when recipe and data do not fit each other.
 */
export async function* fit(
  settings: RecipeSettings,
  { train, evaluation, initial, resume, threads, signal, onProgress }: FitOptions,
): AsyncGenerator<FitEvent, void, undefined> {
  const recipe = completeRecipe(settings);
  const { model, batchSize, epochs, seed, shuffle } = recipe;
  const images = datasetSize(train);
  if (batchSize > images) {
    throw new UsageError(`batchSize: expected an integer from 1 to ${images} (the training images), got ${batchSize}`);
  }
  const { needsCurvature } = aboutOptimizer(recipe.optimizer);
  const batches = Math.ceil(images / batchSize);
  const sets = evaluation ? [train, evaluation] : [train];
  const session = await Session.forTraining(recipe, sets, threads);
  try {
    session.setWeights(resume?.weights ?? initial ?? initialWeights(model, randomStream(seed, 'init')));
    if (resume) session.setOptimizerState(resume.optimizerState);
    let epoch = resume?.epoch ?? 0;
    let batch = resume?.batch ?? 0;
    const snapshot = (): Checkpoint => {
      const { weights, optimizerState } = session;
      return { epoch, batch, weights, optimizerState };
    };

    /** Metrics of the weights as they are: an epoch's event, or why there is none. */
    const report = async (of: number, seconds: number): Promise<FitEvent> => {
      const started = performance.now();
      const total = sets.reduce((sum, set) => sum + datasetSize(set), 0);
      const metrics: Metrics[] = [];
      let before = 0;
      for (const [index, set] of sets.entries()) {
        const progress = (done: number) =>
          onProgress?.({ epoch: of, phase: 'evaluate', done: before + done, total, losses: [] });
        const found = await session.evaluate(index, { signal, onProgress: progress });
        if (found === undefined) return { type: 'interrupted', checkpoint: snapshot() };
        if (!Number.isFinite(found.loss)) return { type: 'diverged', epoch: of, loss: found.loss };
        metrics.push(found);
        before += datasetSize(set);
      }
      [epoch, batch] = [of, 0];
      return {
        type: 'epoch',
        epoch: of,
        train: metrics[0]!,
        ...(evaluation ? { evaluation: { ...metrics[1]!, logits: session.logits(1) } } : {}),
        seconds: { train: seconds, evaluate: (performance.now() - started) / 1000 },
        checkpoint: snapshot(),
      };
    };

    if (epoch === 0 && batch === 0) {
      const event = await report(0, 0);
      yield event;
      if (event.type !== 'epoch') return;
    }
    while (epoch < epochs) {
      const current = epoch + 1;
      const started = performance.now();
      session.setOrder(
        shuffle
          ? permutation(images, randomStream(seed, 'shuffle', current))
          : Int32Array.from({ length: images }, (_, i) => i),
      );
      if (needsCurvature && batch === 0) await session.estimateCurvature(0, Math.min(curvatureImages, images));
      for await (const { done, losses } of session.train(0, batch, batches, epoch * batches + batch)) {
        const first = batch;
        batch = done;
        const bad = losses.findIndex((loss) => !Number.isFinite(loss));
        if (bad >= 0) {
          yield { type: 'diverged', epoch: current, batch: first + bad + 1, loss: losses[bad]! };
          return;
        }
        onProgress?.({ epoch: current, phase: 'train', done, total: batches, losses });
        if (signal?.aborted) {
          yield { type: 'interrupted', checkpoint: snapshot() };
          return;
        }
      }
      const event = await report(current, (performance.now() - started) / 1000);
      yield event;
      if (event.type !== 'epoch') return;
    }
  } finally {
    await session.close();
  }
}
