/** The maximum of every window; the gradient goes to the first maximum (x fastest, then y). */
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, type LayerKind } from './layer.ts';
import type { Pass } from './pass.ts';
import { type Pooling, type PoolingOptions, pooling, printSize, type Size, slide, windowOf } from './window.ts';

/** The plain data of a maxPool2d layer. */
export interface MaxPool2d extends Pooling {
  readonly type: 'maxPool2d';
}

/**
 * The maximum of every window: images [channels, height, width] become [channels, height', width'], with
 * height' = floor((height - kernel) / stride) + 1 and the same for the width. No padding.
 * @param kernelSize the window in pixels: an integer of at least 1, or [vertical, horizontal].
 * @param options stride: default the kernel size.
 * @throws UsageError for sizes that are no integers of at least 1, and for unknown options.
 */
export function maxPool2d(kernelSize: Size, options: PoolingOptions = {}): MaxPool2d {
  return { type: 'maxPool2d', ...pooling(kernelSize, options, 'maxPool2d') };
}

const noPadding = [0, 0] as const;

export const maxPool2dKind: LayerKind<MaxPool2d> = {
  remake: ({ kernelSize, stride }) => maxPool2d(kernelSize, { stride }),
  print: ({ kernelSize, stride }) => `MaxPool2d(kernel_size=${printSize(kernelSize)}, stride=${printSize(stride)})`,
  outputShape: ({ kernelSize, stride }, input) => [
    input[0]!,
    ...slide(input, kernelSize, stride, noPadding, 'maxPool2d'),
  ],
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: ({ kernelSize }, output) => elementsOf(output) * kernelSize[0] * kernelSize[1],
  place({ kernelSize, stride }, site) {
    const { kernels, input } = site;
    const output = allocateOutput(site);
    const [channels, height, width] = input.shape as [number, number, number];
    const [, outHeight, outWidth] = output.shape as [number, number, number];
    const outputs = elementsOf(output.shape);
    const winners = site.arena.allocate(site.packs * outputs * site.vectorBytes);
    const sizes = { height, width, channels, outHeight, outWidth, ...windowOf(kernelSize, stride) };
    const packBytes = elementsOf(input.shape) * site.vectorBytes;
    const backward = ({ packs }: Pass) => {
      if (!input.gradient) return;
      const [dy, dx] = [output.gradient, input.gradient];
      kernels.maxPool2dBackward({ dy, winners, dx, packs, outputs, packBytes });
    };
    return {
      work: ['maximum of each window', 'to the winners'],
      output,
      forward: ({ packs }) => kernels.maxPool2dForward({ x: input.value, y: output.value, winners, packs, ...sizes }),
      backward,
      curvature: backward,
    };
  },
};
