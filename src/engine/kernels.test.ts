import { setFlagsFromString } from 'node:v8';
import { describe, expect, test, vi } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { avgPool2d } from '../nn/avg-pool2d.ts';
import { batchNorm2d } from '../nn/batch-norm2d.ts';
import { conv2d } from '../nn/conv2d.ts';
import { dropout } from '../nn/dropout.ts';
import { gelu } from '../nn/gelu.ts';
import { globalAvgPool2d } from '../nn/global-avg-pool2d.ts';
import { type Engine, placeAlone } from '../nn/layer.testing.ts';
import type { Layer } from '../nn/layers.ts';
import { leakyRelu } from '../nn/leaky-relu.ts';
import { linear } from '../nn/linear.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { normalize } from '../nn/normalize.ts';
import { pad2d } from '../nn/pad2d.ts';
import { rbf } from '../nn/rbf.ts';
import { relu } from '../nn/relu.ts';
import { rescale } from '../nn/rescale.ts';
import { silu } from '../nn/silu.ts';
import { sigmoid, tanh } from '../nn/squash.ts';
import { subsample2d } from '../nn/subsample2d.ts';
import { Arena, createMemory } from './arena.ts';
import { augmentContract } from './augment.contract.ts';
import {
  type Arithmetic,
  bindKernels,
  compileKernels,
  type Kernels,
  lanesOf,
  supportsFused,
  type Width,
  widths,
} from './kernels.ts';
import {
  type CurvatureEnd,
  curvatureContract,
  type LayerCase,
  type LayerOutcome,
  layersContract,
} from './layers.contract.ts';
import { layoutContract } from './layout.contract.ts';
import * as reference from './reference.ts';

/** The plain twin of each kernel. The compiler reports a kernel without a line here. */
const twins: Readonly<Record<Exclude<keyof Kernels, 'heapBase'>, readonly (keyof typeof reference)[]>> = {
  adabelief: ['adabeliefStep'],
  adam: ['adamStep'],
  addSoftmax: ['addSoftmax'],
  batchNormBackward: ['batchNormBackward'],
  channelMoments: ['channelMoments'],
  dropout: ['dropoutFactors'],
  geluForward: ['geluForward'],
  geluWithSlopes: ['geluForward', 'geluSlope'],
  groupedInputGradient: ['conv2dBackward'],
  groupedWeightSums: ['conv2dBackward'],
  leakyReluBackward: ['leakyReluSlope'],
  leakyReluForward: ['leakyReluForward'],
  normalizedProducts: ['batchNormBackward'],
  siluForward: ['siluForward'],
  siluWithSlopes: ['siluForward', 'siluSlope'],
  slopesBackward: ['geluSlope', 'siluSlope'],
  addVectors: ['add'],
  averageVectors: ['average'],
  channelProducts: ['sumByChannel'],
  clearBlocks: ['clear'],
  conv2dBackward: ['conv2dBackward'],
  copyBox: ['pad2dForward', 'pad2dBackward'],
  cutStrips: ['cutStrips'],
  eraseBox: ['eraseBox'],
  factorMatrix: ['transpose', 'factors'],
  flushTiny: ['flushTiny'],
  frameBytes: ['frame'],
  frameFloats: ['frame'],
  gatherBytes: ['gather'],
  gatherFloats: ['gather'],
  joinStrips: ['joinStrips', 'spread'],
  lion: ['lionStep'],
  matmul: ['linearForward', 'linearBackward'],
  matmulTaps: ['conv2dForward'],
  maxPool2dBackward: ['maxPool2dBackward'],
  maxPool2dForward: ['maxPool2dForward'],
  maxPool2dRelu: ['maxPool2dForward', 'reluForward'],
  packWeights: ['packWeights'],
  packsToPlanes: ['transpose'],
  packsToRows: ['toPacks'],
  planesToPacks: ['transpose'],
  rbfBackward: ['rbfBackward'],
  rbfCurvature: ['rbfBackward'],
  rbfForward: ['rbfForward'],
  rbfLossCurvature: ['rightLogitLoss'],
  reluBackward: ['reluBackward'],
  reluForward: ['reluForward'],
  resample: ['resample'],
  rescaleVectors: ['rescale'],
  rightLogitLoss: ['rightLogitLoss'],
  rowsToPacks: ['toPacks'],
  scaleChannels: ['scaleChannels'],
  sdlm: ['sdlmStep'],
  sgd: ['sgdStep'],
  sigmoidBackward: ['sigmoidSlope'],
  sigmoidForward: ['sigmoidForward'],
  softmaxCrossEntropy: ['softmaxCrossEntropy'],
  softmaxCurvature: ['softmaxCurvature'],
  softmaxOfGradient: ['softmaxOfGradient'],
  squareVectors: ['square'],
  sumChunks: ['sumChunks'],
  sumOfSquares: ['sumOfSquares'],
  sumOverImages: ['sumByChannel'],
  sumPool2dBackward: ['sumPool2dBackward'],
  sumPool2dForward: ['sumPool2dForward'],
  swapAxes: ['transpose'],
  tanhBackward: ['tanhSlope'],
  tanhForward: ['tanhForward'],
  transposeMatrix: ['transpose'],
  winogradForward: ['conv2dForward'],
  winogradWeights: ['conv2dForward'],
};

