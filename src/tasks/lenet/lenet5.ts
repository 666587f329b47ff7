/** LeNet-5 in the form of today's tutorials. */
import { conv2d } from '../../nn/conv2d.ts';
import { flatten } from '../../nn/flatten.ts';
import { linear } from '../../nn/linear.ts';
import { maxPool2d } from '../../nn/max-pool2d.ts';
import { type Model, sequential, shapeAfter } from '../../nn/model.ts';
import { relu } from '../../nn/relu.ts';
import { completeInput, type NetworkInput, normalizing } from './network-input.ts';

/**
 * LeNet-5 in the form of the Flux model zoo's vision/conv_mnist: relu, max-pooling, softmax; 44,426 parameters for MNIST.
 * conv1 reads as many channels as the images have, fc1 all of the last maps, and fc3 gives an output for each class.
 * After LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998.
 * @param input the images and classes that the network is made for. Default: MNIST's.
 * @throws UsageError for an impossible input, and naming the layer that does not fit into images of less than 16x16.
 */
export function lenet5(input: NetworkInput = {}): Model {
  const complete = completeInput('lenet5()', input);
  const { shape, classes } = complete;
  const maps = {
    ...normalizing(complete),
    conv1: conv2d(shape[0], 6, 5),
    relu1: relu(),
    pool1: maxPool2d(2),
    conv2: conv2d(6, 16, 5),
    relu2: relu(),
    pool2: maxPool2d(2),
    flatten: flatten(),
  };
  const [features] = shapeAfter('lenet5', shape, maps) as [number];
  return sequential('lenet5', shape, {
    ...maps,
    fc1: linear(features, 120),
    relu3: relu(),
    fc2: linear(120, 84),
    relu4: relu(),
    fc3: linear(84, classes),
  });
}
