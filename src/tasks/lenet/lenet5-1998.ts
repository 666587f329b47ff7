/**
 * LeNet-5 as published in 1998, and the variants that lead to the network of today's tutorials.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11),
 * 1998, section II.B.
 */
import { checkChoice, checkOptions } from '../../base/argument.ts';
import { UsageError } from '../../base/errors.ts';
import { avgPool2d } from '../../nn/avg-pool2d.ts';
import { conv2d } from '../../nn/conv2d.ts';
import { flatten } from '../../nn/flatten.ts';
import type { Layer } from '../../nn/layers.ts';
import { linear } from '../../nn/linear.ts';
import { maxPool2d } from '../../nn/max-pool2d.ts';
import { type Model, sequential, shapeAfter } from '../../nn/model.ts';
import { pad2d } from '../../nn/pad2d.ts';
import { rbf } from '../../nn/rbf.ts';
import { relu } from '../../nn/relu.ts';
import { rescale } from '../../nn/rescale.ts';
import { sigmoid, squash } from '../../nn/squash.ts';
import { subsample2d } from '../../nn/subsample2d.ts';
import { type CompleteInput, completeInput, type NetworkInput, normalizing } from './network-input.ts';

/** The choices of each variant, the published choice first. */
export const variantChoices = {
  activation: ['tanh', 'sigmoid', 'relu'],
  pooling: ['subsample', 'average', 'max'],
  poolActivation: ['on', 'off'],
  output: ['rbf', 'softmax'],
  connections: ['table', 'full'],
  inputSize: ['32x32', '28x28'],
} as const;

export type VariantName = keyof typeof variantChoices;
/**
 * What {@link lenet5Original} is made of, the published choice of each first. `activation`: tanh, sigmoid or relu; `pooling`: subsample, average or
 * max; `poolActivation`, whether an activation follows pooling, too: on or off; `output`: rbf or softmax; `connections`, which maps of S2 each map
 * of C3 reads: table or full; `inputSize`, whether smaller images are padded to 32x32 (32x32) or not (28x28).
 */
export type Variant = { readonly [Name in VariantName]: (typeof variantChoices)[Name][number] };

export const published: Variant = {
  activation: 'tanh',
  pooling: 'subsample',
  poolActivation: 'on',
  output: 'rbf',
  connections: 'table',
  inputSize: '32x32',
};

/** The maps of S2 that each map of C3 reads: the paper's table I. */
const c3Table = [
  '012',
  '123',
  '234',
  '345',
  '045',
  '015',
  '0123',
  '1234',
  '2345',
  '0345',
  '0145',
  '0125',
  '0134',
  '1245',
  '0235',
  '012345',
].map((row) => [...row].map(Number));

/**
 * The code of each digit: a stylized picture of 12 rows of 7 pixels, one byte per row. Source: a third party's reading
 * of the paper's figure 3, which we did not verify.
 */
const pictures = [
  '3E 00 1C 36 63 63 63 63 36 1C 00 00',
  '0C 1C 3C 0C 0C 0C 0C 0C 0C 3F 00 00',
  '3E 00 3E 63 43 06 1C 30 60 7F 00 00',
  '7F 03 06 0C 1E 03 03 03 63 3E 00 00',
  '3E 00 00 33 33 73 63 63 67 3F 03 03',
  '3E 00 7F 60 60 3C 1E 03 63 3E 00 00',
  '1E 30 60 60 7E 73 63 63 73 3E 00 00',
  '7F 03 03 06 0C 0C 18 18 18 18 00 00',
  '3E 63 63 63 3E 63 63 63 63 3E 00 00',
  '3E 67 63 63 67 3F 03 03 06 3C 00 00',
];

/** [10][84] of ±1: the pixel is ink (1) or not (-1). */
export const digitCodes: readonly (readonly number[])[] = pictures.map((rows) =>
  rows.split(' ').flatMap((byte) => {
    const bits = Number.parseInt(byte, 16).toString(2).padStart(7, '0');
    return [...bits].map((bit) => (bit === '1' ? 1 : -1));
  }),
);

