/** A model knows its input: training on other data than MNIST, and the file that makes the right network again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { writeSafetensors } from '../base/safetensors.ts';
import type { Dataset } from '../data/dataset.ts';
import { normalizationOf } from '../data/normalization.ts';
import { initialWeights } from '../nn/initialize.ts';
import { completeHyperparameters, type Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { mnistInput } from '../tasks/lenet/model-input.ts';
import { modelByName } from '../tasks/lenet/models.ts';
import { evaluate } from '../train/evaluate.ts';
import { loadModel } from './model-file.ts';
import type { RunData } from './run-data.ts';
import { RunFolder } from './run-folder.ts';
import { type RunRequest, trainRun } from './train-run.ts';

const home = mkdtempSync(join(tmpdir(), 'lenet-model-input-'));
afterAll(() => rmSync(home, { recursive: true }));
let made = 0;

/** Colour noise of 20x18, brighter in some classes than in others. */
function noise(images: number, classNames: readonly string[]): Dataset {
  const random = randomStream(1, 'noise', images);
  const labels = Uint8Array.from({ length: images }, (_, image) => image % classNames.length);
  const pixels = Uint8Array.from({ length: images * 3 * 20 * 18 }, (_, at) => {
    const label = labels[Math.floor(at / (3 * 20 * 18))]!;
    return random.next() * 100 + label * 30;
  });
  return { name: 'noise', images: pixels, labels, shape: [3, 20, 18], classes: classNames.length, classNames };
}

const classNames = ['bolt', 'nut', 'screw'];
const train = noise(90, classNames);
const evaluation = noise(30, classNames);
const data: RunData = {
  name: 'workshop',
  pictures: { ground: 'light', framing: 'fit' },
  format: 'folders',
  source: 'workshop',
  folder: null,
  hash: 'a'.repeat(64),
  train,
  evaluation,
  evaluatedOn: 'test',
};

interface Outcome {
  readonly out: string;
  readonly notes: readonly string[];
}

async function trained(settings: Partial<Hyperparameters>, more: Partial<RunRequest> = {}): Promise<Outcome> {
  const out = more.out ?? join(home, `${made++}`);
  const hyperparameters = completeHyperparameters({ batchSize: 10, epochs: 2, ...settings });
  const request = {
    hyperparameters,
    given: new Set<never>(),
    data,
    out,
    resume: false,
    checkpointEvery: 1,
    threads: 1,
  };
  let notes: readonly string[] = [];
  for await (const event of trainRun({ ...request, ...more })) if (event.type === 'start') notes = event.notes;
  return { out, notes };
}

const input = {
  data: 'workshop',
  shape: [3, 20, 18],
  classNames,
  ground: 'light',
  framing: 'fit',
  orientation: 'upright',
  normalization: null,
};

describe('a run on colour images of three classes', () => {
  let out: string;
  beforeAll(async () => {
    ({ out } = await trained({ normalization: 'standard', trainLimit: 60 }));
  });
  const normalization = normalizationOf({
    ...train,
    images: train.images.subarray(0, 60 * 3 * 20 * 18),
    labels: train.labels.subarray(0, 60),
  });

  test('records its input, standardized by the images that it trains on alone', () => {
    const folder = new RunFolder(out);
    expect(folder.readConfig().input).toEqual({ ...input, normalization });
    expect(loadModel(out).input).toEqual({ ...input, normalization });
  });

  test('gives a model that is made again from its file and gives the recorded metrics', async () => {
    for (const path of [out, new RunFolder(out).modelPath, new RunFolder(out).checkpointPath]) {
      const { recipe, weights, model } = loadModel(path);
      expect([model.input, model.classes, model.layers[0]!.name]).toEqual([[3, 20, 18], 3, 'normalize']);
      const found = await evaluate(recipe, weights, evaluation);
      const folder = new RunFolder(out);
      const last = folder.readMetrics(folder.readConfig()).at(-1)!;
      expect({ loss: found!.loss, accuracy: found!.accuracy }).toEqual(last.test);
    }
  });

  test('is continued only with the mean and deviation that it began with', async () => {
    const { out: other } = await trained({ normalization: 'standard', epochs: 1 });
    const folder = new RunFolder(other);
    const config = folder.readConfig();
    folder.writeConfig({ ...config, input: { ...config.input!, normalization } });
    const request = { out: other, resume: true, given: new Set(['epochs'] as const) };
    await expect(trained({ normalization: 'standard', epochs: 2 }, request)).rejects.toThrow(
      `--resume: the run in ${other} began with other means, deviations or class weights`,
    );
  });
});

