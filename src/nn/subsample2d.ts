/**
 * Trainable subsampling, the S layers of LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
 * recognition", Proc. IEEE 1998: the sum of every window times a coefficient plus a bias, one pair a channel.
 */

import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { allocateOutput, checkPositive, type LayerKind } from './layer.ts';
import { pair, printSize, type Size, slide, windowOf } from './window.ts';

/** The plain data of a trainable subsampling. */
export interface Subsample2d {
  readonly type: 'subsample2d';
  readonly channels: number;
  /** Also the stride. */
  readonly kernelSize: readonly [number, number];
}

/**
 * Trainable subsampling: weight[c] · (the sum of the window) + bias[c], windows side by side. [channels, height, width] becomes
 * [channels, floor(height / kernel), floor(width / kernel)]; parameters weight [channels] and bias [channels].
 * @param channels of the input, at least 1.
 * @param kernelSize the window in pixels, and how far it moves: an integer of at least 1, or [vertical, horizontal].
 * @throws UsageError for sizes that are no such integers.
 */
export function subsample2d(channels: number, kernelSize: Size): Subsample2d {
  checkPositive('subsample2d: channels', channels);
  return { type: 'subsample2d', channels, kernelSize: pair(kernelSize, 'subsample2d kernel size', 1) };
}

export const subsample2dKind: LayerKind<Subsample2d> = {
  remake: ({ channels, kernelSize }) => subsample2d(channels, kernelSize),
  print: ({ channels, kernelSize }) => `Subsample2d(${channels}, kernel_size=${printSize(kernelSize)})`,
  outputShape({ channels, kernelSize }, input) {
    const size = slide(input, kernelSize, kernelSize, [0, 0], 'subsample2d');
    if (input[0] !== channels) throw new UsageError(`subsample2d expects ${channels} channels, got ${input[0]}`);
    return [channels, ...size];
  },
  parameters({ channels, kernelSize }) {
    const fanIn = kernelSize[0] * kernelSize[1];
    return [
      // No fans: Glorot's rule is meant for weight matrices. With it, the layer starts as average pooling.
      { name: 'weight', shape: [channels], constant: 1 / fanIn, fanIn },
      { name: 'bias', shape: [channels], fanIn },
    ];
  },
  multiplyAdds: (_, output) => elementsOf(output),
  connections: ({ kernelSize }, output) => elementsOf(output) * (kernelSize[0] * kernelSize[1] + 1),
  place({ kernelSize }, site) {
    const { kernels, arena, working, input } = site;
    const [weight, bias] = site.parameters as [number, number];
    const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
    const output = allocateOutput(site);
    const [channels, height, width] = input.shape as [number, number, number];
    const [, outHeight, outWidth] = output.shape as [number, number, number];
    const area = outHeight * outWidth;
    const sizes = { height, width, channels, outHeight, outWidth, ...windowOf(kernelSize, kernelSize) };
    const elements = elementsOf(output.shape);
    const vectors = Math.ceil(channels / site.lanes);
    const sums = arena.allocate(site.packs * elements * site.vectorBytes);
    const scaled = site.training ? working.allocate(site.packs * elements * site.vectorBytes) : 0;
    const squares = site.curvature ? working.allocate(vectors * site.vectorBytes) : 0;
    const transport = (packs: number, gradients: number, coefficients: number) => {
      const dy = output.gradient;
      kernels.channelProducts({ a: sums, b: dy, packs, pixels: area, channels, out: gradients + weightGradient });
      kernels.sumOverImages({ dy, packs, pixels: area, features: channels, biasGradient: gradients + biasGradient });
      if (!input.gradient) return;
      kernels.scaleChannels({ x: dy, y: scaled, pixels: packs * area, channels, scale: coefficients, offset: 0 });
      kernels.sumPool2dBackward({ dy: scaled, dx: input.gradient, scale: 1, packs, ...sizes });
    };
    return {
      work: ['sum of each window, scaled', 'to all of the window'],
      output,
      forward({ packs }) {
        kernels.sumPool2dForward({ x: input.value, y: sums, scale: 1, packs, ...sizes });
        kernels.scaleChannels({
          x: sums,
          y: output.value,
          pixels: packs * area,
          channels,
          scale: weight,
          offset: bias,
        });
      },
      backward: ({ packs }, gradients) => transport(packs, gradients, weight),
      curvature({ packs }, gradients) {
        kernels.squareVectors({ x: sums, y: sums, vectors: packs * elements });
        kernels.squareVectors({ x: weight, y: squares, vectors });
        transport(packs, gradients, squares);
      },
    };
  },
};
