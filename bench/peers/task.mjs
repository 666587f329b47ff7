// What every peer is given: MNIST as floats, the same initial weights of LeNet-5, and the losses that its first updates
// must show.
import { adam, fit, glorotUniform, lenet5, randomStream, takeFirst } from '../../dist/index.js';
import { loadMnist } from '../../dist/node.js';

const pixels = 28 * 28;

export const { train, test } = await loadMnist();

/** Images [first, first + count) of a set as floats in [0, 1], [count, 1, 28, 28]. */
export function floats({ images }, first, count) {
  const bytes = images.subarray(first * pixels, (first + count) * pixels);
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = bytes[i] / 255;
  return values;
}

/** A state dict: PyTorch's names and layouts. */
export const initialWeights = () => glorotUniform(lenet5(), randomStream(1, 'init'));

/** The losses of our first `count` batches in the order of the data, each before its update. */
async function ourLosses(batchSize, count) {
  const losses = [];
  const recipe = { model: lenet5(), optimizer: adam(), batchSize, epochs: 1, seed: 1, shuffle: false };
  const events = fit(recipe, {
    train: takeFirst(train, batchSize * count),
    onProgress: (progress) => losses.push(...progress.losses),
  });
  for await (const event of events) if (event.type !== 'epoch') throw new Error(`the run ended as ${event.type}`);
  return losses;
}

/**
 * Times `update(images, labels)`, which trains on one batch and resolves to its loss when the new weights are there:
 * two batches to warm up, whose losses must be ours, so that it is the same training; then `count`. Prints one JSON
 * object.
 */
export async function timeTraining(who, batchSize, count, update) {
  const expected = await ourLosses(batchSize, 2);
  const seconds = [];
  for (let batch = 0; batch < expected.length + count; batch++) {
    const [first, last] = [batch * batchSize, (batch + 1) * batchSize];
    const [images, labels] = [floats(train, first, batchSize), train.labels.slice(first, last)];
    const began = performance.now();
    const loss = await update(images, labels);
    if (batch >= expected.length) seconds.push((performance.now() - began) / 1000);
    else if (!(Math.abs(loss - expected[batch]) < 1e-4)) {
      throw new Error(`${who}: the loss of batch ${batch + 1} is ${loss}, ours ${expected[batch]}`);
    }
  }
  console.log(JSON.stringify({ who, batchSize, batchSeconds: seconds }));
}
