/** The smooth activations: Sigmoid, and Tanh, with a Mul before it for the slope and one after it for the amplitude. */
import { type Sigmoid, sigmoid, type Tanh, tanh } from '../../../nn/squash.ts';
import { type ChainNode, onlyNumber, shortest } from '../chain.ts';
import type { Translation } from '../translation.ts';

export const tanhTranslation: Translation<Tanh> = {
  write({ amplitude, slope }, x, { node, constant }) {
    const scaled = (value: string, name: string, factor: number) =>
      factor === 1 ? value : node('Mul', [value, constant(name, { shape: [], data: Float32Array.of(factor) })]);
    return scaled(node('Tanh', [scaled(x, 'slope', slope)]), 'amplitude', amplitude);
  },
  read(chain) {
    const before = factorOf(chain.peek());
    if (before !== undefined && chain.peek(1)?.operator === 'Tanh') chain.take('Mul');
    else if (chain.peek()?.operator !== 'Tanh') return undefined;
    chain.take('Tanh');
    const after = factorOf(chain.peek());
    if (after !== undefined) chain.take('Mul');
    return { layer: tanh({ slope: before ?? 1, amplitude: after ?? 1 }), parameters: [] };
  },
};

/** The positive number by which a Mul scales. */
function factorOf(node: ChainNode | undefined): number | undefined {
  if (node?.operator !== 'Mul') return undefined;
  const factor = onlyNumber(node.tensor(1 - node.place));
  return factor !== undefined && factor > 0 && factor < Infinity ? shortest(factor) : undefined;
}

export const sigmoidTranslation: Translation<Sigmoid> = {
  write: (_, x, { node }) => node('Sigmoid', [x]),
  read: (chain) => chain.take('Sigmoid') && { layer: sigmoid(), parameters: [] },
};
