/** Training: an async generator with one event per epoch, exact to the bit for the same inputs, and resumable at any batch. */
import { UsageError } from '../base/errors.ts';
import { permutation, randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import { type Dataset, datasetSize } from '../data/dataset.ts';
import type { Arithmetic } from '../engine/kernels.ts';
import { initialWeights } from '../nn/initialize.ts';
import type { Loss } from '../nn/losses.ts';
import type { Model } from '../nn/model.ts';
import type { Optimizer } from '../nn/optimizers.ts';
import type { ScheduleName } from '../nn/schedules.ts';
import type { Threads } from './crew.ts';
import { type Metrics, Session } from './session.ts';

/** Images that sdlm estimates second derivatives on before each pass: the first of its order. */
const curvatureImages = 500;

/** A point in a run from which it can go on exactly: `epoch` whole epochs and `batch` batches of the next one are done. */
export interface Checkpoint {
  readonly epoch: number;
  readonly batch: number;
  readonly weights: StateDict;
  /** By PyTorch's name of the state (`exp_avg`, ...), for every parameter. */
  readonly optimizerState: ReadonlyMap<string, StateDict>;
}

export interface FitOptions {
  readonly train: Dataset;
  /** Evaluated after every epoch, if given; never trained on. */
  readonly test?: Dataset;
  readonly optimizer: Optimizer;
  /** Default cross-entropy. */
  readonly loss?: Loss | undefined;
  /** Default constant. */
  readonly schedule?: ScheduleName;
  /** Default 128. The last batch of an epoch may be smaller. */
  readonly batchSize?: number;
  /** Default 10. */
  readonly epochs?: number;
  /** Determines initial weights and the order of the images. Default 1. */
  readonly seed?: number;
  /** Default strict: the same bits on every machine. */
  readonly arithmetic?: Arithmetic;
  /** New order every epoch (default), or always the order of the data. */
  readonly shuffle?: boolean;
  /** Initial weights; without them as the model asks for, from the seed. */
  readonly initial?: StateDict;
  /** Goes on from here; all other options must be those of the run that made it. */
  readonly resume?: Checkpoint;
  /** Default: the calling thread alone. Results do not depend on it. */
  readonly threads?: Threads | undefined;
  /** Stops the run at the next batch with an `interrupted` event. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: Progress) => void;
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
  readonly test?: Metrics;
  /** Wall time. */
  readonly seconds: { readonly train: number; readonly evaluate: number };
  readonly checkpoint: Checkpoint;
  /** Of the test set, row-major [images, classes]. */
  readonly testLogits?: Float32Array;
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
 * Trains `model` and yields an event for epoch 0 (before training) and after every epoch; an interrupted or diverged
 * run ends with an event of that type.
 * @throws UsageError when options, data and model do not fit each other.
 */
export async function* fit(model: Model, options: FitOptions): AsyncGenerator<FitEvent, void, undefined> {
  const { train, test, optimizer, batchSize = 128, epochs = 10, seed = 1, shuffle = true, resume, signal } = options;
  const { arithmetic = 'strict', threads, onProgress, loss, schedule = 'constant' } = options;
  const images = datasetSize(train);
  checkInteger('batchSize', batchSize, 1, images);
  checkInteger('epochs', epochs, 0, 1_000_000);
  const initial = resume?.weights ?? options.initial ?? initialWeights(model, randomStream(seed, 'init'));
  const batches = Math.ceil(images / batchSize);
  const sets = test ? [train, test] : [train];
  const session = await Session.open(model, sets, {
    arithmetic,
    threads,
    optimizer,
    batchSize,
    loss,
    schedule,
    epochs,
  });
  try {
    session.setWeights(initial);
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
        ...{ type: 'epoch', epoch: of, train: metrics[0]! },
        ...(test ? { test: metrics[1]!, testLogits: session.logits(1) } : {}),
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
      if (optimizer.name === 'sdlm' && batch === 0) {
        await session.estimateCurvature(0, Math.min(curvatureImages, images));
      }
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

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${name}: expected an integer from ${least} to ${most}, got ${value}`);
  }
}
