import { streamKey } from '../base/random.ts';
import { augmentContract } from './augment.contract.ts';
import {
  type CurvatureEnd,
  curvatureContract,
  type LayerCase,
  type LayerOutcome,
  layersContract,
} from './layers.contract.ts';
import * as reference from './reference.ts';

/**
 * A case forward and backward; with `power` 2 for second derivatives, where squares take the place of weights, inputs
 * and slopes.
 */
function run({ op, options, input, weight, bias, gradOutput }: LayerCase, power: 1 | 2 = 1): LayerOutcome {
  const x = input.data;
  const dy = gradOutput?.data ?? [];
  const raised = (values: readonly number[]) => values.map((value) => value ** power);
  const times = (slopes: readonly number[]) => raised(slopes).map((slope, i) => slope * dy[i]!);
  const [images = 1, channels = 1, height = 1, width = 1] = input.shape;
  const size = [height, width] as const;
  switch (op) {
    case 'conv2d': {
      const [outChannels = 1, groupChannels = 1, kh = 1, kw = 1] = weight!.shape;
      const { stride, padding, groups = 1 } = options;
      const inChannels = groupChannels * groups;
      const shape = {
        images,
        inChannels,
        outChannels,
        size,
        kernel: [kh, kw] as const,
        stride: stride!,
        padding: padding!,
        groups,
      };
      const { dx, dWeight, dBias } = reference.conv2dBackward(raised(x), raised(weight!.data), dy, shape);
      const output = reference.conv2dForward(x, weight!.data, bias!.data, shape);
      const isThere = (i: number) => {
        const plane = Math.floor(i / (kh * kw));
        return options.connections?.[Math.floor(plane / inChannels)]?.includes(plane % inChannels) ?? true;
      };
      return { output, gradInput: dx, gradWeight: dWeight.map((g, i) => (isThere(i) ? g : 0)), gradBias: dBias };
    }
    case 'maxPool2d': {
      const shape = { images, channels, size, kernel: options.kernelSize!, stride: options.stride! };
      const { y, winners } = reference.maxPool2dForward(x, shape);
      return { output: y, gradInput: reference.maxPool2dBackward(dy, winners, x.length) };
    }
    case 'avgPool2d': {
      const kernel = options.kernelSize!;
      const shape = { images, channels, size, kernel, stride: options.stride! };
      const share = 1 / (kernel[0] * kernel[1]);
      const gradInput = reference.sumPool2dBackward(dy, shape).map((g) => g * share ** power);
      return { output: reference.sumPool2dForward(x, shape).map((sum) => sum * share), gradInput };
    }
    case 'subsample2d': {
      const kernel = options.kernelSize!;
      const shape = { images, channels, size, kernel, stride: kernel };
      const sums = reference.sumPool2dForward(x, shape);
      const area = sums.length / images / channels;
      const channelOf = (i: number) => Math.floor(i / area) % channels;
      return {
        output: reference.scaleChannels(sums, weight!.data, bias!.data, area),
        gradInput: reference.sumPool2dBackward(times(dy.map((_, i) => weight!.data[channelOf(i)]!)), shape),
        gradWeight: reference.sumByChannel(times(sums), images, channels),
        gradBias: reference.sumByChannel(dy, images, channels),
      };
    }
    case 'relu': {
      const y = reference.reluForward(x);
      return { output: y, gradInput: reference.reluBackward(y, dy) };
    }
    case 'tanh': {
      const [amplitude, slope] = [options.amplitude!, options.slope!];
      const y = reference.tanhForward(x, amplitude, slope);
      return { output: y, gradInput: times(reference.tanhSlope(y, amplitude, slope)) };
    }
    case 'sigmoid': {
      const y = reference.sigmoidForward(x);
      return { output: y, gradInput: times(reference.sigmoidSlope(y)) };
    }
    case 'linear': {
      const { dx, dWeight, dBias } = reference.linearBackward(raised(x), raised(weight!.data), dy, channels);
      const output = reference.linearForward(x, weight!.data, bias!.data, channels);
      return { output, gradInput: dx, gradWeight: dWeight, gradBias: dBias };
    }
    case 'rbf':
      return {
        output: reference.rbfForward(x, options.codes!),
        gradInput: reference.rbfBackward(x, options.codes!, dy, power),
      };
    case 'rescale': {
      const scale = options.high! - options.low!;
      return { output: reference.rescale(x, scale, options.low!), gradInput: times(x.map(() => scale)) };
    }
    case 'normalize': {
      const scale = options.deviation!.map((value) => 1 / value);
      const offset = options.mean!.map((value, c) => -value * scale[c]!);
      const area = height * width;
      return {
        output: reference.scaleChannels(x, scale, offset, area),
        gradInput: times(x.map((_, i) => scale[Math.floor(i / area) % scale.length]!)),
      };
    }
    case 'pad2d': {
      const padding = options.padding as readonly [number, number];
      return {
        output: reference.pad2dForward(x, size, padding, options.value!),
        gradInput: reference.pad2dBackward(dy, size, padding),
      };
    }
    case 'leakyRelu': {
      const slope = options.negativeSlope!;
      return { output: reference.leakyReluForward(x, slope), gradInput: times(reference.leakyReluSlope(x, slope)) };
    }
    case 'gelu':
      return { output: reference.geluForward(x), gradInput: times(reference.geluSlope(x)) };
    case 'silu':
      return { output: reference.siluForward(x), gradInput: times(reference.siluSlope(x)) };
    case 'globalAvgPool2d': {
      const shape = { images, channels, size, kernel: size, stride: size };
      const share = 1 / (height * width);
      const gradInput = reference.sumPool2dBackward(dy, shape).map((g) => g * share ** power);
      return { output: reference.sumPool2dForward(x, shape).map((sum) => sum * share), gradInput };
    }
    case 'dropout': {
      const [depth, area] = input.shape.length === 4 ? [channels, height * width] : [1, channels];
      const key = streamKey(1, 'dropout/alone', 1);
      const factors = reference.dropoutFactors(key, [...Array(images).keys()], {
        channels: depth,
        area,
        p: options.p!,
      });
      return { output: x.map((value, i) => value * factors[i]!), gradInput: times(factors) };
    }
    case 'batchNorm2d': {
      const shape = { channels, area: height * width, eps: options.eps!, momentum: options.momentum! };
      const { y, runningMean, runningVar } = reference.batchNormForward(x, weight!.data, bias!.data, shape);
      const { dx, dWeight, dBias } = reference.batchNormBackward(x, weight!.data, dy, shape);
      return { output: y, gradInput: dx, gradWeight: dWeight, gradBias: dBias, buffers: [runningMean, runningVar] };
    }
    case 'mseLoss': {
      const { losses, gradient } = reference.rightLogitLoss(x, options.labels!, 1 / images);
      return { output: losses, gradInput: gradient };
    }
    case 'mapLoss':
    case 'softmaxCrossEntropy': {
      const backgroundLogit = op === 'mapLoss' ? -options.j! : -Infinity;
      const { losses, gradient } = reference.softmaxCrossEntropy(x, options.labels!, 1 / images, { backgroundLogit });
      return { output: losses, gradInput: gradient };
    }
  }
}

function end({ codes, labels, input }: CurvatureEnd): number[] {
  // The second derivative of a squared distance is 2 everywhere.
  if (codes) return input.data.map(() => 2);
  const z = input.data;
  const { gradient } = reference.softmaxCrossEntropy(z, labels, 1);
  return reference.softmaxCurvature(reference.softmaxOfGradient(gradient, labels));
}

layersContract('reference', run, 1e-8);
curvatureContract('reference', (layer) => run(layer, 2), end, 1e-8);

augmentContract(
  'plain loops',
  ({ image, noise, height, width }, { matrix, offset, field, erased }, columns) => {
    const windowOf = ({ row, factor }: { readonly row: number; readonly factor: number }) =>
      Array.from(
        { length: height * width },
        (_, i) => factor * noise[(row + Math.floor(i / width)) * columns + (i % width)]!,
      );
    const size = [height, width] as const;
    const seen = reference.resample(
      image.map((pixel) => pixel / 255),
      size,
      { matrix, offset, field: field && { x: windowOf(field.x), y: windowOf(field.y) } },
    );
    return erased ? reference.eraseBox(seen, size, erased) : seen;
  },
  1e-11,
);
