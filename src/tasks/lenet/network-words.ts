/** The words of network files: PyTorch's name of each layer, and how it is made from its options and from what comes in. */
import { UsageError } from '../../base/errors.ts';
import { elementsOf } from '../../base/tensor.ts';
import { avgPool2d } from '../../nn/avg-pool2d.ts';
import { batchNorm2d } from '../../nn/batch-norm2d.ts';
import { conv2d } from '../../nn/conv2d.ts';
import { dropout } from '../../nn/dropout.ts';
import { flatten } from '../../nn/flatten.ts';
import { gelu } from '../../nn/gelu.ts';
import { globalAvgPool2d } from '../../nn/global-avg-pool2d.ts';
import type { Shape } from '../../nn/layer.ts';
import type { Layer } from '../../nn/layers.ts';
import { leakyRelu } from '../../nn/leaky-relu.ts';
import { linear } from '../../nn/linear.ts';
import { maxPool2d } from '../../nn/max-pool2d.ts';
import { relu } from '../../nn/relu.ts';
import { silu } from '../../nn/silu.ts';
import { sigmoid, tanh } from '../../nn/squash.ts';

/** Options of a layer as the file gives them; the layer's constructor checks them. */
type Given = Readonly<Record<string, unknown>>;

/** The knowledge about one word. */
export interface NetworkWord {
  /** The beginning of the names that layers get which have none: `conv` gives conv1, conv2, ... */
  readonly prefix: string;
  /** The options that may be given, each with a value that fits every input: a layer that is right with it was wrong for this option. */
  readonly options: Readonly<Record<string, unknown>>;
  /** @param input the shape that comes in. @param classes of the data. @throws UsageError for options that cannot be right. */
  make(given: Given, input: Shape, classes: number): Layer;
}

const activation = (prefix: string, make: () => Layer): NetworkWord => ({ prefix, options: {}, make });

/** Channels, height and width come in as the first number. */
const channelsOf = (input: Shape) => input[0] ?? 1;

/** The value of an option that must be given. Its type is checked by the layer's constructor. */
function needed<T>(given: Given, option: string): T {
  if (given[option] === undefined) throw new UsageError(`${option} is missing`);
  return given[option] as T;
}

/** The options that are given, under the constructors' names. */
function renamed(given: Given, names: Readonly<Record<string, string>>): Record<string, never> {
  const found = Object.entries(names).filter(([option]) => given[option] !== undefined);
  return Object.fromEntries(found.map(([option, name]) => [name, given[option]])) as Record<string, never>;
}

/** The words, as PyTorch spells them. To add one, add it here. */
export const networkWords: Readonly<Record<string, NetworkWord>> = {
  Conv2d: {
    prefix: 'conv',
    options: { out_channels: 1, kernel_size: 1, stride: 1, padding: 0, groups: 1 },
    make: (given, input) =>
      conv2d(
        channelsOf(input),
        needed(given, 'out_channels'),
        needed(given, 'kernel_size'),
        renamed(given, { stride: 'stride', padding: 'padding', groups: 'groups' }),
      ),
  },
  BatchNorm2d: {
    prefix: 'bn',
    options: { eps: 1e-5, momentum: 0.1 },
    make: (given, input) => batchNorm2d(channelsOf(input), renamed(given, { eps: 'eps', momentum: 'momentum' })),
  },
  MaxPool2d: {
    prefix: 'pool',
    options: { kernel_size: 1, stride: 1 },
    make: (given) => maxPool2d(needed(given, 'kernel_size'), renamed(given, { stride: 'stride' })),
  },
  AvgPool2d: {
    prefix: 'pool',
    options: { kernel_size: 1, stride: 1 },
    make: (given) => avgPool2d(needed(given, 'kernel_size'), renamed(given, { stride: 'stride' })),
  },
  GlobalAvgPool2d: activation('pool', globalAvgPool2d),
  Flatten: activation('flatten', flatten),
  Linear: {
    prefix: 'fc',
    options: { out_features: 1 },
    // Without a number: an output for each class of the data.
    make: ({ out_features = undefined }, input, classes) => {
      if (input.length !== 1)
        throw new UsageError(`Linear needs flat features, got ${input.join('x')}; put Flatten before it`);
      return linear(elementsOf(input), (out_features ?? classes) as number);
    },
  },
  Dropout: { prefix: 'drop', options: { p: 0.5 }, make: ({ p }) => dropout(p as number | undefined) },
  ReLU: activation('relu', relu),
  LeakyReLU: {
    prefix: 'relu',
    options: { negative_slope: 0.01 },
    make: ({ negative_slope }) => leakyRelu(negative_slope as number | undefined),
  },
  GELU: activation('gelu', gelu),
  SiLU: activation('silu', silu),
  Tanh: activation('tanh', () => tanh()),
  Sigmoid: activation('sigmoid', sigmoid),
};