/** The kernels that this file has called: `octs matmul`. */
const called = vi.hoisted(() => new Set<string>());
vi.mock(import('./kernels.ts'), async (original) => {
  const { recordedKernels } = await import('./changed-kernels.testing.ts');
  return recordedKernels(await original(), called);
});

const hadFused = supportsFused();
if (!hadFused) setFlagsFromString('--experimental-wasm-relaxed-simd');

function layerOf({ op, options, input, weight }: LayerCase): Layer {
  const [out = 1, into = 1, kh = 1, kw = 1] = weight?.shape ?? [];
  const { connections } = options;
  const more = connections ? { connections } : {};
  switch (op) {
    case 'conv2d':
      return conv2d(into * (options.groups ?? 1), out, [kh, kw], {
        stride: options.stride!,
        padding: options.padding!,
        groups: options.groups,
        ...more,
      });
    case 'maxPool2d':
      return maxPool2d(options.kernelSize!, { stride: options.stride! });
    case 'avgPool2d':
      return avgPool2d(options.kernelSize!, { stride: options.stride! });
    case 'subsample2d':
      return subsample2d(input.shape[1]!, options.kernelSize!);
    case 'linear':
      return linear(into, out);
    case 'tanh':
      return tanh({ amplitude: options.amplitude!, slope: options.slope! });
    case 'sigmoid':
      return sigmoid();
    case 'rbf':
      return rbf(options.codes!);
    case 'rescale':
      return rescale(options.low!, options.high!);
    case 'normalize':
      return normalize(options.mean!, options.deviation!);
    case 'pad2d':
      return pad2d(options.padding as readonly [number, number], options.value!);
    case 'leakyRelu':
      return leakyRelu(options.negativeSlope!);
    case 'gelu':
      return gelu();
    case 'silu':
      return silu();
    case 'globalAvgPool2d':
      return globalAvgPool2d();
    case 'batchNorm2d':
      return batchNorm2d(input.shape[1]!, { eps: options.eps!, momentum: options.momentum! });
    case 'dropout':
      return dropout(options.p!);
    default:
      return relu();
  }
}

/** Kernels on a memory of their own, and the number of their lanes. */
function open({ arithmetic, width }: Engine) {
  const memory = createMemory();
  const kernels = bindKernels(compileKernels(arithmetic, width), memory);
  return { memory, kernels, lanes: lanesOf[width] };
}

function lossOf(engine: Engine, { op, input, options }: LayerCase): LayerOutcome {
  const { memory, kernels, lanes } = open(engine);
  const arena = new Arena(memory, kernels.heapBase());
  const [images = 1, classes = 1] = input.shape;
  const packs = Math.ceil(images / lanes);
  const logits = arena.allocate(packs * classes * lanes * 4);
  const gradient = arena.allocate(packs * classes * lanes * 4);
  const losses = arena.allocate(images * 8);
  const labels = arena.allocate(images);
  const at = (n: number, c: number) => (Math.floor(n / lanes) * classes + c) * lanes + (n % lanes);
  const z = arena.f32(logits, packs * classes * lanes);
  for (const [i, value] of input.data.entries()) z[at(Math.floor(i / classes), i % classes)] = value;
  arena.u8(labels, images).set(options.labels!);
  const predicted = arena.allocate(images);
  const args = { logits, labels, count: images, classes, scale: 1 / images, gradient, losses, predicted };
  const backgroundLogit = op === 'mapLoss' ? -options.j! : -Infinity;
  if (op === 'mseLoss') kernels.rightLogitLoss(args);
  else kernels.softmaxCrossEntropy({ ...args, backgroundLogit, smoothing: 0, classWeights: 0 });
  const g = arena.f32(gradient, packs * classes * lanes);
  const expected = reference.softmaxCrossEntropy(input.data, options.labels!, 1 / images);
  expect([...arena.u8(predicted, images)]).toEqual(expected.predicted);
  for (let n = images; n < packs * lanes; n++) for (let c = 0; c < classes; c++) expect(g[at(n, c)]).toBe(0);
  return {
    output: arena.f64(losses, images),
    gradInput: input.data.map((_, i) => g[at(Math.floor(i / classes), i % classes)]!),
  };
}

