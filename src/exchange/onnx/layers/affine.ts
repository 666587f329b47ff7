/** Mul, Div, Add and Sub with constants, which together are y = scale · x + offset. */
import { elementsOf, type Tensor } from '../../../base/tensor.ts';
import type { Chain, ChainNode } from '../chain.ts';

export interface Affine {
  /** One number for all, or one for each channel. */
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/**
 * Takes the Mul, Div, Add and Sub at the beginning of the chain: at most one factor, and at most one summand. Nothing
 * is taken where a constant has another number of values.
 * @param by whether a constant has one number for all, or may also have one for each channel.
 */
export function takeAffine(chain: Chain, by: 'number' | 'channel'): Affine | undefined {
  const start = chain.taken;
  const count = by === 'number' ? 1 : chain.shape[0]!;
  let affine: Affine = { scale: Array(count).fill(1), offset: Array(count).fill(0) };
  const seen = new Set<string>();
  for (;;) {
    const node = chain.peek();
    const step = node && stepOf(node);
    if (!node || !step || seen.has(step.kind)) break;
    const values = valuesOf(node.tensor(1 - node.place), by, count);
    // A constant that is divided by the value, or from which the value is taken, is no such step.
    if (!values || (step.isOrdered && node.place !== 0)) break;
    seen.add(step.kind);
    affine = step.apply(affine, values);
    chain.take(node.operator);
  }
  return chain.taken > start ? affine : undefined;
}

interface Step {
  readonly kind: 'factor' | 'summand';
  readonly isOrdered: boolean;
  apply(affine: Affine, values: readonly number[]): Affine;
}

const factor = (how: (a: number, b: number) => number, isOrdered: boolean): Step => ({
  kind: 'factor',
  isOrdered,
  apply: ({ scale, offset }, values) => ({
    scale: scale.map((value, i) => how(value, values[i]!)),
    offset: offset.map((value, i) => how(value, values[i]!)),
  }),
});
const summand = (sign: number, isOrdered: boolean): Step => ({
  kind: 'summand',
  isOrdered,
  apply: ({ scale, offset }, values) => ({ scale, offset: offset.map((value, i) => value + sign * values[i]!) }),
});

const steps: ReadonlyMap<string, Step> = new Map([
  ['Mul', factor((a, b) => a * b, false)],
  ['Div', factor((a, b) => a / b, true)],
  ['Add', summand(1, false)],
  ['Sub', summand(-1, true)],
]);

function stepOf({ operator }: ChainNode): Step | undefined {
  return steps.get(operator);
}

/** The numbers of a constant; undefined where it has another number of them. */
function valuesOf(tensor: Tensor | undefined, by: 'number' | 'channel', count: number): readonly number[] | undefined {
  if (!tensor?.data.every(Number.isFinite)) return undefined;
  const { shape, data } = tensor;
  if (shape.length < 3 && elementsOf(shape) === 1) return Array(count).fill(data[0]);
  const [channels, ...pixels] = shape.slice(-3);
  const isPerChannel =
    by === 'channel' && shape.length >= 3 && channels === count && pixels.every((size) => size === 1);
  return isPerChannel && elementsOf(shape) === count ? [...data] : undefined;
}
