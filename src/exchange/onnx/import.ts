/** Reads a network with its weights from an ONNX file of any software, as far as its layers exist here. */
import { checkText, kindOf, wrong } from '../../base/argument.ts';
import { UsageError, WorldError } from '../../base/errors.ts';
import { describeKind, isOnnx, kindOfFile } from '../../base/file-kind.ts';
import { visible } from '../../base/plain-text.ts';
import { elementsOf, type StateDict, type Tensor } from '../../base/tensor.ts';
import { type OnnxModel, readOnnx } from '../../formats/onnx.ts';
import { dropout } from '../../nn/dropout.ts';
import type { Shape } from '../../nn/layer.ts';
import { about, type Layer } from '../../nn/layers.ts';
import { type Model, sequential, shapeAfter } from '../../nn/model.ts';
import { mostLayers } from '../../nn/model-data.ts';
import { outputOf } from '../../nn/output-of.ts';
import { Chain, type ChainNode, type Surroundings } from './chain.ts';
import { type LiveGraph, liveGraph } from './graph.ts';
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
 * Reads a network from an ONNX file: one input [N, channels, height, width], operators that layers here express, branches that an Add
 * joins, one output [N, classes]. A softmax at the end and dropout are left out.
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

function modelOf({ graph: whole, metadata }: OnnxModel, what: string): ImportedModel {
  const graph = liveGraph(whole, what);
  const name = (metadata.get('model') || whole.name || 'imported').slice(0, mostName);
  const { layers, weights } = new Walk(graph, name, what).end();
  requireFinite(weights, what);
  return { model: sequential(name, graph.input.shape, layers), weights, metadata, notes: graph.notes };
}

/** Goes through a graph from the input to the output and makes its layers, one after the other. */
class Walk implements Surroundings {
  readonly #graph: LiveGraph;
  readonly #model: string;
  readonly #what: string;
  readonly #layers: Record<string, Layer> = {};
  readonly #weights = new Map<string, Tensor>();
  /** The values that layers gave. */
  readonly #done = new Map<string, { readonly name: string; readonly shape: Shape }>();
  readonly #left: Set<ChainNode>;
  /** The output of the last layer, and its shape. */
  #value: string;
  #shape: Shape;
  /** The name of a layer before all others that passes the image on, where other layers than the first read it. */
  #inputName: string | undefined;

  constructor(graph: LiveGraph, model: string, what: string) {
    this.#graph = graph;
    this.#model = model;
    this.#what = what;
    this.#left = new Set(graph.nodes);
    this.#value = graph.input.name;
    this.#shape = shapeAfter(model, graph.input.shape, {});
  }

