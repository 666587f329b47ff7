/** The threads that share the work of one model, and the orders that they obey. */
import { type StreamKey, streamKey } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { Arena } from '../engine/arena.ts';
import { Barrier, barrierWords } from '../engine/barrier.ts';
import { bindKernels, type Kernels, lanesOf } from '../engine/kernels.ts';
import { frozenTensors } from '../nn/frozen.ts';
import type { Contributions } from '../nn/layer.ts';
import type { LossSite } from '../nn/losses/loss.ts';
import { mse } from '../nn/losses/mse.ts';
import { aboutLoss } from '../nn/losses.ts';
import { parametersOf } from '../nn/model.ts';
import {
  layOutBuffers,
  layOutParameters,
  type MeetingPoint,
  type Network,
  type ParameterStretch,
  stretchesOf,
} from '../nn/network.ts';
import { aboutOptimizer, sparesBiases, withoutDecay } from '../nn/optimizers.ts';
import { type Pass, usingPass } from '../nn/pass.ts';
import { aboutSchedule } from '../nn/schedules.ts';
import { Augmenter } from './augmenter.ts';
import type { CrewPlan, PlacedSet } from './crew-plan.ts';
import { frozenIn, placeRegion } from './crew-region.ts';
import { TeacherNetworks } from './distillation.ts';

/** Words of the control block: the barrier's, then the order and its arguments. */
export const controlWords = 16;
const orderWord = barrierWords;
const orders = { stop: 0, train: 1, evaluate: 2, curvature: 3 } as const;
type Order = keyof typeof orders;
type Arguments = readonly [number, number, number, number];

/** A chunk of a batch that a member works on. */
interface Chunk {
  /** Its number in the batch. */
  readonly index: number;
  /** Place of its first image in the order. */
  readonly from: number;
  readonly pass: Pass;
  /** Where its gradient goes. */
  readonly block: number;
  /** Whether it is the first of its block: the others are added. */
  readonly isFirst: boolean;
}

/** A batch of the epoch. */
interface Batch {
  /** Its first image in the order, and the image after its last. */
  readonly start: number;
  readonly end: number;
  /** The epoch, from 1. */
  readonly epoch: number;
  /** Factor of the gradients: they are those of a mean. */
  readonly scale: number;
}

export class Member {
  readonly #plan: CrewPlan;
  readonly #index: number;
  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #network: Network;
  /** See {@link Region}. */
  readonly #together: readonly Network[];
  readonly #barrier: Barrier;
  readonly #words: Int32Array;
  readonly #chunkIndices: number;
  readonly #chunkLabels: number;
  readonly #spare: number;
  readonly #classWeights: number;
  /** Undefined where the network trains on the images as they are. */
  readonly #augmenter: Augmenter | undefined;
  /** Undefined where the labels alone teach. */
  readonly #teachers: TeacherNetworks | undefined;
  readonly #blockBytes: number;
  readonly #vectorBytes: number;
  /** The parameters by how the optimizer treats them: all alike, or weights, biases and frozen ones apart. */
  readonly #stretches: readonly ParameterStretch[];
  /** The names of the parameters that are not trained. */
  readonly #frozen: ReadonlySet<string>;
  /** The keys of random streams that were asked for in an epoch, by purpose. */
  #streams = { epoch: 0, keys: new Map<string, StreamKey>() };

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
    const splitsBiases = plan.training !== null && sparesBiases(plan.training.optimizer);
    const frozen = frozenIn(plan.training);
    this.#stretches = stretchesOf(model, { splitsBiases, frozen });
    this.#frozen = frozenTensors(model, frozen);
    const chunks = new Arena(memory, plan.networks);
    const region = placeRegion(this.#arena, chunks, this.#kernels, plan);
    const { network, together, indices, labels, spare, classWeights, frame, teachers } = region;
    this.#network = network;
    this.#together = together;
    this.#chunkIndices = indices;
    this.#chunkLabels = labels;
    this.#spare = spare;
    this.#classWeights = classWeights;
    const { noise, width, training } = plan;
    const site = { arena: this.#arena, kernels: this.#kernels, width, frame, noise };
    const { distillation } = plan;
    this.#teachers = distillation && new TeacherNetworks(teachers, distillation, site);
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
    const { chunk, parts } = this.#plan;
    const { optimizer, schedule, batchSize, epochs } = this.#plan.training!;
    const set = this.#plan.sets[setIndex]!;
    const batches = Math.ceil(set.size / batchSize);
    const planned = { steps: epochs * batches, epoch: Math.floor(t / batches), epochs };
    const { factor } = aboutSchedule(schedule);
    for (let number = first; number < first + count; number++) {
      const step = t + number - first;
      const start = number * batchSize;
      const end = Math.min(start + batchSize, set.size);
      const batch = { start, end, epoch: planned.epoch + 1, scale: 1 / this.#weightOf(set, start, end) };
      this.#learnBatch(set, batch);
      this.#barrier.wait();
      this.#update(
        step + 1,
        optimizer.learningRate * factor({ ...planned, step }),
        usedBlocks(end - start, chunk, parts),
      );
      this.#barrier.wait();
    }
  }

  /** This member's share of a batch's gradients. */
  #learnBatch(set: PlacedSet, batch: Batch): void {
    const chunks = this.#chunksOf(batch);
    const groups = this.#together.length > 0 ? [chunks] : chunks.map((chunk) => [chunk]);
    this.#networkOf(0).prepare(true);
    for (const group of groups) this.#learn(set, batch, group);
  }

