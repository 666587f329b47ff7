// One measurement of onnxruntime-node with the weights of our LeNet-5, one thread: images/s forward at a batch size,
// and microseconds for one image. Its logits must be ours to 1e-4. Options: --batch N. Prints one JSON object.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { evaluate, exportOnnx, lenet5 } from '../../dist/index.js';
import { median } from '../measurement.mjs';
import { floats, initialWeights, test, train } from './task.mjs';

const { values } = parseArgs({ options: { batch: { type: 'string', default: '128' } } });
const batch = Number(values.batch);
const weights = initialWeights();
const session = await InferenceSession.create(exportOnnx(lenet5(), weights), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
});

const logits = async (images, count) =>
  (await session.run({ image: new Tensor('float32', images, [count, 1, 28, 28]) })).logits.data;

/** Every batch is a new tensor, as in a program that receives images. The images are already floats. */
async function forward(images, each) {
  const count = images.length / 784;
  for (let first = 0; first < count; first += batch) {
    const now = Math.min(batch, count - first);
    each?.(await logits(images.subarray(first * 784, (first + now) * 784), now), first);
  }
}

const { length } = test.labels;
const tests = floats(test, 0, length);
const { logits: ours } = await evaluate({ model: lenet5() }, weights, test);
let worst = 0;
await forward(tests, (theirs, first) => {
  for (let i = 0; i < theirs.length; i++) worst = Math.max(worst, Math.abs(theirs[i] - ours[first * 10 + i]));
});
if (!(worst <= 1e-4)) throw new Error(`onnxruntime's logits differ from ours by ${worst}`);

const images = floats(train, 0, train.labels.length);
const began = performance.now();
await forward(images, () => {});
await forward(tests, () => {});
const evaluateSeconds = (performance.now() - began) / 1000;

const microseconds = [];
for (let i = 0; i < length; i++) {
  const image = tests.subarray(i * 784, (i + 1) * 784);
  const start = performance.now();
  await logits(image, 1);
  if (i >= length / 10) microseconds.push((performance.now() - start) * 1000);
}
const manifest = new URL('node_modules/onnxruntime-node/package.json', import.meta.url);
const who = `onnxruntime-node ${JSON.parse(readFileSync(manifest, 'utf8')).version}`;
console.log(JSON.stringify({ who, batchSize: batch, evaluateSeconds, microseconds: median(microseconds), worst }));
