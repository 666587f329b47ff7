/** The threads that share the work of one model: the plan that each thread gets once, and the orders it obeys. */
import { Arena } from '../engine/arena.ts';
import { Barrier, barrierWords } from '../engine/barrier.ts';
import { bindKernels, type Kernels, lanesOf, type Width } from '../engine/kernels.ts';
import type { LossSite } from '../nn/losses/loss.ts';
import { mse } from '../nn/losses/mse.ts';
import { aboutLoss, type Loss } from '../nn/losses.ts';
import { layOutParameters, type Network, type ParameterStretch, placeNetwork, stretchesOf } from '../nn/network.ts';
import { aboutOptimizer, sparesBiases, withoutDecay } from '../nn/optimizers.ts';
import { aboutSchedule } from '../nn/schedules.ts';
import { Augmenter, placeFrame } from './augmenter.ts';
import type { EvaluationRecipe, Recipe } from './recipe.ts';

/** A data set in the engine's memory. */
export interface PlacedSet {
  readonly images: number;
  readonly labels: number;
  readonly floats: boolean;
  readonly size: number;
}

/**
 * Everything a thread needs: plain data and shared memory, posted once. All numbers are addresses, except `threads`,
 * `chunk` and `parts`.
 */
export interface CrewPlan {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The width of the module's kernels. */
  readonly width: Width;
  readonly recipe: EvaluationRecipe;
  /** The whole recipe; null if nothing is trained. */
  readonly training: Recipe | null;
  readonly threads: number;
  /**
   * Images that a thread processes at once. The number is fixed, so that sums do not depend on the number of threads.
   */
  readonly chunk: number;
  /** The most blocks of gradients for a batch. Each block is the sum over one or more consecutive chunks. */
  readonly parts: number;
  readonly control: number;
  /** Start of each thread's own memory region. */
  readonly regions: readonly number[];
  readonly parameters: number;
  readonly optimizerState: readonly number[];
  readonly gradients: number;
  readonly indices: number;
  /** Per image: its loss (f64), its predicted class (u8), its logits (f32 [classes]). */
  readonly losses: number;
  readonly predicted: number;
  readonly logits: number;
  readonly sets: readonly PlacedSet[];
  /** The noise of augmentation; 0 where there is none. */
  readonly noise: number;
}

/** Threads that have started and wait for the plan. */
export interface Helpers {
  /** How many there are; fewer than were asked for where the machine allows no more. */
  readonly count: number;
  /** Hands the plan to each: they call {@link serve}, numbered from 1. */
  begin(plan: CrewPlan): void;
  /** Whether all of them still run, as far as this can be told without waiting. */
  areAlive(): boolean;
  /** Why one of them has ended, once that is known: `ran out of memory`. */
  failure(): Promise<string | undefined>;
  /** Resolves when all have ended, as they do on the order to stop. */
  close(): Promise<unknown>;
  /** Ends them at once. */
  kill(): Promise<unknown>;
}

/**
 * Threads to share the work of one model with; the thread that calls is one of them. `nodeThreads()` of
 * `lenet-lab/node` makes them.
 */
export interface Threads {
  /** The most that take part. */
  readonly count: number;
  /** Starts so many threads beside the calling one. @throws WorldError when they cannot be started at all. */
  start(helpers: number): Promise<Helpers>;
}

/** Words of the control block: the barrier's, then the order and its arguments. */
export const controlWords = 16;
const orderWord = barrierWords;
const orders = { stop: 0, train: 1, evaluate: 2, curvature: 3 } as const;
type Order = keyof typeof orders;
type Arguments = readonly [number, number, number, number];

/** The addresses in the memory region of one member. */
export interface Region {
  readonly network: Network;
  /** Indices and labels of the images of the current chunk. */
  readonly indices: number;
  readonly labels: number;
  /** A block of gradients for the second and later chunks of a part. */
  readonly spare: number;
  /** The weight of each class, a float each; 0 where the loss has none. */
  readonly classWeights: number;
  /** Where images are augmented; 0 where none is. */
  readonly frame: number;
}

