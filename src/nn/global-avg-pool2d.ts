/** The mean of each whole channel. */
import { UsageError } from '../base/errors.ts';
import { elementsOf } from '../base/tensor.ts';
import { type AvgPool2d, avgPool2d, avgPool2dKind } from './avg-pool2d.ts';
import type { LayerKind, Shape } from './layer.ts';

/** The plain data of a globalAvgPool2d layer. */
export interface GlobalAvgPool2d {
  readonly type: 'globalAvgPool2d';
}

/** The mean of each channel: images [channels, height, width] of any size become [channels, 1, 1], as torch.nn.AdaptiveAvgPool2d(1). */
export function globalAvgPool2d(): GlobalAvgPool2d {
  return { type: 'globalAvgPool2d' };
}

/** The average pooling whose window is the whole image. */
function wholeWindow([, height, width]: Shape): AvgPool2d {
  return avgPool2d([height!, width!]);
}

export const globalAvgPool2dKind: LayerKind<GlobalAvgPool2d> = {
  remake: globalAvgPool2d,
  print: () => 'AdaptiveAvgPool2d(output_size=1)',
  outputShape(_, input) {
    if (input.length !== 3)
      throw new UsageError(`globalAvgPool2d expects images [channels, height, width], got [${input.join(', ')}]`);
    return [input[0]!, 1, 1];
  },
  parameters: () => [],
  multiplyAdds: () => 0,
  connections: (_, __, input) => elementsOf(input),
  place: (_, site) => avgPool2dKind.place(wholeWindow(site.input.shape), site),
};
