/**
 * Training: an async generator with one event per epoch. The same inputs give the same bits, and a run can be resumed
 * at any batch.
 */
import { checkFlag, checkFunction, checkInteger, checkOptions, checkRecord, kindOf, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import { permutation, randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import { checkReach } from '../data/augmentations.ts';
import { checkedDataset, type DatasetSettings, datasetSize } from '../data/dataset.ts';
import { KeptMemory } from '../engine/kept-memory.ts';
import type { Width } from '../engine/kernels.ts';
import { initialWeights } from '../nn/initialize.ts';
import { checkFiniteTensors, checkParameters } from '../nn/network.ts';
import { aboutOptimizer } from '../nn/optimizers.ts';
import { evaluatedWeights } from './average.ts';
import { completeDistillation, type Distillation } from './distillation.ts';
import { checkListeners, type Evaluation } from './evaluate.ts';
import { completeRecipe, type RecipeSettings } from './recipe.ts';
import { Session } from './session.ts';
import type { Threads } from './threads.ts';

/**
 * Number of images on which second derivatives are estimated before each epoch, if the optimizer needs them. They are
 * the first images in the epoch's order.
 */
const curvatureImages = 500;

/**
 * A point from which a run can be resumed exactly: `epoch` whole epochs and `batch` batches of the next epoch are done.
 */
export interface Checkpoint {
  readonly epoch: number;
  readonly batch: number;
  readonly weights: StateDict;
  /** By PyTorch's name of the state (`exp_avg`, ...), for every parameter; `ema`, the average of the weights, has buffers, too. */
  readonly optimizerState: ReadonlyMap<string, StateDict>;
}

/** The data of a run, where it starts, its threads and how it is observed. */
export interface FitOptions {
  /** At least as many images as `batchSize`, of the model's input shape, with no more classes than the model has. */
  readonly train: DatasetSettings;
  /** Evaluated after every epoch, never trained on: a test set, or images held out of the training set. */
  readonly evaluation?: DatasetSettings | undefined;
  /**
   * Whether the network is evaluated after an epoch (0: before training). The last epoch always is. Default: after
   * every epoch. The weights do not depend on it.
   */
  readonly evaluateAt?: ((epoch: number) => boolean) | undefined;
  /** Whether an evaluation covers the training set too. Default: true. The weights do not depend on it. */
  readonly evaluateTrain?: boolean | undefined;
  /** Initial weights. Default: drawn by the model's rule, from the seed. */
  readonly initial?: StateDict | undefined;
  /** The teachers of the network, and how it learns from them. Default: it learns from the labels alone. */
  readonly distill?: Distillation | undefined;
  /** Resumes from this checkpoint. Recipe and data must be those of the run that made it. */
  readonly resume?: Checkpoint | undefined;
  /** Default: the calling thread alone. Results do not depend on it. */
  readonly threads?: Threads | undefined;
  /** How many images the kernels compute side by side. Default: quads. Results do not depend on it. */
  readonly width?: Width | undefined;
  /** A memory that this training has after others: `keptMemory()`. Default: a memory of its own. Results do not depend on it. */
  readonly memory?: KeptMemory | undefined;
  /**
   * Called before every slice of batches, which takes about 40 ms, and waited for: here a program looks at the network while it
   * trains, or holds it. @returns the most batches of the slice; undefined: no limit. The weights do not depend on it.
   */
  readonly beforeSlice?: ((moment: Moment) => Promise<number | undefined>) | undefined;
  /** Stops the run after the current slice of batches with an `interrupted` event. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** How far a run is. */
export interface Progress {
  /** The current epoch, from 1; 0 while the untrained network is evaluated. */
  readonly epoch: number;
  readonly phase: 'train' | 'evaluate';
  /** Batches when training, images when evaluating. */
  readonly done: number;
  readonly total: number;
  /** Mean losses of the batches done since the last report, each taken before its update. */
  readonly losses: readonly number[];
}

/** A moment between two batches, and what can be asked of the network then. */
export interface Moment {
  /** The current epoch, from 1. */
  readonly epoch: number;
  /** Batches of it that are done. */
  readonly batch: number;
  /** A copy of the weights that an evaluation would use: those of now, or their average if the recipe asks for it. */
  weights(): StateDict;
  /** Evaluates them. Undefined where there is no evaluation set, and if the signal stops it. */
  evaluate(): Promise<Evaluation | undefined>;
}

/** After every epoch, with metrics where the network was evaluated; epoch 0 is the untrained network. */
export interface EpochEvent {
  readonly type: 'epoch';
  readonly epoch: number;
  /** Of the training set. Absent where `evaluateAt` or `evaluateTrain` left the evaluation out. */
  readonly train?: Metrics;
  /** Of the evaluation set. Absent where there is none, or `evaluateAt` left the evaluation out. */
  readonly evaluation?: Evaluation;
  /** Wall time, in seconds. */
  readonly seconds: { readonly train: number; readonly evaluate: number };
  readonly checkpoint: Checkpoint;
  /** The weights that the metrics are of: the checkpoint's, or the average of them that the recipe asks for. */
  readonly weights: StateDict;
}

/** The signal stopped the run; `checkpoint` holds the point to resume from. */
export interface InterruptedEvent {
  readonly type: 'interrupted';
  readonly checkpoint: Checkpoint;
}

/**
 * The loss is no longer a finite number: the loss of batch `batch` (counted from 1 in its epoch), or of an evaluation
 * if `batch` is absent.
 */
export interface DivergedEvent {
  readonly type: 'diverged';
  readonly epoch: number;
  readonly batch?: number;
  readonly loss: number;
}

/** The events of {@link fit}: one per epoch, and at most one of another type, the last. */
export type FitEvent = EpochEvent | InterruptedEvent | DivergedEvent;

/**
 * Trains a model by a recipe. Yields an event for epoch 0 (before training) and after every epoch. The last event of an
 * interrupted or diverged run has that type.
 * @param settings a recipe; missing properties have defaults.
 * @param options the training set, and optionally an evaluation set, initial weights, a checkpoint and threads.
 * @throws UsageError, when the first event is requested, for invalid values, unknown options, and recipe, weights and
 * data that do not fit each other. WorldError if the machine cannot run the engine.
 */
export async function* fit(settings: RecipeSettings, options: FitOptions): AsyncGenerator<FitEvent, void, undefined> {
  const recipe = completeRecipe(settings);
  checkOptions('fit()', options, {
    train: true,
    evaluation: true,
    evaluateAt: true,
    evaluateTrain: true,
    initial: true,
    distill: true,
    resume: true,
    threads: true,
    width: true,
    memory: true,
    beforeSlice: true,
    signal: true,
    onProgress: true,
  });
  checkListeners(options);
  const {
    evaluateAt = () => true,
    evaluateTrain = true,
    initial,
    resume,
    threads,
    width,
    memory,
    beforeSlice,
    signal,
    onProgress,
  } = options;
  checkFunction('fit(): evaluateAt', evaluateAt);
  if (beforeSlice !== undefined) checkFunction('fit(): beforeSlice', beforeSlice);
  checkFlag('fit(): evaluateTrain', evaluateTrain);
  if (memory !== undefined && !(memory instanceof KeptMemory)) throw wrong('fit(): memory', 'keptMemory()', memory);
  const train = checkedDataset(options.train, 'fit(): train');
  const evaluation =
    options.evaluation === undefined ? undefined : checkedDataset(options.evaluation, 'fit(): evaluation');
  const { model, batchSize, epochs, seed, shuffle } = recipe;
  const images = datasetSize(train);
  if (batchSize > images) {
    throw new UsageError(`batchSize: expected an integer from 1 to ${images} (the training images), got ${batchSize}`);
  }
  if (initial !== undefined) {
    checkParameters(model, initial, 'initial');
    checkFiniteTensors(initial);
  }
  if (resume !== undefined) checkCheckpoint(resume, epochs, Math.ceil(images / batchSize));
  checkReach(recipe.augmentation, model.input);
  const { needsCurvature } = aboutOptimizer(recipe.optimizer);
  const batches = Math.ceil(images / batchSize);
  const sets = evaluation ? [train, evaluation] : [train];
  /** The places in `sets` of those that are evaluated. */
  const evaluated = [...sets.keys()].filter((index) => index > 0 || evaluateTrain);
  const distillation = options.distill === undefined ? undefined : completeDistillation(options.distill, model);
  const session = await Session.forTraining(recipe, sets, { threads, width, memory, distillation });
  try {
    session.setWeights(resume?.weights ?? initial ?? initialWeights(model, randomStream(seed, 'init')));
    if (resume) session.setOptimizerState(resume.optimizerState);
    let epoch = resume?.epoch ?? 0;
    let batch = resume?.batch ?? 0;
    const snapshot = (): Checkpoint => {
      const { weights, optimizerState } = session;
      return { epoch, batch, weights, optimizerState };
    };

    /** The most batches of the next slice. */
    const mostBatches = async (): Promise<number> => {
      const weights = () => evaluatedWeights(snapshot(), recipe, batches);
      const evaluate = async (): Promise<Evaluation | undefined> => {
        if (!evaluation) return undefined;
        const { weights: trained } = session;
        session.setWeights(weights());
        const metrics = await session.evaluate(1, { signal });
        session.setWeights(trained);
        return metrics && { ...metrics, logits: session.logits(1) };
      };
      const most = await beforeSlice?.({ epoch: epoch + 1, batch, weights, evaluate });
      if (most !== undefined) checkInteger('fit(): the answer of beforeSlice', most, 1, Number.MAX_SAFE_INTEGER);
      return most ?? batches;
    };

    /**
     * Evaluates the current weights where the options ask for it. Returns the event of epoch `of`, or the event that
     * ends the run.
     */
    const report = async (of: number, seconds: number): Promise<FitEvent> => {
      const started = performance.now();
      const chosen = of === epochs || evaluatedAt(evaluateAt, of) ? evaluated : [];
      const total = chosen.reduce((sum, index) => sum + datasetSize(sets[index]!), 0);
      const metrics: Metrics[] = [];
      let before = 0;
      const taken = snapshot();
      const checkpoint: Checkpoint = { ...taken, epoch: of, batch: 0 };
      const weights = evaluatedWeights(checkpoint, recipe, batches);
      if (signal?.aborted) return { type: 'interrupted', checkpoint: taken };
      if (weights !== taken.weights) session.setWeights(weights);
      for (const index of chosen) {
        const progress = (done: number) =>
          onProgress?.({ epoch: of, phase: 'evaluate', done: before + done, total, losses: [] });
        const found = await session.evaluate(index, { signal, onProgress: progress });
        if (found === undefined) return { type: 'interrupted', checkpoint: taken };
        if (!Number.isFinite(found.loss)) return { type: 'diverged', epoch: of, loss: found.loss };
        metrics[index] = found;
        before += datasetSize(sets[index]!);
      }
      if (weights !== taken.weights) session.setWeights(taken.weights);
      [epoch, batch] = [of, 0];
      const [ofTrain, ofEvaluation] = metrics;
      return {
        type: 'epoch',
        epoch: of,
        ...(ofTrain ? { train: ofTrain } : {}),
        ...(ofEvaluation ? { evaluation: { ...ofEvaluation, logits: session.logits(1) } } : {}),
        seconds: { train: seconds, evaluate: chosen.length > 0 ? (performance.now() - started) / 1000 : 0 },
        checkpoint,
        weights,
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
      let most = await mostBatches();
      for await (const { done, losses } of session.train(0, batch, batches, epoch * batches + batch, () => most)) {
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
        if (batch < batches) most = await mostBatches();
      }
      const event = await report(current, (performance.now() - started) / 1000);
      yield event;
      if (event.type !== 'epoch') return;
    }
  } finally {
    await session.close();
  }
}

/** The answer of `evaluateAt`. @throws UsageError unless it is true or false. */
function evaluatedAt(evaluateAt: (epoch: number) => boolean, epoch: number): boolean {
  const answer = evaluateAt(epoch);
  checkFlag(`fit(): evaluateAt(${epoch})`, answer);
  return answer;
}

/**
 * @throws UsageError unless the checkpoint fits a run of this many epochs and batches per epoch. Its tensors are
 * checked when they are copied.
 */
function checkCheckpoint(checkpoint: Checkpoint, epochs: number, batches: number): void {
  checkRecord('resume', checkpoint, 'a checkpoint { epoch, batch, weights, optimizerState }');
  const { epoch, batch, optimizerState } = checkpoint;
  checkInteger('resume.epoch', epoch, 0, epochs);
  checkInteger('resume.batch', batch, 0, batches);
  if (kindOf(optimizerState) !== 'Map') {
    throw wrong('resume.optimizerState', 'a Map from the names of states to Maps of tensors', optimizerState);
  }
}