/** Lays out the region of a member. All members use the same layout. */
export function placeRegion(
  arena: Arena,
  kernels: Kernels,
  {
    recipe,
    training,
    width,
    chunk,
    parameters,
  }: Pick<CrewPlan, 'recipe' | 'training' | 'width' | 'chunk' | 'parameters'>,
): Region {
  const { model } = recipe;
  const packs = Math.ceil(chunk / lanesOf[width]);
  const curvature = training !== null && aboutOptimizer(training.optimizer).needsCurvature;
  const options = { kernels, arena, width, parameters, packs, training: training !== null, curvature };
  return {
    indices: arena.allocate(chunk * 4),
    labels: arena.allocate(chunk),
    spare: arena.allocate(training ? layOutParameters(model).bytes : 0),
    classWeights: placeClassWeights(arena, recipe.loss),
    frame: training ? placeFrame(arena, training) : 0,
    network: placeNetwork(model, options),
  };
}

/** The address of the loss's class weights; 0 where it has none. */
function placeClassWeights(arena: Arena, loss: Loss): number {
  const weights = aboutLoss(loss).classWeights();
  if (weights === undefined) return 0;
  const address = arena.allocate(weights.length * 4);
  arena.f32(address, weights.length).set(weights);
  return address;
}

/** `images` images of the order from position `from` on; augmented as in `epoch` (from 1), if that is given. */
interface Chunk {
  readonly from: number;
  readonly images: number;
  readonly epoch?: number;
}

export class Member {
  readonly #plan: CrewPlan;
  readonly #index: number;
  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #network: Network;
  readonly #barrier: Barrier;
  readonly #words: Int32Array;
  readonly #chunkIndices: number;
  readonly #chunkLabels: number;
  readonly #spare: number;
  readonly #classWeights: number;
  /** Undefined where the network trains on the images as they are. */
  readonly #augmenter: Augmenter | undefined;
  readonly #blockBytes: number;
  readonly #vectorBytes: number;
  /** The parameters by how the optimizer treats them: all alike, or weights and biases apart. */
  readonly #stretches: readonly ParameterStretch[];

