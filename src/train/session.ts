/**
 * Trains and evaluates one model, in slices: weights, data and a crew of threads share one memory.
 */
import { shown } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import { areBytes, type Dataset, datasetSize } from '../data/dataset.ts';
import { Arena } from '../engine/arena.ts';
import type { KeptMemory } from '../engine/kept-memory.ts';
import { type Kernels, lanesOf, type Width } from '../engine/kernels.ts';
import { openWorkspace } from '../engine/workspace.ts';
import { frozenLayers } from '../nn/frozen.ts';
import { type Model, parametersOf } from '../nn/model.ts';
import {
  allocateModel,
  layOutBuffers,
  layOutParameters,
  layOutStatistics,
  needsWholeBatches,
  readModel,
  readParameters,
  writeModel,
  writeParameters,
} from '../nn/network.ts';
import { fillNoise, placeNoise } from './augmenter.ts';
import { balancedAccuracy } from './balanced-accuracy.ts';
import { controlWords, Member } from './crew.ts';
import type { CrewPlan, PlacedSet } from './crew-plan.ts';
import { placeRegion } from './crew-region.ts';
import { type CompleteDistillation, numbersOf, placeTeachers } from './distillation.ts';
import { averageName, type EvaluationRecipe, type Recipe, stateNamesOf } from './recipe.ts';
import type { Helpers, Threads } from './threads.ts';

export interface EvaluateOptions {
  /** Stops the evaluation, which then gives undefined. */
  readonly signal?: AbortSignal | undefined;
  /** Hears how many images are done, some 25 times a second. */
  readonly onProgress?: ((imagesDone: number) => void) | undefined;
}

/** How the engine computes; results do not depend on it. */
export interface EngineOptions {
  /** Default: the calling thread alone. */
  readonly threads?: Threads | undefined;
  /** Default: quads. */
  readonly width?: Width | undefined;
  /** Default: a memory of its own. */
  readonly memory?: KeptMemory | undefined;
}

/** Images that a thread processes at once. This number and {@link mostParts} determine the bits of a run. */
export const chunkImages = 16;
/** The most blocks of gradients for a batch. */
const mostParts = 16;
/** About how long a slice of work takes [ms]. Between slices, signals and progress are handled. */
const sliceMs = 40;

/** The most threads that can share a batch. Each works on whole parts of one or more chunks. */
export function batchParts(batchSize: number): number {
  return Math.min(mostParts, Math.ceil(batchSize / chunkImages));
}

/** The most threads that can share the evaluation of `images` images. */
export function evaluationParts(images: number): number {
  return Math.ceil(images / chunkImages);
}

export class Session {
  readonly #model: Model;
  readonly #arena: Arena;
  readonly #plan: CrewPlan;
  readonly #member: Member;
  readonly #sets: readonly Dataset[];
  readonly #helpers: Helpers | undefined;
  readonly #kept: KeptMemory | undefined;
  #failed = false;

  private constructor(
    sets: readonly Dataset[],
    arena: Arena,
    plan: CrewPlan,
    { helpers, kept }: { readonly helpers: Helpers | undefined; readonly kept: KeptMemory | undefined },
  ) {
    this.#model = plan.recipe.model;
    this.#sets = sets;
    this.#arena = arena;
    this.#plan = plan;
    this.#member = new Member(plan, 0, helpers && (() => helpers.areAlive()));
    this.#helpers = helpers;
    this.#kept = kept;
  }

  /**
   * A session that trains and evaluates. Copies the data sets, which are checked already, into the engine and starts
   * the threads.
   * @throws UsageError when data and model do not fit; WorldError when the machine cannot run them.
   */
  static forTraining(
    recipe: Recipe,
    sets: readonly Dataset[],
    engine: EngineOptions & { readonly distillation?: CompleteDistillation | undefined } = {},
  ): Promise<Session> {
    return Session.#open(recipe, recipe, sets, engine);
  }

  /** A session that only evaluates. @throws UsageError, WorldError as {@link Session.forTraining}. */
  static forEvaluation(
    recipe: EvaluationRecipe,
    sets: readonly Dataset[],
    engine: EngineOptions = {},
  ): Promise<Session> {
    return Session.#open(recipe, null, sets, engine);
  }