  end(): { readonly layers: Readonly<Record<string, Layer>>; readonly weights: StateDict } {
    while (this.#left.size > 0) {
      const next = this.#next();
      if (!next.values.includes(this.#value)) this.#goBack(next.values[0]!);
      this.#makeLayer(next);
    }
    const first = this.#inputName === undefined ? {} : { [this.#inputName]: dropout(0) };
    return { layers: { ...first, ...this.#layers }, weights: this.#weights };
  }

  /** A node whose inputs are all known: the first in the file that reads the last layer's output, else the first of all. */
  #next(): ChainNode {
    const isReady = (node: ChainNode) => this.#left.has(node) && node.values.every((value) => this.#isDone(value));
    const found = this.#graph.readers(this.#value).find(isReady) ?? [...this.#left].find(isReady);
    if (found) return found;
    const [stuck] = this.#left as Iterable<ChainNode> as [ChainNode];
    throw stuck.unsupported('its input depends on its own output');
  }

  #isDone(value: string): boolean {
    return value === this.#graph.input.name || this.#done.has(value);
  }

  /** The next layer reads an earlier value. */
  #goBack(value: string): void {
    const { name, shape } = this.layerAt(value);
    this.#add(this.#freeName('outputOf', ''), outputOf(name), shape);
    this.#value = value;
  }

  #makeLayer(first: ChainNode): void {
    const chain = new Chain(first, this.#value, this.#shape, this);
    const found = layerAt(chain);
    for (const node of chain.takenNodes) {
      node.refuseUnasked();
      this.#left.delete(node);
    }
    const { layer } = found;
    const name = this.#freeName(layer.type, givenName(chain.takenNodes));
    // Each size is checked before anything is made of it.
    const shape = about(layer).reads() ? this.#shape : shapeAfter(this.#model, this.#shape, { [name]: layer });
    this.#add(name, layer, shape);
    this.#value = chain.takenNodes.at(-1)!.output;
    this.#done.set(this.#value, { name, shape });
    const tensors = [...found.parameters, ...(found.buffers ?? [])];
    for (const [i, wanted] of [...about(layer).parameters(), ...about(layer).buffers()].entries()) {
      const { data } = tensors[i]!;
      const count = elementsOf(wanted.shape);
      if (data.length !== count)
        throw first.unsupported(`${wanted.name} has ${data.length} numbers instead of ${count}`);
      this.#weights.set(`${name}.${wanted.name}`, { shape: wanted.shape, data });
    }
  }

  #add(name: string, layer: Layer, shape: Shape): void {
    if (Object.keys(this.#layers).length >= mostLayers) {
      throw new WorldError(`${this.#what} has more than ${mostLayers} layers; at most ${mostLayers} are read`);
    }
    this.#layers[name] = layer;
    this.#shape = shape;
  }

  /** The wanted name, with a number if it is taken; without one, the layer's type and a number. */
  #freeName(type: string, wanted: string): string {
    const isFree = (name: string) => !Object.hasOwn(this.#layers, name) && name !== this.#inputName;
    if (wanted !== '' && isFree(wanted)) return wanted;
    const stem = wanted === '' ? type : `${wanted}_`;
    for (let i = 1; ; i++) if (isFree(`${stem}${i}`)) return `${stem}${i}`;
  }

  onlyReader(value: string): ChainNode | undefined {
    const readers = this.#graph.readers(value);
    return readers.length === 1 && value !== this.#graph.output ? readers[0] : undefined;
  }

  layerAt(value: string): { readonly name: string; readonly shape: Shape } {
    if (value !== this.#graph.input.name) return this.#done.get(value)!;
    this.#inputName ??= this.#freeName('input', Object.hasOwn(this.#layers, 'input') ? '' : 'input');
    return { name: this.#inputName, shape: this.#graph.input.shape };
  }
}

function layerAt(chain: Chain): FoundLayer {
  for (const { read } of Object.values(translations)) {
    const found = read(chain);
    if (found) return found;
  }
  const node = chain.peek()!;
  throw node.unsupported(
    node.isJoin
      ? `it joins ${node.values.length > 1 ? node.values.join(' and ') : `${node.values[0]} with itself`}; only Add joins two outputs of layers here`
      : 'this operator is not supported here',
  );
}

/**
 * The name of a layer in the file: of its weights (`block1.conv1.weight`), or that of its node without the operator (`block1.add/Add`, of PyTorch
 * `/block1/relu/Relu` and `/features/features.1/Relu`). Empty where it has none that a layer may have.
 */
function givenName(nodes: readonly ChainNode[]): string {
  const weights = nodes.flatMap((node) => [0, 1, 2].map((input) => node.constantName(input) ?? ''));
  const ofWeights = weights.find((name) => name.endsWith('.weight'))?.slice(0, -'.weight'.length);
  const parts = nodes[0]!.name.split('/').filter((part) => part !== '');
  const scopes = parts.slice(0, -1).filter((part, i) => !parts[i + 1]!.startsWith(`${part}.`));
  const name = (ofWeights ?? scopes.join('.')).replaceAll(/[^\w.]/g, '_').slice(0, mostName);
  return /^[a-z]\w*(\.\w+)*$/i.test(name) && !/^optimizer\./i.test(name) ? name : '';
}

function requireFinite(weights: StateDict, what: string): void {
  for (const [name, { data }] of weights) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new WorldError(`${what}: tensor ${name} holds ${data[bad]} at position ${bad}`);
  }
}
