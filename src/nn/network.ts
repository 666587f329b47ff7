/** A model in memory: its parameters in one block, its layers ready to run on chunks of images. */
import { isRecord, kindOf, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf, type StateDict, type Tensor } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import { type Kernels, lanesOf, type Width } from '../engine/kernels.ts';
import { Branches } from './branches.ts';
import { frozenTensors } from './frozen.ts';
import { stepsOf } from './fusion.ts';
import type { Activation, PlacedLayer, Site, WholeBatch } from './layer.ts';
import { about } from './layers.ts';
import { buffersOf, type Model, parametersOf, tensorsOf } from './model.ts';
import type { Pass } from './pass.ts';

/**
 * Byte offset of every tensor in a block that holds all of them, and the block's size. Each takes whole vectors of
 * eight, so that a kernel that writes past a weight's end reaches no further than its bias.
 */
export interface TensorBlock {
  readonly offsets: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/** The block of a model's parameters; also of their gradients, and of each state of an optimizer. */
export function layOutParameters(model: Model): TensorBlock {
  return layOut(parametersOf(model));
}

/** The block of a model's buffers: what is saved with the parameters and not trained. */
export function layOutBuffers(model: Model): TensorBlock {
  return layOut(buffersOf(model));
}

type NamedShapes = readonly { readonly name: string; readonly shape: readonly number[] }[];

function layOut(tensors: NamedShapes): TensorBlock {
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const { name, shape } of tensors) {
    offsets.set(name, bytes);
    bytes += bytesOf(shape);
  }
  return { offsets, bytes: Math.ceil(bytes / 64) * 64 };
}

/** Bytes of a tensor in its block. */
function bytesOf(shape: readonly number[]): number {
  return Math.ceil(elementsOf(shape) / 8) * 32;
}

/** Consecutive parameters in their block, in bytes from its start; `to` is the start of the next. */
export interface ParameterStretch {
  readonly from: number;
  readonly to: number;
  /** Whether they are tensors of one dimension: biases, and the coefficients of subsampling. */
  readonly areBiases: boolean;
  /** Whether they are not trained. */
  readonly areFrozen: boolean;
}

/**
 * The block of parameters as the fewest stretches of parameters that are treated alike.
 * @param options splitsBiases: whether biases are treated differently, default no; then all count as weights. frozen: the
 * names of layers that are not trained, default none.
 */
export function stretchesOf(
  model: Model,
  {
    splitsBiases = false,
    frozen = new Set(),
  }: { readonly splitsBiases?: boolean; readonly frozen?: ReadonlySet<string> } = {},
): readonly ParameterStretch[] {
  const { offsets, bytes } = layOutParameters(model);
  const frozenNames = frozenTensors(model, frozen);
  const stretches: ParameterStretch[] = [];
  for (const { name, shape } of parametersOf(model)) {
    const from = offsets.get(name)!;
    const [areBiases, areFrozen] = [splitsBiases && shape.length === 1, frozenNames.has(name)];
    const last = stretches.at(-1);
    if (last) stretches[stretches.length - 1] = { ...last, to: from };
    if (last?.areBiases !== areBiases || last.areFrozen !== areFrozen)
      stretches.push({ from, to: bytes, areBiases, areFrozen });
  }
  const last = stretches.pop();
  return last ? [...stretches, { ...last, to: bytes }] : [];
}

/** The place of the first number of a tensor that is not finite, or a running variance below 0; -1 where there is none. */
export function unsoundAt(name: string, data: Float32Array): number {
  const isVariance = isVarianceName(name);
  return data.findIndex((value) => !Number.isFinite(value) || (isVariance && value < 0));
}

function isVarianceName(name: string): boolean {
  return name.endsWith('.running_var');
}

/** @throws UsageError naming the first tensor with a number as in {@link unsoundAt}. */
export function checkFiniteTensors(tensors: StateDict): void {
  for (const [name, { data }] of tensors) {
    const bad = unsoundAt(name, data);
    if (bad < 0) continue;
    const expected = isVarianceName(name) ? 'variances from 0' : 'finite numbers';
    throw new UsageError(`tensor ${name} holds ${data[bad]} at position ${bad}, expected ${expected}`);
  }
}

/** Where a model's tensors are: the blocks of its parameters and of its buffers. */
export interface ModelAddresses {
  readonly parameters: number;
  readonly buffers: number;
}

/** Allocates the blocks of a model's tensors. */
export function allocateModel(model: Model, arena: Arena): ModelAddresses {
  return {
    parameters: arena.allocate(layOutParameters(model).bytes),
    buffers: arena.allocate(layOutBuffers(model).bytes),
  };
}

