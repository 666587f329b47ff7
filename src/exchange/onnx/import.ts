/** Reads a network with its weights from an ONNX file of any software, as far as it is a chain of layers that exist here. */
import { checkText, kindOf, wrong } from '../../base/argument.ts';
import { UsageError, WorldError } from '../../base/errors.ts';
import { describeKind, isOnnx, kindOfFile } from '../../base/file-kind.ts';
import { visible } from '../../base/plain-text.ts';
import { elementsOf, type StateDict, type Tensor } from '../../base/tensor.ts';
import {
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  readOnnx,
} from '../../formats/onnx.ts';
import { about, type Layer } from '../../nn/layers.ts';
import { type Model, sequential, shapeAfter } from '../../nn/model.ts';
import { Chain, ChainNode } from './chain.ts';
import type { FoundLayer } from './translation.ts';
import { translations } from './translations.ts';

/** A network that was read from an ONNX file. */
export interface ImportedModel {
  readonly model: Model;
  /** By the model's names, in its order. */
  readonly weights: StateDict;
  readonly metadata: ReadonlyMap<string, string>;
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

/** The most characters of a model's or a layer's name. */
const mostName = 64;

/** The versions of ONNX's operators whose meaning is known here. */
const opsets = { least: 7, most: 24 } as const;

/**
 * Reads a network from an ONNX file: one input [N, channels, height, width], a chain of operators that layers here express, one output
 * [N, classes]. A softmax at the end and dropout are left out.
 * @param what names the file in errors.
 * @throws UsageError unless it is given bytes; WorldError in one line, naming the file and what in it is not supported, damaged or too large.
 */
export function importOnnx(bytes: Uint8Array, what = 'the model file'): ImportedModel {
  if (kindOf(bytes) !== 'Uint8Array') throw wrong('importOnnx(): bytes', 'a Uint8Array', bytes);
  checkText('importOnnx(): what', what);
  const kind = isOnnx(bytes) ? undefined : kindOfFile(bytes);
  if (kind) throw new WorldError(`${what} is no ONNX file but ${describeKind(kind)}`);
  try {
    return read(bytes, what);
  } catch (error) {
    // Names in the file may have line breaks, and any length.
    if (error instanceof WorldError)
      throw new WorldError(visible(error.message).slice(0, mostMessage), { cause: error });
    if (error instanceof UsageError) throw new WorldError(`${what}: ${visible(error.message)}`, { cause: error });
    throw error;
  }
}

/** The most characters of a message. */
const mostMessage = 1000;

function read(bytes: Uint8Array, what: string): ImportedModel {
  const file = readOnnx(bytes, what);
  if (file.opset < opsets.least || file.opset > opsets.most) {
    throw new WorldError(
      `${what} has operators of version ${file.opset} (opset); ${opsets.least} to ${opsets.most} are read`,
    );
  }
  return modelOf(file, what);
}

function modelOf({ graph, metadata }: OnnxModel, what: string): ImportedModel {
  const input = inputOf(graph, what);
  const notes: string[] = [];
  const nodes = chainOf(graph, input, { what, notes });
  const model = (metadata.get('model') || graph.name || 'imported').slice(0, mostName);
  // Each size is checked before anything is made of it.
  let shape = shapeAfter(model, input.shape, {});
  const layers: Record<string, Layer> = {};
  const weights = new Map<string, Tensor>();
  for (let at = 0; at < nodes.length; ) {
    const chain = new Chain(nodes.slice(at), shape);
    const found = layerAt(chain);
    const taken = nodes.slice(at, at + chain.taken);
    for (const node of taken) node.refuseUnasked();
    const name = nameFor(taken, found, layers);
    layers[name] = found.layer;
    shape = shapeAfter(model, shape, { [name]: found.layer });
    for (const [i, parameter] of about(found.layer).parameters().entries()) {
      weights.set(`${name}.${parameter.name}`, { shape: parameter.shape, data: found.parameters[i]!.data });
    }
    at += chain.taken;
  }
  requireFinite(weights, what);
  return { model: sequential(model, input.shape, layers), weights, metadata, notes };
}

function layerAt(chain: Chain): FoundLayer {
  for (const { read } of Object.values(translations)) {
    const found = read(chain);
    if (found) return found;
  }
  throw chain.peek()!.unsupported('this operator is not supported here');
}

interface Input {
  readonly name: string;
  readonly shape: readonly [number, number, number];
}

/** The one input that is no constant. Old files list the constants among the inputs. */
function inputOf({ inputs, initializers }: OnnxGraph, what: string): Input {
  const free = inputs.filter(({ name }) => !initializers.has(name));
  const [input] = free;
  if (!input || free.length > 1) {
    throw new WorldError(`${what} has ${free.length} inputs; only networks with one input are supported`);
  }
  const [channels, height, width] = input.shape
    .slice(1)
    .map((size) => (typeof size === 'number' && size > 0 ? size : 0));
  if (input.shape.length !== 4 || !channels || !height || !width) {
    throw new WorldError(
      `${what}: input ${input.name} has the shape [${input.shape.map(sizeText).join(', ')}]; expected [N, channels, height, width]`,
    );
  }
  return { name: input.name, shape: [channels, height, width] };
}

function sizeText(size: OnnxValue['shape'][number]): string {
  return size === '' ? '?' : `${size}`;
}

/** Operators at the end that turn logits into probabilities, which keep their order. */
const ends = new Set(['Softmax', 'LogSoftmax']);

/** Whether a node passes its first input on, once a network is trained: PyTorch pads with nothing before it averages. */
function isPass(node: ChainNode): boolean {
  if (node.operator === 'Identity' || node.operator === 'Dropout') return true;
  const pads = node.operator === 'Pad' ? (node.integersAt(1) ?? node.integers('pads')) : undefined;
  return pads?.every((size) => size === 0) ?? false;
}

/** The nodes from the input to the output, each with its constants. @throws WorldError where they are no chain. */
function chainOf(
  graph: OnnxGraph,
  input: Input,
  { what, notes }: { readonly what: string; readonly notes: string[] },
): ChainNode[] {
  const { constants, rest } = foldConstants(graph, what);
  const [output] = graph.outputs;
  if (!output || graph.outputs.length > 1) {
    throw new WorldError(`${what} has ${graph.outputs.length} outputs; only networks with one output are supported`);
  }
  const readers = new Map<string, OnnxNode[]>();
  for (const node of rest) {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const chain: ChainNode[] = [];
  let value = input.name;
  for (let steps = 0; value !== output.name; steps++) {
    const [node, other] = readers.get(value) ?? [];
    if (!node || steps > rest.length)
      throw new WorldError(`${what}: no way leads from input ${input.name} to output ${output.name}`);
    const place = node.inputs.indexOf(value);
    const entry = new ChainNode(
      node,
      node.inputs.map((name) => constants.get(name)),
      place,
      what,
    );
    if (node.domain !== '') throw entry.unsupported(`operators of ${node.domain} are not supported`);
    if (other)
      throw entry.unsupported(
        `its input also goes to ${other.name || other.operator}; only a chain of layers is supported`,
      );
    const foreign = node.inputs.findIndex((name, i) => i !== place && name !== '' && !constants.has(name));
    if (foreign >= 0)
      throw entry.unsupported(`its input ${node.inputs[foreign]} is no constant; only a chain of layers is supported`);
    value = node.outputs[0] ?? '';
    if (isPass(entry)) continue;
    if (ends.has(node.operator) && value === output.name) {
      notes.push(`${what}: ${entry.name} at its end was left out: the outputs are logits.`);
      continue;
    }
    chain.push(entry);
  }
  return chain;
}

/** Computes the values that do not depend on the input; the other nodes are left. */
function foldConstants({ nodes, initializers }: OnnxGraph, what: string) {
  const constants = new Map(initializers);
  const rest: OnnxNode[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => constants.get(name));
    const value = node.domain === '' ? folded(new ChainNode(node, inputs, 0, what), inputs) : undefined;
    if (value && node.outputs[0] !== undefined) constants.set(node.outputs[0], value);
    else rest.push(node);
  }
  return { constants, rest };
}

/** The value of a node whose inputs are constants, for the few operators that files use on constants. */
function folded(node: ChainNode, [first]: readonly (OnnxTensor | undefined)[]): OnnxTensor | undefined {
  if (node.operator === 'Constant') {
    const value = node.constant('value');
    if (value) return value;
    const integers = node.integers('value_ints');
    if (integers) return { shape: [integers.length], integers };
    const float = node.float('value_float', Number.NaN);
    return Number.isNaN(float) ? undefined : { shape: [], data: Float32Array.of(float) };
  }
  if (!first) return undefined;
  if (node.operator === 'Identity') return first;
  if (node.operator === 'Unsqueeze') {
    const axes = node.integersAt(1) ?? node.integers('axes') ?? [];
    const rank = first.shape.length + axes.length;
    const places = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
    if (rank > 8 || places.size !== axes.length || [...places].some((axis) => !(axis >= 0 && axis < rank)))
      return undefined;
    const sizes = [...first.shape];
    const shape = Array.from({ length: rank }, (_, axis) => (places.has(axis) ? 1 : sizes.shift()!));
    return { ...first, shape };
  }
  if (node.operator === 'Reshape' && 'data' in first) {
    const wanted = node.integersAt(1) ?? [];
    const known = wanted.filter((size) => size !== -1);
    const left = first.data.length / elementsOf(known);
    const shape = wanted.map((size) => (size === -1 ? left : size));
    const isFine = wanted.length <= 8 && shape.every((size) => Number.isInteger(size) && size > 0);
    return isFine && elementsOf(shape) === first.data.length ? { ...first, shape } : undefined;
  }
  return undefined;
}

/**
 * The name of a layer: of its weights (`conv1.weight`), or the first part of its node's (`relu1/Relu`), or its type and
 * a number. Names of layers are letters, digits and _.
 */
function nameFor(nodes: readonly ChainNode[], { layer }: FoundLayer, layers: Readonly<Record<string, Layer>>): string {
  const weights = nodes.flatMap((node) => [0, 1, 2].map((input) => node.constantName(input) ?? ''));
  const ofWeights = weights.find((name) => name.endsWith('.weight'))?.slice(0, -'.weight'.length);
  const parts = nodes[0]!.name.split('/').filter((part) => part !== '');
  const given = (ofWeights ?? parts.slice(0, -1).join('_')).replaceAll(/\W/g, '_').slice(0, mostName);
  const wanted = /^[a-z]\w*$/i.test(given) ? given : '';
  if (wanted !== '' && !Object.hasOwn(layers, wanted)) return wanted;
  const stem = wanted === '' ? layer.type : `${wanted}_`;
  for (let i = 1; ; i++) if (!Object.hasOwn(layers, `${stem}${i}`)) return `${stem}${i}`;
}

function requireFinite(weights: StateDict, what: string): void {
  for (const [name, { data }] of weights) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new WorldError(`${what}: tensor ${name} holds ${data[bad]} at position ${bad}`);
  }
}