/**
 * LeNet-5 (1998): 60,000 trainable parameters and 340,908 connections for MNIST. Input: pixels from 0 (background) to 1 (ink), which the
 * network itself scales to -0.1 and 1.175, unless it standardizes them, and pads with background to 32x32. Images that are larger than that
 * are not padded; C1 reads all channels, C5 all of the last maps. Output: minus the squared distance of F6 from the code of each digit.
 * The codes exist for ten classes alone: for another number the output is dense, as with `output: 'softmax'`.
 * With everything switched the sizes are those of {@link lenet5}.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998, section II.B.
 * @param variant what differs from the published network.
 * @param input the images and classes that the network is made for. Default: MNIST's.
 * @throws UsageError for unknown choices, for an impossible input, for `output: 'rbf'` where there are not ten classes, and naming the layer
 * that does not fit into the images.
 */
export function lenet5Original(
  variant: { readonly [Name in VariantName]?: Variant[Name] | undefined } = {},
  input: NetworkInput = {},
): Model {
  checkOptions('lenet5Original()', variant, {
    activation: true,
    pooling: true,
    poolActivation: true,
    output: true,
    connections: true,
    inputSize: true,
  });
  const complete = completeInput('lenet5Original()', input);
  const { shape, classes } = complete;
  const {
    activation = published.activation,
    pooling = published.pooling,
    poolActivation = published.poolActivation,
    output = classes === digitCodes.length ? published.output : 'softmax',
    connections = published.connections,
    inputSize = published.inputSize,
  } = variant;
  const chosen: Variant = { activation, pooling, poolActivation, output, connections, inputSize };
  for (const [name, choices] of Object.entries(variantChoices)) checkChoice(name, chosen[name as VariantName], choices);
  if (output === 'rbf' && classes !== digitCodes.length) {
    throw new UsageError(`output rbf has codes for ${digitCodes.length} classes, but there are ${classes}`);
  }
  const act = { tanh: squash, sigmoid, relu }[activation];
  const pool = (channels: number): Layer =>
    ({ subsample: () => subsample2d(channels, 2), average: () => avgPool2d(2), max: () => maxPool2d(2) })[pooling]();
  const afterPool = (name: string): Record<string, Layer> => (poolActivation === 'on' ? { [name]: act() } : {});
  const maps = {
    ...inputLayers(complete, inputSize),
    c1: conv2d(shape[0], 6, 5),
    act1: act(),
    s2: pool(6),
    ...afterPool('act2'),
    c3: conv2d(6, 16, 5, connections === 'table' ? { connections: c3Table } : {}),
    act3: act(),
    s4: pool(16),
    ...afterPool('act4'),
  };
  const [, height, width] = shapeAfter('lenet5-1998', shape, maps) as [number, number, number];
  return sequential(
    'lenet5-1998',
    shape,
    {
      ...maps,
      c5: conv2d(16, 120, [height, width]),
      act5: act(),
      flatten: flatten(),
      f6: linear(120, 84),
      act6: act(),
      output: output === 'rbf' ? rbf(digitCodes) : linear(84, classes),
    },
    'lecun1998',
  );
}

/** The layers before C1: they scale the pixels and pad small images with background, the pixel 0. */
function inputLayers(input: CompleteInput, inputSize: Variant['inputSize']): Readonly<Record<string, Layer>> {
  const [, height, width] = input.shape;
  const border = (size: number) => (inputSize === '32x32' ? Math.max(0, Math.ceil((32 - size) / 2)) : 0);
  const padding = [border(height), border(width)] as const;
  const isPadded = padding.some((pixels) => pixels > 0);
  // Padding before standardizing: the background is the same inside and outside.
  if (input.normalization !== null) return { ...(isPadded ? { pad: pad2d(padding, 0) } : {}), ...normalizing(input) };
  return { rescale: rescale(-0.1, 1.175), ...(isPadded ? { pad: pad2d(padding, -0.1) } : {}) };
}