/** A loss's second derivatives by what the last layer reads, the way training finds them. */
function curvatureOf(engine: Engine, { codes, labels, input }: CurvatureEnd): number[] {
  const { memory, kernels, lanes } = open(engine);
  const arena = new Arena(memory, kernels.heapBase());
  const [images = 1, features = 1] = input.shape;
  const classes = codes?.length ?? features;
  const packs = Math.ceil(images / lanes);
  const h = arena.allocate(packs * features * lanes * 4);
  const [z, g] = [0, 0].map(() => arena.allocate(packs * classes * lanes * 4)) as [number, number];
  const right = arena.allocate(images);
  arena.u8(right, images).set(labels);
  const at = (i: number) =>
    (Math.floor(i / features / lanes) * features + (i % features)) * lanes + (Math.floor(i / features) % lanes);
  const chunk = { labels: right, count: images, classes, gradient: g };
  const [losses, predicted] = [arena.allocate(images * 8), arena.allocate(images)];
  const args = { ...chunk, logits: z, scale: 1, losses, predicted };
  if (codes) {
    kernels.rightLogitLoss(args);
    kernels.rbfLossCurvature({ packs, features, classes, g, hx: h });
  } else {
    const values = arena.f32(z, packs * features * lanes);
    for (const [i, value] of input.data.entries()) values[at(i)] = value;
    kernels.softmaxCrossEntropy({ ...args, backgroundLogit: -Infinity, smoothing: 0, classWeights: 0 });
    kernels.softmaxOfGradient(chunk);
    kernels.softmaxCurvature({ probabilities: g, h, vectors: packs * classes });
  }
  const found = arena.f32(h, packs * features * lanes);
  for (let i = images * features; i < packs * lanes * features; i++) expect(Math.abs(found[at(i)]!)).toBe(0);
  return input.data.map((_, i) => found[at(i)]!);
}

const engines = (['strict', 'fused'] as const).flatMap((arithmetic: Arithmetic) =>
  widths.map((width: Width) => ({ arithmetic, width })),
);

describe.each(engines)('$arithmetic, $width', (engine) => {
  const name = `kernels, ${engine.arithmetic}, ${engine.width}`;
  const run = (layer: LayerCase): LayerOutcome => {
    if (layer.op === 'softmaxCrossEntropy' || layer.op === 'mapLoss' || layer.op === 'mseLoss')
      return lossOf(engine, layer);
    const parameters = [layer.weight, layer.bias].flatMap((block) => (block ? [block.data] : []));
    const placed = placeAlone(layerOf(layer), layer.input.shape, engine, parameters);
    // PyTorch's running statistics start at 0 and 1.
    for (const [i, values] of placed.buffers.entries()) values.fill(i);
    const { output, gradInput, gradients } = placed.run(layer.input.data, layer.gradOutput!.data);
    const { buffers } = placed;
    return { output, gradInput, gradWeight: gradients[0] ?? [], gradBias: gradients[1] ?? [], buffers };
  };
  // Winograd sums transformed inputs, which costs it some digits where neighbours cancel.
  layersContract(name, run, 3e-5);

  const curve = (layer: LayerCase): LayerOutcome => {
    const parameters = [layer.weight, layer.bias].flatMap((block) => (block ? [block.data] : []));
    const placed = placeAlone(layerOf(layer), layer.input.shape, engine, parameters);
    const { output, gradInput, gradients } = placed.curve(layer.input.data, layer.gradOutput!.data);
    return { output, gradInput, gradWeight: gradients[0] ?? [], gradBias: gradients[1] ?? [] };
  };
  curvatureContract(name, curve, (end) => curvatureOf(engine, end), 3e-5);
});