test('a run of an older version, whose record has no input, is continued as it was', async () => {
  const digits: Dataset = {
    name: 'dark',
    images: new Uint8Array(20 * 784),
    labels: new Uint8Array(20),
    shape: [1, 28, 28],
    classes: 10,
  };
  const old = { data: { ...data, train: digits, evaluation: digits } };
  const { out } = await trained({ epochs: 1, model: 'lenet5-1998', learningRate: 1e-5 }, old);
  const folder = new RunFolder(out);
  const { input: _, ...config } = folder.readConfig();
  folder.writeConfig(config);
  const request = { ...old, out, resume: true, given: new Set(['epochs'] as const) };
  await trained({ epochs: 2, model: 'lenet5-1998', learningRate: 1e-5 }, request);
  expect(folder.readConfig().input).toBeUndefined();
  expect(loadModel(out).input).toEqual(mnistInput);
});

describe('lenet5-1998, whose codes are those of the ten digits', () => {
  const last = ({ out }: Outcome) => loadModel(out).model.layers.at(-1)!.layer.type;

  test('gets a dense output and cross-entropy for other classes, and says so once', async () => {
    const outcome = await trained({ model: 'lenet5-1998', epochs: 1 });
    expect(outcome.notes).toEqual([
      'lenet5-1998 has codes for the ten digits only: for these 3 classes its output is dense (softmax)',
    ]);
    expect(last(outcome)).toBe('linear');
    expect(loadModel(outcome.out).recipe.loss.name).toBe('cross-entropy');
  });

  test('also for ten classes that are not the digits', async () => {
    const clothes = ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Boot'];
    const sets = { train: noise(40, clothes), evaluation: noise(20, clothes) };
    const outcome = await trained({ model: 'lenet5-1998', epochs: 0 }, { data: { ...data, ...sets } });
    expect([outcome.notes.length, last(outcome)]).toEqual([1, 'linear']);
  });

  test('is refused with rbf, or a loss of distances, for other classes', async () => {
    await expect(trained({ model: 'lenet5-1998', output: 'rbf' })).rejects.toThrow(
      'output rbf has codes for 10 classes, but there are 3',
    );
    await expect(trained({ model: 'lenet5-1998', loss: 'mse' })).rejects.toThrow(
      'loss mse is for an rbf output only, the output of this lenet5-1998 is softmax',
    );
  });
});

test('a set that is too small is refused with the layer that does not fit, before anything is written', async () => {
  const tiny = { ...train, shape: [3, 15, 24] as const };
  await expect(
    trained({}, { data: { ...data, train: tiny, evaluation: tiny }, out: join(home, 'tiny') }),
  ).rejects.toThrow('model lenet5, layer pool2: maxPool2d: a 2x2 window does not fit into 1x6');
});

