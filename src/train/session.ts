/** One model at work: its weights, its data and its crew of threads in one memory, with training and evaluation in slices. */
import { UsageError } from '../base/errors.ts';
import { type StateDict, sizeOf } from '../base/tensor.ts';
import { checkDataset, type Dataset, datasetSize } from '../data/dataset.ts';
import { Arena, createMemory } from '../engine/arena.ts';
import { type Arithmetic, bindKernels, compileKernels } from '../engine/kernels.ts';
import { crossEntropy, type Loss } from '../nn/losses.ts';
import { type Model, parametersOf } from '../nn/model.ts';
import { layOutParameters, readParameters, writeParameters } from '../nn/network.ts';
import { type Optimizer, stateNames } from '../nn/optimizers.ts';
import type { ScheduleName } from '../nn/schedules.ts';
import { type CrewPlan, controlWords, Member, type PlacedSet, type Threads } from './crew.ts';

/** Mean loss and the fraction of images whose most likely class is right. */
export interface Metrics {
  readonly loss: number;
  readonly accuracy: number;
}

export interface SessionOptions {
  readonly arithmetic?: Arithmetic;
  readonly threads?: Threads | undefined;
  /** Without an optimizer the session can only evaluate. */
  readonly optimizer?: Optimizer;
  readonly batchSize?: number;
  /** Default cross-entropy. */
  readonly loss?: Loss | undefined;
  /** Default constant. `epochs` are those of the whole run. */
  readonly schedule?: ScheduleName;
  readonly epochs?: number;
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (imagesDone: number) => void;
}

/** Images a thread works on at once, and blocks a batch's gradient is summed in: part of what determines a run's bits. */
const chunkImages = 16;
const mostParts = 16;
/** A slice of work between two looks at the outside world takes about this long. */
const sliceMs = 40;

export class Session {
  readonly #model: Model;
  readonly #arena: Arena;
  readonly #plan: CrewPlan;
  readonly #member: Member;
  readonly #sets: readonly Dataset[];
  readonly #crew: { close(): Promise<void> } | undefined;

  private constructor(
    sets: readonly Dataset[],
    arena: Arena,
    plan: CrewPlan,
    member: Member,
    crew?: { close(): Promise<void> },
  ) {
    this.#model = plan.model;
    this.#sets = sets;
    this.#arena = arena;
    this.#plan = plan;
    this.#member = member;
    this.#crew = crew;
  }

  /** Copies the data sets into the engine and starts the threads. @throws UsageError when data and model do not fit. */
  static async open(model: Model, sets: readonly Dataset[], options: SessionOptions = {}): Promise<Session> {
    const {
      arithmetic = 'strict',
      optimizer,
      batchSize = 1,
      loss = crossEntropy,
      schedule = 'constant',
      epochs = 1,
    } = options;
    for (const set of sets) checkFits(model, set);
    const module = compileKernels(arithmetic);
    const memory = createMemory();
    const arena = new Arena(memory, bindKernels(module, memory).heapBase());
    const images = Math.max(...sets.map(datasetSize));
    const threads = options.threads?.count ?? 1;
    const { bytes } = layOutParameters(model);
    const chunk = chunkImages;
    const parts = optimizer ? Math.min(mostParts, Math.ceil(batchSize / chunk)) : 0;
    const shared = {
      ...{
        module,
        memory,
        model,
        optimizer: optimizer ?? null,
        loss,
        schedule,
        epochs,
        threads,
        batchSize,
        chunk,
        parts,
      },
      control: arena.allocate(controlWords * 4),
      parameters: arena.allocate(bytes),
      optimizerState: optimizer ? stateNames(optimizer).map(() => arena.allocate(bytes)) : [],
      gradients: arena.allocate(parts * bytes),
      indices: arena.allocate(images * 4),
      losses: arena.allocate(images * 8),
      predicted: arena.allocate(images),
      logits: arena.allocate((images + 4) * model.classes * 4),
      sets: sets.map((set) => reserve(arena, set)),
    };
    // All threads lay out the same network, so all regions are as large as the first.
    const first = arena.allocate(0);
    const member = new Member({ ...shared, regions: [first] }, 0);
    const region = Math.ceil((member.end - first) / 64) * 64;
    arena.allocate(region * threads);
    const plan = { ...shared, regions: Array.from({ length: threads }, (_, i) => first + i * region) };
    // The threads start up while the images are being copied; they look at them only when ordered to.
    const starting = options.threads?.start(plan);
    for (const [i, set] of sets.entries()) fill(arena, set, plan.sets[i]!);
    const crew = await starting;
    return new Session(sets, arena, plan, member, crew);
  }

