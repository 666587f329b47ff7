/** The threads that share the work of one model: what each is told once, and what each does on every order. */
import { Arena } from '../engine/arena.ts';
import { Barrier, barrierWords } from '../engine/barrier.ts';
import { bindKernels, type Kernels } from '../engine/kernels.ts';
import type { Loss } from '../nn/losses.ts';
import type { Model } from '../nn/model.ts';
import { layOutParameters, type Network, placeNetwork } from '../nn/network.ts';
import { type Optimizer, step } from '../nn/optimizers.ts';
import { rateFactor, type ScheduleName } from '../nn/schedules.ts';

/** A data set in the engine's memory. */
export interface PlacedSet {
  readonly images: number;
  readonly labels: number;
  readonly floats: boolean;
  readonly size: number;
}

/** Everything a thread needs to take part: plain data and shared memory, posted once. All numbers but counts are addresses. */
export interface CrewPlan {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly model: Model;
  readonly optimizer: Optimizer | null;
  readonly loss: Loss;
  readonly schedule: ScheduleName;
  /** Passes of the whole run. */
  readonly epochs: number;
  readonly threads: number;
  readonly batchSize: number;
  /** Images a thread works on at once; a fixed number, so that sums do not depend on who does what. */
  readonly chunk: number;
  /** Blocks of gradients a batch is summed in; each holds one or more consecutive chunks. */
  readonly parts: number;
  readonly control: number;
  /** Where each thread may place its own network. */
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
}

/** Starts plan.threads - 1 threads that call {@link serve}, numbered from 1; `close` resolves when all are gone. */
export type StartThreads = (plan: CrewPlan) => Promise<{ close(): Promise<void> }>;

/** Threads to share the work of one model with; the thread that calls is one of them. */
export interface Threads {
  readonly count: number;
  readonly start: StartThreads;
}

