/** The part of a graph through which the input leads to the output: its nodes with their constants, and who reads what. */
import { WorldError } from '../../base/errors.ts';
import { elementsOf } from '../../base/tensor.ts';
import type { OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from '../../formats/onnx.ts';
import { ChainNode } from './chain.ts';

/** The one input of a network, with the shape of one image. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly [number, number, number];
}

/** A graph without its constants, without what does nothing, and without what the output does not need. */
export interface LiveGraph {
  readonly input: GraphInput;
  /** The name of the value that is the network's output. */
  readonly output: string;
  /** In the order of the file. */
  readonly nodes: readonly ChainNode[];
  /** The nodes that read a value, in the order of the file. */
  readers(value: string): readonly ChainNode[];
  /** What was left out, in sentences. */
  readonly notes: readonly string[];
}

/** Operators at the end that turn logits into probabilities, which keep their order. */
const ends = new Set(['Softmax', 'LogSoftmax']);

/** @param what names the file. @throws WorldError where no way leads from the input to the output, and for a node that reads what is not known. */
export function liveGraph(graph: OnnxGraph, what: string): LiveGraph {
  const input = inputOf(graph, what);
  const { constants, rest } = foldConstants(graph, what);
  const [output] = graph.outputs;
  if (!output || graph.outputs.length > 1) {
    throw new WorldError(`${what} has ${graph.outputs.length} outputs; only networks with one output are supported`);
  }
  const producers = producersOf(rest, input, what);
  const { isReached, passed } = reachedFrom(input.name, rest, constants);
  /** The value itself, or the one that nodes have passed on as it. */
  const source = (name: string): string => {
    let found = name;
    for (let steps = 0; passed.has(found); steps++) {
      if (steps > passed.size) throw new WorldError(`${what}: value ${name} depends on itself`);
      found = passed.get(found)!;
    }
    return found;
  };
  const notes: string[] = [];
  let end = source(output.name);
  const last = producers.get(end);
  if (last && ends.has(last.operator) && last.domain === '' && isReached(last.inputs[0] ?? '')) {
    notes.push(`${what}: ${last.name || last.operator} at its end was left out: the outputs are logits.`);
    end = source(last.inputs[0]!);
  }
  if (!isReached(end)) {
    throw new WorldError(`${what}: no way leads from input ${input.name} to output ${output.name}`);
  }
  const live = new Set<OnnxNode>();
  const wanted = [end];
  for (let value = wanted.pop(); value !== undefined; value = wanted.pop()) {
    const node = producers.get(value);
    if (!node || live.has(node)) continue;
    live.add(node);
    wanted.push(...node.inputs.filter(isReached).map(source));
  }
  const nodes = rest
    .filter((node) => live.has(node))
    .map((node) => nodeOf(node, { constants, isReached, source, what }));
  const readers = new Map<string, ChainNode[]>();
  for (const node of nodes) {
    for (const value of node.values) {
      const others = readers.get(value);
      if (others) others.push(node);
      else readers.set(value, [node]);
    }
  }
  return { input, output: end, nodes, readers: (value) => readers.get(value) ?? [], notes };
}

/** The one input that is no constant. Old files list the constants among the inputs. */
function inputOf({ inputs, initializers }: OnnxGraph, what: string): GraphInput {
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

/** The node that makes each value. @throws WorldError where two nodes make the same value. */
function producersOf(nodes: readonly OnnxNode[], input: GraphInput, what: string): ReadonlyMap<string, OnnxNode> {
  const producers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    const [value = ''] = node.outputs;
    if (value === '') continue;
    if (producers.has(value) || value === input.name) {
      throw new WorldError(`${what}: value ${value} is made twice, also by ${node.name || node.operator}`);
    }
    producers.set(value, node);
  }
  return producers;
}

/** The values that depend on the input; `passed`: what nodes that do nothing make, and of which value. */
function reachedFrom(input: string, nodes: readonly OnnxNode[], constants: ReadonlyMap<string, OnnxTensor>) {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      const others = readers.get(name);
      if (others) others.push(node);
      else readers.set(name, [node]);
    }
  }
  const reached = new Set([input]);
  const passed = new Map<string, string>();
  // The set grows while it is read.
  for (const value of reached) {
    for (const node of readers.get(value) ?? []) {
      const [output = ''] = node.outputs;
      if (output === '') continue;
      reached.add(output);
      if (node.inputs[0] === value && isPass(node, constants)) passed.set(output, value);
    }
  }
  return { isReached: (name: string) => reached.has(name), passed };
}

/** Whether a node passes its first input on, once a network is trained: PyTorch pads with nothing before it averages. */
function isPass(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): boolean {
  if (node.domain !== '') return false;
  if (node.operator === 'Identity' || node.operator === 'Dropout') return true;
  if (node.operator !== 'Pad') return false;
  const [input, attribute] = [constants.get(node.inputs[1] ?? ''), node.attributes.pads];
  const found = input ?? attribute;
  return found !== undefined && 'integers' in found && found.integers.every((size) => size === 0);
}

interface Places {
  readonly constants: ReadonlyMap<string, OnnxTensor>;
  isReached(name: string): boolean;
  source(name: string): string;
  readonly what: string;
}

/** @throws WorldError for operators of other domains, and inputs that neither are constants nor depend on the network's input. */
function nodeOf(node: OnnxNode, { constants, isReached, source, what }: Places): ChainNode {
  const reached = node.inputs.filter(isReached);
  const found = new ChainNode(
    node,
    {
      constants: node.inputs.map((name) => constants.get(name)),
      values: [...new Set(reached.map(source))],
      place: node.inputs.findIndex(isReached),
      isJoin: reached.length > 1,
    },
    what,
  );
  if (node.domain !== '') throw found.unsupported(`operators of ${node.domain} are not supported`);
  const unknown = node.inputs.find((name) => name !== '' && !constants.has(name) && !isReached(name));
  if (unknown !== undefined) throw found.unsupported(`its input ${unknown} is no constant and no output of a layer`);
  return found;
}

/** Computes the values that do not depend on the input; the other nodes are left. */
function foldConstants({ nodes, initializers }: OnnxGraph, what: string) {
  const constants = new Map(initializers);
  const rest: OnnxNode[] = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => constants.get(name));
    const alone = { constants: inputs, values: [], place: 0, isJoin: false };
    const value = node.domain === '' ? folded(new ChainNode(node, alone, what), inputs) : undefined;
    if (value && node.outputs[0] !== undefined) constants.set(node.outputs[0], value);
    else rest.push(...meanAndFlatten(node));
  }
  return { constants, rest };
}

/** A ReduceMean that drops its axes as one that keeps them, and a Flatten: no layer does both. */
function meanAndFlatten(node: OnnxNode): readonly OnnxNode[] {
  const { keepdims } = node.attributes;
  if (node.operator !== 'ReduceMean' || !keepdims || !('integer' in keepdims) || keepdims.integer !== 0) return [node];
  const kept = `${node.outputs[0]}/kept`;
  return [
    { ...node, outputs: [kept], attributes: { ...node.attributes, keepdims: { integer: 1 } } },
    { ...node, name: '', operator: 'Flatten', inputs: [kept], attributes: {} },
  ];
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
