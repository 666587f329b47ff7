// One measurement of TensorFlow.js on its cpu backend: seconds for some batches of training LeNet-5. Prints one JSON
// object. Its wasm backend is faster but cannot train this network (no Conv2DBackpropFilter). Options: --batch N,
// --count N.
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { initialWeights, timeTraining } from './task.mjs';

const { values } = parseArgs({ options: { batch: { type: 'string' }, count: { type: 'string' } } });
const batch = Number(values.batch);
await tf.setBackend('cpu');
await tf.ready();

/**
 * TensorFlow lays kernels out as [kh, kw, in, out] and dense weights as [in, out]; PyTorch as [out, in, kh, kw] and
 * [out, in].
 */
const orders = { 4: [2, 3, 1, 0], 2: [1, 0], 1: [0] };
const p = Object.fromEntries(
  [...initialWeights()].map(([name, { shape, data }]) => [
    name,
    tf.variable(tf.tensor(data, shape).transpose(orders[shape.length]), true, name),
  ]),
);
const optimizer = tf.train.adam(3e-4, 0.9, 0.999, 1e-8);

function logits(x) {
  const convolved = (h, name) =>
    tf.relu(tf.conv2d(h, p[`${name}.weight`], 1, 'valid').add(p[`${name}.bias`])).maxPool(2, 2, 'valid');
  const dense = (h, name) => tf.matMul(h, p[`${name}.weight`]).add(p[`${name}.bias`]);
  // TensorFlow's channels come last; fc1's weights expect them first.
  const flat = convolved(convolved(x, 'conv1'), 'conv2').transpose([0, 3, 1, 2]).reshape([batch, 256]);
  return dense(tf.relu(dense(tf.relu(dense(flat, 'fc1')), 'fc2')), 'fc3');
}

async function update(images, labels) {
  const loss = optimizer.minimize(() => {
    const answers = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
    return tf.losses.softmaxCrossEntropy(answers, logits(tf.tensor4d(images, [batch, 28, 28, 1])));
  }, true);
  const [value] = await loss.data();
  loss.dispose();
  return value;
}

await timeTraining(`TensorFlow.js ${tf.version.tfjs}`, batch, Number(values.count), update);
