/**
 * The contract of the layers' arithmetic: every implementation gives PyTorch's numbers for odd sizes, partial packs and
 * ties.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

export interface Block {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type LayerOp =
  | 'conv2d'
  | 'maxPool2d'
  | 'avgPool2d'
  | 'subsample2d'
  | 'relu'
  | 'tanh'
  | 'sigmoid'
  | 'linear'
  | 'rbf'
  | 'rescale'
  | 'normalize'
  | 'pad2d'
  | 'leakyRelu'
  | 'gelu'
  | 'silu'
  | 'globalAvgPool2d'
  | 'batchNorm2d'
  | 'dropout';

/** A golden case (test/golden/make_golden.py, make_lenet5_1998.py, make_normalize.py, make_modern_layers.py): tensors in PyTorch's layouts, images first. */
export interface LayerCase {
  readonly op: LayerOp | 'softmaxCrossEntropy' | 'mapLoss' | 'mseLoss';
  readonly options: {
    readonly stride?: readonly [number, number];
    readonly padding?: readonly [number, number] | 'same';
    readonly groups?: number;
    readonly negativeSlope?: number;
    readonly eps?: number;
    readonly momentum?: number;
    readonly p?: number;
    readonly kernelSize?: readonly [number, number];
    readonly connections?: readonly (readonly number[])[];
    readonly amplitude?: number;
    readonly slope?: number;
    readonly codes?: readonly (readonly number[])[];
    readonly low?: number;
    readonly high?: number;
    readonly mean?: readonly number[];
    readonly deviation?: readonly number[];
    readonly value?: number;
    readonly labels?: readonly number[];
    readonly j?: number;
  };
  readonly input: Block;
  readonly weight?: Block;
  readonly bias?: Block;
  readonly output: Block;
  readonly gradOutput?: Block;
  readonly gradInput: Block;
  readonly gradWeight?: Block;
  readonly gradBias?: Block;
  /** Of batch normalization: running mean and variance after the batch. */
  readonly buffers?: readonly Block[];
}

export interface LayerOutcome {
  readonly output: ArrayLike<number>;
  readonly gradInput: ArrayLike<number>;
  readonly gradWeight?: ArrayLike<number>;
  readonly gradBias?: ArrayLike<number>;
  readonly buffers?: readonly ArrayLike<number>[];
}

function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../test/golden/${name}.json`, import.meta.url), 'utf8')) as T;
}
type CurvatureCase = LayerCase & { op: LayerOp };
const normalized = golden<{ layers: LayerCase[]; curvature: CurvatureCase[] }>('normalize');
const modern = golden<{ layers: LayerCase[]; curvature: CurvatureCase[] }>('modern-layers');
const cases = [
  ...golden<LayerCase[]>('layers'),
  ...golden<LayerCase[]>('layers-1998'),
  ...normalized.layers,
  ...modern.layers,
];
/**
 * `layers`: like `cases`, with second derivatives instead of gradients. `ends`: losses with their exact second
 * derivatives by the input of the last layer.
 */
const curved = golden<{ layers: CurvatureCase[]; ends: CurvatureEnd[] }>('curvature');
const curvedLayers = [...curved.layers, ...normalized.curvature, ...modern.curvature];

/**
 * The loss at the end of a network: the cross-entropy as a function of the logits, or the distance from the code of the
 * true class as a function of the input of the rbf layer.
 */
export interface CurvatureEnd {
  readonly codes?: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly input: Block;
  readonly curvature: Block;
}

/** @param tolerance of one number, relative to 1 + its size. */
export function layersContract(name: string, run: (layer: LayerCase) => LayerOutcome, tolerance: number): void {
  describe(`${name}: PyTorch's numbers to ${tolerance}`, () => {
    test.each(cases.map((layer) => [label(layer), layer] as const))('%s', (_, layer) => {
      const outcome = run(layer);
      expectClose('output', outcome.output, layer.output, tolerance);
      expectClose('gradInput', outcome.gradInput, layer.gradInput, tolerance);
      if (layer.gradWeight) expectClose('gradWeight', outcome.gradWeight ?? [], layer.gradWeight, tolerance);
      if (layer.gradBias) expectClose('gradBias', outcome.gradBias ?? [], layer.gradBias, tolerance);
      for (const [i, block] of (layer.buffers ?? []).entries())
        expectClose(`buffer ${i}`, outcome.buffers?.[i] ?? [], block, tolerance);
    });
  });
}

/** The contract for second derivatives: of layers, and of losses by the input of the last layer. */
export function curvatureContract(
  name: string,
  layer: (layer: CurvatureCase) => Omit<LayerOutcome, 'output'>,
  end: (end: CurvatureEnd) => ArrayLike<number>,
  tolerance: number,
): void {
  describe(`${name}: second derivatives to ${tolerance}`, () => {
    test.each(curvedLayers.map((item) => [label(item), item] as const))('%s', (_, item) => {
      const { gradInput, gradWeight, gradBias } = layer(item);
      expectClose('curvInput', gradInput, item.gradInput, tolerance);
      if (item.gradWeight) expectClose('curvWeight', gradWeight ?? [], item.gradWeight, tolerance);
      if (item.gradBias) expectClose('curvBias', gradBias ?? [], item.gradBias, tolerance);
    });
    test.each(
      curved.ends.map((item) => [item.codes ? 'distance from the right code' : 'cross-entropy', item] as const),
    )('%s', (_, item) => expectClose('curvature', end(item), item.curvature, tolerance));
  });
}

function label({ op, input, weight, options }: LayerCase): string {
  const shapes = [input, ...(weight ? [weight] : [])].map(({ shape }) => `[${shape.join(', ')}]`);
  const { labels: _, codes: __, ...rest } = options;
  return `${op} ${shapes.join(' ')} ${JSON.stringify(rest)}`;
}

function expectClose(what: string, actual: ArrayLike<number>, expected: Block, tolerance: number): void {
  expect(actual.length, `${what}: length`).toBe(expected.data.length);
  for (const [i, value] of expected.data.entries()) {
    const error = Math.abs(actual[i]! - value) / (1 + Math.abs(value));
    if (!(error <= tolerance)) expect.fail(`${what}[${i}] is ${actual[i]}, expected ${value}`);
  }
}
