/** Networks that have every type of layer, with weights and images, for the tests of ONNX files. */
import {
  avgPool2d,
  conv2d,
  flatten,
  initialWeights,
  lenet5,
  lenet5Original,
  linear,
  type Model,
  maxPool2d,
  normalize,
  pad2d,
  randomStream,
  relu,
  rescale,
  type StateDict,
  sequential,
  sigmoid,
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
  { name: 'odd', model: odd },
];

/** Weights by a rule that also draws biases, so that a lost bias is seen. */
export function weightsFor(model: Model): StateDict {
  return initialWeights({ ...model, initialization: 'lecun1998' }, randomStream(7, 'init'));
}

/** Pixels from 0 to 1. */
export function imagesFor(model: Model, count: number): Float32Array {
  const random = randomStream(count, 'shuffle');
  const [channels, height, width] = model.input;
  return Float32Array.from({ length: count * channels * height * width }, () => random.uniform());
}
