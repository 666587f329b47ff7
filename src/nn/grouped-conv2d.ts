/** Places a convolution in groups: each group of output channels reads a group of input channels. */
import type { Sides } from './border.ts';
import { allocateOutput, type PlacedLayer, range, type Shape, type Site } from './layer.ts';
import type { Pass } from './pass.ts';

/** The numbers of a convolution in groups. */
export interface GroupedWindows {
  readonly kernelSize: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly groups: number;
}

/** Planes of `shape` with a border: the bytes of a line, a plane and a pack, and the byte offset of the first pixel inside the border. */
function planesOf([channels, height, width]: Shape, [top, bottom, left, right]: Sides, vectorBytes: number) {
  const row = (left + width! + right) * vectorBytes;
  // An odd number of cache lines of 64 bytes, so that neighbouring planes lie in different sets of a cache.
  const plane = (Math.ceil(((top + height! + bottom) * row) / 64) | 1) * 64;
  return { row, plane, pack: channels! * plane, inside: top * row + left * vectorBytes };
}

/** @param sides the zeros around the input. */
export function placeGrouped({ kernelSize, stride, groups }: GroupedWindows, sides: Sides, site: Site): PlacedLayer {
  const { kernels, arena, working, vectorBytes, input } = site;
  const [channels, height, width] = input.shape as [number, number, number];
  const output = allocateOutput(site);
  const [outChannels, outHeight, outWidth] = output.shape as [number, number, number];
  const [groupChannels, groupOutputs] = [channels / groups, outChannels / groups];
  const [kernelHeight, kernelWidth] = kernelSize;
  const outputs = outHeight * outWidth;
  const tapCount = groupChannels * kernelHeight * kernelWidth;
  const [weight, bias] = site.parameters as [number, number];
  const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
  const { row, plane, pack, inside } = planesOf(input.shape, sides, vectorBytes);
  const xPlanes = arena.allocate(site.packs * pack);
  // The border stays zero, since later copies change only the inside.
  arena.f32(xPlanes, (site.packs * pack) / 4).fill(0);
  const taps = working.table(
    range(tapCount).map((k) => {
      const [c, ky, kx] = [
        Math.floor(k / kernelHeight / kernelWidth),
        Math.floor(k / kernelWidth) % kernelHeight,
        k % kernelWidth,
      ];
      return c * plane + ky * row + kx * vectorBytes;
    }),
  );
  const corners = working.table(
    range(outputs).map((o) => Math.floor(o / outWidth) * stride[0] * row + (o % outWidth) * stride[1] * vectorBytes),
  );
  const groupWeights = groupOutputs * tapCount;
  /** The weights as factors, for each group [tap][out]: at most a vector each. */
  const factors = working.allocate(groups * groupWeights * vectorBytes);
  const [packBytes, pixel] = [channels * height * width * vectorBytes, outChannels * vectorBytes];
  const prepare = () => {
    for (let g = 0; g < groups; g++) {
      const [src, dst] = [weight + g * groupWeights * 4, factors + g * groupWeights * vectorBytes];
      kernels.factorMatrix({ src, rows: groupOutputs, columns: tapCount, dst });
    }
  };
  const forward = ({ packs }: Pass) => {
    for (let q = 0; q < packs; q++) {
      const planes = xPlanes + q * pack;
      kernels.packsToPlanes({
        src: input.value + q * packBytes,
        height,
        width,
        channels,
        dst: planes + inside,
        row,
        plane,
      });
      for (let g = 0; g < groups; g++) {
        kernels.matmulTaps({
          rows: groupOutputs,
          columns: outputs,
          depth: tapCount,
          a: factors + g * groupWeights * vectorBytes,
          b: planes + g * groupChannels * plane,
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
  const work = ['group by group', 'all gradients, an image in each lane'] as const;
  if (!site.training) return { work, output, prepare, forward, backward() {}, curvature() {} };

  const { plane: dyPlane, row: dyRow, pack: dyPack } = planesOf(output.shape, [0, 0, 0, 0], vectorBytes);
  const weights = outChannels * tapCount;
  const weightVectors = Math.ceil(weights / site.lanes);
  const dyPlanes = working.allocate(dyPack);
  const [sums, totals] = [weights, outChannels].map((count) => working.allocate(site.packs * count * vectorBytes)) as [
    number,
    number,
  ];
  const dxPlanes = input.gradient ? working.allocate(pack) : 0;
  const squares = site.curvature
    ? { x: working.allocate(pack), weights: working.allocate(weightVectors * vectorBytes) }
    : undefined;
  // Windows of one line are one block with a line for each channel.
  const window =
    kernelHeight === 1
      ? { parts: 1, part: 0, lines: groupChannels, line: plane, taps: kernelWidth }
      : { parts: groupChannels, part: plane, lines: kernelHeight, line: row, taps: kernelWidth };
  const windows = { ...window, group: groupChannels * plane, groupOutputs, corners, dyPlane, outputs, outChannels };
  /** @param planes puts the input of a pack into planes. */
  const transport = (packs: number, gradients: number, planes: (q: number) => number, from: number) => {
    for (let q = 0; q < packs; q++) {
      const src = output.gradient + q * outputs * pixel;
      kernels.packsToPlanes({
        src,
        height: outHeight,
        width: outWidth,
        channels: outChannels,
        dst: dyPlanes,
        row: dyRow,
        plane: dyPlane,
      });
      const to = { sums: sums + q * weights * vectorBytes, totals: totals + q * pixel };
      kernels.groupedWeightSums({ ...windows, ...to, x: planes(q), dy: dyPlanes });
      if (!dxPlanes) continue;
      kernels.groupedInputGradient({ ...windows, dx: dxPlanes, bytes: pack, dy: dyPlanes, weights: from });
      const dst = input.gradient + q * packBytes;
      kernels.planesToPacks({ src: dxPlanes + inside, row, plane, height, width, channels, dst });
    }
    const ofPacks = { packs, pixels: 1 };
    const [toWeights, toBias] = [gradients + weightGradient, gradients + biasGradient];
    kernels.sumOverImages({ ...ofPacks, dy: sums, features: weights, biasGradient: toWeights });
    kernels.sumOverImages({ ...ofPacks, dy: totals, features: outChannels, biasGradient: toBias });
  };
  return {
    work,
    output,
    prepare,
    forward,
    backward: ({ packs }, gradients) => transport(packs, gradients, (q) => xPlanes + q * pack, weight),
    curvature({ packs }, gradients) {
      const { x, weights: squared } = squares!;
      const square = (q: number) => {
        kernels.squareVectors({ x: xPlanes + q * pack, y: x, vectors: pack / vectorBytes });
        return x;
      };
      kernels.squareVectors({ x: weight, y: squared, vectors: weightVectors });
      transport(packs, gradients, square, squared);
    },
  };
}