  /** The chunks of a batch that this member works on, in order. */
  #chunksOf({ start, end, epoch }: Batch): Chunk[] {
    const { chunk, parts, threads, gradients, indices } = this.#plan;
    const chunks = Math.ceil((end - start) / chunk);
    const chunksPerPart = Math.ceil(chunks / parts);
    const mine: Chunk[] = [];
    for (let part = this.#index; part * chunksPerPart < chunks; part += threads) {
      const last = Math.min((part + 1) * chunksPerPart, chunks);
      for (let index = part * chunksPerPart; index < last; index++) {
        const from = start + index * chunk;
        const images = Math.min(chunk, end - from);
        const pass: Pass = {
          images,
          packs: this.#packsOf(images),
          training: true,
          epoch,
          indices: indices + from * 4,
          streams: (purpose) => this.#streamsOf(epoch, purpose),
        };
        const block = gradients + part * this.#blockBytes;
        mine.push({ index, from, pass, block, isFirst: index === part * chunksPerPart });
      }
    }
    return mine;
  }

  #streamsOf(epoch: number, purpose: string): StreamKey {
    if (this.#streams.epoch !== epoch) this.#streams = { epoch, keys: new Map() };
    const { keys } = this.#streams;
    const key = keys.get(purpose) ?? streamKey(this.#plan.training!.seed, purpose, epoch);
    keys.set(purpose, key);
    return key;
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

  /**
   * Forward and backward for these chunks, stage by stage: where a layer needs the whole batch, they wait for the chunks of the other
   * members. Adds up the gradients of each block.
   */
  #learn(set: PlacedSet, batch: Batch, chunks: readonly Chunk[]): void {
    const { meetings } = this.#together[0] ?? this.#network;
    for (let stage = 0; stage <= meetings.length; stage++) {
      const meeting = meetings[stage];
      for (const { index, pass } of chunks) {
        const network = this.#networkOf(index);
        if (stage === 0) this.#gather(set, pass, network);
        network.forwardStage(stage, pass);
        if (meeting) network.meetings[stage]!.contribute(pass, meeting.contribution(index));
      }
      if (meeting) this.#meet(() => meeting.combine(this.#contributions(batch, meeting)));
    }
    for (const chunk of chunks) this.#lose(set, batch, chunk);
    for (let stage = meetings.length; stage >= 0; stage--) {
      const meeting = meetings[stage - 1];
      for (const { index, pass, block, isFirst } of chunks) {
        const network = this.#networkOf(index);
        network.backwardStage(stage, pass, isFirst ? block : this.#spare);
        const { from, to } = network.gradientsOf(stage);
        if (!isFirst) this.#add(block + from, this.#spare + from, to - from);
        if (meeting) network.meetings[stage - 1]!.contributeBack(pass, meeting.contribution(index));
      }
      if (meeting) this.#meet(() => meeting.combineBack(this.#contributions(batch, meeting)));
    }
  }

  /** The network of a chunk of a batch. */
  #networkOf(index: number): Network {
    return this.#together[index] ?? this.#network;
  }

  /** Waits for all members, lets the first of them combine what they have contributed, and waits until that is done. */
  #meet(combine: () => void): void {
    this.#barrier.wait();
    if (this.#index === 0) combine();
    this.#barrier.wait();
  }

  #contributions({ start, end }: Batch, { contribution }: MeetingPoint): Contributions {
    const { chunk } = this.#plan;
    const chunks = [...Array(Math.ceil((end - start) / chunk)).keys()];
    return {
      images: chunks.map((index) => Math.min(chunk, end - start - index * chunk)),
      addresses: chunks.map(contribution),
    };
  }

  /** The losses of a chunk that has gone forward, and the gradients of its logits. */
  #lose(set: PlacedSet, { start, end, scale }: Batch, { index, from, pass }: Chunk): void {
    const { images } = pass;
    const { losses, predicted } = this.#plan;
    const network = this.#networkOf(index);
    this.#copyLabels(set, from, images);
    const site = this.#lossSite(network, {
      labels: this.#chunkLabels,
      images,
      scale,
      gradient: network.logits.gradient,
      losses: losses + from * 8,
      predicted: predicted + from,
    });
    aboutLoss(this.#plan.recipe.loss).apply(this.#kernels, site);
    // Class weights weigh the labels' loss only: the teachers' part is the mean over the images.
    this.#teachers?.teach(network, pass, 1 / (end - start));
  }

  /** Copies the labels of `images` images of the order, starting at position `from`. */
  #copyLabels(set: PlacedSet, from: number, images: number): void {
    const labels = this.#arena.u8(set.labels, set.size);
    const order = this.#arena.i32(this.#plan.indices + from * 4, images);
    const chunkLabels = this.#arena.u8(this.#chunkLabels, images);
    for (let i = 0; i < images; i++) chunkLabels[i] = labels[order[i]!]!;
  }

  #lossSite(network: Network, chunk: Omit<LossSite, 'logits' | 'classes' | 'lanes' | 'classWeights'>): LossSite {
    return {
      ...chunk,
      classWeights: this.#classWeights,
      lanes: lanesOf[this.#plan.width],
      logits: network.logits.value,
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
    const { chunk, recipe, optimizerState, losses, predicted, indices } = this.#plan;
    const set = this.#plan.sets[setIndex]!;
    const [hessian] = optimizerState as [number];
    const network = this.#network;
    const { gradient } = network.logits;
    const loss = aboutLoss(network.hasDistances ? mse() : recipe.loss);
    network.prepare(true);
    for (let from = 0; from < count; from += chunk) {
      const images = Math.min(chunk, count - from);
      // The network as it is used: nothing is dropped.
      const pass = { ...usingPass(images, lanesOf[this.#plan.width]), indices: indices + from * 4 };
      this.#copyLabels(set, from, images);
      this.#gather(set, pass, network);
      network.forward(pass);
      const site = this.#lossSite(network, {
        labels: this.#chunkLabels,
        images,
        scale: 1,
        gradient,
        losses,
        predicted,
      });
      if (network.hasDistances) loss.apply(this.#kernels, site);
      else loss.curvature?.(this.#kernels, site);
      network.curvature(pass, from === 0 ? hessian : this.#spare);
      if (from > 0) this.#add(hessian, this.#spare, this.#blockBytes);
    }
    const vectors = this.#blockBytes / this.#vectorBytes;
    this.#kernels.rescaleVectors({ x: hessian, y: hessian, vectors, scale: 1 / count, offset: 0 });
  }

  /** The optimizer's step t on this member's share of the parameters. */
  #update(t: number, learningRate: number, chunks: number): void {
    const { threads, recipe, training, addresses, optimizerState, averagedBuffers, gradients } = this.#plan;
    const lines = this.#blockBytes / 64;
    const first = Math.floor((lines * this.#index) / threads) * 64;
    const end = Math.floor((lines * (this.#index + 1)) / threads) * 64;
    if (chunks > 1) {
      const vectors = (end - first) / this.#vectorBytes;
      this.#kernels.sumChunks({ g: gradients + first, stride: this.#blockBytes, chunks, vectors });
    }
    const { optimizer, clipNorm, ema } = training!;
    const share = { from: first, to: end };
    if (clipNorm > 0) this.#clip(clipNorm, share);
    const number = { t, learningRate };
    const states = optimizerState.slice(0, aboutOptimizer(optimizer).stateNames().length);
    for (const stretch of this.#stretches) {
      const [from, to] = [Math.max(first, stretch.from), Math.min(end, stretch.to)];
      if (from >= to || stretch.areFrozen) continue;
      aboutOptimizer(stretch.areBiases ? withoutDecay(optimizer) : optimizer).step(this.#kernels, number, {
        x: addresses.parameters + from,
        gradient: gradients + from,
        state: states.map((address) => address + from),
        vectors: (to - from) / this.#vectorBytes,
      });
    }
    if (ema > 0) {
      const moved = 1 - ema;
      const average = { a: optimizerState[states.length]! + first, x: addresses.parameters + first };
      this.#kernels.averageVectors({ ...average, share: moved, vectors: (end - first) / this.#vectorBytes });
      const vectors = layOutBuffers(recipe.model).bytes / this.#vectorBytes;
      if (this.#index > 0 || vectors === 0) return;
      this.#kernels.averageVectors({ a: averagedBuffers, x: addresses.buffers, share: moved, vectors });
    }
  }

  /**
   * Scales this member's share of the gradient as torch.nn.utils.clip_grad_norm_ does. Each member computes the whole
   * norm, in the same order, so it has the same bits for any number of threads.
   */
  #clip(most: number, { from, to }: { readonly from: number; readonly to: number }): void {
    const { recipe, gradients } = this.#plan;
    const { offsets } = layOutParameters(recipe.model);
    this.#barrier.wait();
    let sum = 0;
    for (const { name, shape } of parametersOf(recipe.model)) {
      if (this.#frozen.has(name)) continue;
      sum += this.#kernels.sumOfSquares({ x: gradients + offsets.get(name)!, count: elementsOf(shape) });
    }
    this.#barrier.wait();
    const scale = most / (Math.sqrt(sum) + 1e-6);
    if (!(scale < 1)) return;
    const own = gradients + from;
    this.#kernels.rescaleVectors({ x: own, y: own, vectors: (to - from) / this.#vectorBytes, scale, offset: 0 });
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
      const pass = { ...usingPass(images, lanesOf[this.#plan.width]), indices: this.#chunkIndices };
      for (let i = 0; i < images; i++) order[i] = from + i;
      this.#gather(set, pass, this.#network);
      this.#network.forward(pass);
      const site = this.#lossSite(this.#network, {
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
      this.#kernels.packsToRows({
        src: this.#network.logits.value,
        packs: pass.packs,
        elements: classes,
        rows,
        rowStride,
      });
    }
  }

  /** Adds the gradients at `from` to those at `to`. */
  #add(to: number, from: number, bytes: number): void {
    this.#kernels.addVectors({ dst: to, src: from, vectors: bytes / this.#vectorBytes });
  }

  #gather(set: PlacedSet, pass: Pass, network: Network): void {
    if (this.#augmenter && pass.training) {
      this.#augmenter.gather(set, pass, network.input.value);
      return;
    }
    const { indices, images } = pass;
    const [channels, height, width] = this.#plan.recipe.model.input;
    const gather = set.floats ? this.#kernels.gatherFloats : this.#kernels.gatherBytes;
    const dst = network.input.value;
    gather({ images: set.images, indices, count: images, channels, area: height * width, dst });
  }
}

/** How many blocks of gradients a batch of `images` images fills. */
function usedBlocks(images: number, chunk: number, parts: number): number {
  const chunks = Math.ceil(images / chunk);
  return Math.ceil(chunks / Math.ceil(chunks / parts));
}

/** The work of a started thread: it becomes member `index` of the crew and obeys orders until told to stop. */
export function serve(plan: CrewPlan, index: number): void {
  new Member(plan, index).serve();
}
