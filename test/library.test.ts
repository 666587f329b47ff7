/** Every public function refuses wrong input with a message that says what it got and what it expects. */
import fc from 'fast-check';
import * as library from 'lenet-lab';
import * as node from 'lenet-lab/node';
import { describe, expect, test } from 'vitest';

const { adam, conv2d, fit, flatten, linear, predictor, sequential } = library;

const model = sequential('small', [1, 4, 4], { conv1: conv2d(1, 2, 3), flat: flatten(), fc1: linear(8, 3) });
const images = new Float32Array(12 * 16).map((_, i) => (i % 7) / 7);
const labels = Uint8Array.from({ length: 12 }, (_, i) => i % 3);
const train: library.Dataset = { name: 'mine', images, labels, shape: [1, 4, 4], classes: 3 };
const recipe: library.RecipeSettings = { model, optimizer: adam(), batchSize: 5, epochs: 1 };
const weights = library.initialWeights(model, library.randomStream(1, 'init'));
const definition: library.StudyDefinition = {
  name: 'study',
  objective: 'score',
  base: {},
  space: {},
  seeds: [1, 2],
  plan: { kind: 'stages', stages: [{ factors: ['x'], levels: [{ label: '1', settings: { x: 1 } }] }] },
};
const task = library.functionTask({ parameters: { x: 1 }, run: ({ x }) => Number(x) });
const request: library.StudyRequest = { definition, task, store: new library.MemoryStore() };

/** A function as called by a program without types. */
type Anything = (...args: readonly unknown[]) => unknown;

/** Calls a public function with any arguments, and waits for its answer or its first three events. */
async function call(name: string, args: readonly unknown[]): Promise<unknown> {
  const found: unknown = Reflect.get({ ...library, ...node }, name);
  if (typeof found !== 'function') throw new Error(`${name} is no function`);
  if (/^[A-Z]/.test(name)) return Reflect.construct(found, args);
  const result = await (found as Anything)(...args);
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) return result;
  const events: unknown[] = [];
  for await (const event of result as AsyncIterable<unknown>) if (events.push(event) === 3) break;
  return events;
}

const withSet = (changes: object) => [recipe, { train: { ...train, ...changes } }];
const withRecipe = (changes: object) => [{ ...recipe, ...changes }, { train }];
const withOptions = (changes: object) => [recipe, { train, ...changes }];
const withDefinition = (changes: object) => [{ ...request, definition: { ...definition, ...changes } }];
const withSpace = (x: object) => withDefinition({ space: { x } });
const withTensor = (tensor: unknown) => [model, new Map<string, unknown>([...weights, ['fc1.bias', tensor]])];
const checkpoint = { epoch: 0, batch: 1, weights, optimizerState: new Map() };
const trialRun = { given: new Set(), out: 'nowhere', resume: false, checkpointEvery: 0 };