describe('the input in a foreign or damaged file', () => {
  const model = modelByName('lenet5', { shape: [3, 20, 18], classes: 3 });
  const weights = initialWeights(model, randomStream(1, 'test'));
  const load = (text: string) => {
    const path = join(home, 'model.safetensors');
    const metadata = { model: 'lenet5', hyperparameters: '{}', dataHash: '', version: '0.1.0', input: text };
    writeFileSync(path, writeSafetensors(weights, metadata));
    return loadModel(path);
  };

  test('is read', () => expect(load(JSON.stringify(input)).input).toEqual(input));

  test.each([
    ['no JSON', '{', 'its input cannot be read: it is not valid JSON'],
    ['no object', '7', 'its input cannot be read: '],
    ['a missing field', JSON.stringify({ ...input, ground: undefined }), 'its input, ground, cannot be read: '],
    ['an unknown field', JSON.stringify({ ...input, colour: 'red' }), 'its input cannot be read: '],
    [
      'huge images',
      JSON.stringify({ ...input, shape: [3, 9999, 9999] }),
      'its input, shape, cannot be read: the images are too large',
    ],
    ['a huge side', JSON.stringify({ ...input, shape: [1e300, 1, 1] }), 'its input, shape.0, cannot be read: '],
    [
      '257 classes',
      JSON.stringify({ ...input, classNames: Array(257).fill('a') }),
      'its input, classNames, cannot be read: ',
    ],
    [
      'a deviation of 0',
      JSON.stringify({ ...input, normalization: { mean: [0, 0, 0], deviation: [1, 1, 0] } }),
      'its input, normalization.deviation.2, cannot be read: ',
    ],
    [
      'two means for three channels',
      JSON.stringify({ ...input, normalization: { mean: [0, 0], deviation: [1, 1, 1] } }),
      'its input, normalization, cannot be read: expected a number for each channel',
    ],
    ['images that do not fit the network', JSON.stringify({ ...input, shape: [3, 9, 9] }), 'model lenet5, layer conv2'],
    ['other classes than the weights have', JSON.stringify({ ...input, classNames: ['a'] }), 'fc3.weight'],
  ])('is refused in one line: %s', (_, text, message) => {
    expect(() => load(text)).toThrow(WorldError);
    expect(() => load(text)).toThrow(message);
    try {
      load(text);
    } catch (error) {
      expect((error as Error).message).toMatch(/^[^\n]*model\.safetensors[^\n]*$/);
    }
  });
});

describe('classes of different sizes', () => {
  const rare = { ...train, labels: Uint8Array.from(train.labels, (label, image) => (image < 60 ? 0 : label)) };
  const unbalanced = { data: { ...data, train: rare }, balancedAccuracy: true };

  test('are weighed, and the weights and the balanced accuracy are recorded', async () => {
    const { out } = await trained({ classWeights: 'balanced' }, unbalanced);
    const folder = new RunFolder(out);
    const config = folder.readConfig();
    // 90 images, 70 of them of class 0, 10 of each other class.
    expect(config.classWeights).toEqual([90 / (3 * 70), 3, 3]);
    const last = folder.readMetrics(config).at(-1)!;
    const { recipe, weights } = loadModel(out);
    const found = await evaluate(recipe, weights, evaluation);
    expect(last.test).toEqual({
      loss: found!.loss,
      accuracy: found!.accuracy,
      balancedAccuracy: found!.balancedAccuracy,
    });
    // The classes of the evaluation set have ten images each.
    expect(found!.balancedAccuracy).toBeCloseTo(found!.accuracy, 14);
    expect(last.train!.balancedAccuracy).not.toBeCloseTo(last.train!.accuracy, 2);
  });

  test('change the weights that are trained, but not how losses are computed', async () => {
    const [weighed, plain] = await Promise.all(
      (['balanced', 'none'] as const).map(async (classWeights) => {
        const { out } = await trained({ classWeights }, { ...unbalanced, balancedAccuracy: false });
        const folder = new RunFolder(out);
        return folder.readMetrics(folder.readConfig());
      }),
    );
    expect(weighed![0]!.test).toEqual(plain![0]!.test);
    expect(weighed![1]!.test).not.toEqual(plain![1]!.test);
    expect(Object.keys(plain![0]!.test!)).toEqual(['loss', 'accuracy']);
  });

  test('are continued only with the weights that the run began with', async () => {
    const { out } = await trained({ classWeights: 'balanced', epochs: 1 }, unbalanced);
    const folder = new RunFolder(out);
    folder.writeConfig({ ...folder.readConfig(), classWeights: [1, 2, 3] });
    const request = { ...unbalanced, out, resume: true, given: new Set(['epochs'] as const) };
    await expect(trained({ classWeights: 'balanced', epochs: 2 }, request)).rejects.toThrow(
      `--resume: the run in ${out} began with other means, deviations or class weights`,
    );
  });
});

test('files are equal byte for byte in both widths of the kernels', async () => {
  const bytes = async (kernels: 'quads' | 'octs') => {
    const { out } = await trained({ normalization: 'standard', epochs: 1, batchSize: 40 }, { kernels });
    return readFileSync(new RunFolder(out).modelPath);
  };
  expect((await bytes('quads')).equals(await bytes('octs'))).toBe(true);
});