  /** @param othersLive see {@link Barrier}; for the member that gives the orders. */
  constructor(plan: CrewPlan, index: number, othersLive?: () => boolean) {
    const { memory } = plan;
    this.#plan = plan;
    this.#index = index;
    this.#arena = new Arena(memory, plan.regions[index]!);
    this.#kernels = bindKernels(plan.module, memory);
    this.#blockBytes = layOutParameters(plan.recipe.model).bytes;
    this.#vectorBytes = lanesOf[plan.width] * 4;
    const { model } = plan.recipe;
    const isSplit = plan.training !== null && sparesBiases(plan.training.optimizer);
    this.#stretches = isSplit ? stretchesOf(model) : [{ from: 0, to: this.#blockBytes, areBiases: false }];
    const { network, indices, labels, spare, classWeights, frame } = placeRegion(this.#arena, this.#kernels, plan);
    this.#network = network;
    this.#chunkIndices = indices;
    this.#chunkLabels = labels;
    this.#spare = spare;
    this.#classWeights = classWeights;
    const { noise, width, training } = plan;
    const site = { arena: this.#arena, kernels: this.#kernels, width, frame, noise };
    this.#augmenter = training && frame > 0 ? new Augmenter(training, site) : undefined;
    this.#words = this.#arena.i32(plan.control, controlWords);
    this.#barrier = new Barrier(this.#words, plan.threads, othersLive);
  }

  /**
   * Gives an order to all members, takes part in it, and returns when all are done.
   * @throws WorldError when a member has ended; no further order can then be given.
   */
  command(order: Order, ...args: Arguments): void {
    try {
      this.#words.set([orders[order], ...args], orderWord);
      this.#barrier.wait();
      this.#obey(order, args);
      if (order !== 'stop') this.#barrier.wait();
    } catch (error) {
      this.#barrier.fail();
      throw error;
    }
  }

  /** Obeys orders until told to stop. */
  serve(): void {
    try {
      for (;;) {
        this.#barrier.wait();
        const [code = 0, a = 0, b = 0, c = 0, d = 0] = this.#words.slice(orderWord, orderWord + 5);
        const order = (Object.keys(orders) as Order[]).find((name) => orders[name] === code);
        if (order === undefined || order === 'stop') return;
        this.#obey(order, [a, b, c, d]);
        this.#barrier.wait();
      }
    } catch (error) {
      this.#barrier.fail();
      throw error;
    }
  }

  #obey(order: Order, [set, first, count, t]: Arguments): void {
    if (order === 'train') this.#train(set, first, count, t);
    if (order === 'evaluate') this.#evaluate(set, first, count);
    if (order === 'curvature' && this.#index === 0) this.#estimateCurvature(set, count);
  }

  /** Batches first to first + count - 1 of the epoch whose order stands in `indices`; t counts updates done before. */
  #train(setIndex: number, first: number, count: number, t: number): void {
    const { chunk, parts, threads, gradients } = this.#plan;
    const { optimizer, schedule, batchSize, epochs } = this.#plan.training!;
    const set = this.#plan.sets[setIndex]!;
    const batches = Math.ceil(set.size / batchSize);
    const planned = { steps: epochs * batches, epoch: Math.floor(t / batches), epochs };
    const { factor } = aboutSchedule(schedule);
    for (let batch = first; batch < first + count; batch++) {
      const step = t + batch - first;
      const start = batch * batchSize;
      const end = Math.min(start + batchSize, set.size);
      const chunks = Math.ceil((end - start) / chunk);
      const chunksPerPart = Math.ceil(chunks / parts);
      const usedParts = Math.ceil(chunks / chunksPerPart);
      const scale = 1 / this.#weightOf(set, start, end);
      this.#network.prepare(true);
      for (let part = this.#index; part < usedParts; part += threads) {
        const block = gradients + part * this.#blockBytes;
        const last = Math.min((part + 1) * chunksPerPart, chunks);
        for (let c = part * chunksPerPart; c < last; c++) {
          const from = start + c * chunk;
          const images = Math.min(chunk, end - from);
          const isFirst = c === part * chunksPerPart;
          this.#learn(set, { from, images, epoch: planned.epoch + 1 }, scale, isFirst ? block : this.#spare);
          if (!isFirst) this.#add(block, this.#spare);
        }
      }
      this.#barrier.wait();
      this.#update(step + 1, optimizer.learningRate * factor({ ...planned, step }), usedParts);
      this.#barrier.wait();
    }
  }

  /** The sum of the weights of the images from `start` to `end` in the order: their number where the loss has no weights. */
  #weightOf(set: PlacedSet, start: number, end: number): number {
    const weights = aboutLoss(this.#plan.recipe.loss).classWeights();
    if (weights === undefined) return end - start;
    const labels = this.#arena.u8(set.labels, set.size);
    return this.#arena
      .i32(this.#plan.indices + start * 4, end - start)
      .reduce((sum, image) => sum + weights[labels[image]!]!, 0);
  }

  /** Forward and backward for a chunk. Writes the gradient to `block`. */
  #learn(set: PlacedSet, chunk: Chunk, scale: number, block: number): void {
    const { losses, predicted } = this.#plan;
    const { from, images } = chunk;
    this.#see(set, chunk);
    const { gradient } = this.#network.logits;
    const site = this.#lossSite({
      labels: this.#chunkLabels,
      images,
      scale,
      gradient,
      losses: losses + from * 8,
      predicted: predicted + from,
    });
    aboutLoss(this.#plan.recipe.loss).apply(this.#kernels, site);
    this.#network.backward(this.#packsOf(images), block);
  }