describe.each(widths)(
  'optimizer kernels, %s, follow their plain twins over three steps and two gradient blocks',
  (width) => {
    const lanes = lanesOf[width];
    const size = 11 * lanes;
    const numbers = (seed: number, scale: number) =>
      Array.from({ length: size }, (_, i) => scale * Math.sin(seed + 1.7 * i));
    const [beta1, beta2] = [0.9, 0.999];
    const decays = { beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2 };
    const l2 = 0.01;

    function compare(
      kernelStep: (
        kernels: Kernels,
        t: number,
        blocks: { x: number; g: number; vectors: number },
        state: { first: number; second: number },
      ) => void,
      plain: (slot: reference.Slot, g: number, t: number) => reference.Slot,
    ) {
      const { memory, kernels } = open({ arithmetic: 'strict', width });
      const arena = new Arena(memory, kernels.heapBase());
      const [x, first, second] = [0, 0, 0].map(() => arena.allocate(size * 4)) as [number, number, number];
      const stride = 512;
      const gradients = arena.allocate(2 * stride);
      arena.f32(x, size).set(numbers(1, 0.5));
      let slots: reference.Slot[] = numbers(1, 0.5).map((value) => ({ x: Math.fround(value), first: 0, second: 0 }));
      for (let t = 1; t <= 3; t++) {
        const [a, b] = [numbers(10 * t, 0.1), numbers(20 * t, 0.3)];
        arena.f32(gradients, size).set(a);
        arena.f32(gradients + stride, size).set(b);
        const vectors = size / lanes;
        kernels.sumChunks({ g: gradients, stride, chunks: 2, vectors });
        kernelStep(kernels, t, { x, g: gradients, vectors }, { first, second });
        slots = slots.map((slot, i) => plain(slot, a[i]! + b[i]!, t));
      }
      for (const [address, key] of [
        [x, 'x'],
        [first, 'first'],
        [second, 'second'],
      ] as const) {
        const actual = arena.f32(address, size);
        for (const [i, slot] of slots.entries())
          expect(Math.abs(actual[i]! - slot[key])).toBeLessThanOrEqual(2e-7 + 1e-6 * Math.abs(slot[key]));
      }
      expect(Math.max(...slots.map(({ x: value }, i) => Math.abs(value - numbers(1, 0.5)[i]!)))).toBeGreaterThan(1e-3);
    }

    test.each([false, true])('sgd with momentum, nesterov %s', (nesterov) => {
      const options = { learningRate: 0.1, l2, momentum: 0.9, nesterov };
      compare(
        (k, _, blocks, { first }) =>
          k.sgd({ ...blocks, b: first, l2, rate: 0.1, momentum: 0.9, nesterov: nesterov ? 1 : 0 }),
        (slot, g) => reference.sgdStep(slot, g, options),
      );
    });

    test.each([0, 0.1])('adam with decoupled decay %s', (weightDecay) => {
      const options = { learningRate: 0.01, l2, betas: [beta1, beta2] as const, eps: 1e-8, biasCorrection: true };
      compare(
        (k, t, blocks, { first, second }) =>
          k.adam({
            ...blocks,
            m: first,
            v: second,
            l2,
            ...decays,
            eps: 1e-8,
            keep: 1 - 0.01 * weightDecay,
            mScale: 0.01 / (1 - beta1 ** t),
            gScale: 0,
            vScale: 1 / (1 - beta2 ** t),
          }),
        (slot, g, t) => reference.adamStep(slot, g, t, { ...options, weightDecay, ahead: false }),
      );
    });

    test('lion', () => {
      const options = { learningRate: 0.01, l2, betas: [beta1, beta2] as const, weightDecay: 0.1 };
      compare(
        (k, _, blocks, { first }) => k.lion({ ...blocks, m: first, l2, ...decays, keep: 1 - 0.01 * 0.1, rate: 0.01 }),
        (slot, g) => reference.lionStep(slot, g, options),
      );
    });

    test('sdlm', () => {
      const options = { learningRate: 0.1, l2, mu: 0.02 };
      compare(
        (k, _, blocks, { first }) => k.sdlm({ ...blocks, h: first, l2, rate: 0.1, mu: 0.02 }),
        (slot, g) => reference.sdlmStep(slot, g, options),
      );
    });

    test('adabelief', () => {
      const options = {
        learningRate: 0.01,
        l2,
        betas: [beta1, beta2] as const,
        eps: 1e-8,
        biasCorrection: false,
        epsInside: 1e-6,
      };
      compare(
        (k, _, blocks, { first, second }) =>
          k.adabelief({
            ...blocks,
            m: first,
            s: second,
            l2,
            ...decays,
            eps: 1e-8,
            epsInside: 1e-6,
            mScale: 0.01,
            sScale: 1,
          }),
        (slot, g, t) => reference.adabeliefStep(slot, g, t, options),
      );
    });
  },
);