  /** Ends the threads. The session must not be used afterwards. */
  async close(): Promise<void> {
    if (!this.#crew) return;
    this.#member.command('stop', 0, 0, 0, 0);
    await this.#crew.close();
  }

  get weights(): StateDict {
    return readParameters(this.#model, this.#arena, this.#plan.parameters);
  }

  setWeights(weights: StateDict): void {
    writeParameters(this.#model, weights, this.#arena, this.#plan.parameters);
  }

  /** The optimizer's state by PyTorch's name: for each a state dict like the weights. */
  get optimizerState(): ReadonlyMap<string, StateDict> {
    const { optimizer, optimizerState } = this.#plan;
    const names = optimizer ? stateNames(optimizer) : [];
    return new Map(names.map((name, i) => [name, readParameters(this.#model, this.#arena, optimizerState[i]!)]));
  }

  setOptimizerState(state: ReadonlyMap<string, StateDict>): void {
    const { optimizer, optimizerState } = this.#plan;
    const names = optimizer ? stateNames(optimizer) : [];
    for (const [i, name] of names.entries()) {
      const tensors = state.get(name);
      if (tensors === undefined) throw new UsageError(`the optimizer's state lacks ${name}`);
      writeParameters(this.#model, tensors, this.#arena, optimizerState[i]!);
    }
  }

  /** Sets the order in which the next epoch's batches take their images. */
  setOrder(order: Int32Array): void {
    this.#arena.i32(this.#plan.indices, order.length).set(order);
  }

  /** Estimates the optimizer's state `hessian` on the first `count` images of the order set before. */
  estimateCurvature(set: number, count: number): void {
    this.#member.command('curve', set, 0, count, 0);
  }

  /**
   * Trains on batches [first, batches) of the order set before; t updates were done before.
   * Yields every slice's last batch + 1 with the losses of its batches, which come before their updates.
   */
  async *train(
    set: number,
    first: number,
    batches: number,
    t: number,
  ): AsyncGenerator<{ done: number; losses: number[] }> {
    const { batchSize, losses } = this.#plan;
    const size = datasetSize(this.#sets[set]!);
    const pace = new Pace();
    let updates = t;
    for (let batch = first; batch < batches; ) {
      const count = pace.next(batches - batch);
      this.#member.command('train', set, batch, count, updates);
      updates += count;
      const means: number[] = [];
      for (const end = batch + count; batch < end; batch++) {
        const from = batch * batchSize;
        means.push(mean(this.#arena.f64(losses + from * 8, Math.min(batchSize, size - from))));
      }
      await breathe();
      yield { done: batch, losses: means };
    }
  }

  /** Metrics over a whole set, or undefined if `signal` stops it. Reports the images done between slices. */
  async evaluate(set: number, options: EvaluateOptions = {}): Promise<Metrics | undefined> {
    const { chunk, threads, losses, predicted } = this.#plan;
    const { labels } = this.#sets[set]!;
    const pace = new Pace();
    const turn = chunk * threads;
    for (let first = 0; first < labels.length; ) {
      const count = Math.min(pace.next(Math.ceil((labels.length - first) / turn)) * turn, labels.length - first);
      this.#member.command('evaluate', set, first, count, 0);
      first += count;
      await breathe();
      if (options.signal?.aborted) return undefined;
      options.onProgress?.(first);
    }
    const guesses = this.#arena.u8(predicted, labels.length);
    let right = 0;
    for (let i = 0; i < labels.length; i++) if (guesses[i] === labels[i]) right++;
    return { loss: mean(this.#arena.f64(losses, labels.length)), accuracy: right / labels.length };
  }

  /** The logits [images, classes] of the set evaluated last. */
  logits(set: number): Float32Array {
    const { classes } = this.#model;
    return this.#arena.f32(this.#plan.logits, datasetSize(this.#sets[set]!) * classes).slice();
  }
}

/** How many pieces of work make a slice of about {@link sliceMs}, learned from the slices before. */
class Pace {
  #pieces = 1;
  #since = performance.now();
  #asked = 0;

  next(rest: number): number {
    const now = performance.now();
    if (this.#asked > 0) {
      const ideal = (this.#asked * sliceMs) / Math.max(now - this.#since, 0.1);
      this.#pieces = Math.max(1, Math.floor(Math.min(ideal, this.#pieces * 4)));
    }
    this.#since = now;
    this.#asked = Math.min(this.#pieces, rest);
    return this.#asked;
  }
}

/** Lets timers, signals and other tasks of the event loop have their turn. */
function breathe(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}

/** Sum in the array's order over its length, so that it does not depend on who computed which part. */
function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Room for a data set. */
function reserve(arena: Arena, { images, labels }: Dataset): PlacedSet {
  return {
    images: arena.allocate(images.byteLength),
    labels: arena.allocate(labels.length),
    floats: images instanceof Float32Array,
    size: labels.length,
  };
}

function fill(arena: Arena, { images, labels }: Dataset, place: PlacedSet): void {
  if (images instanceof Float32Array) arena.f32(place.images, images.length).set(images);
  else arena.u8(place.images, images.length).set(images);
  arena.u8(place.labels, labels.length).set(labels);
}

/** @throws UsageError when the set's images or classes are not those of the model, or its number of parameters is 0. */
export function checkFits(model: Model, set: Dataset): void {
  checkDataset(set);
  if (set.shape.join() !== model.input.join()) {
    throw new UsageError(
      `model ${model.name} expects images [${model.input.join(', ')}], ${set.name} has [${set.shape.join(', ')}]`,
    );
  }
  if (set.classes > model.classes) {
    throw new UsageError(`model ${model.name} knows ${model.classes} classes, ${set.name} has ${set.classes}`);
  }
  if (parametersOf(model).every(({ shape }) => sizeOf(shape) === 0)) {
    throw new UsageError(`model ${model.name} has no parameters to train`);
  }
}
