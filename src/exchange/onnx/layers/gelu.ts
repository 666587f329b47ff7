/** Gelu in its exact form, x · (erf(x / √2) + 1) · 1/2, as PyTorch writes it: Div, Erf, Add, Mul, Mul; since opset 20 also Gelu. */
import { type Gelu, gelu } from '../../../nn/gelu.ts';
import { type Chain, onlyNumber } from '../chain.ts';
import type { Translation } from '../translation.ts';

export const geluTranslation: Translation<Gelu> = {
  write(_, x, { node, constant }) {
    const number = (name: string, value: number) => constant(name, { shape: [], data: Float32Array.of(value) });
    const erf = node('Erf', [node('Div', [x, number('root', Math.SQRT2)])]);
    const product = node('Mul', [x, node('Add', [erf, number('one', 1)])]);
    return node('Mul', [product, number('half', 0.5)]);
  },
  read(chain) {
    const native = chain.take('Gelu');
    if (native) {
      native.require('approximate', native.text('approximate', 'none'), 'none');
      return { layer: gelu(), parameters: [] };
    }
    const start = chain.taken;
    const isFound =
      (takeNumber(chain, 'Div', Math.SQRT2) || takeNumber(chain, 'Mul', Math.SQRT1_2)) &&
      chain.take('Erf') &&
      takeNumber(chain, 'Add', 1) &&
      (takeNumber(chain, 'Mul', 0.5)
        ? chain.takeJoin('Mul', chain.value)
        : chain.takeJoin('Mul', chain.value) && takeNumber(chain, 'Mul', 0.5));
    if (isFound) return { layer: gelu(), parameters: [] };
    chain.back(start);
    return undefined;
  },
};

/** Takes the next node if it is of this operator and its constant is this number, as float32 has it. */
function takeNumber(chain: Chain, operator: string, number: number): boolean {
  const node = chain.peek();
  if (node?.operator !== operator) return false;
  const found = onlyNumber(node.tensor(1 - node.place));
  const isIt = found !== undefined && Math.abs(found - number) <= 1e-6 && (operator !== 'Div' || node.place === 0);
  return isIt && chain.take(operator) !== undefined;
}
