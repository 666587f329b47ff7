/** Batch normalization of each channel, over the whole batch whatever the chunks and threads. */
import { checkOptions, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Arena } from '../engine/arena.ts';
import {
  allocateOutput,
  type Contributions,
  checkPositive,
  type LayerKind,
  type PlacedLayer,
  type Site,
} from './layer.ts';
import type { Pass } from './pass.ts';

/** The plain data of a batch normalization. */
export interface BatchNorm2d {
  readonly type: 'batchNorm2d';
  readonly channels: number;
  readonly eps: number;
  readonly momentum: number;
}

/** Options of {@link batchNorm2d}. */
export interface BatchNorm2dOptions {
  /** Added to the variance, above 0. Default 1e-5. */
  readonly eps?: number | undefined;
  /** Share of a batch's statistics in the running ones, above 0, at most 1. Default 0.1. */
  readonly momentum?: number | undefined;
}

/**
 * y = (x - mean) / sqrt(variance + eps) · weight + bias for each channel, as torch.nn.BatchNorm2d. In training, mean and variance are those of the whole batch,
 * and the running statistics move towards them by `momentum` (the variance unbiased, as in PyTorch); otherwise the running statistics are used,
 * also in training if the layer is frozen.
 * Parameters weight and bias [channels]; running_mean and running_var [channels] are saved with them. A batch with a single number for a channel leaves
 * the running variance as it is. Source: Ioffe and Szegedy, ICML 2015.
 * @param channels of the input, at least 1.
 * @throws UsageError for values that are not allowed.
 */
export function batchNorm2d(channels: number, options: BatchNorm2dOptions = {}): BatchNorm2d {
  checkOptions('batchNorm2d()', options, { eps: true, momentum: true });
  checkPositive('batchNorm2d: channels', channels);
  const { eps = 1e-5, momentum = 0.1 } = options;
  if (!(typeof eps === 'number' && eps > 0 && eps < Infinity)) throw wrong('batchNorm2d: eps', 'a number above 0', eps);
  if (!(typeof momentum === 'number' && momentum > 0 && momentum <= 1))
    throw wrong('batchNorm2d: momentum', 'a number above 0, at most 1', momentum);
  return { type: 'batchNorm2d', channels, eps, momentum };
}

export const batchNorm2dKind: LayerKind<BatchNorm2d> = {
  remake: ({ channels, eps, momentum }) => batchNorm2d(channels, { eps, momentum }),
  print({ channels, eps, momentum }) {
    const more = [eps === 1e-5 ? '' : `, eps=${eps}`, momentum === 0.1 ? '' : `, momentum=${momentum}`].join('');
    return `BatchNorm2d(${channels}${more})`;
  },
  outputShape({ channels }, input) {
    if (input.length !== 3)
      throw new UsageError(`batchNorm2d expects images [channels, height, width], got [${input.join(', ')}]`);
    if (input[0] !== channels) throw new UsageError(`batchNorm2d expects ${channels} channels, got ${input[0]}`);
    return input;
  },
  parameters: ({ channels }) => [
    { name: 'weight', shape: [channels], constant: 1, isConstant: true, fanIn: 1 },
    { name: 'bias', shape: [channels], isConstant: true, fanIn: 1 },
  ],
  buffers: ({ channels }) => [
    { name: 'running_mean', shape: [channels], constant: 0 },
    { name: 'running_var', shape: [channels], constant: 1 },
  ],
  statistics: ({ channels }) => 4 * channels,
  multiplyAdds: (_, output) => elementsOf(output),
  connections: (_, output) => 2 * elementsOf(output),
  place: placeBatchNorm2d,
};

