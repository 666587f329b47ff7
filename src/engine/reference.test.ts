import { type LayerCase, type LayerOutcome, layersContract } from './layers.contract.ts';
import * as reference from './reference.ts';

function run({ op, options, input, weight, bias, gradOutput }: LayerCase): LayerOutcome {
  const x = input.data;
  const dy = gradOutput?.data ?? [];
  const [images = 1, channels = 1, height = 1, width = 1] = input.shape;
  switch (op) {
    case 'conv2d': {
      const [outChannels = 1, inChannels = 1, kh = 1, kw = 1] = weight!.shape;
      const shape = {
        ...{ images, inChannels, outChannels, size: [height, width] as const, kernel: [kh, kw] as const },
        ...{ stride: options.stride!, padding: options.padding! },
      };
      const { dx, dWeight, dBias } = reference.conv2dBackward(x, weight!.data, dy, shape);
      const output = reference.conv2dForward(x, weight!.data, bias!.data, shape);
      return { output, gradInput: dx, gradWeight: dWeight, gradBias: dBias };
    }
    case 'maxPool2d': {
      const shape = {
        images,
        channels,
        size: [height, width] as const,
        kernel: options.kernelSize!,
        stride: options.stride!,
      };
      const { y, winners } = reference.maxPool2dForward(x, shape);
      return { output: y, gradInput: reference.maxPool2dBackward(dy, winners, x.length) };
    }
    case 'relu': {
      const y = reference.reluForward(x);
      return { output: y, gradInput: reference.reluBackward(y, dy) };
    }
    case 'linear': {
      const { dx, dWeight, dBias } = reference.linearBackward(x, weight!.data, dy, channels);
      const output = reference.linearForward(x, weight!.data, bias!.data, channels);
      return { output, gradInput: dx, gradWeight: dWeight, gradBias: dBias };
    }
    case 'softmaxCrossEntropy': {
      const { losses, gradient } = reference.softmaxCrossEntropy(x, options.labels!, 1 / images);
      return { output: losses, gradInput: gradient };
    }
  }
}

layersContract('reference', run, 1e-8);
