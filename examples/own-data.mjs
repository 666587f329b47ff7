// Trains a network that you define on your own arrays. Run `npm run build`, then `node examples/own-data.mjs`.
import { adam, conv2d, fit, flatten, linear, maxPool2d, predictor, relu, sequential } from 'lenet-lab';

const model = sequential('stripes', [1, 12, 12], {
  conv1: conv2d(1, 4, 3),
  relu1: relu(),
  pool1: maxPool2d(2),
  flat: flatten(),
  fc1: linear(100, 2),
});

/** Noisy images [12x12], values 0 to 1, of horizontal (class 0) or vertical (class 1) stripes at a random position. */
function stripes(count, seed) {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const labels = Uint8Array.from({ length: count }, () => (random() < 0.5 ? 0 : 1));
  const images = new Float32Array(count * 144);
  labels.forEach((label, n) => {
    const phase = Math.floor(random() * 4);
    for (let p = 0; p < 144; p++) {
      const place = (label === 0 ? Math.floor(p / 12) : p % 12) + phase;
      images[n * 144 + p] = (place % 4 < 2 ? 0.6 : 0) + 0.4 * random();
    }
  });
  return { name: `${count} stripes`, images, labels, shape: [1, 12, 12], classes: 2 };
}

const train = stripes(2000, 1);
const test = stripes(500, 2);
let weights;
const recipe = { model, optimizer: adam({ learningRate: 3e-3 }), batchSize: 50, epochs: 3 };
for await (const event of fit(recipe, { train, evaluation: test })) {
  if (event.type !== 'epoch') throw new Error(`the run ended as ${event.type}`);
  console.log(`epoch ${event.epoch}: ${(event.evaluation.accuracy * 100).toFixed(1)} % test accuracy`);
  weights = event.checkpoint.weights;
}

const predict = predictor(model, weights);
const { class: answer, probabilities } = predict(test.images.subarray(0, 144));
console.log(
  `the first test image: ${answer === 0 ? 'horizontal' : 'vertical'} stripes (${(probabilities[answer] * 100).toFixed(1)} % sure)`,
);