function placeBatchNorm2d(layer: BatchNorm2d, site: Site): PlacedLayer {
  const { channels, eps } = layer;
  const { kernels, arena, working, input, statistics } = site;
  const output = allocateOutput(site);
  const pixels = elementsOf(input.shape) / channels;
  const row = (address: number, index: number) => address + index * channels * 4;
  const [weightAt, biasAt] = site.parameters as [number, number];
  const [weightGradient, biasGradient] = site.gradientOffsets as [number, number];
  const read = (address: number) => arena.f32(address, channels);
  /** Scale and offset of each channel, from the running statistics; then zeros. */
  const used = working.allocate(3 * channels * 4);
  const normalize = (packs: number, scale: number, offset: number) =>
    kernels.scaleChannels({ x: input.value, y: output.value, pixels: packs * pixels, channels, scale, offset });
  const work = ['scale and shift each channel', 'by the statistics of the batch'] as const;
  const prepare = () => {
    const [mean, variance] = site.buffers.map(read) as [Float32Array, Float32Array];
    const invDeviation = variance.map((value) => 1 / Math.sqrt(value + eps));
    writeScales(
      arena,
      { scale: used, offset: row(used, 1) },
      { mean, invDeviation, weight: read(weightAt), bias: read(biasAt) },
    );
  };
  const use = (pass: Pass) => normalize(pass.packs, used, row(used, 1));
  if (site.training && site.isFrozen) {
    return {
      work: ['scale and shift each channel', 'scale each channel'],
      output,
      prepare,
      forward: use,
      backward({ packs }) {
        const [x, y] = [output.gradient, input.gradient];
        const [scale, offset] = [used, row(used, 2)];
        if (y) kernels.scaleChannels({ x, y, pixels: packs * pixels, channels, scale, offset });
      },
      curvature() {
        throw new UsageError('batchNorm2d gives no second derivatives');
      },
    };
  }
  if (!site.training || !statistics.forward) {
    return { work, output, prepare, forward: use, backward() {}, curvature() {} };
  }

  const { forward: ahead, backward: back } = statistics;
  /** Rows of the statistics combined forward. */
  const [mean, invDeviation, scale, offset] = [0, 1, 2, 3].map((i) => row(ahead, i)) as [
    number,
    number,
    number,
    number,
  ];
  /** The gradients of this chunk: sums for the bias, products for the weight. */
  const [sums, products] = [0, 1].map(() => arena.allocate(channels * 4)) as [number, number];
  return {
    work,
    output,
    prepare,
    forward(pass) {
      if (pass.training) normalize(pass.packs, scale, offset);
      else use(pass);
    },
    wholeBatch: {
      contribute: ({ images }, to) =>
        kernels.channelMoments({ x: input.value, images, pixels, channels, means: to, squares: row(to, 1) }),
      combine(batch) {
        const moments = combinedMoments(batch, channels, pixels, (address) => arena.f32(address, 2 * channels));
        read(mean).set(moments.mean);
        read(invDeviation).set(moments.squares.map((square) => 1 / Math.sqrt(square / moments.count + eps)));
        writeScales(
          arena,
          { scale, offset },
          { mean: read(mean), invDeviation: read(invDeviation), weight: read(weightAt), bias: read(biasAt) },
        );
        moveRunning(layer, site.buffers.map(read) as [Float32Array, Float32Array], moments);
      },
      contributeBack({ packs }, to) {
        const dy = output.gradient;
        kernels.normalizedProducts({
          x: input.value,
          dy,
          packs,
          pixels,
          channels,
          mean,
          scale: invDeviation,
          sums,
          products,
        });
        read(to).set(read(sums));
        read(row(to, 1)).set(read(products));
      },
      combineBack(batch) {
        const count = batch.images.reduce((sum, images) => sum + images, 0) * pixels;
        const [slopes, offsets] = [read(row(back, 0)), read(row(back, 1))];
        const [inverse, factor] = [read(invDeviation), read(scale)];
        const chunks = batch.addresses.map((address) => arena.f32(address, 2 * channels));
        for (let c = 0; c < channels; c++) {
          const total = (at: number) => chunks.reduce((sum, numbers) => sum + numbers[at]!, 0);
          offsets[c] = (-factor[c]! * total(c)) / count;
          slopes[c] = (-factor[c]! * inverse[c]! * total(channels + c)) / count;
        }
      },
    },
    backward({ images }, gradients) {
      read(gradients + weightGradient).set(read(products));
      read(gradients + biasGradient).set(read(sums));
      const [dy, dx] = [output.gradient, input.gradient];
      if (!dx) return;
      const [slope, shift] = [row(back, 0), row(back, 1)];
      kernels.batchNormBackward({
        x: input.value,
        dy,
        dx,
        images,
        pixels,
        channels,
        scale,
        slope,
        mean,
        offset: shift,
      });
    },
    curvature() {
      throw new UsageError('batchNorm2d gives no second derivatives');
    },
  };
}

/** Writes y = scale · x + offset of each channel: (x - mean) · invDeviation · weight + bias. */
function writeScales(
  arena: Arena,
  to: { readonly scale: number; readonly offset: number },
  of: Readonly<Record<'mean' | 'invDeviation' | 'weight' | 'bias', Float32Array>>,
): void {
  const { length } = of.mean;
  const [scale, offset] = [arena.f32(to.scale, length), arena.f32(to.offset, length)];
  for (let c = 0; c < length; c++) {
    scale[c] = of.invDeviation[c]! * of.weight[c]!;
    offset[c] = of.bias[c]! - of.mean[c]! * scale[c]!;
  }
}

/** Of each channel: the mean, and the sum of squares of the distances from it, of `count` numbers. */
interface Moments {
  readonly mean: Float64Array;
  readonly squares: Float64Array;
  readonly count: number;
}

/**
 * The moments of all chunks, combined pair by pair in their order, in float64. Source: Chan, Golub, LeVeque, The American Statistician 37,
 * 1983, equations 2.1.
 */
function combinedMoments(
  { images, addresses }: Contributions,
  channels: number,
  pixels: number,
  read: (address: number) => Float32Array,
): Moments {
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let count = 0;
  for (const [chunk, address] of addresses.entries()) {
    const more = images[chunk]! * pixels;
    const numbers = read(address);
    for (let c = 0; c < channels; c++) {
      const distance = numbers[c]! - mean[c]!;
      mean[c]! += (distance * more) / (count + more);
      squares[c]! += numbers[channels + c]! + (distance * distance * count * more) / (count + more);
    }
    count += more;
  }
  return { mean, squares, count };
}

/** Moves the running statistics towards those of a batch. */
function moveRunning(
  { momentum }: BatchNorm2d,
  [runningMean, runningVar]: readonly [Float32Array, Float32Array],
  { mean, squares, count }: Moments,
): void {
  for (let c = 0; c < mean.length; c++) {
    runningMean[c] = (1 - momentum) * runningMean[c]! + momentum * mean[c]!;
    if (count > 1) runningVar[c] = (1 - momentum) * runningVar[c]! + (momentum * squares[c]!) / (count - 1);
  }
}
