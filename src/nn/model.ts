/** A network as a list of named layers that knows its shapes and parameters, checks itself and prints itself. */
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Initialization } from './initializers.ts';
import type { LayerParameter, Shape } from './layer.ts';
import { about, type Layer } from './layers.ts';

/** One layer of a model with the shapes of a single image before and after it. */
export interface ModelLayer {
  readonly name: string;
  readonly layer: Layer;
  readonly input: Shape;
  readonly output: Shape;
  /** With full names, for instance `conv1.weight`. */
  readonly parameters: readonly LayerParameter[];
  /** Multiply-accumulates for one image, forward. */
  readonly multiplyAdds: number;
  /** Connections as LeCun counts them: the inputs of every unit, with its bias as one of them. */
  readonly connections: number;
}

/** An architecture without weights. It is plain data and never changes, so it may be posted to another thread. */
export interface Model {
  readonly name: string;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: number;
  readonly layers: readonly ModelLayer[];
  /** The rule for its initial weights. */
  readonly initialization: Initialization;
}

/**
 * Builds a model from named layers in order; the names become PyTorch's parameter names (`conv1` -> `conv1.weight`).
 * @param input one image's [channels, height, width].
 * @throws UsageError naming the layer, what it expects and what it got; the last layer must give one flat row of logits.
 */
export function sequential(
  name: string,
  input: readonly [channels: number, height: number, width: number],
  layers: Readonly<Record<string, Layer>>,
  initialization: Initialization = 'glorot',
): Model {
  if (input.length !== 3 || input.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new UsageError(`model ${name}: input must be [channels, height, width], got [${input.join(', ')}]`);
  }
  let shape: Shape = input;
  const placed = Object.entries(layers).map(([layerName, layer]): ModelLayer => {
    // A key that looks like a number would be moved to the front by JavaScript.
    if (!/^[a-z]\w*$/i.test(layerName)) {
      throw new UsageError(
        `model ${name}: layer name "${layerName}" must be a letter followed by letters, digits or _`,
      );
    }
    const kind = about(layer);
    const before = shape;
    shape = withWhere(`model ${name}, layer ${layerName}`, () => kind.outputShape(before));
    const parameters = kind.parameters().map((p) => ({ ...p, name: `${layerName}.${p.name}` }));
    const counts = { multiplyAdds: kind.multiplyAdds(shape), connections: kind.connections(shape) };
    return { name: layerName, layer, input: before, output: shape, parameters, ...counts };
  });
  if (shape.length !== 1 || shape[0]! > 256) {
    throw new UsageError(`model ${name}: the last layer must give 1 to 256 logits, got [${shape.join(', ')}]`);
  }
  return { name, input, classes: shape[0]!, layers: placed, initialization };
}

/** All parameters of a model, in order. */
export function parametersOf(model: Model): readonly LayerParameter[] {
  return model.layers.flatMap((layer) => layer.parameters);
}

/** Whether the model's outputs are negative squared distances from codes: its last layer is an rbf. */
export function givesDistances(model: Model): boolean {
  return model.layers.at(-1)?.layer.type === 'rbf';
}

export function parameterCount(model: Model): number {
  return sum(parametersOf(model).map(trainable));
}

export function connectionCount(model: Model): number {
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
  const count = (n: number) => (n === 0 ? '-' : n.toLocaleString('en-US'));
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
 * {@link layerTable} as lines of text.
 * @param width columns of the terminal. Where the table is wider, it loses its last column, or its last two.
 */
export function describeModel(model: Model, width = Infinity): string {
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
