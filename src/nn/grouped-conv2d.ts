/** Places a convolution in groups: each group of output channels reads a group of input channels. */
import { elementsOf } from '../base/tensor.ts';
import { type Activation, allocateOutput, type PlacedLayer, range, type Site } from './layer.ts';
import type { Pass } from './pass.ts';

/** The numbers of a convolution in groups, without padding. */
export interface GroupedWindows {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly groups: number;
}

/** @param input the (padded) input. */
export function placeGrouped(layer: GroupedWindows, site: Site, input: Activation): PlacedLayer {
  const { kernels, arena, vectorBytes } = site;
  const { outChannels, kernelSize, stride, groups } = layer;
  const [channels, , width] = input.shape as [number, number, number];
  const [groupChannels, groupOutputs] = [channels / groups, outChannels / groups];
  const output = allocateOutput(site);
  const [, outHeight, outWidth] = output.shape as [number, number, number];
  const outputs = outHeight * outWidth;
  const area = kernelSize[0] * kernelSize[1];
  const tapCount = groupChannels * area;
  const [weight, bias] = site.parameters as [number, number];
  const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
  const taps = arena.table(
    range(tapCount).map((k) => {
      const [c, ky, kx] = [Math.floor(k / area), Math.floor((k % area) / kernelSize[1]), k % kernelSize[1]];
      return ((ky * width + kx) * channels + c) * vectorBytes;
    }),
  );
  const corners = arena.table(
    range(outputs).map((o) => {
      const [oy, ox] = [Math.floor(o / outWidth), o % outWidth];
      return (oy * stride[0] * width + ox * stride[1]) * channels * vectorBytes;
    }),
  );
  const groupWeights = groupOutputs * tapCount;
  /** The weights as factors, for each group [tap][out]: at most a vector each. */
  const factors = arena.allocate(groups * groupWeights * vectorBytes);
  const packBytes = elementsOf(input.shape) * vectorBytes;
  const pixel = outChannels * vectorBytes;
  const prepare = () => {
    for (let g = 0; g < groups; g++) {
      const src = weight + g * groupWeights * 4;
      kernels.factorMatrix({
        src,
        rows: groupOutputs,
        columns: tapCount,
        dst: factors + g * groupWeights * vectorBytes,
      });
    }
  };
  const forward = ({ packs }: Pass) => {
    for (let q = 0; q < packs; q++) {
      for (let g = 0; g < groups; g++) {
        kernels.matmulTaps({
          rows: groupOutputs,
          columns: outputs,
          depth: tapCount,
          a: factors + g * groupWeights * vectorBytes,
          b: input.value + q * packBytes + g * groupChannels * vectorBytes,
          taps,
          bOffsets: corners,
          c: output.value + q * outputs * pixel + g * groupOutputs * vectorBytes,
          cRow: vectorBytes,
          cColumn: pixel,
          bias: bias + g * groupOutputs * 4,
        });
      }
    }
  };
  const work = ['group by group', 'all gradients, four images a vector'] as const;
  if (!site.training) return { work, output, prepare, forward, backward() {}, curvature() {} };

  const windows = { packBytes, outputs, outChannels, groupChannels, groupOutputs, taps, tapCount, corners };
  const weightVectors = Math.ceil((outChannels * tapCount) / site.lanes);
  const squares = site.curvature
    ? { x: arena.allocate(site.packs * packBytes), weights: arena.allocate(weightVectors * vectorBytes) }
    : { x: 0, weights: 0 };
  const transport = (packs: number, gradients: number, x: number, weights: number) => {
    const dy = output.gradient;
    kernels.groupedWeightGradient({ ...windows, x, dy, packs, weightGradient: gradients + weightGradient });
    const to = gradients + biasGradient;
    kernels.sumOverImages({ dy, packs, pixels: outputs, features: outChannels, biasGradient: to });
    if (input.gradient) kernels.groupedInputGradient({ ...windows, dx: input.gradient, dy, packs, weights });
  };
  return {
    work,
    output,
    prepare,
    forward,
    backward: ({ packs }, gradients) => transport(packs, gradients, input.value, weight),
    curvature({ packs }, gradients) {
      kernels.squareVectors({ x: input.value, y: squares.x, vectors: packs * elementsOf(input.shape) });
      kernels.squareVectors({ x: weight, y: squares.weights, vectors: weightVectors });
      transport(packs, gradients, squares.x, squares.weights);
    },
  };
}