/** Copies a model's tensors into its blocks. @throws UsageError when a name or a shape is not the model's. */
export function writeModel(model: Model, tensors: StateDict, arena: Arena, to: ModelAddresses): void {
  checkParameters(model, tensors);
  writeTensors(parametersOf(model), tensors, arena, to.parameters);
  writeTensors(buffersOf(model), tensors, arena, to.buffers);
}

/** Copies a model's tensors out of its blocks: its state dict. */
export function readModel(model: Model, arena: Arena, from: ModelAddresses): StateDict {
  const found = new Map([
    ...readTensors(parametersOf(model), arena, from.parameters),
    ...readTensors(buffersOf(model), arena, from.buffers),
  ]);
  return new Map(tensorsOf(model).map(({ name }) => [name, found.get(name)!]));
}

/** Copies a tensor for each parameter into a block. @throws UsageError when a name or a shape is not the model's. */
export function writeParameters(model: Model, tensors: StateDict, arena: Arena, address: number): void {
  checkState(model, tensors);
  writeTensors(parametersOf(model), tensors, arena, address);
}

/** Copies a block with a tensor for each parameter out. */
export function readParameters(model: Model, arena: Arena, address: number): StateDict {
  return readTensors(parametersOf(model), arena, address);
}

function writeTensors(wanted: NamedShapes, tensors: StateDict, arena: Arena, address: number): void {
  const { offsets } = layOut(wanted);
  for (const { name, shape } of wanted) {
    arena.f32(address + offsets.get(name)!, elementsOf(shape)).set(tensors.get(name)!.data);
  }
}

function readTensors(wanted: NamedShapes, arena: Arena, address: number): Map<string, Tensor> {
  const { offsets } = layOut(wanted);
  return new Map(
    wanted.map(({ name, shape }): [string, Tensor] => [
      name,
      { shape, data: arena.f32(address + offsets.get(name)!, elementsOf(shape)).slice() },
    ]),
  );
}

/**
 * @param what names the tensors in messages, for instance `initial`.
 * @throws UsageError naming the first tensor that is missing, foreign, no float32 tensor, or of another shape than the model's.
 */
export function checkParameters(model: Model, tensors: StateDict, what = 'weights'): void {
  checkTensors(model, tensorsOf(model), tensors, what);
}

/** {@link checkParameters} for a state of an optimizer: it has a tensor for each parameter, and none for buffers. */
export function checkState(model: Model, tensors: StateDict, what = 'weights'): void {
  checkTensors(model, parametersOf(model), tensors, what);
}

function checkTensors(model: Model, needed: NamedShapes, tensors: StateDict, what: string): void {
  if (kindOf(tensors) !== 'Map') {
    const way = isRecord(tensors) ? '; new Map(Object.entries(weights)) makes one of an object' : '';
    throw new UsageError(`${what}: expected a Map from names to tensors { shape, data }, got ${shown(tensors)}${way}`);
  }
  const wanted = new Map(needed.map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of wanted) {
    const found = tensors.get(name);
    if (found === undefined)
      throw new UsageError(`model ${model.name} needs a tensor ${name} [${shape.join(', ')}], which is missing`);
    const [givenShape, data]: [unknown, unknown] = isRecord(found) ? [found.shape, found.data] : [undefined, undefined];
    if (!Array.isArray(givenShape)) throw wrong(`tensor ${name}`, '{ shape: numbers, data: a Float32Array }', found);
    if (kindOf(data) !== 'Float32Array') throw wrong(`tensor ${name}: data`, 'a Float32Array', data);
    if (found.shape.join() !== shape.join()) {
      throw new UsageError(
        `tensor ${name}: model ${model.name} needs [${shape.join(', ')}], got [${found.shape.map(shown).join(', ')}]`,
      );
    }
    const { length } = found.data;
    if (length !== elementsOf(shape)) {
      throw new UsageError(`tensor ${name} [${shape.join(', ')}] needs ${elementsOf(shape)} numbers, got ${length}`);
    }
  }
  for (const name of tensors.keys()) {
    if (!wanted.has(name))
      throw new UsageError(`tensor ${name} is not one of model ${model.name}'s: ${[...wanted.keys()].join(', ')}`);
  }
}

/**
 * Where the numbers of whole batches are, for the layers that need them: for each such layer, those combined forward,
 * those combined backward, and the contribution of every chunk, which both directions use.
 */
export interface StatisticsBlock {
  /** By the layer's name: bytes from the block's start, and bytes from one set of numbers to the next. */
  readonly layers: ReadonlyMap<string, { readonly offset: number; readonly stride: number }>;
  readonly bytes: number;
}

