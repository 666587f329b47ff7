/** The law of the layers' arithmetic: PyTorch's numbers on odd sizes, partial quads and ties, for every implementation. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

export interface Block {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A golden case (test/golden/make_golden.py): tensors in PyTorch's layouts, images first. */
export interface LayerCase {
  readonly op: 'conv2d' | 'maxPool2d' | 'relu' | 'linear' | 'softmaxCrossEntropy';
  readonly options: {
    readonly stride?: readonly [number, number];
    readonly padding?: readonly [number, number];
    readonly kernelSize?: readonly [number, number];
    readonly labels?: readonly number[];
  };
  readonly input: Block;
  readonly weight?: Block;
  readonly bias?: Block;
  readonly output: Block;
  readonly gradOutput?: Block;
  readonly gradInput: Block;
  readonly gradWeight?: Block;
  readonly gradBias?: Block;
}

export interface LayerOutcome {
  readonly output: ArrayLike<number>;
  readonly gradInput: ArrayLike<number>;
  readonly gradWeight?: ArrayLike<number>;
  readonly gradBias?: ArrayLike<number>;
}

const file = new URL('../../test/golden/layers.json', import.meta.url);
const cases: readonly LayerCase[] = JSON.parse(readFileSync(file, 'utf8'));

/** @param tolerance of one number, relative to 1 + its size. */
export function layersContract(name: string, run: (layer: LayerCase) => LayerOutcome, tolerance: number): void {
  describe(`${name}: PyTorch's numbers to ${tolerance}`, () => {
    test.each(cases.map((layer) => [label(layer), layer] as const))('%s', (_, layer) => {
      const outcome = run(layer);
      expectClose('output', outcome.output, layer.output, tolerance);
      expectClose('gradInput', outcome.gradInput, layer.gradInput, tolerance);
      if (layer.gradWeight) expectClose('gradWeight', outcome.gradWeight ?? [], layer.gradWeight, tolerance);
      if (layer.gradBias) expectClose('gradBias', outcome.gradBias ?? [], layer.gradBias, tolerance);
    });
  });
}

function label({ op, input, weight, options }: LayerCase): string {
  const shapes = [input, ...(weight ? [weight] : [])].map(({ shape }) => `[${shape.join(', ')}]`);
  const { labels: _, ...rest } = options;
  return `${op} ${shapes.join(' ')} ${JSON.stringify(rest)}`;
}

function expectClose(what: string, actual: ArrayLike<number>, expected: Block, tolerance: number): void {
  expect(actual.length, `${what}: length`).toBe(expected.data.length);
  for (const [i, value] of expected.data.entries()) {
    const error = Math.abs(actual[i]! - value) / (1 + Math.abs(value));
    if (!(error <= tolerance)) expect.fail(`${what}[${i}] is ${actual[i]}, expected ${value}`);
  }
}