  static async #open(
    recipe: EvaluationRecipe,
    training: Recipe | null,
    sets: readonly Dataset[],
    {
      threads: crewThreads,
      width = 'quads',
      memory: kept,
      distillation,
    }: EngineOptions & { readonly distillation?: CompleteDistillation | undefined },
  ): Promise<Session> {
    const { model } = recipe;
    for (const set of sets) checkFits(model, set);
    const images = Math.max(...sets.map(datasetSize));
    // More threads than chunks would only wait.
    const wanted = Math.min(crewThreads?.count ?? 1, Math.max(1, evaluationParts(images)));
    const { bytes } = layOutParameters(model);
    const chunk = chunkImages;
    const { teachers = [] } = distillation ?? {};
    const parts = training ? batchParts(training.batchSize) : 0;
    const frozen = frozenLayers(model, training?.freeze ?? []);
    /** The chunks of a batch, if all of them go through the network together. */
    const together = training && needsWholeBatches(model, frozen) ? Math.ceil(training.batchSize / chunk) : 0;
    const layOut = (arena: Arena, kernels: Kernels) => {
      const blocks = {
        control: arena.allocate(controlWords * 4),
        addresses: allocateModel(model, arena),
        optimizerState: (training ? stateNamesOf(training) : []).map(() => arena.allocate(bytes)),
        averagedBuffers: training && training.ema > 0 ? arena.allocate(layOutBuffers(model).bytes) : 0,
        gradients: arena.allocate(parts * bytes),
        indices: arena.allocate(images * 4),
        losses: arena.allocate(images * 8),
        predicted: arena.allocate(images),
        logits: arena.allocate((images + lanesOf[width]) * model.classes * 4),
        sets: sets.map((set) => reserve(arena, set)),
        teachers: placeTeachers(arena, teachers),
        noise: training ? placeNoise(arena, training) : 0,
        statistics: together > 0 ? arena.allocate(layOutStatistics(model, together, frozen).bytes) : 0,
      };
      const place = { ...blocks, recipe, training, width, chunk, together };
      // Each member lays out its region and the chunks again from these addresses, and gets the same addresses and tables.
      const networks = arena.end;
      const counting = new Arena(undefined, 0);
      placeRegion(counting, arena, kernels, place);
      const regionBytes = counting.end;
      const regions = Array.from({ length: wanted }, () => arena.allocate(regionBytes));
      return { ...blocks, networks, regions };
    };
    const { module, memory, arena, layout } = openWorkspace(recipe.arithmetic, width, layOut, kept);
    // The threads start while the images are copied. They read images only on an order.
    const starting = wanted > 1 ? crewThreads?.start(wanted - 1) : undefined;
    for (const [i, set] of sets.entries()) fill(arena, set, layout.sets[i]!);
    for (const [i, { model, weights }] of teachers.entries()) {
      writeModel(model, weights, arena, layout.teachers[i]!.addresses);
    }
    if (training) fillNoise(arena, layout.noise, training);
    const helpers = await starting;
    const threads = 1 + (helpers?.count ?? 0);
    const plan = {
      recipe,
      training,
      ...layout,
      module,
      memory,
      width,
      threads,
      chunk,
      parts,
      together,
      ...(distillation ? { distillation: numbersOf(distillation) } : {}),
    };
    await helpers?.begin(plan);
    return new Session(sets, arena, plan, { helpers, kept });
  }

  /** Ends the threads. The session must not be used afterwards. */
  async close(): Promise<void> {
    if (this.#helpers) {
      if (this.#failed) {
        await this.#helpers.kill();
        return;
      }
      this.#member.command('stop', 0, 0, 0, 0);
      await this.#helpers.close();
    }
    this.#kept?.giveBack(this.#plan.memory);
  }

  /** Gives an order to all threads. @throws WorldError when one of them has ended. */
  async #command(...order: Parameters<Member['command']>): Promise<void> {
    try {
      this.#member.command(...order);
    } catch (error) {
      this.#failed = true;
      const reason = await this.#helpers?.failure();
      throw reason === undefined ? error : new WorldError(`a thread of the engine ${reason}`, { cause: error });
    }
  }

  /** The model's state dict: its parameters, and what is saved with them. */
  get weights(): StateDict {
    return readModel(this.#model, this.#arena, this.#plan.addresses);
  }

  setWeights(weights: StateDict): void {
    writeModel(this.#model, weights, this.#arena, this.#plan.addresses);
  }

  /** The optimizer's state by PyTorch's name: for each a tensor for each parameter; the average has buffers, too. */
  get optimizerState(): ReadonlyMap<string, StateDict> {
    const { training, optimizerState, averagedBuffers } = this.#plan;
    const names = training ? stateNamesOf(training) : [];
    const stateAt = (name: string, address: number) =>
      name === averageName
        ? readModel(this.#model, this.#arena, { parameters: address, buffers: averagedBuffers })
        : readParameters(this.#model, this.#arena, address);
    return new Map(names.map((name, i) => [name, stateAt(name, optimizerState[i]!)]));
  }

  setOptimizerState(state: ReadonlyMap<string, StateDict>): void {
    const { training, optimizerState, averagedBuffers } = this.#plan;
    const names = training ? stateNamesOf(training) : [];
    const foreign = [...state.keys()].find((name) => !names.includes(name));
    if (foreign !== undefined) {
      throw new UsageError(
        `the optimizer's state holds ${shown(foreign)}, which ${training?.optimizer.name} does not have (${names.join(', ') || 'it has none'})`,
      );
    }
    for (const [i, name] of names.entries()) {
      const tensors = state.get(name);
      if (tensors === undefined) throw new UsageError(`the optimizer's state lacks ${name}`);
      const parameters = optimizerState[i]!;
      if (name !== averageName) writeParameters(this.#model, tensors, this.#arena, parameters);
      else writeModel(this.#model, tensors, this.#arena, { parameters, buffers: averagedBuffers });
    }
  }

  /** Sets the order in which the next epoch's batches take their images. */
  setOrder(order: Int32Array): void {
    this.#arena.i32(this.#plan.indices, order.length).set(order);
  }

  /**
   * Estimates second derivatives on the first `count` images of the order set before, into the optimizer's first state.
   */
  async estimateCurvature(set: number, count: number): Promise<void> {
    await this.#command('curvature', set, 0, count, 0);
  }

  /**
   * Trains on batches [first, batches) of the order set before; t updates were done before.
   * Yields every slice's last batch + 1 with the losses of its batches, which come before their updates.
   * @param most the most batches of the next slice, asked before each; the bits do not depend on it.
   */
  async *train(
    set: number,
    first: number,
    batches: number,
    t: number,
    most: () => number = () => batches,
  ): AsyncGenerator<{ done: number; losses: number[] }> {
    const { training, losses } = this.#plan;
    const { batchSize } = training!;
    const size = datasetSize(this.#sets[set]!);
    const pace = new Pace();
    let updates = t;
    for (let batch = first; batch < batches; ) {
      const count = pace.next(Math.min(batches - batch, most()));
      await this.#command('train', set, batch, count, updates);
      pace.end();
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
      await this.#command('evaluate', set, first, count, 0);
      pace.end();
      first += count;
      await breathe();
      if (options.signal?.aborted) return undefined;
      options.onProgress?.(first);
    }
    const guesses = this.#arena.u8(predicted, labels.length);
    let right = 0;
    for (let i = 0; i < labels.length; i++) if (guesses[i] === labels[i]) right++;
    return {
      loss: mean(this.#arena.f64(losses, labels.length)),
      accuracy: right / labels.length,
      balancedAccuracy: balancedAccuracy(guesses, labels),
    };
  }

  /** The logits [images, classes] of the set evaluated last. */
  logits(set: number): Float32Array {
    const { classes } = this.#model;
    return this.#arena.f32(this.#plan.logits, datasetSize(this.#sets[set]!) * classes).slice();
  }
}

/** Decides how many pieces of work make a slice of about {@link sliceMs}, from the time of the slice before. */
class Pace {
  #pieces = 1;
  #since = 0;
  #asked = 0;

  next(rest: number): number {
    this.#asked = Math.min(this.#pieces, rest);
    this.#since = performance.now();
    return this.#asked;
  }

  /** The slice is done. What happens until the next one does not count. */
  end(): void {
    const ideal = (this.#asked * sliceMs) / Math.max(performance.now() - this.#since, 0.1);
    this.#pieces = Math.max(1, Math.floor(Math.min(ideal, this.#pieces * 4)));
  }
}

/** Lets the event loop run timers, signal handlers and other tasks. */
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

/** The mean, summed in the order of the array. It therefore does not depend on the number of threads. */
function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Allocates the memory of a data set. */
function reserve(arena: Arena, { images, labels }: Dataset): PlacedSet {
  return {
    images: arena.allocate(images.byteLength),
    labels: arena.allocate(labels.length),
    floats: !areBytes(images),
    size: labels.length,
  };
}

function fill(arena: Arena, { images, labels }: Dataset, place: PlacedSet): void {
  if (areBytes(images)) arena.u8(place.images, images.length).set(images);
  else arena.f32(place.images, images.length).set(images);
  arena.u8(place.labels, labels.length).set(labels);
}

/** @throws UsageError if the set's images or classes do not fit the model, or the model has no parameters. */
export function checkFits(model: Model, set: Dataset): void {
  if (set.shape.join() !== model.input.join()) {
    throw new UsageError(
      `model ${model.name} expects images [${model.input.join(', ')}], ${set.name} has [${set.shape.join(', ')}]`,
    );
  }
  if (set.classes > model.classes) {
    throw new UsageError(`model ${model.name} knows ${model.classes} classes, ${set.name} has ${set.classes}`);
  }
  if (parametersOf(model).every(({ shape }) => elementsOf(shape) === 0)) {
    throw new UsageError(`model ${model.name} has no parameters to train`);
  }
}
