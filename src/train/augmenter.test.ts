/** What a network sees in training, and that it is the same whatever computes it. */
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import type { StateDict } from '../base/tensor.ts';
import { noiseSize, smoothNoise } from '../data/augmentation/smooth-noise.ts';
import { augmentation, viewsOf } from '../data/augmentations.ts';
import type { Dataset } from '../data/dataset.ts';
import * as reference from '../engine/reference.ts';
import { conv2d } from '../nn/conv2d.ts';
import { flatten } from '../nn/flatten.ts';
import { linear } from '../nn/linear.ts';
import { sequential } from '../nn/model.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { relu } from '../nn/relu.ts';
import { augmentedImages } from './augmented-images.ts';
import { augmentationStream } from './augmenter.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { evaluate } from './evaluate.ts';
import { type Checkpoint, type EpochEvent, fit } from './fit.ts';
import type { RecipeSettings } from './recipe.ts';

const everything = augmentation({
  rotation: 20,
  shift: 2,
  scale: 0.2,
  shear: 0.3,
  elastic: 1,
  elasticSigma: 2,
  flip: 'both',
  erase: 0.5,
  eraseLeast: 1,
  eraseMost: 4,
});

/** Images in three channels of 7 x 9 pixels, with labels that depend on them. */
function images(size: number): Dataset & { readonly images: Uint8Array } {
  const random = randomStream(3, `images ${size}`);
  const pixels = Uint8Array.from({ length: size * 189 }, () => random.below(256));
  const labels = Uint8Array.from({ length: size }, (_, i) => (pixels[i * 189]! > 127 ? 1 : 0));
  return { name: 'random', images: pixels, labels, shape: [3, 7, 9], classes: 2 };
}
const train = images(75);

/** The image by the plain loops, from its own stream and the noise of the seed. */
function expectedImage(image: number, epoch: number, seed: number): number[] {
  const size = { height: 7, width: 9 };
  const { rows, columns } = noiseSize(size);
  const noise = smoothNoise({ rows, columns }, 2, randomStream(seed, 'elastic'));
  const view = viewsOf(everything)({ ...size, noiseRows: rows, random: augmentationStream(seed, epoch, image) });
  const windowOf = ({ row, factor }: { readonly row: number; readonly factor: number }) =>
    Array.from({ length: 63 }, (_, i) => factor * noise[(row + Math.floor(i / 9)) * columns + (i % 9)]!);
  const { matrix, offset, field, erased } = view;
  const pixels = [...train.images.subarray(image * 189, (image + 1) * 189)].map((pixel) => pixel / 255);
  const seen = reference.resample(pixels, [7, 9], {
    matrix,
    offset,
    field: field && { x: windowOf(field.x), y: windowOf(field.y) },
  });
  return erased ? reference.eraseBox(seen, [7, 9], erased) : seen;
}

test('images are what plain loops make of them, bytes and floats alike', () => {
  const looks = [
    { image: 5, epoch: 1 },
    { image: 5, epoch: 2 },
    { image: 74, epoch: 1 },
    { image: 0, epoch: 9 },
  ];
  const recipe = { augmentation: everything, seed: 6 };
  const seen = augmentedImages(recipe, train, looks);
  const expected = looks.flatMap(({ image, epoch }) => expectedImage(image, epoch, 6));
  expect(Math.max(...expected.map((value, i) => Math.abs(value - seen[i]!)))).toBeLessThan(1e-5);
  expect(seen.slice(0, 189)).not.toEqual(seen.slice(189, 378));
  const floats = { ...train, images: Float32Array.from(train.images, (pixel) => pixel / 255) };
  expect(augmentedImages(recipe, floats, looks)).toEqual(seen);
});

test('an image has one version in each epoch, others in other epochs and under other seeds', () => {
  const at = (seed: number, epoch: number, image: number) => augmentationStream(seed, epoch, image).next();
  expect(at(1, 2, 3)).toBe(at(1, 2, 3));
  expect(new Set([at(1, 2, 3), at(2, 2, 3), at(1, 3, 3), at(1, 2, 4)]).size).toBe(4);
});

const model = sequential('small', [3, 7, 9], {
  conv1: conv2d(3, 4, 3),
  relu1: relu(),
  flat: flatten(),
  fc1: linear(140, 2),
});
const base: RecipeSettings = {
  model,
  optimizer: adam({ learningRate: 0.01 }),
  augmentation: everything,
  batchSize: 20,
  epochs: 3,
  seed: 4,
};

async function finalOf(
  changes: Partial<RecipeSettings> = {},
  options: Partial<Parameters<typeof fit>[1]> = {},
): Promise<EpochEvent> {
  let last: EpochEvent | undefined;
  for await (const event of fit({ ...base, ...changes }, { train, ...options })) {
    if (event.type !== 'epoch') throw new Error(`ended as ${event.type}`);
    last = event;
  }
  return last!;
}
const flat = (weights: StateDict) => [...weights.values()].flatMap(({ data }) => [...data]);
const weightsOf = async (...args: Parameters<typeof finalOf>) => flat((await finalOf(...args)).checkpoint.weights);

test('quads and octs give the same bits, and another seed, no or less augmentation others', async () => {
  const weights = await weightsOf();
  expect(await weightsOf({}, { width: 'octs' })).toEqual(weights);
  expect(await weightsOf({ augmentation: augmentation() })).not.toEqual(weights);
  expect(await weightsOf({ augmentation: augmentation({ rotation: 20 }) })).not.toEqual(weights);
});

test('floats that are the pixels / 255 give the same bits as the bytes', async () => {
  const floats = { ...train, images: Float32Array.from(train.images, (pixel) => pixel / 255) };
  expect(await weightsOf({}, { train: floats })).toEqual(await weightsOf());
});

test('epochs show different versions', async () => {
  const still = { shuffle: false, optimizer: adam({ learningRate: 1e-30 }), epochs: 2 };
  const losses: number[][] = [];
  for await (const event of fit(
    { ...base, ...still },
    { train, onProgress: ({ losses: each }) => losses.push([...each]) },
  ))
    expect(event.type).toBe('epoch');
  const all = losses.flat();
  expect(all).toHaveLength(8);
  for (let batch = 0; batch < 4; batch++) expect(all[batch]).not.toBe(all[batch + 4]);
});

test('evaluations see the images as they are', async () => {
  const last = await finalOf();
  const plain = await evaluate({ model }, last.checkpoint.weights, train);
  expect(last.train).toEqual({
    loss: plain!.loss,
    accuracy: plain!.accuracy,
    balancedAccuracy: plain!.balancedAccuracy,
  });
});

test('a run that is stopped after any batch continues to the same bits', async () => {
  const weights = await weightsOf();
  for (let stop = 1; stop <= 11; stop += 2) {
    const controller = new AbortController();
    let done = 0;
    let checkpoint: Checkpoint | undefined;
    const onProgress = ({ phase, losses }: { readonly phase: string; readonly losses: readonly number[] }) => {
      if (phase === 'train') done += losses.length;
      if (done >= stop) controller.abort();
    };
    for await (const event of fit(base, { train, signal: controller.signal, onProgress })) {
      if (event.type === 'interrupted') checkpoint = event.checkpoint;
    }
    if (checkpoint === undefined) throw new Error('the run was not stopped');
    const { checkpoint: resume } = decodeCheckpoint(encodeCheckpoint(checkpoint, {}), 'checkpoint');
    expect(await weightsOf({}, { resume })).toEqual(weights);
  }
});
