/** A model in memory: its parameters in one block, its layers ready to run on chunks of images. */
import { isRecord, kindOf, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf, type StateDict, type Tensor } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import { type Kernels, lanesOf, type Width } from '../engine/kernels.ts';
import { stepsOf } from './fusion.ts';
import type { Activation, PlacedLayer } from './layer.ts';
import { type Model, parametersOf } from './model.ts';

/**
 * Byte offset of every parameter in a block that holds all of them, and the block's size. Each takes whole vectors of
 * eight, so that a kernel that writes past a weight's end reaches no further than its bias.
 */
export interface ParameterBlock {
  readonly offsets: ReadonlyMap<string, number>;
  readonly bytes: number;
}

export function layOutParameters(model: Model): ParameterBlock {
  const offsets = new Map<string, number>();
  let bytes = 0;
  for (const { name, shape } of parametersOf(model)) {
    offsets.set(name, bytes);
    bytes += Math.ceil(elementsOf(shape) / 8) * 32;
  }
  return { offsets, bytes: Math.ceil(bytes / 64) * 64 };
}

/** Consecutive parameters in their block, in bytes from its start; `to` is the start of the next. */
export interface ParameterStretch {
  readonly from: number;
  readonly to: number;
  /** Whether they are tensors of one dimension: biases, and the coefficients of subsampling. */
  readonly areBiases: boolean;
}

/** The block of parameters as the fewest stretches of weights or biases. */
export function stretchesOf(model: Model): readonly ParameterStretch[] {
  const { offsets, bytes } = layOutParameters(model);
  const stretches: ParameterStretch[] = [];
  for (const { name, shape } of parametersOf(model)) {
    const [from, areBiases] = [offsets.get(name)!, shape.length === 1];
    const last = stretches.at(-1);
    if (last) stretches[stretches.length - 1] = { ...last, to: from };
    if (last?.areBiases !== areBiases) stretches.push({ from, to: bytes, areBiases });
  }
  const last = stretches.pop();
  return last ? [...stretches, { ...last, to: bytes }] : [];
}

/** @throws UsageError naming the first tensor that holds a number that is not finite. */
export function checkFiniteTensors(tensors: StateDict): void {
  for (const [name, { data }] of tensors) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new UsageError(`tensor ${name} holds ${data[bad]} at position ${bad}, expected finite numbers`);
  }
}

/** Copies named tensors into a block. @throws UsageError when a name or a shape is not the model's. */
export function writeParameters(model: Model, tensors: StateDict, arena: Arena, address: number): void {
  checkParameters(model, tensors);
  const { offsets } = layOutParameters(model);
  for (const { name, shape } of parametersOf(model)) {
    arena.f32(address + offsets.get(name)!, elementsOf(shape)).set(tensors.get(name)!.data);
  }
}

/** Copies a block's tensors out. */
export function readParameters(model: Model, arena: Arena, address: number): StateDict {
  const { offsets } = layOutParameters(model);
  return new Map(
    parametersOf(model).map(({ name, shape }): [string, Tensor] => [
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
  if (kindOf(tensors) !== 'Map') {
    const way = isRecord(tensors) ? '; new Map(Object.entries(weights)) makes one of an object' : '';
    throw new UsageError(`${what}: expected a Map from names to tensors { shape, data }, got ${shown(tensors)}${way}`);
  }
  const wanted = new Map(parametersOf(model).map(({ name, shape }) => [name, shape]));
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

export interface NetworkOptions {
  readonly kernels: Kernels;
  readonly arena: Arena;
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
  /** Address of the block of parameters. */
  readonly parameters: number;
}

/** One step of a network: its layers, and the kernels that compute them. */
export interface NetworkStep {
  readonly layers: readonly string[];
  readonly forward: string;
  readonly backward: string;
}

export interface Network {
  readonly steps: readonly NetworkStep[];
  readonly input: Activation;
  readonly logits: Activation;
  /**
   * Must be called after every change of the parameters, before `forward`. `learning`: whether `backward` will follow.
   */
  prepare(learning: boolean): void;
  /** Reads input.value, writes logits.value. */
  forward(packs: number): void;
  /** Reads logits.gradient, writes the parameters' gradients to the block at `gradients`. */
  backward(packs: number, gradients: number): void;
  /**
   * Reads the second derivatives of the loss by each output from logits.gradient; writes the second derivatives by each
   * parameter to the block at `gradients`. If the last layer is an rbf, logits.gradient must hold the gradient of the
   * loss -z[label] instead. Overwrites logits.gradient.
   */
  curvature(packs: number, gradients: number): void;
  /** Whether the last layer gives negative distances, as rbf does. */
  readonly hasDistances: boolean;
}

export function placeNetwork(model: Model, options: NetworkOptions): Network {
  const { kernels, arena, width, packs, training, single = false, curvature = false } = options;
  const { offsets } = layOutParameters(model);
  const lanes = lanesOf[width];
  const vectorBytes = lanes * 4;
  const input: Activation = {
    shape: model.input,
    value: arena.allocate(packs * elementsOf(model.input) * vectorBytes),
    gradient: 0,
  };
  const placedLayers: PlacedLayer[] = [];
  const steps: NetworkStep[] = [];
  let last = input;
  // The first layer with parameters is the last that needs gradients.
  let wanted = false;
  for (const { layers, place } of stepsOf(model)) {
    const parameters = layers.flatMap((layer) => layer.parameters);
    const gradientOffsets = parameters.map(({ name }) => offsets.get(name)!);
    const placed = place({
      kernels,
      arena,
      lanes,
      vectorBytes,
      packs,
      training,
      single,
      curvature,
      outputShape: layers.at(-1)!.output,
      gradientOffsets,
      input: wanted ? last : { ...last, gradient: 0 },
      parameters: gradientOffsets.map((offset) => options.parameters + offset),
    });
    wanted ||= parameters.length > 0;
    placedLayers.push(placed);
    const [forward, backward] = placed.work;
    steps.push({ layers: layers.map(({ name }) => name), forward, backward });
    last = placed.output;
  }
  return {
    steps,
    input,
    logits: last,
    prepare(learning) {
      for (const placed of placedLayers) placed.prepare?.(learning);
    },
    forward(count) {
      for (const placed of placedLayers) placed.forward(count);
    },
    backward(count, gradients) {
      for (let i = placedLayers.length - 1; i >= 0; i--) placedLayers[i]!.backward(count, gradients);
    },
    hasDistances: placedLayers.at(-1)?.lossCurvature !== undefined,
    curvature(count, gradients) {
      const [end, ...before] = [...placedLayers].reverse() as [PlacedLayer, ...PlacedLayer[]];
      if (end.lossCurvature) end.lossCurvature(count);
      else end.curvature(count, gradients);
      for (const placed of before) placed.curvature(count, gradients);
    },
  };
}