test.each(widths)(
  'softmax of softened logits, %s, follows its plain twin and spares lanes without an image',
  (width) => {
    const { memory, kernels, lanes } = open({ arithmetic: 'strict', width });
    const arena = new Arena(memory, kernels.heapBase());
    const [count, classes] = [2 * lanes - 3, 5];
    const numbers = (seed: number) => Array.from({ length: count * classes }, (_, i) => 9 * Math.sin(seed + 1.7 * i));
    const [z, g] = [numbers(1), numbers(2)];
    const at = (i: number) => {
      const [n, c] = [Math.floor(i / classes), i % classes];
      return (Math.floor(n / lanes) * classes + c) * lanes + (n % lanes);
    };
    const length = 2 * classes * lanes;
    const [logits, gradient] = [z, g].map((values) => {
      const address = arena.allocate(length * 4);
      for (const [i, value] of values.entries()) arena.f32(address, length)[at(i)] = value;
      return address;
    }) as [number, number];
    kernels.addSoftmax({ logits, gradient, count, classes, temperature: 2, scale: -0.25 });
    const found = arena.f32(gradient, length);
    const expected = reference.addSoftmax(z, g, classes, { temperature: 2, scale: -0.25 });
    for (const [i, value] of expected.entries()) expect(found[at(i)]).toBeCloseTo(value, 5);
    const used = new Set(expected.map((_, i) => at(i)));
    expect(found.every((value, i) => used.has(i) || value === 0)).toBe(true);
  },
);

test.each(widths)('sums of squares and moving averages, %s, follow their plain twins', (width) => {
  const { memory, kernels, lanes } = open({ arithmetic: 'strict', width });
  const arena = new Arena(memory, kernels.heapBase());
  const numbers = (seed: number, length: number) =>
    Array.from({ length }, (_, i) => Math.fround(Math.sin(seed + 1.7 * i)));
  for (const count of [1, 3, 4, 8, 11, 29]) {
    const values = numbers(count, count);
    const x = arena.allocate(count * 4);
    // What lies behind the numbers does not count.
    arena.f32(x, count + 4).set([...values, 9, 9, 9, 9]);
    expect(kernels.sumOfSquares({ x, count })).toBeCloseTo(reference.sumOfSquares(values), 12);
  }
  const size = 3 * lanes;
  const [averages, values] = [numbers(1, size), numbers(2, size)];
  const [a, x] = [averages, values].map((block) => {
    const address = arena.allocate(size * 4);
    arena.f32(address, size).set(block);
    return address;
  }) as [number, number];
  kernels.averageVectors({ a, x, vectors: 3, share: 0.1 });
  for (const [i, expected] of reference.average(averages, values, 0.1).entries()) {
    expect(arena.f32(a, size)[i]).toBeCloseTo(expected, 6);
  }
});