/**
 * @param chunks the most of a batch. @param frozen layers that are not trained: they need no statistics. The block is
 * empty if no layer needs whole batches.
 */
export function layOutStatistics(
  model: Model,
  chunks: number,
  frozen: ReadonlySet<string> = new Set(),
): StatisticsBlock {
  const layers = new Map<string, { offset: number; stride: number }>();
  let bytes = 0;
  for (const { name, layer } of model.layers) {
    const floats = about(layer).statistics();
    if (floats === 0 || frozen.has(name)) continue;
    const stride = Math.ceil(floats / 16) * 64;
    layers.set(name, { offset: bytes, stride });
    bytes += (2 + chunks) * stride;
  }
  return { layers, bytes };
}

/** Whether a layer of the model that is trained needs whole batches: all chunks of a batch then go through it together. */
export function needsWholeBatches(model: Model, frozen: ReadonlySet<string> = new Set()): boolean {
  return model.layers.some(({ name, layer }) => about(layer).statistics() > 0 && !frozen.has(name));
}

export interface NetworkOptions {
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** Where the layers have their {@link Site.working} memory. Default: in `arena`. */
  readonly working?: Arena;
  /** How many images the kernels compute side by side. */
  readonly width: Width;
  /** The most packs in one call. */
  readonly packs: number;
  /** Whether gradients will be computed. */
  readonly training: boolean;
  /** Whether there is only one image at a time, in lane 0. Then `packs` is 1 and `training` false. Default false. */
  readonly single?: boolean;
  /** Whether second derivatives will be computed. Default false. */
  readonly curvature?: boolean;
  /** Whether every layer is a step of its own, and nothing overwrites its output. Default false. */
  readonly keepsOutputs?: boolean;
  readonly addresses: ModelAddresses;
  /** The layers that are not trained. Default: none. */
  readonly frozen?: ReadonlySet<string>;
  /** Address of the {@link StatisticsBlock}, and the chunks it is laid out for; only if the network is trained on whole batches. */
  readonly statistics?: { readonly address: number; readonly chunks: number };
}

/** One step of a network: its layers, and the kernels that compute them. */
export interface NetworkStep {
  readonly layers: readonly string[];
  readonly forward: string;
  readonly backward: string;
}

/**
 * The place in a network that needs numbers from the whole batch. Layers before and after it run chunk by chunk; here they wait
 * for all chunks.
 */
export interface MeetingPoint extends WholeBatch {
  /** Address of the contribution of a chunk of the batch. */
  contribution(chunk: number): number;
}

export interface Network {
  readonly steps: readonly NetworkStep[];
  readonly input: Activation;
  /** Of each step, by the name of its last layer. A later step may overwrite it, unless the network keeps outputs. */
  readonly outputs: ReadonlyMap<string, Activation>;
  readonly logits: Activation;
  /**
   * Must be called after every change of the tensors, before `forward`. `learning`: whether `backward` will follow.
   * Prepares all networks that have the same {@link NetworkOptions.working} memory.
   */
  prepare(learning: boolean): void;
  /** Reads input.value, writes logits.value. */
  forward(pass: Pass): void;
  /** Reads logits.gradient, writes the parameters' gradients to the block at `gradients`. */
  backward(pass: Pass, gradients: number): void;
  /** Where a training pass waits for the whole batch, from first to last. They divide the network into stages, one more than there are points. */
  readonly meetings: readonly MeetingPoint[];
  /** The part of `forward` from a meeting point (stage 0: from the input) to the next (the last stage: to the logits). */
  forwardStage(stage: number, pass: Pass): void;
  /** The part of `backward` from a meeting point (the last stage: from the logits) to just behind the one before. */
  backwardStage(stage: number, pass: Pass, gradients: number): void;
  /** The part of the block of parameters for which `backwardStage` writes gradients, in bytes. */
  gradientsOf(stage: number): { readonly from: number; readonly to: number };
  /**
   * Reads the second derivatives of the loss by each output from logits.gradient; writes the second derivatives by each
   * parameter to the block at `gradients`. If the last layer is an rbf, logits.gradient must hold the gradient of the
   * loss -z[label] instead. Overwrites logits.gradient.
   */
  curvature(pass: Pass, gradients: number): void;
  /** Whether the last layer gives negative distances, as rbf does. */
  readonly hasDistances: boolean;
}

