/** The mean of every window. */
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';
import { type Pooling, type PoolingOptions, pooling, printSize, type Size, slide, windowOf } from './window.ts';

/** The plain data of an avgPool2d layer. */
export interface AvgPool2d extends Pooling {
  readonly type: 'avgPool2d';
}

/**
 * The mean of every window: images [channels, height, width] become [channels, height', width'], with
 * height' = floor((height - kernel) / stride) + 1 and the same for the width. No padding.
 * @param kernelSize the window in pixels: an integer of at least 1, or [vertical, horizontal].
 * @param options stride: default the kernel size.
 * @throws UsageError for sizes that are no integers of at least 1, and for unknown options.
 */
export function avgPool2d(kernelSize: Size, options: PoolingOptions = {}): AvgPool2d {
  return { type: 'avgPool2d', ...pooling(kernelSize, options, 'avgPool2d') };
}

export const avgPool2dKind: LayerKind<AvgPool2d> = {
  remake: ({ kernelSize, stride }) => avgPool2d(kernelSize, { stride }),
  print: ({ kernelSize, stride }) => `AvgPool2d(kernel_size=${printSize(kernelSize)}, stride=${printSize(stride)})`,
  outputShape: ({ kernelSize, stride }, input) => [input[0]!, ...slide(input, kernelSize, stride, [0, 0], 'avgPool2d')],
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: ({ kernelSize }, output) => elementsOf(output) * kernelSize[0] * kernelSize[1],
  place({ kernelSize, stride }, site) {
    const { kernels, input } = site;
    const output = allocateOutput(site);
    const [channels, height, width] = input.shape as [number, number, number];
    const [, outHeight, outWidth] = output.shape as [number, number, number];
    const sizes = { height, width, channels, outHeight, outWidth, ...windowOf(kernelSize, stride) };
    const share = 1 / (kernelSize[0] * kernelSize[1]);
    const back =
      (scale: number) =>
      ({ packs }: Pass) => {
        if (!input.gradient) return;
        kernels.sumPool2dBackward({ dy: output.gradient, dx: input.gradient, scale, packs, ...sizes });
      };
    return {
      work: ['mean of each window', 'to all of the window'],
      output,
      forward: ({ packs }) =>
        kernels.sumPool2dForward({ x: input.value, y: output.value, scale: share, packs, ...sizes }),
      backward: back(share),
      curvature: back(share * share),
    };
  },
};
