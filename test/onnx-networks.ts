/** Networks that have every type of layer, with weights and images, for the tests of ONNX files. */
import {
  add,
  avgPool2d,
  batchNorm2d,
  conv2d,
  dropout,
  flatten,
  gelu,
  globalAvgPool2d,
  initialWeights,
  leakyRelu,
  lenet5,
  lenet5Original,
  linear,
  type Model,
  maxPool2d,
  normalize,
  outputOf,
  pad2d,
  randomStream,
  relu,
  rescale,
  residual,
  type StateDict,
  sequential,
  sigmoid,
  silu,
  subsample2d,
  tanh,
} from '../src/index.ts';

export interface NamedNetwork {
  readonly name: string;
  readonly model: Model;
}

/** Odd sizes, strides and borders in one direction, each layer with numbers that are not its defaults. */
const odd = sequential('odd', [3, 17, 13], {
  normalize: normalize([0.1307, 0.5, 0.25], [0.3081, 0.25, 1.5]),
  rescale: rescale(-0.1, 1.175),
  pad: pad2d([2, 1], -0.1),
  conv1: conv2d(3, 5, [3, 2], { stride: [2, 1], padding: [1, 0] }),
  tanh1: tanh({ amplitude: 1.7159, slope: 2 / 3 }),
  pool1: avgPool2d([2, 3], { stride: [1, 2] }),
  conv2: conv2d(5, 4, 3, { padding: 1, connections: [[0, 1], [1, 2, 4], [3], [0, 1, 2, 3, 4]] }),
  sigmoid: sigmoid(),
  s3: subsample2d(4, [2, 1]),
  tanh2: tanh(),
  pool3: maxPool2d(2, { stride: 1 }),
  flatten: flatten(),
  fc1: linear(80, 9),
  relu: relu(),
  logits: linear(9, 7),
});

/** Blocks with and without a shortcut, a value that three layers read, and the sum of a value with itself. */
const branched = sequential('branched', [2, 12, 10], {
  conv1: conv2d(2, 6, 3, { padding: 'same' }),
  bn1: batchNorm2d(6, { eps: 1e-3, momentum: 0.2 }),
  relu1: leakyRelu(0.2),
  ...residual('block1', {
    from: 'relu1',
    layers: {
      conv1: conv2d(6, 6, [4, 2], { padding: 'same' }),
      bn1: batchNorm2d(6),
      gelu: gelu(),
      dropout: dropout(0.3),
      conv2: conv2d(6, 6, 3, { padding: 1 }),
    },
  }),
  'block1.silu': silu(),
  ...residual('block2', {
    from: 'block1.silu',
    layers: {
      conv1: conv2d(6, 8, 3, { stride: 2, padding: 1 }),
      relu: relu(),
      conv2: conv2d(8, 8, 3, { padding: 'same' }),
      bn2: batchNorm2d(8),
    },
    shortcut: { conv: conv2d(6, 8, 1, { stride: 2 }), bn: batchNorm2d(8) },
  }),
  double: add('block2.add'),
  again: outputOf('block2.add'),
  sigmoid: sigmoid(),
  sum: add('double'),
  three: add('block2.add'),
  dropout: dropout(),
  pool: globalAvgPool2d(),
  flatten: flatten(),
  fc: linear(8, 5),
});

/** Depthwise and grouped convolutions, `same` on even kernels, and every activation without factors. */
const separable = sequential('separable', [4, 11, 9], {
  dropout1: dropout(0.1),
  depth1: conv2d(4, 8, [2, 4], { padding: 'same', groups: 4 }),
  bn1: batchNorm2d(8, { momentum: 1 }),
  gelu1: gelu(),
  point1: conv2d(8, 6, 1),
  silu1: silu(),
  grouped: conv2d(6, 4, [3, 2], { stride: [2, 1], padding: [0, 1], groups: 2 }),
  leaky: leakyRelu(),
  depth2: conv2d(4, 4, 5, { padding: 'same', groups: 4 }),
  gelu2: gelu(),
  flatten: flatten(),
  dropout2: dropout(0.5),
  hidden: linear(200, 7),
  silu2: silu(),
  logits: linear(7, 3),
  dropout3: dropout(0.25),
});

/** Layers whose names PyTorch's modules have themselves, or Python. */
const named = sequential('named', [1, 6, 5], {
  'block.input': conv2d(1, 2, 2),
  block: relu(),
  'block.0.class': conv2d(2, 2, 3, { padding: 1 }),
  type: batchNorm2d(2),
  'type.forward': add('block'),
  flatten: flatten(),
  lambda: linear(40, 4),
});

export const networks: readonly NamedNetwork[] = [
  { name: 'lenet5', model: lenet5() },
  {
    name: 'lenet5 for colour',
    model: lenet5({
      shape: [3, 32, 32],
      classes: 100,
      normalization: { mean: [0.49, 0.48, 0.45], deviation: [0.25, 0.24, 0.26] },
    }),
  },
  { name: 'lenet5-1998', model: lenet5Original() },
  {
    name: 'lenet5-1998, sigmoid and average',
    model: lenet5Original({ activation: 'sigmoid', pooling: 'average', output: 'softmax' }),
  },
  { name: 'branched', model: branched },
  { name: 'separable', model: separable },
  { name: 'named', model: named },
  { name: 'odd', model: odd },
];

/** Weights by a rule that also draws biases, so that a lost bias is seen; running statistics and scales are drawn as well. */
export function weightsFor(model: Model): StateDict {
  const weights = initialWeights({ ...model, initialization: 'lecun1998' }, randomStream(7, 'init'));
  const random = randomStream(8, 'init');
  const drawn = new Map(
    model.layers
      .filter(({ layer }) => layer.type === 'batchNorm2d')
      .flatMap(({ parameters, buffers }) => [...parameters, ...buffers])
      .map(({ name, shape }) => [
        name,
        { shape, data: Float32Array.from({ length: shape[0]! }, () => 0.5 + random.uniform()) },
      ]),
  );
  return new Map([...weights].map(([name, tensor]) => [name, drawn.get(name) ?? tensor]));
}

/** Pixels from 0 to 1. */
export function imagesFor(model: Model, count: number): Float32Array {
  const random = randomStream(count, 'shuffle');
  const [channels, height, width] = model.input;
  return Float32Array.from({ length: count * channels * height * width }, () => random.uniform());
}
