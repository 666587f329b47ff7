/** [channels, height, width] -> [features] in PyTorch's order: all of channel 0 row by row, then channel 1, ... */
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a flatten layer. */
export interface Flatten {
  readonly type: 'flatten';
}

/** [channels, height, width] becomes one row of features, in PyTorch's order: channel by channel, each row by row. */
export function flatten(): Flatten {
  return { type: 'flatten' };
}

export const flattenKind: LayerKind<Flatten> = {
  remake: flatten,
  print: () => 'Flatten()',
  outputShape: (_, input) => [elementsOf(input)],
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: () => 0,
  place(_, site) {
    const { kernels, input } = site;
    const channels = input.shape.length === 3 ? input.shape[0]! : 1;
    const area = elementsOf(input.shape) / channels;
    if (channels === 1 || area === 1) {
      const output = { ...input, shape: site.outputShape };
      return { work: ['none: it is flat already', 'none'], output, forward() {}, backward() {}, curvature() {} };
    }
    const output = allocateOutput(site);
    const backward = ({ packs }: Pass) => {
      const [src, dst] = [output.gradient, input.gradient];
      if (dst) kernels.swapAxes({ src, dst, packs, outer: channels, inner: area });
    };
    return {
      work: ['reorder', 'reorder'],
      output,
      forward: ({ packs }) =>
        kernels.swapAxes({ src: input.value, dst: output.value, packs, outer: area, inner: channels }),
      backward,
      curvature: backward,
    };
  },
};