/** Function, arguments, expected message. */
const mistakes: readonly (readonly [string, readonly unknown[], string])[] = [
  // Data
  [
    'fit',
    withSet({ images: Float64Array.from(images) }),
    'mine: images: expected a Uint8Array (0 to 255) or a Float32Array',
  ],
  ['fit', withSet({ images: Float64Array.from(images) }), 'Float32Array.from(pixels) converts it'],
  [
    'fit',
    withSet({ images: [...images] }),
    'got an array of 192; Uint8Array.from(pixels) or Float32Array.from(pixels)',
  ],
  ['fit', withSet({ images: new Uint16Array(192) }), 'got a Uint16Array of 192'],
  ['fit', withSet({ images: new Uint8ClampedArray(192) }), 'if that is ImageData'],
  ['fit', withSet({ images: undefined }), 'mine: images: expected a Uint8Array'],
  ['fit', withSet({ images: [[[0, 1]]] }), 'got an array of 1'],
  ['fit', withSet({ images: images.slice(1) }), '12 labels of images [1, 4, 4] need 192 pixels, got 191'],
  ['fit', withSet({ images: images.slice().fill(NaN, 17, 18) }), 'image 1 holds NaN, expected finite numbers'],
  ['fit', withSet({ images: images.slice().fill(Infinity, 33, 34) }), 'image 2 holds Infinity'],
  ['fit', withSet({ labels: ['cat', ...labels.slice(1)] }), 'label 0 is "cat", expected 0 to 2'],
  [
    'fit',
    withSet({ labels: Array.from(labels, () => [1, 0, 0]) }),
    'label 0 is an array of 3, expected 0 to 2; give its class, not a one-hot row',
  ],
  ['fit', withSet({ labels: new Float32Array(36) }), 'one-hot rows are not accepted, give the class of each image'],
  ['fit', withSet({ labels: [NaN, ...labels.slice(1)] }), 'label 0 is NaN, expected 0 to 2'],
  ['fit', withSet({ labels: [0.5, ...labels.slice(1)] }), 'label 0 is 0.5, expected 0 to 2'],
  ['fit', withSet({ labels: Int8Array.from(labels).fill(-1, 4, 5) }), 'label 4 is -1, expected 0 to 2'],
  ['fit', withSet({ labels: Uint16Array.from(labels).fill(256, 4, 5) }), 'label 4 is 256, expected 0 to 2'],
  ['fit', withSet({ labels: new Array(12) }), 'label 0 is undefined'],
  [
    'fit',
    withSet({ labels: new BigInt64Array(12) }),
    'mine: labels: expected an array of the class of each image, got a BigInt64Array of 12',
  ],
  ['fit', withSet({ labels: undefined }), 'mine: labels: expected an array of the class of each image, got undefined'],
  ['fit', withSet({ labels: [], images: new Uint8Array(0) }), 'mine: the data set is empty'],
  ['fit', withSet({ classes: 4 }), 'model small knows 3 classes, mine has 4'],
  ['fit', withSet({ classes: 2.5 }), 'mine: classes is 2.5, expected an integer from 1 to 256'],
  ['fit', withSet({ classes: ['a', 'b'] }), 'mine: classes is an array of 2, expected an integer'],
  ['fit', withSet({ shape: [4, 4] }), 'mine: shape is [4, 4], expected [channels, height, width]'],
  ['fit', withSet({ shape: '1x4x4' }), 'mine: shape is "1x4x4", expected [channels, height, width]'],
  ['fit', withSet({ shape: [1, 2, 8] }), 'model small expects images [1, 4, 4], mine has [1, 2, 8]'],
  ['fit', withSet({ name: undefined }), 'fit(): train: name: expected a text, got undefined'],
  [
    'checkDataset',
    [images],
    'data set: expected a data set { name, images, labels, shape, classes }, got a Float32Array of 192',
  ],
  [
    'datasetSize',
    [{ ...train, labels: 12 }],
    'datasetSize(): expected a data set with labels, got an object { name, images',
  ],
  ['takeFirst', [train, 13], 'mine has 12 images; cannot take the first 13'],
  ['takeFirst', [train, '3'], 'mine has 12 images; cannot take the first "3"'],
  ['takeFirst', [train], 'cannot take the first undefined'],
  // Training
  ['fit', [recipe], 'fit(): expected an object of options (train, evaluation, evaluateAt'],
  ['fit', [recipe, train], 'unknown option of fit() "name"'],
  [
    'fit',
    withOptions({ test: train }),
    'unknown option of fit() "test": allowed are train, evaluation, evaluateAt, evaluateTrain, initial, distill, resume, threads, width, memory, beforeSlice, signal, onProgress. Did you mean evaluation?',
  ],
  ['fit', withOptions({ evaluation: null }), 'fit(): evaluation: expected a data set'],
  ['fit', withOptions({ memory: {} }), 'fit(): memory: expected keptMemory(), got'],
  [
    'fit',
    withOptions({ threads: 4 }),
    "threads: expected threads, as nodeThreads() of 'lenet-lab/node' makes them, got 4",
  ],
  ['fit', withOptions({ signal: true }), 'signal: expected an AbortSignal, got true'],
  ['fit', withOptions({ onProgress: {} }), 'onProgress: expected a function, got an object without fields'],
  [
    'fit',
    withOptions({ initial: Object.fromEntries(weights) }),
    'initial: expected a Map from names to tensors { shape, data }, got an object { conv1.weight',
  ],
  [
    'fit',
    withOptions({ initial: new Map() }),
    'model small needs a tensor conv1.weight [2, 1, 3, 3], which is missing',
  ],
  [
    'fit',
    withOptions({ resume: weights }),
    'resume: expected a checkpoint { epoch, batch, weights, optimizerState }, got a Map of 4',
  ],
  ['fit', withOptions({ resume: checkpoint }), "the optimizer's state lacks exp_avg"],
  ['fit', withOptions({ resume: { ...checkpoint, optimizerState: {} } }), 'resume.optimizerState: expected a Map'],
  ['fit', withOptions({ resume: { ...checkpoint, epoch: 2 } }), 'resume.epoch: expected an integer from 0 to 1, got 2'],
  ['fit', withOptions({ resume: { ...checkpoint, batch: 4 } }), 'resume.batch: expected an integer from 0 to 3, got 4'],
  ['fit', withOptions({ resume: { ...checkpoint, weights: new Map() } }), 'model small needs a tensor conv1.weight'],
  [
    'fit',
    [
      { ...recipe, optimizer: library.sgd() },
      { train, resume: { ...checkpoint, optimizerState: new Map([['exp_avg', weights]]) } },
    ],
    'holds "exp_avg", which sgd does not have (it has none)',
  ],
  ['fit', withRecipe({ batch_size: 5 }), 'unknown option of a recipe "batch_size"'],
  ['fit', withRecipe({ batch_size: 5 }), 'Did you mean batchSize?'],
  ['fit', withRecipe({ lr: 0.1 }), 'unknown option of a recipe "lr"'],
  ['fit', withRecipe({ batchSize: 0 }), 'batchSize: expected an integer of at least 1, got 0'],
  ['fit', withRecipe({ batchSize: '5' }), 'batchSize: expected an integer of at least 1, got "5"'],
  ['fit', withRecipe({ batchSize: 13 }), 'batchSize: expected an integer from 1 to 12 (the training images), got 13'],
  ['fit', withRecipe({ epochs: NaN }), 'epochs: expected an integer from 0 to 1000000, got NaN'],
  ['fit', withRecipe({ seed: -1 }), 'seed: expected an integer of at least 0, got -1'],
  ['fit', withRecipe({ shuffle: 'yes' }), 'shuffle: expected true or false, got "yes"'],
  ['fit', withRecipe({ arithmetic: 'fast' }), 'unknown arithmetic "fast": allowed are strict, fused'],
  ['fit', withRecipe({ optimizer: 'adam' }), 'optimizer: expected the object that a constructor makes (sgd, adam'],
  ['fit', withRecipe({ optimizer: adam }), 'got a function'],
  ['fit', withRecipe({ optimizer: { name: 'adam' } }), 'optimizer: expected what adam makes, got an object { name }'],
  [
    'fit',
    withRecipe({ optimizer: { ...adam(), learningRate: 'fast' } }),
    'learningRate: expected a number above 0, got "fast"',
  ],
  [
    'fit',
    withRecipe({ loss: 'mse' }),
    'loss: expected the object that a constructor makes (cross-entropy, map, mse), got "mse"',
  ],
  ['fit', withRecipe({ loss: library.mse() }), 'loss mse is for an rbf output only'],
  [
    'fit',
    withRecipe({ schedule: { name: 'plateau' } }),
    'schedule: expected the object that a constructor makes (constant, cosine, linear, one-cycle, step, cosine-by-epochs, lecun1998), got one named "plateau"',
  ],
  ['fit', withRecipe({ model: undefined }), 'model: expected a model, as sequential() makes it, got undefined'],
  ['fit', withRecipe({ model: 'lenet5' }), 'model: expected a model, as sequential() makes it, got "lenet5"'],
  ['fit', withRecipe({ model: { ...model, classes: 4 } }), 'model: shapes or parameters are not those of its layers'],
  ['completeRecipe', [], 'a recipe: expected an object of options'],
  // Evaluating
  ['evaluate', [{ model }, weights, { ...train, shape: [1, 8, 2] }], 'model small expects images [1, 4, 4]'],
  ['evaluate', [model, weights, train], 'unknown option of a recipe "name"'],
  ['evaluate', [{ model }, [...weights], train], 'weights: expected a Map from names to tensors'],
  [
    'evaluate',
    [{ model }, weights, train, { thread: 2 }],
    'unknown option of evaluate() "thread": allowed are signal, onProgress, threads, width. Did you mean threads?',
  ],
  ['predictor', [model], 'weights: expected a Map from names to tensors { shape, data }, got undefined'],
  ['predictor', [{}, weights], 'predictor(): model: expected a model'],
  [
    'predictor',
    withTensor({ shape: [3], data: new Float64Array(3) }),
    'tensor fc1.bias: data: expected a Float32Array, got a Float64Array of 3',
  ],
  [
    'predictor',
    withTensor({ shape: [3], data: [0, 0, 0] }),
    'tensor fc1.bias: data: expected a Float32Array, got an array of 3',
  ],
  ['predictor', withTensor({ shape: [3], data: new Float32Array(2) }), 'tensor fc1.bias [3] needs 3 numbers, got 2'],
  [
    'predictor',
    withTensor({ shape: [4], data: new Float32Array(4) }),
    'tensor fc1.bias: model small needs [3], got [4]',
  ],
  [
    'predictor',
    withTensor({ shape: [3], data: Float32Array.of(0, NaN, 0) }),
    'tensor fc1.bias holds NaN at position 1, expected finite numbers',
  ],
  [
    'predictor',
    withTensor(new Float32Array(3)),
    'tensor fc1.bias: expected { shape: numbers, data: a Float32Array }, got a Float32Array of 3',
  ],
  [
    'predictor',
    [model, new Map([...weights, ['fc2.bias', weights.get('fc1.bias')]])],
    "tensor fc2.bias is not one of model small's",
  ],
  ['softmax', [[]], 'softmax(): logits are empty'],
  ['softmax', [[1, NaN]], 'softmax(): logit 1 is NaN, expected a finite number'],
  ['softmax', [['1']], 'softmax(): logit 0 is "1"'],
  ['softmax', ['12'], 'softmax(): logits: expected an array of numbers, got "12"'],
  // Layers
  ['conv2d', [1.5, 4, 3], 'conv2d: in channels: expected an integer from 1 to 16777216, got 1.5'],
  ['conv2d', [1, 0, 3], 'conv2d: out channels: expected an integer from 1'],
  ['conv2d', [1, 4], 'conv2d kernel size: expected an integer or [vertical, horizontal], got undefined'],
  ['conv2d', [1, 4, [3, 3, 3]], 'conv2d kernel size: expected an integer or [vertical, horizontal], got an array of 3'],
  ['conv2d', [1, 4, 3, { stride: 0 }], 'conv2d stride: expected an integer from 1 to 16777216, got 0'],
  ['conv2d', [1, 4, 3, { padding: -1 }], 'conv2d padding: expected an integer from 0 to 16777216, got -1'],
  [
    'conv2d',
    [1, 4, 3, { strides: 2 }],
    'unknown option of conv2d() "strides": allowed are stride, padding, connections, groups. Did you mean stride?',
  ],
  ['conv2d', [1, 4, 3, 2], 'conv2d(): expected an object of options (stride, padding, connections, groups), got 2'],
  ['conv2d', [2, 1, 3, { connections: [[0, 0]] }], 'different numbers from 0 to 1, at least one, got [0, 0]'],
  ['conv2d', [2, 1, 3, { connections: 'full' }], 'conv2d connections: expected a row of input channels'],
  ['maxPool2d', [0], 'maxPool2d kernel size: expected an integer from 1'],
  ['maxPool2d', [2, { padding: 1 }], 'unknown option of maxPool2d() "padding"'],
  ['avgPool2d', ['2'], 'avgPool2d kernel size: expected an integer or [vertical, horizontal], got "2"'],
  ['subsample2d', [6], 'subsample2d kernel size: expected an integer'],
  ['pad2d', [-2], 'pad2d padding: expected an integer from 0'],
  ['pad2d', [2, NaN], 'pad2d value: expected a finite number, got NaN'],
  ['linear', [256], 'linear: out features: expected an integer from 1 to 16777216, got undefined'],
  ['rbf', [[[1, 2], [3]]], 'rbf: expected codes as rows of numbers'],
  ['rbf', [10], 'rbf codes: expected rows of numbers, one a class, got 10'],
  ['rescale', [0, 0], 'rescale: expected two different numbers'],
  ['rescale', ['a', 1], 'rescale: low: expected a finite number, got "a"'],
  ['normalize', [[0.1], [0]], 'normalize: deviation: expected numbers of at least 1e-30, got 0'],
  ['normalize', [[0.1, 0.2], [1]], 'normalize: 2 means need as many deviations, got 1'],
  ['normalize', [0.1, 1], 'normalize: mean: expected a list with a number for each channel, got 0.1'],
  ['tanh', [{ slope: 0 }], 'tanh: slope: expected a number above 0, got 0'],
  ['tanh', [2], 'tanh(): expected an object of options (amplitude, slope), got 2'],
  ['sequential', ['m', [4, 4], {}], 'model m: input must be [channels, height, width], integers from 1, got [4, 4]'],
  ['sequential', ['m', 16, {}], 'model m: input must be [channels, height, width], integers from 1, got 16'],
  ['sequential', [undefined, [1, 4, 4], {}], 'sequential: name of the model: expected a text'],
  [
    'sequential',
    ['m', [1, 4, 4], [flatten()]],
    'model m: layers: expected an object of layers by name, got an array of 1',
  ],
  [
    'sequential',
    ['m', [1, 4, 4], { 1: flatten() }],
    'layer name "1" must be a letter followed by letters, digits or _',
  ],
  ['sequential', ['m', [1, 4, 4], { 'fc.': flatten() }], 'layer name "fc." must be'],
  ['sequential', ['m', [1, 4, 4], { relu: library.relu }], 'got a function; call the function'],
  [
    'sequential',
    ['m', [1, 4, 4], { a: { type: 'attention' } }],
    'model m, layer a: expected a layer, as conv2d(), maxPool2d()',
  ],
  [
    'sequential',
    ['m', [1, 4, 4], { a: { type: 'linear', inFeatures: -1, outFeatures: 2 } }],
    'model m, layer a: linear: in features: expected',
  ],
  [
    'sequential',
    ['m', [1, 4, 4], { a: flatten(), b: linear(15, 3) }],
    'model m, layer b: linear expects 15 features, got 16',
  ],
  ['sequential', ['m', [1, 4, 4], { a: conv2d(1, 2, 5) }], 'a 5x5 window does not fit into 4x4'],
  ['sequential', ['m', [1, 4, 4], {}], 'model m: the last layer must give 1 to 256 logits, got [1, 4, 4]'],
  [
    'sequential',
    ['m', [1, 4, 4], { a: flatten() }, 'he'],
    'unknown initialization of model m "he": allowed are glorot, lecun, lecun1998, torch',
  ],
  ['sequential', ['m', [1, 9999, 9999], { a: flatten() }], 'model m: input: 1x9999x9999 is too large'],
  ['describeModel', [model, -1], 'describeModel(): width: expected a number above 0, got -1'],
  ['describeModel', [weights], 'describeModel(): expected a model, as sequential() makes it, got a Map of 4'],
  ['parameterCount', [null], 'parameterCount(): expected a model, as sequential() makes it, got null'],
  ['connectionCount', [[]], 'connectionCount(): expected a model'],
  [
    'initialWeights',
    [model, Math.random],
    "initial weights: random: expected a Random, as randomStream(seed, 'init') makes it, got a function",
  ],
  ['glorotUniform', [{}, library.randomStream(1)], 'initial weights: model: expected a model'],
  ['lecunUniform', [model, 1], 'initial weights: random: expected a Random'],
  ['lecunUniform1998', [model], 'initial weights: random: expected a Random'],
  ['modelByName', ['lenet-5'], 'unknown model "lenet-5": allowed are lenet5, lenet5-1998. Did you mean lenet5?'],
  ['modelByName', [5], 'unknown model "5"'],
  ['lenet5Original', [{ activation: 'gelu' }], 'unknown activation "gelu": allowed are tanh, sigmoid, relu'],
  ['lenet5Original', [{ pool: 'max' }], 'unknown option of lenet5Original() "pool"'],
  // Optimizers, losses, random numbers
  [
    'adam',
    [{ lr: 0.1 }],
    'unknown option of adam() "lr": allowed are learningRate, l2, decayBiases, betas, eps, biasCorrection. Did you mean learningRate?',
  ],
  [
    'adam',
    [0.1],
    'adam(): expected an object of options (learningRate, l2, decayBiases, betas, eps, biasCorrection), got 0.1',
  ],
  ['adam', [null], 'adam(): expected an object of options'],
  ['adam', [{ learningRate: '0.1' }], 'learningRate: expected a number above 0, got "0.1"'],
  ['adam', [{ learningRate: 0 }], 'learningRate: expected a number above 0, got 0'],
  ['adam', [{ betas: 0.9 }], 'betas: expected two numbers, each 0 to below 1, got 0.9'],
  ['adam', [{ betas: [0.9, 1] }], 'beta2: expected a number from 0 to'],
  ['adam', [{ weightDecay: 0.1 }], 'unknown option of adam() "weightDecay"'],
  ['adamw', [{ weight_decay: 0.1 }], 'Did you mean weightDecay?'],
  ['adamw', [{ biasCorrection: 1 }], 'biasCorrection: expected true or false, got 1'],
  ['nadam', [{ biasCorrection: true }], 'unknown option of nadam() "biasCorrection"'],
  ['adabelief', [{ eps: -1 }], 'eps: expected a number of at least 0, got -1'],
  ['sgd', [{ momentum: 1 }], 'momentum: expected a number from 0 to'],
  ['sgd', [{ nesterov: true }], 'nesterov needs a momentum above 0'],
  ['sdlm', [{ mu: 0 }], 'mu: expected a number above 0, got 0'],
  ['maximumAPosteriori', [-1], 'j: expected a number above 0, got -1'],
  ['Random', [[0, 0, 0, 0]], 'Random: expected four integers from 0 to 4294967295, not all zero, got [0, 0, 0, 0]'],
  ['Random', [7], 'Random: expected four integers from 0 to 4294967295, not all zero, got 7'],
  ['randomStream', [1.5], 'seed: expected an integer from 0 to'],
  [
    'randomStream',
    [1, {}],
    'the purpose of a random stream: expected texts and finite numbers, got an object without fields',
  ],
  // Studies
  ['runStudy', [], 'runStudy(): expected an object of options'],
  ['runStudy', [{ ...request, workers: 2 }], 'unknown option of runStudy() "workers"'],
  ['runStudy', [{ ...request, jobs: 0 }], 'jobs: expected an integer of at least 1, got 0'],
  [
    'runStudy',
    [{ ...request, task: () => 1 }],
    'task: expected a task, as functionTask() or lenetTask() make it, got a function',
  ],
  [
    'runStudy',
    [{ ...request, store: 'study.journal' }],
    'store: expected a store, as new MemoryStore() or new JournalStore(path), got "study.journal"',
  ],
  ['runStudy', withDefinition({ name: '' }), 'name: expected a text that is not empty, got ""'],
  [
    'runStudy',
    withDefinition({ objective: 'toString' }),
    'unknown objective "toString": allowed are accuracy, balanced-accuracy, loss, score',
  ],
  ['runStudy', withDefinition({ goal: 'max' }), 'unknown option of a study definition "goal"'],
  ['runStudy', withDefinition({ protocol: 'test' }), 'unknown protocol "test": allowed are post, held-out'],
  ['runStudy', withDefinition({ base: undefined }), 'base: expected values by name, got undefined'],
  ['runStudy', withDefinition({ base: { y: 1 } }), 'unknown parameter y: there are x'],
  [
    'runStudy',
    withDefinition({ base: { x: NaN } }),
    'base.x: expected a text, a finite number, true, false or null, got NaN',
  ],
  [
    'runStudy',
    withDefinition({ plan: [] }),
    'plan: expected { kind: stages or grid or random or search, ... }, got an array of 0',
  ],
  [
    'runStudy',
    withDefinition({ plan: { kind: 'stages', stages: [] } }),
    'plan.stages is empty: at least one is needed',
  ],
  [
    'runStudy',
    withDefinition({ plan: { kind: 'grid', factors: {} } }),
    'plan.factors: expected a list, got an object without fields',
  ],
  [
    'runStudy',
    withDefinition({ plan: { kind: 'grid', factors: [{ name: 'x', levels: [1, 2] }] } }),
    'plan.factors[0].levels[0]: expected an object of options (label, settings, short), got 1',
  ],
  [
    'runStudy',
    withDefinition({ plan: { kind: 'random', trials: 0, seed: 1 } }),
    'plan.trials: expected an integer of at least 1, got 0',
  ],
  ['runStudy', withDefinition({ seeds: 3 }), 'seeds: expected a list or { atLeast, atMost, resolve }, got 3'],
  ['runStudy', withDefinition({ seeds: [] }), 'seeds is empty'],
  ['runStudy', withDefinition({ seeds: [1, 1] }), 'seeds: expected different integers, 1 stands twice'],
  [
    'runStudy',
    withDefinition({ seeds: { atLeast: 3, atMost: 9 } }),
    'seeds.resolve: expected a number above 0, got undefined',
  ],
  [
    'runStudy',
    withDefinition({ space: undefined }),
    'space: expected the dimensions by name ({} if there are none), got undefined',
  ],
  ['runStudy', withSpace({ kind: 'uniform' }), 'unknown space.x.kind "uniform": allowed are float, int, choices'],
  ['runStudy', withSpace({ kind: 'float', low: 1, high: 0 }), 'expected a range from low to high'],
  ['runStudy', withSpace({ kind: 'choices', values: 'ab' }), 'space.x.values: expected a list, got "ab"'],
  ['functionTask', [{ parameters: { x: 1 } }], 'functionTask(): run: expected a function, got undefined'],
  ['functionTask', [() => 1], 'functionTask(): expected an object of options'],
  [
    'functionTask',
    [{ parameters: ['x'], run: () => 1 }],
    'functionTask(): parameters: expected default values by name, got an array of 1',
  ],
  [
    'functionTask',
    [{ parameters: { x: {} }, run: () => 1 }],
    'functionTask(): parameters.x: expected a text, a finite number',
  ],
  [
    'functionTask',
    [{ parameters: { x: 1 }, when: { y: {} }, run: () => 1 }],
    'unknown parameter in when "y": allowed are x',
  ],
  ['judgeStage', [definition, definition], "judgeStage(): stage: expected a stage of a study's view"],
  // Node
  [
    'lenetTask',
    [],
    'lenetTask(): expected an object of options (folder, dataFolder, dataOptions, teachers, threads, kernels, evaluateTrain, claim, pool), got undefined',
  ],
  ['lenetTask', [{ folder: '' }], 'lenetTask(): folder: expected a path (a text that is not empty), got ""'],
  [
    'lenetTask',
    [{ out: 'x' }],
    'unknown option of lenetTask() "out": allowed are folder, dataFolder, dataOptions, teachers, threads, kernels, evaluateTrain, claim, pool. Did you mean folder?',
  ],
  ['loadData', [null], 'loadData(): data: expected a path'],
  ['loadData', ['mnist', { lr: 1 }], 'unknown option of loadData() "lr"'],
  ['loadData', ['mnist', { format: 'idx2' }], 'unknown loadData(): format "idx2"'],
  ['loadData', ['mnist', { size: 28 }], 'loadData(): size: expected [height, width], got 28'],
  ['loadData', ['mnist', { size: [0, 28] }], 'loadData(): size: expected an integer from 1 to 4096, got 0'],
  ['loadData', ['mnist', { resize: 'crop' }], 'unknown loadData(): resize "crop"'],
  ['loadMnist', [null], 'loadMnist(): folder: expected a path'],
  ['loadMnist', [''], 'loadMnist(): folder: expected a path'],
  ['loadModel', [], 'loadModel(): path: expected a path (a text that is not empty), got undefined'],
  ['loadModel', [new URL('file:///x')], 'loadModel(): path: expected a path'],
  ['loadModel', ['a\0b'], 'loadModel(): path: expected a path'],
  ['nodeThreads', [0], 'threads: expected an integer from 1 to 256, got 0'],
  ['nodeThreads', ['4'], 'threads: expected an integer from 1 to 256, got "4"'],
  ['nodeThreads', [2, { onFewer: true }], 'nodeThreads(): onFewer: expected a function, got true'],
  ['JournalStore', [undefined], 'JournalStore: path: expected a path'],
  ['readStudy', [7], 'readStudy(): path: expected a path'],
  ['trainRun', [{}], 'hyperparameters: expected an object of options'],
  ['trainRun', [{ ...trialRun, hyperparameters: { lr: 1 } }], 'unknown option of hyperparameters "lr"'],
  ['trainRun', [{ ...trialRun, hyperparameters: { epochs: -1 } }], 'epochs: expected an integer from 0'],
  ['trainRun', [{ ...trialRun, hyperparameters: {}, out: '' }], 'trainRun(): out: expected a path'],
  ['trainRun', [{ ...trialRun, hyperparameters: {}, given: ['epochs'] }], 'trainRun(): given: expected a Set of names'],
];

