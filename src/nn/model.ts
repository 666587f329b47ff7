/** A network as a list of named layers that knows its shapes and parameters, checks itself and prints itself. */
import { checkChoice, checkText, isEqualData, isRecord, shown, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import { elementsOf } from '../base/tensor.ts';
import { type Initialization, initializations } from './initializers.ts';
import { type LayerBuffer, type LayerParameter, largestSize, type Shape } from './layer.ts';
import { about, checkLayer, type Layer } from './layers.ts';

/** One layer of a model with the shapes of a single image before and after it. */
export interface ModelLayer {
  readonly name: string;
  readonly layer: Layer;
  readonly input: Shape;
  readonly output: Shape;
  /** The layers whose outputs it reads: none for the model's first layer, else the one before it and what it names. */
  readonly reads: readonly string[];
  /** With full names, for instance `conv1.weight`. */
  readonly parameters: readonly LayerParameter[];
  /** Tensors that are saved and not trained, with full names, for instance `bn1.running_mean`. */
  readonly buffers: readonly LayerBuffer[];
  /** Multiply-accumulates for one image, forward. */
  readonly multiplyAdds: number;
  /** Connections as LeCun counts them: the inputs of every unit, with its bias as one of them. */
  readonly connections: number;
}

/** An architecture without weights. It is plain data and never changes, so it may be posted to another thread. */
export interface Model {
  readonly name: string;
  /** One image's shape. */
  readonly input: readonly [channels: number, height: number, width: number];
  /** How many outputs there are, 1 to 256. */
  readonly classes: number;
  readonly layers: readonly ModelLayer[];
  /** The rule for its initial weights. */
  readonly initialization: Initialization;
}

/**
 * Builds a model from named layers in order; the names become PyTorch's parameter names (`conv1` -> `conv1.weight`).
 * @param name of the model, for messages and files.
 * @param input one image's [channels, height, width], integers of at least 1.
 * @param layers by name: a letter, then letters, digits or _. The last layer must give one flat row of 1 to 256 logits.
 * @param initialization the rule for initial weights: `glorot` (default), `lecun`, `lecun1998` or `torch`.
 * @throws UsageError naming the layer, what it expects and what it got.
 */
export function sequential(
  name: string,
  input: readonly [channels: number, height: number, width: number],
  layers: Readonly<Record<string, Layer>>,
  initialization: Initialization = 'glorot',
): Model {
  checkText('sequential: name of the model', name);
  if (!Array.isArray(input) || input.length !== 3 || input.some((size) => !Number.isInteger(size) || size < 1)) {
    const got = Array.isArray(input) ? `[${input.map(shown).join(', ')}]` : shown(input);
    throw new UsageError(`model ${name}: input must be [channels, height, width], integers from 1, got ${got}`);
  }
  if (!isRecord(layers)) throw wrong(`model ${name}: layers`, 'an object of layers by name', layers);
  checkChoice(`initialization of model ${name}`, initialization, initializations);
  const placed = layersAfter(name, input, layers);
  const read = new Set(placed.flatMap(({ reads }) => reads));
  const unread = placed.slice(0, -1).find((layer) => !read.has(layer.name));
  if (unread) throw new UsageError(`model ${name}, layer ${unread.name}: no layer reads its output`);
  const shape = placed.at(-1)?.output ?? input;
  if (shape.length !== 1 || shape[0]! > 256) {
    throw new UsageError(`model ${name}: the last layer must give 1 to 256 logits, got [${shape.join(', ')}]`);
  }
  return { name, input, classes: shape[0]!, layers: placed, initialization };
}

/**
 * The shape after some layers: what the next layer reads.
 * @param name of the model, for messages. @throws UsageError naming the layer that does not fit.
 */
export function shapeAfter(name: string, input: Shape, layers: Readonly<Record<string, Layer>>): Shape {
  return layersAfter(name, input, layers).at(-1)?.output ?? input;
}

/** The layers with the shapes before and after each. @throws UsageError naming the layer that does not fit. */
function layersAfter(name: string, input: Shape, layers: Readonly<Record<string, Layer>>): ModelLayer[] {
  checkSize(`model ${name}: input`, input);
  const done: ModelLayer[] = [];
  for (const [layerName, layer] of Object.entries(layers)) {
    // A key that looks like a number would be moved to the front by JavaScript.
    if (!/^[a-z]\w*(\.\w+)*$/i.test(layerName)) {
      throw new UsageError(
        `model ${name}: layer name "${layerName}" must be a letter followed by letters, digits or _; dots may divide it`,
      );
    }
    const where = `model ${name}, layer ${layerName}`;
    if (/^optimizer\./i.test(layerName))
      throw new UsageError(`${where}: in files, "optimizer." begins the names of an optimizer's state`);
    withWhere(where, () => checkLayer(layer));
    done.push(withWhere(where, () => layerAfter(input, done, layerName, layer)));
    const { output, parameters } = done.at(-1)!;
    checkSize(where, output);
    for (const parameter of parameters)
      checkSize(`model ${name}, parameter ${parameter.name}`, parameter.shape, mostWeights);
  }
  return done;
}

/** The layer that comes after those done. @throws UsageError saying what does not fit. */
function layerAfter(input: Shape, done: readonly ModelLayer[], name: string, layer: Layer): ModelLayer {
  const kind = about(layer);
  const before = done.at(-1);
  const named = kind.reads();
  const other = named && earlierLayer(done, named.name).output;
  const shape = named?.alone ? other! : (before?.output ?? input);
  const output = kind.outputShape(shape, other);
  return {
    name,
    layer,
    input: shape,
    output,
    reads: [...(before && !named?.alone ? [before.name] : []), ...(named ? [named.name] : [])],
    parameters: kind.parameters().map((parameter) => ({ ...parameter, name: `${name}.${parameter.name}` })),
    buffers: kind.buffers().map((buffer) => ({ ...buffer, name: `${name}.${buffer.name}` })),
    multiplyAdds: kind.multiplyAdds(output, shape),
    connections: kind.connections(output, shape),
  };
}

/** @throws UsageError if no layer before has this name: a layer that reads itself or a later one would be a cycle. */
function earlierLayer(done: readonly ModelLayer[], name: string): ModelLayer {
  const found = done.find((layer) => layer.name === name);
  if (found) return found;
  const names = done.map((layer) => layer.name).join(', ') || 'there is none';
  throw new UsageError(`reads layer ${shown(name)}, but only layers before it can be read (${names})`);
}

/** The most numbers of one parameter: more do not fit, with their gradient and an optimizer's state, in 4 GiB. */
const mostWeights = 2 ** 28;

function checkSize(what: string, shape: Shape, most = largestSize): void {
  if (elementsOf(shape) <= most) return;
  throw new UsageError(`${what}: ${shape.join('x')} is too large: at most ${most} numbers fit`);
}

/**
 * Checks that the value is a model, as {@link sequential} makes it: it may have been posted by another thread or written by hand.
 * @param what names the argument. @throws UsageError saying what does not fit.
 */
export function checkModel(what: string, model: Model): void {
  const wanted = 'a model, as sequential() makes it';
  if (!isRecord(model) || !Array.isArray(model.layers)) {
    throw wrong(what, wanted, model);
  }
  const layers: Record<string, Layer> = {};
  for (const entry of model.layers as readonly ModelLayer[]) {
    if (!isRecord(entry) || typeof entry.name !== 'string') throw wrong(`${what}: a layer`, '{ name, layer }', entry);
    if (Object.hasOwn(layers, entry.name)) throw new UsageError(`${what}: two layers are named ${entry.name}`);
    layers[entry.name] = entry.layer;
  }
  const again = sequential(model.name, model.input, layers, model.initialization);
  if (!isEqualData(again, model))
    throw new UsageError(`${what}: shapes or parameters are not those of its layers; expected ${wanted}`);
}

/** All parameters of a model, in order. */
export function parametersOf(model: Model): readonly LayerParameter[] {
  return model.layers.flatMap((layer) => layer.parameters);
}

/** All tensors of a model that are saved and not trained, in order. */
export function buffersOf(model: Model): readonly LayerBuffer[] {
  return model.layers.flatMap((layer) => layer.buffers);
}

/** Name and shape of every tensor of a model's state dict, in PyTorch's order: layer by layer, parameters before buffers. */
export function tensorsOf(model: Model): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  return model.layers.flatMap(({ parameters, buffers }) => [...parameters, ...buffers]);
}