  /** Copies the labels of a chunk's images, and runs forward. */
  #see(set: PlacedSet, { from, images, epoch }: Chunk): void {
    const { indices } = this.#plan;
    const labels = this.#arena.u8(set.labels, set.size);
    const order = this.#arena.i32(indices + from * 4, images);
    const chunkLabels = this.#arena.u8(this.#chunkLabels, images);
    for (let i = 0; i < images; i++) chunkLabels[i] = labels[order[i]!]!;
    this.#gather(set, indices + from * 4, images, epoch);
    this.#network.forward(this.#packsOf(images));
  }

  #lossSite(chunk: Omit<LossSite, 'logits' | 'classes' | 'lanes' | 'classWeights'>): LossSite {
    return {
      ...chunk,
      classWeights: this.#classWeights,
      lanes: lanesOf[this.#plan.width],
      logits: this.#network.logits.value,
      classes: this.#plan.recipe.model.classes,
    };
  }

  /**
   * Writes the second derivatives of the mean loss over the first `count` images of the order to the optimizer's first
   * state. For an rbf output, the loss -z[label] is used whatever the recipe's loss is: the second derivatives of
   * equation 9 vanish as the network becomes confident, and the learning rates of all parameters would rise to their
   * maximum (docs/1998.md).
   */
  #estimateCurvature(setIndex: number, count: number): void {
    const { chunk, recipe, optimizerState, losses, predicted } = this.#plan;
    const set = this.#plan.sets[setIndex]!;
    const [hessian] = optimizerState as [number];
    const network = this.#network;
    const { gradient } = network.logits;
    const loss = aboutLoss(network.hasDistances ? mse() : recipe.loss);
    network.prepare(true);
    for (let from = 0; from < count; from += chunk) {
      const images = Math.min(chunk, count - from);
      this.#see(set, { from, images });
      const site = this.#lossSite({ labels: this.#chunkLabels, images, scale: 1, gradient, losses, predicted });
      if (network.hasDistances) loss.apply(this.#kernels, site);
      else loss.curvature?.(this.#kernels, site);
      network.curvature(this.#packsOf(images), from === 0 ? hessian : this.#spare);
      if (from > 0) this.#add(hessian, this.#spare);
    }
    const vectors = this.#blockBytes / this.#vectorBytes;
    this.#kernels.rescaleVectors({ x: hessian, y: hessian, vectors, scale: 1 / count, offset: 0 });
  }

  /** The optimizer's step t on this member's share of the parameters. */
  #update(t: number, learningRate: number, chunks: number): void {
    const { threads, training, parameters, optimizerState, gradients } = this.#plan;
    const lines = this.#blockBytes / 64;
    const first = Math.floor((lines * this.#index) / threads) * 64;
    const end = Math.floor((lines * (this.#index + 1)) / threads) * 64;
    if (chunks > 1) {
      const vectors = (end - first) / this.#vectorBytes;
      this.#kernels.sumChunks({ g: gradients + first, stride: this.#blockBytes, chunks, vectors });
    }
    const number = { t, learningRate };
    const { optimizer } = training!;
    for (const stretch of this.#stretches) {
      const [from, to] = [Math.max(first, stretch.from), Math.min(end, stretch.to)];
      if (from >= to) continue;
      aboutOptimizer(stretch.areBiases ? withoutDecay(optimizer) : optimizer).step(this.#kernels, number, {
        x: parameters + from,
        gradient: gradients + from,
        state: optimizerState.map((address) => address + from),
        vectors: (to - from) / this.#vectorBytes,
      });
    }
  }

  #packsOf(images: number): number {
    return Math.ceil(images / lanesOf[this.#plan.width]);
  }

  /** Losses, predictions and logits of images first to first + count - 1; first is a multiple of the chunk. */
  #evaluate(setIndex: number, first: number, count: number): void {
    const { chunk, threads, recipe, losses, predicted, logits } = this.#plan;
    const set = this.#plan.sets[setIndex]!;
    const order = this.#arena.i32(this.#chunkIndices, chunk);
    const { classes } = recipe.model;
    const loss = aboutLoss(recipe.loss);
    this.#network.prepare(false);
    for (let from = first + this.#index * chunk; from < first + count; from += chunk * threads) {
      const images = Math.min(chunk, first + count - from);
      const packs = this.#packsOf(images);
      for (let i = 0; i < images; i++) order[i] = from + i;
      this.#gather(set, this.#chunkIndices, images);
      this.#network.forward(packs);
      const site = this.#lossSite({
        labels: set.labels + from,
        images,
        scale: 0,
        gradient: 0,
        losses: losses + from * 8,
        predicted: predicted + from,
      });
      loss.apply(this.#kernels, site);
      const rowStride = classes * 4;
      const rows = logits + from * rowStride;
      this.#kernels.packsToRows({ src: this.#network.logits.value, packs, elements: classes, rows, rowStride });
    }
  }

  /** Adds the block of parameters at `from` to the block at `to`. */
  #add(to: number, from: number): void {
    this.#kernels.addVectors({ dst: to, src: from, vectors: this.#blockBytes / this.#vectorBytes });
  }

  /** @param epoch the epoch (from 1) whose augmentation the images get; undefined: the images as they are. */
  #gather(set: PlacedSet, indices: number, count: number, epoch?: number): void {
    if (this.#augmenter && epoch !== undefined) {
      this.#augmenter.gather(set, { indices, count, epoch, dst: this.#network.input.value });
      return;
    }
    const [channels, height, width] = this.#plan.recipe.model.input;
    const gather = set.floats ? this.#kernels.gatherFloats : this.#kernels.gatherBytes;
    const dst = this.#network.input.value;
    gather({ images: set.images, indices, count, channels, area: height * width, dst });
  }
}

/** The work of a started thread: it becomes member `index` of the crew and obeys orders until told to stop. */
export function serve(plan: CrewPlan, index: number): void {
  new Member(plan, index).serve();
}