export function placeNetwork(model: Model, options: NetworkOptions): Network {
  const { kernels, arena, width, packs, training, single = false, curvature = false, addresses } = options;
  const { working = arena, keepsOutputs = false } = options;
  const { offsets, bytes } = layOutParameters(model);
  const { offsets: bufferOffsets } = layOutBuffers(model);
  const lanes = lanesOf[width];
  const vectorBytes = lanes * 4;
  const input: Activation = {
    shape: model.input,
    value: arena.allocate(packs * elementsOf(model.input) * vectorBytes),
    gradient: 0,
    // Teachers read the images after the network has gone forward.
    isShared: true,
  };
  const branches = new Branches(model, kernels, arena, packs, vectorBytes);
  const { frozen = new Set() } = options;
  const statistics = options.statistics && layOutStatistics(model, options.statistics.chunks, frozen).layers;
  const placedLayers: PlacedLayer[] = [];
  /** For each of them: the end of its parameters in their block. */
  const parameterEnds: number[] = [];
  const meetings: (MeetingPoint & { readonly index: number })[] = [];
  const steps: NetworkStep[] = [];
  const outputs = new Map<string, Activation>();
  let end = 0;
  let last = input;
  for (const { layers, place } of stepsOf(model, keepsOutputs)) {
    const [first, outputLayer] = [layers[0]!, layers.at(-1)!];
    const parameters = layers.flatMap((layer) => layer.parameters);
    const gradientOffsets = parameters.map(({ name }) => offsets.get(name)!);
    const block = statistics?.get(first.name);
    const combined = block ? options.statistics!.address + block.offset : 0;
    const placed = place({
      name: first.name,
      kernels,
      arena,
      working,
      lanes,
      vectorBytes,
      packs,
      training,
      isFrozen: frozen.has(first.name),
      single,
      curvature,
      outputShape: outputLayer.output,
      gradientOffsets,
      ...branches.inputOf(first, last),
      parameters: gradientOffsets.map((offset) => addresses.parameters + offset),
      buffers: first.buffers.map(({ name }) => addresses.buffers + bufferOffsets.get(name)!),
      statistics: { forward: combined, backward: combined && combined + block!.stride },
    });
    if (placed.wholeBatch && combined) {
      const contribution = (chunk: number) => combined + (2 + chunk) * block!.stride;
      meetings.push({ ...placed.wholeBatch, contribution, index: placedLayers.length });
    }
    for (const { shape } of parameters) end += bytesOf(shape);
    const [forward, backward] = placed.work;
    steps.push({ layers: layers.map(({ name }) => name), forward, backward });
    const isTrained = parameters.length > 0 && !frozen.has(first.name);
    const { output, join, isWanted } = branches.outputOf(outputLayer, first, placed.output, isTrained);
    placedLayers.push(isWanted ? placed : { ...placed, backward() {}, curvature() {} });
    parameterEnds.push(end);
    if (join) {
      placedLayers.push(join);
      parameterEnds.push(end);
    }
    last = keepsOutputs ? { ...output, isShared: true } : output;
    outputs.set(outputLayer.name, last);
  }
  const count = placedLayers.length;
  const backward = (from: number, to: number, pass: Pass, gradients: number) => {
    for (let i = from - 1; i >= to; i--) placedLayers[i]!.backward(pass, gradients);
  };
  return {
    steps,
    input,
    outputs,
    logits: last,
    prepare(learning) {
      for (const placed of placedLayers) placed.prepare?.(learning);
    },
    forward(pass) {
      for (const placed of placedLayers) placed.forward(pass);
    },
    backward: (pass, gradients) => backward(count, 0, pass, gradients),
    meetings,
    forwardStage(stage, pass) {
      const [from, to] = [meetings[stage - 1]?.index ?? 0, meetings[stage]?.index ?? count];
      for (let i = from; i < to; i++) placedLayers[i]!.forward(pass);
    },
    backwardStage(stage, pass, gradients) {
      backward((meetings[stage]?.index ?? count - 1) + 1, (meetings[stage - 1]?.index ?? -1) + 1, pass, gradients);
    },
    gradientsOf(stage) {
      const [before, after] = [meetings[stage - 1], meetings[stage]];
      return { from: before ? parameterEnds[before.index]! : 0, to: after ? parameterEnds[after.index]! : bytes };
    },
    hasDistances: placedLayers.at(-1)?.lossCurvature !== undefined,
    curvature(pass, gradients) {
      const [loss, ...before] = [...placedLayers].reverse() as [PlacedLayer, ...PlacedLayer[]];
      if (loss.lossCurvature) loss.lossCurvature(pass);
      else loss.curvature(pass, gradients);
      for (const placed of before) placed.curvature(pass, gradients);
    },
  };
}