test.skipIf(hadFused)('fused is refused in words where the engine lacks relaxed SIMD', () => {
  setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  try {
    for (const width of widths) expect(() => compileKernels('fused', width)).toThrow(UsageError);
  } finally {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
});

describe.each(widths)('relu and max-pooling in one pass, %s', (width) => {
  const cases = [
    { kernel: [2, 2], stride: [2, 2], channels: 3 },
    { kernel: [3, 2], stride: [1, 2], channels: 2 },
    { kernel: [1, 3], stride: [2, 1], channels: 1 },
  ] as const;
  test.each(cases)('$kernel windows by $stride of $channels channels', ({ kernel, stride, channels }) => {
    const { memory, kernels, lanes } = open({ arithmetic: 'strict', width });
    const arena = new Arena(memory, kernels.heapBase());
    const size = [5, 6] as const;
    const area = size[0] * size[1];
    // Half of the numbers are negative; rounding makes ties.
    const images = Array.from({ length: lanes * channels * area }, (_, i) => Math.round(9 * Math.sin(3.7 * i)) - 4);
    const { y, winners } = reference.maxPool2dForward(images, { images: lanes, channels, size, kernel, stride });
    const [outHeight, outWidth] = [0, 1].map((i) => Math.floor((size[i]! - kernel[i]!) / stride[i]!) + 1) as [
      number,
      number,
    ];
    const order = Array.from({ length: lanes }, (_, n) => n);
    const pack = reference.gather(images, order, channels, area, lanes);
    const x = arena.allocate(pack.length * 4);
    arena.f32(x, pack.length).set(pack);
    const outputs = lanes * channels * outHeight * outWidth;
    const [out, corners] = [arena.allocate(outputs * 4), arena.allocate(outputs * 4)];
    const [cornerY, cornerX] = [1000, 8];
    kernels.maxPool2dRelu({
      x,
      y: out,
      corners,
      width: size[1],
      channels,
      outHeight,
      outWidth,
      kernelHeight: kernel[0],
      kernelWidth: kernel[1],
      strideY: stride[0],
      strideX: stride[1],
      cornerY,
      cornerX,
    });
    const asPack = (values: readonly number[]) =>
      reference.gather(values, order, channels, outHeight * outWidth, lanes);
    expect([...arena.f32(out, outputs)]).toEqual(asPack(reference.reluForward(y)));
    const cornerOf = (winner: number) =>
      Math.floor((winner % area) / size[1]) * cornerY + ((winner % area) % size[1]) * cornerX;
    expect([...arena.i32(corners, outputs)]).toEqual(asPack(winners.map(cornerOf)));
    expect(y.some((value) => value < 0) && y.some((value) => value > 0)).toBe(true);
  });
});

for (const width of widths) layoutContract(`strict, ${width}`, width, () => open({ arithmetic: 'strict', width }));

for (const width of widths) {
  augmentContract(
    `kernels, ${width}`,
    ({ image, noise, channels, height, width: across }, { matrix, offset, field, erased }, columns) => {
      const { memory, kernels, lanes } = open({ arithmetic: 'strict', width });
      const arena = new Arena(memory, kernels.heapBase());
      const block = (values: readonly number[]) => {
        const address = arena.allocate(values.length * 4);
        arena.f32(address, values.length).set(values);
        return address;
      };
      const bytes = arena.allocate(image.length);
      arena.u8(bytes, image.length).set(image);
      const pixels = image.map((pixel) => Math.fround(pixel / 255));
      const framed = reference.frame(pixels, [height, across]);
      const [fromBytes, frame] = [framed, framed].map(() => block(framed.map(() => 0))) as [number, number];
      const size = { channels, height, width: across };
      kernels.frameBytes({ ...size, image: bytes, frame: fromBytes });
      kernels.frameFloats({ ...size, image: block(pixels), frame });
      for (const address of [fromBytes, frame]) expect([...arena.f32(address, framed.length)]).toEqual(framed);
      const lane = 2;
      const pack = block(Array<number>((image.length + 1) * lanes).fill(NaN));
      const [xx, xy, yx, yy] = matrix;
      const strip = block(noise);
      const from = (row: number) => strip + row * columns * 4;
      const { x, y } = field ?? { x: { row: 0, factor: 0 }, y: { row: 0, factor: 0 } };
      kernels.resample({
        ...{ ...size, frame, xx, xy, yx, yy, columns },
        ...{ offsetX: offset[0], offsetY: offset[1], factorX: x.factor, factorY: y.factor },
        ...{ fieldX: field ? from(x.row) : 0, fieldY: field ? from(y.row) : 0, dst: pack + lane * 4 },
      });
      if (erased) kernels.eraseBox({ ...size, ...erased, dst: pack + lane * 4 });
      const written = arena.f32(pack, (image.length + 1) * lanes);
      const others = written.filter((_, i) => i % lanes !== lane || i >= image.length * lanes);
      expect(others.every(Number.isNaN)).toBe(true);
      return image.map((_, i) => {
        const [channel, pixel] = [Math.floor(i / (height * across)), i % (height * across)];
        return written[(pixel * channels + channel) * lanes + lane]!;
      });
    },
    // A place is rounded to some 2e-6 pixels in an image of 28.
    1e-5,
  );
}

/** One image alone is computed in quads. */
const onlyQuads = ['cutStrips', 'joinStrips'];

test.each(widths)('every kernel has a twin, and was called by a test above in %s', (width) => {
  const kernels = Object.keys(bindKernels(compileKernels('strict', width), createMemory()));
  expect(kernels.length).toBeGreaterThan(40);
  expect(Object.keys(twins).sort()).toEqual(kernels.filter((name) => name !== 'heapBase').sort());
  expect(Object.entries(twins).filter(([, names]) => names.length === 0)).toEqual([]);
  expect(kernels.filter((name) => !called.has(`${width} ${name}`))).toEqual(width === 'quads' ? [] : onlyQuads);
});
