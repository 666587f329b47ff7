/** Dropout: in training each number is zero with a given probability. */
import { wrong } from '../base/argument.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a dropout layer. */
export interface Dropout {
  readonly type: 'dropout';
  readonly p: number;
}

/**
 * In training, sets each number to zero with probability p and multiplies the others by 1 / (1 - p); otherwise it does nothing. As
 * torch.nn.Dropout, with random numbers of our own: those of an image depend on the run's seed, the layer's name, the epoch and the image only.
 * Source: Srivastava et al., JMLR 15, 2014.
 * @param p from 0 to below 1. Default 0.5. @throws UsageError for any other.
 */
export function dropout(p = 0.5): Dropout {
  if (!(typeof p === 'number' && p >= 0 && p < 1)) throw wrong('dropout: p', 'a number from 0 to below 1', p);
  return { type: 'dropout', p };
}

export const dropoutKind: LayerKind<Dropout> = {
  remake: ({ p }) => dropout(p),
  print: ({ p }) => `Dropout(p=${p})`,
  outputShape: (_, input) => input,
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place({ p }, site) {
    const { kernels, input } = site;
    if (!site.training) {
      return { work: ['none', 'none'], output: input, forward() {}, backward() {}, curvature() {} };
    }
    // The layer before may need its output for its gradient: it is not overwritten.
    const output = allocateOutput(site);
    const elements = elementsOf(input.shape);
    const rowBytes = elements * site.vectorBytes;
    const strides = { srcRow: 0, dstRow: 0, srcPack: rowBytes, dstPack: rowBytes, rows: 1, rowBytes };
    const kept = keptNumbers(p);
    const drop = (pass: Pass, x: number, y: number, scale: number) => {
      const { packs, indices } = pass;
      if (!pass.training) {
        kernels.copyBox({ src: x, dst: y, packs, ...strides });
        return;
      }
      const [key0, key1, key2, key3] = pass.streams(`dropout/${site.name}`);
      kernels.dropout({ x, y, packs, elements, indices, key0, key1, key2, key3, kept, scale });
    };
    // The backward pass draws the same numbers once more.
    const back = (scale: number) => (pass: Pass) => {
      if (input.gradient) drop(pass, output.gradient, input.gradient, scale);
    };
    const scale = 1 / (1 - p);
    return {
      work: ['drop by random numbers', 'the same numbers'],
      output,
      forward: (pass) => drop(pass, input.value, output.value, scale),
      backward: back(scale),
      curvature: back(scale * scale),
    };
  },
};

/** How many of the 2^24 random numbers keep their element. */
function keptNumbers(p: number): number {
  return Math.round((1 - p) * 2 ** 24);
}