/** Words of the control block: the barrier's, then the order and its arguments. */
export const controlWords = 16;
const orderWord = barrierWords;
const orders = { stop: 0, train: 1, evaluate: 2, curve: 3 } as const;
type Order = keyof typeof orders;
type Arguments = readonly [number, number, number, number];

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
  readonly #blockBytes: number;

  constructor(plan: CrewPlan, index: number) {
    const { memory, model, chunk, optimizer } = plan;
    const quads = Math.ceil(chunk / 4);
    const curvature = optimizer?.name === 'sdlm';
    this.#plan = plan;
    this.#index = index;
    this.#arena = new Arena(memory, plan.regions[index]!);
    this.#kernels = bindKernels(plan.module, memory);
    this.#chunkIndices = this.#arena.allocate(chunk * 4);
    this.#chunkLabels = this.#arena.allocate(chunk);
    this.#blockBytes = layOutParameters(model).bytes;
    this.#spare = this.#arena.allocate(optimizer ? this.#blockBytes : 0);
    this.#network = placeNetwork(model, {
      kernels: this.#kernels,
      arena: this.#arena,
      parameters: plan.parameters,
      quads,
      training: optimizer !== null,
      curvature,
    });
    this.#words = this.#arena.i32(plan.control, controlWords);
    this.#barrier = new Barrier(this.#words, plan.threads);
  }

  /** First address behind this member's region. */
  get end(): number {
    return this.#arena.end;
  }

  /** Gives an order to all members, takes part in it, and returns when all are done. */
  command(order: Order, ...args: Arguments): void {
    this.#words.set([orders[order], ...args], orderWord);
    this.#barrier.wait();
    this.#obey(order, args);
    if (order !== 'stop') this.#barrier.wait();
  }

  /** Obeys orders until told to stop. */
  serve(): void {
    try {
      for (;;) {
        this.#barrier.wait(true);
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
    if (order === 'curve' && this.#index === 0) this.#curve(set, count);
  }

  /** Batches first to first + count - 1 of the epoch whose order stands in `indices`; t counts updates done before. */
  #train(setIndex: number, first: number, count: number, t: number): void {
    const { chunk, parts, batchSize, threads, gradients, optimizer, schedule, epochs } = this.#plan;
    const set = this.#plan.sets[setIndex]!;
    const epoch = Math.floor(t / Math.ceil(set.size / batchSize));
    const learningRate = optimizer!.learningRate * rateFactor(schedule, epoch, epochs);
    const rated = { ...optimizer!, learningRate };
    for (let batch = first; batch < first + count; batch++) {
      const start = batch * batchSize;
      const end = Math.min(start + batchSize, set.size);
      const chunks = Math.ceil((end - start) / chunk);
      const chunksPerPart = Math.ceil(chunks / parts);
      const usedParts = Math.ceil(chunks / chunksPerPart);
      this.#network.prepare(true);
      for (let part = this.#index; part < usedParts; part += threads) {
        const block = gradients + part * this.#blockBytes;
        const last = Math.min((part + 1) * chunksPerPart, chunks);
        for (let c = part * chunksPerPart; c < last; c++) {
          const from = start + c * chunk;
          const images = Math.min(chunk, end - from);
          const isFirst = c === part * chunksPerPart;
          this.#learn(set, from, images, 1 / (end - start), isFirst ? block : this.#spare);
          if (!isFirst) this.#add(block, this.#spare);
        }
      }
      this.#barrier.wait();
      this.#update(rated, t + 1 + batch - first, usedParts);
      this.#barrier.wait();
    }
  }

  #learn(set: PlacedSet, from: number, images: number, scale: number, block: number): void {
    const { losses, predicted } = this.#plan;
    this.#see(set, from, images);
    this.#loss({
      labels: this.#chunkLabels,
      count: images,
      scale,
      gradient: this.#network.logits.gradient,
      losses: losses + from * 8,
      predicted: predicted + from,
    });
    this.#network.backward(Math.ceil(images / 4), block);
  }

  /** Images `from` on of the order: their labels, and forward. */
  #see(set: PlacedSet, from: number, images: number): void {
    const { indices } = this.#plan;
    const labels = this.#arena.u8(set.labels, set.size);
    const order = this.#arena.i32(indices + from * 4, images);
    const chunkLabels = this.#arena.u8(this.#chunkLabels, images);
    for (let i = 0; i < images; i++) chunkLabels[i] = labels[order[i]!]!;
    this.#gather(set, indices + from * 4, images);
    this.#network.forward(Math.ceil(images / 4));
  }

  /** The loss of the images whose logits the network has computed. */
  #loss(images: Omit<Parameters<Kernels['rightLogitLoss']>[0], 'logits' | 'classes'>): void {
    const { loss, model } = this.#plan;
    const { labels, count, scale, gradient, losses, predicted } = images;
    const logits = this.#network.logits.value;
    const { classes } = model;
    if (loss.name === 'mse') {
      this.#kernels.rightLogitLoss({ logits, labels, count, classes, scale, gradient, losses, predicted });
      return;
    }
    const backgroundLogit = loss.name === 'map' ? -loss.j : -Infinity;
    this.#kernels.softmaxCrossEntropy({
      logits,
      labels,
      count,
      classes,
      scale,
      gradient,
      losses,
      predicted,
      backgroundLogit,
    });
  }

  /**
   * Second derivatives of a mean over the first `count` images of the order, into the optimizer's state: of the cross-entropy, or of the distance
   * from the right code. The latter also where the loss is equation 9, whose own ones vanish as the network grows sure of itself,
   * which would let the rates of all parameters rise to their ceiling (docs/1998.md).
   */
  #curve(setIndex: number, count: number): void {
    const { chunk, model, optimizerState, losses, predicted } = this.#plan;
    const set = this.#plan.sets[setIndex]!;
    const [hessian] = optimizerState as [number];
    const network = this.#network;
    const { value, gradient } = network.logits;
    network.prepare(true);
    for (let from = 0; from < count; from += chunk) {
      const images = Math.min(chunk, count - from);
      this.#see(set, from, images);
      const chunkOf = { labels: this.#chunkLabels, count: images, classes: model.classes, gradient };
      const args = { ...chunkOf, logits: value, scale: 1, losses, predicted };
      if (network.hasDistances) {
        this.#kernels.rightLogitLoss(args);
      } else {
        this.#kernels.softmaxCrossEntropy({ ...args, backgroundLogit: -Infinity });
        this.#kernels.softmaxOfGradient(chunkOf);
      }
      network.curvature(Math.ceil(images / 4), from === 0 ? hessian : this.#spare);
      if (from > 0) this.#add(hessian, this.#spare);
    }
    const vectors = this.#blockBytes / 16;
    this.#kernels.rescaleVectors({ x: hessian, y: hessian, vectors, scale: 1 / count, offset: 0 });
  }

  /** The optimizer's step t on this member's share of the parameters. */
  #update(optimizer: Optimizer, t: number, chunks: number): void {
    const { threads, parameters, optimizerState, gradients } = this.#plan;
    const lines = this.#blockBytes / 64;
    const from = Math.floor((lines * this.#index) / threads) * 64;
    const to = Math.floor((lines * (this.#index + 1)) / threads) * 64;
    step(this.#kernels, optimizer, t, {
      x: parameters + from,
      gradients: gradients + from,
      stride: this.#blockBytes,
      chunks,
      state: optimizerState.map((address) => address + from),
      vectors: (to - from) / 16,
    });
  }

  /** Losses, predictions and logits of images first to first + count - 1; first is a multiple of the chunk. */
  #evaluate(setIndex: number, first: number, count: number): void {
    const { chunk, threads, model, losses, predicted, logits } = this.#plan;
    const set = this.#plan.sets[setIndex]!;
    const order = this.#arena.i32(this.#chunkIndices, chunk);
    const classes = model.classes;
    this.#network.prepare(false);
    for (let from = first + this.#index * chunk; from < first + count; from += chunk * threads) {
      const images = Math.min(chunk, first + count - from);
      const quads = Math.ceil(images / 4);
      for (let i = 0; i < images; i++) order[i] = from + i;
      this.#gather(set, this.#chunkIndices, images);
      this.#network.forward(quads);
      this.#loss({
        labels: set.labels + from,
        count: images,
        scale: 0,
        gradient: 0,
        losses: losses + from * 8,
        predicted: predicted + from,
      });
      const rowStride = classes * 4;
      const rows = logits + from * rowStride;
      this.#kernels.quadsToRows({ src: this.#network.logits.value, quads, elements: classes, rows, rowStride });
    }
  }

  /** Adds the block of parameters at `from` to the block at `to`. */
  #add(to: number, from: number): void {
    this.#kernels.addVectors({ dst: to, src: from, vectors: this.#blockBytes / 16 });
  }

  #gather(set: PlacedSet, indices: number, count: number): void {
    const [channels, height, width] = this.#plan.model.input;
    const gather = set.floats ? this.#kernels.gatherFloats : this.#kernels.gatherBytes;
    const dst = this.#network.input.value;
    gather({ images: set.images, indices, count, channels, area: height * width, dst });
  }
}

/** What a started thread does: takes its place in the crew and obeys until told to stop. */
export function serve(plan: CrewPlan, index: number): void {
  new Member(plan, index).serve();
}
