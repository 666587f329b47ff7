// Measures how long the library's predictor takes for one image [microseconds]: the median and the 99th percentile over
// 9,000 of MNIST's test images, after 1,000 images to warm up. Prints one JSON object. bench/latency.mjs and
// bench/peers/main.mjs start a new process for each measurement.
import { glorotUniform, lenet5, predictor, randomStream } from 'lenet-lab';
import { loadMnist } from 'lenet-lab/node';
import { median } from './measurement.mjs';

const { test } = await loadMnist();
const model = lenet5();
const predict = predictor(model, glorotUniform(model, randomStream(1, 'init')));
const pixels = 28 * 28;
const microseconds = [];
for (let i = 0; i < test.labels.length; i++) {
  const image = test.images.subarray(i * pixels, (i + 1) * pixels);
  const began = performance.now();
  predict(image);
  if (i >= 1000) microseconds.push((performance.now() - began) * 1000);
}
microseconds.sort((a, b) => a - b);
const percentile99 = microseconds[Math.floor(microseconds.length * 0.99)];
console.log(JSON.stringify({ microseconds: median(microseconds), percentile99 }));