/** Whether the model's outputs are negative squared distances from codes: its last layer is an rbf. */
export function givesDistances(model: Model): boolean {
  return model.layers.at(-1)?.layer.type === 'rbf';
}

/** How many numbers of a model are trained. @throws UsageError unless it is a model. */
export function parameterCount(model: Model): number {
  checkModel('parameterCount()', model);
  return trainedCount(model, new Set());
}

/** {@link parameterCount} without the layers that are frozen. @param frozen names of layers. */
export function trainedCount({ layers }: Model, frozen: ReadonlySet<string>): number {
  const trained = layers.filter(({ name }) => !frozen.has(name));
  return sum(trained.flatMap(({ parameters }) => parameters).map(trainable));
}

/** Connections as LeCun counts them: the inputs of every unit, with its bias as one of them. @throws UsageError unless it is a model. */
export function connectionCount(model: Model): number {
  checkModel('connectionCount()', model);
  return sum(model.layers.map(({ connections }) => connections));
}

/** How many elements of a parameter are trained. */
function trainable({ shape, absent }: LayerParameter): number {
  return elementsOf(shape) - (absent ? absent.size * absent.runs.length : 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** The table of layers: name, layer, output shape, parameters, connections, multiply-accumulates for one image. The first row is a head, the last has totals. */
export function layerTable(model: Model): string[][] {
  const count = (n: number) => (n === 0 ? '-' : counted(n));
  const rows = model.layers.map(({ name, layer, output, parameters, connections, multiplyAdds }) => [
    name,
    about(layer).print(),
    output.join('x'),
    count(sum(parameters.map(trainable))),
    count(connections),
    count(multiplyAdds),
  ]);
  const multiplyAdds = sum(model.layers.map((layer) => layer.multiplyAdds));
  return [
    ['layer', '', 'output', 'parameters', 'connections', 'MACs'],
    ['input', '', model.input.join('x'), '-', '-', '-'],
    ...rows,
    ['total', '', '', ...[parameterCount(model), connectionCount(model), multiplyAdds].map(count)],
  ];
}

/**
 * The table of layers as lines of text: name, layer, output shape, parameters, connections, multiply-accumulates for one image.
 * @param width columns of the terminal, above 0. Where the table is wider, it loses its last column, or its last two. Default: any width.
 * @throws UsageError unless it is a model, and the width such a number.
 */
export function describeModel(model: Model, width = Infinity): string {
  checkModel('describeModel()', model);
  if (!(typeof width === 'number' && width > 0)) throw wrong('describeModel(): width', 'a number above 0', width);
  const table = layerTable(model);
  const set = (columns: number) =>
    alignColumns(
      table.map((row) => row.slice(0, columns)),
      new Set([3, 4, 5]),
    );
  const fits = (text: string) => text.split('\n').every((line) => line.length <= width);
  return [6, 5].map(set).find(fits) ?? set(4);
}

/** Rows of cells as lines of text, with two spaces between columns. @param right the columns that are aligned to the right. */
export function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const align = (cell: string, i: number) => (right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!));
  return rows.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

/** Calls `make`, whose mistakes then begin with `where`. */
function withWhere<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${where}: ${error.message}`, { cause: error });
    throw error;
  }
}