test.each(mistakes.map((mistake) => [`${mistake[0]}: ${mistake[2]}`, mistake] as const))('%s', async (_, mistake) => {
  const [name, args, message] = mistake;
  const error: unknown = await call(name, args).then(
    (result) => new Error(`no error, but ${String(result)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(library.UsageError);
  expect((error as Error).message).toContain(message);
});

describe('converted arguments', () => {
  const last = async (set: library.DatasetSettings) => {
    let accuracy = -1;
    for await (const event of fit(recipe, { train: set })) if (event.type === 'epoch') accuracy = event.train!.loss;
    return accuracy;
  };

  test.each<[string, library.Labels]>([
    ['an array', [...labels]],
    ['Int32Array', Int32Array.from(labels)],
    ['Uint16Array', Uint16Array.from(labels)],
    ['Float64Array', Float64Array.from(labels)],
  ])('labels as %s give the same bits as bytes', async (_, converted) => {
    expect(await last({ ...train, labels: converted })).toBe(await last(train));
    expect(library.takeFirst({ ...train, labels: converted }, 4).labels).toEqual(labels.slice(0, 4));
  });

  test('arrays of another window are accepted', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign: unknown = runInNewContext('new Float32Array(192)');
    const own = new Float32Array(192);
    expect(foreign).not.toBeInstanceOf(Float32Array);
    expect(await last({ ...train, images: foreign as Float32Array })).toBe(await last({ ...train, images: own }));
  });

  test('undefined options are the defaults', () => {
    expect(library.sdlm({ learningRate: undefined })).toEqual(library.sdlm());
    expect(library.adabelief({ eps: undefined })).toEqual(library.adabelief());
    expect(library.adamw({ weightDecay: undefined, betas: undefined })).toEqual(library.adamw());
    expect(library.lenet5Original({ output: undefined })).toEqual(library.lenet5Original());
    expect(conv2d(1, 2, 3, { stride: undefined, connections: undefined })).toEqual(conv2d(1, 2, 3));
    expect(library.completeRecipe({ ...recipe, seed: undefined })).toEqual(library.completeRecipe(recipe));
  });
});

test('without an evaluation set events have no evaluation, and progress counts the training set only', async () => {
  const seen: library.Progress[] = [];
  const events: library.FitEvent[] = [];
  for await (const event of fit(recipe, { train, onProgress: (progress) => seen.push(progress) })) events.push(event);
  expect(events.map(({ type }) => type)).toEqual(['epoch', 'epoch']);
  expect(events.every((event) => !('evaluation' in event))).toBe(true);
  expect(new Set(seen.filter(({ phase }) => phase === 'evaluate').map(({ total }) => total))).toEqual(new Set([12]));
});

test('a model that was copied or written as JSON works as before', async () => {
  for (const copy of [structuredClone(model), JSON.parse(JSON.stringify(model)) as library.Model]) {
    expect(library.parameterCount(copy)).toBe(library.parameterCount(model));
    expect(predictor(copy, weights)(images.subarray(0, 16))).toEqual(predictor(model, weights)(images.subarray(0, 16)));
  }
});

describe('a predictor', () => {
  const predict = predictor(model, weights) as (image: unknown) => library.Prediction;
  test.each<[string, unknown]>([
    ['model small expects 16 pixels [1, 4, 4], got 17', new Float32Array(17)],
    ['image: expected a Uint8Array (0 to 255) or a Float32Array', new Float64Array(16)],
    ['got an array of 16; Uint8Array.from(pixels) or', Array.from({ length: 16 }, () => 1)],
    ['expected finite numbers', new Float32Array(16).fill(NaN)],
    ['got undefined', undefined],
  ])('refuses: %s', (message, image) => {
    expect(() => predict(image)).toThrow(library.UsageError);
    expect(() => predict(image)).toThrow(message);
    // A refused image does not change later predictions.
    expect(predict(images.subarray(0, 16))).toEqual(predictor(model, weights)(images.subarray(0, 16)));
  });
});

test('a predictor whose output overflows throws', () => {
  const loud = new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice().fill(1e30) }]));
  expect(() => predictor(model, loud)(new Float32Array(16).fill(1e30))).toThrow(
    'the output for this image is not finite',
  );
});

test('a store refuses records before it is opened, and records of missing trials', async () => {
  const store = new library.MemoryStore();
  const trial = { configuration: {}, seed: 1, parameters: [] };
  await expect(store.startTrial(trial)).rejects.toThrow('open() must be called before');
  await expect(store.reportEpoch(3, { epoch: 1, score: 1 })).rejects.toThrow('there is no trial 3');
  await expect(new node.JournalStore('nowhere.journal').startTrial(trial)).rejects.toThrow('must be opened before');
});

/** Valid arguments of every public function, which the fuzz test changes. */
const sound: Readonly<Record<string, readonly unknown[]>> = {
  Random: [[1, 2, 3, 4]],
  randomStream: [1, 'shuffle', 2],
  checkDataset: [train],
  completeDataset: [train],
  datasetSize: [train],
  augmentation: [{ rotation: 10, shift: 0.5, scale: 0.1, elastic: 0.7 }],
  takeFirst: [train, 3],
  keptMemory: [],
  supportsFused: [],
  add: ['conv1'],
  avgPool2d: [2, { stride: 1 }],
  batchNorm2d: [4, { eps: 1e-5, momentum: 0.1 }],
  conv2d: [2, 4, [3, 3], { stride: 1, padding: [1, 0], connections: [[0], [1], [0, 1], [1]] }],
  dropout: [0.5],
  flatten: [],
  gelu: [],
  globalAvgPool2d: [],
  leakyRelu: [0.01],
  linear: [8, 3],
  maxPool2d: [2, { stride: 1 }],
  outputOf: ['conv1'],
  pad2d: [[1, 1], 0.5],
  rbf: [
    [
      [1, -1],
      [-1, 1],
    ],
  ],
  relu: [],
  rescale: [0, 2],
  residual: ['block', { from: 'relu1', layers: { conv: conv2d(4, 4, 3, { padding: 'same' }) } }],
  normalize: [[0.5], [0.25]],
  sigmoid: [],
  silu: [],
  squash: [],
  tanh: [{ amplitude: 1, slope: 2 }],
  subsample2d: [3, 2],
  sequential: ['m', [1, 4, 4], { a: conv2d(1, 2, 3, { padding: 1 }), b: flatten(), c: linear(32, 3) }, 'glorot'],
  describeModel: [model, 80],
  connectionCount: [model],
  parameterCount: [model],
  glorotUniform: [model, library.randomStream(1)],
  initialWeights: [model, library.randomStream(1)],
  lecunUniform: [model, library.randomStream(1)],
  lecunUniform1998: [model, library.randomStream(1)],
  crossEntropy: [{ labelSmoothing: 0.1, classWeights: [1, 2] }],
  maximumAPosteriori: [0.1],
  mse: [],
  adabelief: [{ learningRate: 0.1, l2: 0, betas: [0.9, 0.9], eps: 1e-8, biasCorrection: true }],
  adam: [{ learningRate: 0.1, l2: 0, betas: [0.9, 0.9], eps: 1e-8, biasCorrection: true }],
  adamw: [{ learningRate: 0.1, l2: 0, weightDecay: 0.1 }],
  lion: [{ learningRate: 0.1, l2: 0.1, decayBiases: false, betas: [0.9, 0.9], weightDecay: 0.1 }],
  nadam: [{ learningRate: 0.1, betas: [0.9, 0.9] }],
  sdlm: [{ learningRate: 0.1, mu: 0.1 }],
  sgd: [{ learningRate: 0.1, momentum: 0.9, nesterov: true }],
  constantRate: [],
  cosineRate: [{ warmUp: 0.1, warmUpFrom: 0.1, finalRate: 0.1 }],
  cosineByEpochsRate: [],
  linearRate: [{ warmUp: 0.1, finalRate: 0.1 }],
  oneCycleRate: [{ peakAt: 0.2, startRate: 0.1, finalRate: 0 }],
  stepRate: [{ dropEvery: 2, dropFactor: 0.5 }],
  lecun1998Rate: [],
  runStudy: [request],
  MemoryStore: [],
  judgeStage: [],
  functionTask: [{ parameters: { x: 1, y: 'a' }, when: { x: { y: ['a'] } }, dataHash: 'a', run: () => 1 }],
  lenet5: [],
  lenet5Original: [{ activation: 'relu', output: 'softmax' }],
  modelByName: ['lenet5'],
  evaluate: [{ model, arithmetic: 'strict' }, weights, train, { onProgress: () => {} }],
  predictor: [model, weights],
  inspector: [model, weights],
  softmax: [[1, 2, 3]],
  classReport: [Float32Array.of(2, 1, 0, 3), [0, 1], 2],
  fit: [
    { ...recipe, clipNorm: 1, ema: 0.9 },
    {
      train,
      evaluation: train,
      initial: weights,
      distill: { teachers: [{ name: 'first', model, weights }], temperature: 2, weight: 0.5 },
    },
  ],
  completeRecipe: [recipe],
  lenetTask: [{ folder: 'nowhere', dataFolder: 'nowhere', threads: 1 }],
  loadData: ['nowhere', { format: 'idx', onNote: () => {} }],
  loadMnist: ['nowhere'],
  loadModel: ['nowhere'],
  exportOnnx: [model, weights, { data: 'digits' }],
  importOnnx: [library.exportOnnx(model, weights), 'digits.onnx'],
  enableFused: [],
  nodeThreads: [2, { onFewer: () => {} }],
  trainRun: [{ ...trialRun, out: '', hyperparameters: { epochs: 1 } }],
  JournalStore: ['nowhere'],
  readStudy: ['nowhere'],
};
/**
 * The classes of errors, the functions that set a flag of the process or train for a while, and webThreads, which needs a browser,
 * are not called.
 */
const notCalled = ['UsageError', 'WorldError', 'enableOcts', 'proveOcts', 'webThreads'];

test('proveOcts refuses what is no recipe, like fit', async () => {
  await expect(library.proveOcts({} as never)).rejects.toThrow(library.UsageError);
});

test('the fuzz test covers every public function', () => {
  const exported = Object.entries({ ...library, ...node });
  const functions = exported.flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
  expect(functions.filter((name) => !notCalled.includes(name)).sort()).toEqual(Object.keys(sound).sort());
});

const wrongValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    maxDepth: 2,
    withBigInt: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  }),
  fc.constantFrom(-1, 0, 0.5, 2 ** 31, 2 ** 53, 1e300, NaN, Infinity, -0, '', '1', 'constructor', '__proto__'),
  fc.constantFrom<unknown>(
    Symbol('x'),
    () => 1,
    new Date(0),
    /x/,
    new Float64Array(3),
    new ArrayBuffer(8),
    [[]],
    model,
  ),
);

/** The paths of all plain data within the arguments. */
function placesOf(value: unknown, depth = 0): (readonly (string | number)[])[] {
  if (depth > 4 || typeof value !== 'object' || value === null) return [[]];
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return [[]];
  const below = Object.entries(value).flatMap(([name, item]) =>
    placesOf(item, depth + 1).map((path) => [name, ...path]),
  );
  return depth === 0 ? below : [[], ...below];
}

function replaced(value: unknown, [name, ...rest]: readonly (string | number)[], by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (index === Number(name) ? replaced(item, rest, by) : item));
  const entries = Object.entries(value as object);
  return Object.fromEntries(entries.map(([key, item]) => [key, key === name ? replaced(item, rest, by) : item]));
}

/** Objects of classes (tasks, stores) and paths of runs are not changed. */
const isTried = (path: readonly (string | number)[]) =>
  !(path.includes('task') || path.includes('store') || path.includes('out'));

describe('wrong arguments give a UsageError or WorldError, or are harmless', () => {
  test.each(Object.keys(sound))('%s', async (name) => {
    const good = sound[name]!;
    const places = placesOf(good).filter(isTried);
    const spoiled = fc
      .tuple(fc.nat(), wrongValues)
      .map(([at, value]) =>
        places.length === 0 ? [value] : (replaced(good, places[at % places.length]!, value) as unknown[]),
      );
    const anything = name === 'trainRun' ? spoiled : fc.array(wrongValues, { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: spoiled }, anything), async (args) => {
        const error: unknown = await call(name, args).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        if (error === undefined || error instanceof library.UsageError || error instanceof library.WorldError) return;
        throw error;
      }),
      { seed: 1, numRuns: 150, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  });
});
