/** A network as a list of named layers that knows its shapes and parameters, checks itself and prints itself. */
import { UsageError } from '../base/errors.ts';
import { sizeOf } from '../base/tensor.ts';
import type { Parameter, Shape } from './layer.ts';
import { about, type Layer } from './layers.ts';

/** One layer of a model with the shapes of a single image before and after it. */
export interface ModelLayer {
  readonly name: string;
  readonly layer: Layer;
  readonly input: Shape;
  readonly output: Shape;
  /** With full names, for instance `conv1.weight`. */
  readonly parameters: readonly Parameter[];
  /** Multiply-accumulates for one image, forward. */
  readonly multiplyAdds: number;
}

/** An architecture without weights: immutable, plain data, may be posted to another thread. */
export interface Model {
  readonly name: string;
  readonly input: readonly [channels: number, height: number, width: number];
  readonly classes: number;
  readonly layers: readonly ModelLayer[];
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
    shape = withPlace(`model ${name}, layer ${layerName}`, () => kind.outputShape(before));
    const parameters = kind.parameters().map((p) => ({ ...p, name: `${layerName}.${p.name}` }));
    return { name: layerName, layer, input: before, output: shape, parameters, multiplyAdds: kind.multiplyAdds(shape) };
  });
  if (shape.length !== 1 || shape[0]! > 256) {
    throw new UsageError(`model ${name}: the last layer must give 1 to 256 logits, got [${shape.join(', ')}]`);
  }
  return { name, input, classes: shape[0]!, layers: placed };
}

/** All parameters of a model, in order. */
export function parametersOf(model: Model): readonly Parameter[] {
  return model.layers.flatMap((layer) => layer.parameters);
}

export function parameterCount(model: Model): number {
  return parametersOf(model).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** The table of layers: name, layer, output shape, parameters, multiply-accumulates an image; a header line first and totals last. */
export function describeModel(model: Model): string {
  const count = (n: number) => n.toLocaleString('en-US');
  const rows = model.layers.map(({ name, layer, output, parameters, multiplyAdds }) => {
    const trainable = parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return [
      name,
      about(layer).print(),
      output.join('x'),
      trainable ? count(trainable) : '-',
      multiplyAdds ? count(multiplyAdds) : '-',
    ];
  });
  const total = model.layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const table = [
    ['layer', '', 'output', 'parameters', 'MACs'],
    ['input', '', model.input.join('x'), '-', '-'],
    ...rows,
    ['total', '', '', count(parameterCount(model)), count(total)],
  ];
  return alignColumns(table, new Set([3, 4]));
}

/** Rows of cells as lines of text, two spaces between columns; those in `right` are aligned to the right. */
export function alignColumns(rows: readonly (readonly string[])[], right: ReadonlySet<number> = new Set()): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const align = (cell: string, i: number) => (right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!));
  return rows.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

function withPlace<T>(place: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${place}: ${error.message}`, { cause: error });
    throw error;
  }
}
