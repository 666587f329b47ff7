/** The networks that can be asked for by name. */
import { shown } from '../../base/argument.ts';
import { unknownChoice } from '../../base/errors.ts';
import { conv2d } from '../../nn/conv2d.ts';
import { flatten } from '../../nn/flatten.ts';
import { linear } from '../../nn/linear.ts';
import { maxPool2d } from '../../nn/max-pool2d.ts';
import { type Model, sequential } from '../../nn/model.ts';
import { relu } from '../../nn/relu.ts';
import { lenet5Original } from './lenet5-1998.ts';

/**
 * LeNet-5 in the form of the Flux model zoo's vision/conv_mnist: relu, max-pooling, softmax; 44,426 parameters.
 * After LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998.
 */
export function lenet5(): Model {
  return sequential('lenet5', [1, 28, 28], {
    conv1: conv2d(1, 6, 5),
    relu1: relu(),
    pool1: maxPool2d(2),
    conv2: conv2d(6, 16, 5),
    relu2: relu(),
    pool2: maxPool2d(2),
    flatten: flatten(),
    fc1: linear(256, 120),
    relu3: relu(),
    fc2: linear(120, 84),
    relu4: relu(),
    fc3: linear(84, 10),
  });
}

const models = { lenet5, 'lenet5-1998': () => lenet5Original() } as const;

/** The names that {@link modelByName} knows. */
export const modelNames: readonly string[] = Object.keys(models);

/** The network of a name, one of {@link modelNames}. @throws UsageError for an unknown name, with the nearest known one. */
export function modelByName(name: string): Model {
  const make = Object.entries(models).find(([known]) => known === name)?.[1];
  if (make === undefined) throw unknownChoice('model', typeof name === 'string' ? name : shown(name), modelNames);
  return make();
}
