/** Quads and octs give the same bits: every layer, loss and optimizer on random sizes, each kernel that they call. */
import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { randomStream } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { avgPool2d } from '../nn/avg-pool2d.ts';
import { batchNorm2d } from '../nn/batch-norm2d.ts';
import { conv2d } from '../nn/conv2d.ts';
import { dropout } from '../nn/dropout.ts';
import { flatten } from '../nn/flatten.ts';
import { type Step, stepsOf } from '../nn/fusion.ts';
import { gelu } from '../nn/gelu.ts';
import { globalAvgPool2d } from '../nn/global-avg-pool2d.ts';
import { compiled, type Engine, GuardedArena, placeAlone } from '../nn/layer.testing.ts';
import { about, type Layer } from '../nn/layers.ts';
import { leakyRelu } from '../nn/leaky-relu.ts';
import { linear } from '../nn/linear.ts';
import { crossEntropy } from '../nn/losses/cross-entropy.ts';
import { maximumAPosteriori } from '../nn/losses/maximum-a-posteriori.ts';
import { mse } from '../nn/losses/mse.ts';
import { aboutLoss } from '../nn/losses.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { sequential } from '../nn/model.ts';
import { layOutParameters, placeNetwork } from '../nn/network.ts';
import { normalize } from '../nn/normalize.ts';
import { adabelief } from '../nn/optimizers/adabelief.ts';
import { adam } from '../nn/optimizers/adam.ts';
import { adamw } from '../nn/optimizers/adamw.ts';
import { lion } from '../nn/optimizers/lion.ts';
import { nadam } from '../nn/optimizers/nadam.ts';
import { sdlm } from '../nn/optimizers/sdlm.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { aboutOptimizer, type Optimizer } from '../nn/optimizers.ts';
import { pad2d } from '../nn/pad2d.ts';
import { usingPass } from '../nn/pass.ts';
import { rbf } from '../nn/rbf.ts';
import { relu } from '../nn/relu.ts';
import { rescale } from '../nn/rescale.ts';
import { silu } from '../nn/silu.ts';
import { sigmoid, tanh } from '../nn/squash.ts';
import { subsample2d } from '../nn/subsample2d.ts';
import { createMemory } from './arena.ts';
import { bindKernels, lanesOf, supportsFused, type Width, widths } from './kernels.ts';

/** The kernels that this file has called: `octs matmul`. */
const called = vi.hoisted(() => new Set<string>());
vi.mock(import('./kernels.ts'), async (original) => {
  const { recordedKernels } = await import('./changed-kernels.testing.ts');
  return recordedKernels(await original(), called);
});

if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');

type Floats = Float32Array | Float64Array;

/** Compares bit by bit: 0 and -0 differ. */
function expectSameBits(what: string, octs: Floats, quads: Floats): void {
  expect(octs.length, what).toBe(quads.length);
  const [a, b] = [octs, quads].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  if (a!.equals(b!)) return;
  const i = octs.findIndex((value, k) => !Object.is(value, quads[k]));
  expect.fail(`${what}[${i}] of ${octs.length} is ${octs[i]} in octs, ${quads[i]} in quads`);
}

/**
 * Numbers of both signs: of one size, some small or large, zeros of both signs. Each name has its own. No product of
 * two is so small that it becomes zero: of such a product, fused arithmetic keeps the sign, which the zeros that a wider
 * vector adds would change.
 */
function numbers(name: string, length: number): number[] {
  const random = randomStream(11, name);
  return Array.from({ length }, () => {
    const value = 2 * random.uniform() - 1;
    const kind = random.below(16);
    return Math.fround(
      kind === 0 ? 0 : kind === 1 ? -0 : kind === 2 ? value * 1e-12 : kind === 3 ? value * 1e4 : value,
    );
  });
}

/** Numbers in [-1, 1), for networks that do not saturate. */
function calm(name: string, length: number): number[] {
  const random = randomStream(12, name);
  return Array.from({ length }, () => Math.fround(2 * random.uniform() - 1));
}

/** Numbers of which a third is zero, as behind relu. */
const sparse = (name: string, length: number) => numbers(name, length).map((value, i) => (i % 3 === 1 ? 0 : value));

interface Case {
  readonly layer: Layer;
  /** One image's shape. */
  readonly shape: readonly number[];
  readonly images: number;
  readonly step?: Step | undefined;
}

/** Output, gradients and second derivatives of a layer, the same in octs as in quads. */
function expectSameLayer(arithmetic: Engine['arithmetic'], { layer, shape, images, step }: Case): void {
  const parameters = about(layer)
    .parameters()
    .map((parameter) => numbers(parameter.name, elementsOf(parameter.shape)));
  const found = (width: Width) => {
    const placed = placeAlone(layer, [images, ...shape], { arithmetic, width }, parameters, step);
    const x = numbers('x', images * elementsOf(shape));
    const dy = sparse('dy', images * elementsOf(placed.outputShape));
    const run = placed.run(x, dy);
    if (layer.type === 'batchNorm2d') return { run, curve: run };
    // The second derivatives of a loss are not negative.
    const curve = placed.curve(
      x,
      dy.map((value) => Math.abs(value)),
    );
    return { run, curve };
  };
  const [quads, octs] = [found('quads'), found('octs')];
  for (const kind of ['run', 'curve'] as const) {
    expectSameBits(`${kind}: output`, octs[kind].output, quads[kind].output);
    expectSameBits(`${kind}: gradient of the input`, octs[kind].gradInput, quads[kind].gradInput);
    for (const [i, gradient] of quads[kind].gradients.entries())
      expectSameBits(`${kind}: gradient of parameter ${i}`, octs[kind].gradients[i]!, gradient);
  }
  expect(quads.run.output.some((value) => value !== 0)).toBe(true);
}

const upTo = (max: number, min = 1) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(upTo(max, min), upTo(max, min));
const images = upTo(20);

const engines = ['strict', 'fused'] as const;

/** Channels and columns of windows whose lines octs and quads divide differently, or in several parts. */
const ragged = [1, 2, 3, 4, 5, 6].flatMap((columns) =>
  Array.from({ length: 40 }, (_, i) => i + 1)
    .filter((channels) =>
      [
        [9, 12],
        [17, 20],
        [33, 40],
      ].some(([from, to]) => columns * channels >= from! && columns * channels <= to!),
    )
    .map((channels) => [channels, columns] as const),
);

const convolutions = fc
  .record({
    images,
    // [channels, columns of the window]
    line: fc.oneof(fc.constantFrom(...ragged), fc.tuple(upTo(6), upTo(6)), fc.tuple(upTo(4), fc.constant(5))),
    rows: upTo(6),
    outChannels: upTo(9),
    stride: fc.oneof(fc.constant<[number, number]>([1, 1]), pair(1, 3)),
    padding: fc.oneof(fc.constant<[number, number]>([0, 0]), pair(0, 2)),
    beyond: pair(0, 6),
    tabled: fc.boolean(),
  })
  .map(({ images, line: [channels, columns], rows, outChannels, stride, padding, beyond, tabled }): Case => {
    const kernel = [rows, columns] as const;
    // At least as large as the window.
    const size = [0, 1].map((i) => Math.max(1, kernel[i]! - 2 * padding[i]!) + beyond[i]!);
    const isConnected = (out: number, channel: number) => channel === out % channels || (channel + out) % 3 === 0;
    const connections = Array.from({ length: outChannels }, (_, out) =>
      Array.from({ length: channels }, (_, channel) => channel).filter((channel) => isConnected(out, channel)),
    );
    const options = { stride, padding, ...(tabled ? { connections } : {}) };
    return { layer: conv2d(channels, outChannels, kernel, options), shape: [channels, ...size], images };
  });

/** A convolution, relu and max-pooling in one step. */
const pooledConvolutions = fc
  .record({
    convolution: convolutions,
    kernel: fc.oneof(fc.constant<[number, number]>([2, 2]), pair(1, 3)),
    stride: pair(1, 2),
    sameStride: fc.boolean(),
  })
  .map(({ convolution: { layer, shape, images }, kernel, stride, sameStride }): Case | undefined => {
    const convolved = about(layer).outputShape(shape);
    if (kernel.some((size, i) => size > convolved[i + 1]!)) return undefined;
    const pool = maxPool2d(kernel, sameStride ? {} : { stride });
    const features = elementsOf(about(pool).outputShape(convolved));
    const layers = { conv: layer, relu: relu(), pool, flat: flatten(), fc: linear(features, 2) };
    const [step] = stepsOf(sequential('m', shape as [number, number, number], layers));
    return { layer, shape, images, step };
  })
  .filter((each) => each !== undefined);

describe.each(engines)('%s', (arithmetic) => {
  test('convolutions', () => {
    fc.assert(
      fc.property(convolutions, (each) => expectSameLayer(arithmetic, each)),
      { numRuns: 120, seed: 1 },
    );
  });

  test('convolutions with relu and pooling', () => {
    fc.assert(
      fc.property(pooledConvolutions, (each) => expectSameLayer(arithmetic, each)),
      { numRuns: 60, seed: 2 },
    );
  });

  test.each(ragged.filter(([channels, columns]) => columns > 1 && columns * channels !== 36))(
    'a convolution of %i channels, windows of five lines of %i columns, in a narrow image',
    (channels, columns) => {
      expectSameLayer(arithmetic, {
        layer: conv2d(channels, 2, [5, columns]),
        shape: [channels, 7, columns + 1],
        images: 5,
      });
    },
  );

  test('convolutions in groups, and of the same size', () => {
    const cases = fc.record({
      images,
      groups: upTo(4),
      groupChannels: upTo(3),
      groupOutputs: upTo(3),
      kernel: fc.oneof(pair(1, 4), pair(1, 9)),
      beyond: pair(0, 4),
      stride: pair(1, 2),
      isSame: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ images, groups, groupChannels, groupOutputs, kernel, beyond, stride, isSame }) => {
        const channels = groups * groupChannels;
        const way = isSame ? { padding: 'same' as const } : { stride };
        const layer = conv2d(channels, groups * groupOutputs, kernel, { groups, ...way });
        expectSameLayer(arithmetic, { layer, shape: [channels, kernel[0] + beyond[0], kernel[1] + beyond[1]], images });
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test('dense layers', () => {
    fc.assert(
      fc.property(images, upTo(40), upTo(20), (count, inputs, outputs) =>
        expectSameLayer(arithmetic, { layer: linear(inputs, outputs), shape: [inputs], images: count }),
      ),
      { numRuns: 60, seed: 3 },
    );
  });

  test('pooling and subsampling', () => {
    const cases = fc.record({ images, channels: upTo(5), kernel: pair(1, 3), stride: pair(1, 3), beyond: pair(0, 5) });
    fc.assert(
      fc.property(cases, ({ images, channels, kernel, stride, beyond }) => {
        const shape = [channels, kernel[0] + beyond[0], kernel[1] + beyond[1]];
        for (const layer of [
          maxPool2d(kernel, { stride }),
          avgPool2d(kernel, { stride }),
          subsample2d(channels, kernel),
        ]) {
          expectSameLayer(arithmetic, { layer, shape, images });
        }
      }),
      { numRuns: 25, seed: 4 },
    );
  });

  test('layers of single elements, borders and codes', () => {
    const cases = fc.record({ images, channels: upTo(5), size: pair(1, 5), padding: pair(0, 2), classes: upTo(12) });
    fc.assert(
      fc.property(cases, ({ images, channels, size, padding, classes }) => {
        const shape = [channels, ...size];
        for (const layer of [
          relu(),
          tanh({ amplitude: 1.7159, slope: 2 / 3 }),
          sigmoid(),
          rescale(-0.1, 1.175),
          normalize(
            numbers('means', channels),
            Array.from({ length: channels }, (_, c) => 0.25 + c),
          ),
          flatten(),
          pad2d(padding, -0.1),
          leakyRelu(0.2),
          gelu(),
          silu(),
          dropout(0.4),
          globalAvgPool2d(),
          batchNorm2d(channels),
        ]) {
          expectSameLayer(arithmetic, { layer, shape, images });
        }
        const codes = Array.from({ length: classes }, (_, c) => numbers(`code ${c}`, channels));
        expectSameLayer(arithmetic, { layer: rbf(codes), shape: [channels], images });
      }),
      { numRuns: 15, seed: 5 },
    );
  });

  test('losses, their gradients and second derivatives', () => {
    fc.assert(
      fc.property(images, upTo(12), (count, classes) => {
        const z = numbers('logits', count * classes).map((value) => -Math.abs(value));
        const classWeights = Array.from({ length: classes }, (_, c) => 0.25 + c / 3);
        for (const loss of [crossEntropy(), crossEntropy({ classWeights }), maximumAPosteriori(), mse()]) {
          const [quads, octs] = widths.map((width) => {
            const { kernels, arena, lanes } = open({ arithmetic, width });
            const floats = Math.ceil(count / lanes) * classes * lanes;
            const at = (i: number) => {
              const [n, c] = [Math.floor(i / classes), i % classes];
              return (Math.floor(n / lanes) * classes + c) * lanes + (n % lanes);
            };
            const site = {
              ...{ lanes, images: count, classes, scale: 1 / count, labels: arena.allocate(count) },
              ...{ logits: arena.allocate(floats * 4), gradient: arena.allocate(floats * 4) },
              ...{ losses: arena.allocate(count * 8), predicted: arena.allocate(count) },
              classWeights: 'classWeights' in loss ? arena.allocate(classes * 4) : 0,
            };
            for (const [i, value] of z.entries()) arena.f32(site.logits, floats)[at(i)] = value;
            if (site.classWeights) arena.f32(site.classWeights, classes).set(classWeights);
            arena.u8(site.labels, count).set(z.slice(0, count).map((_, n) => (7 * n) % classes));
            const read = () => Float32Array.from(z, (_, i) => arena.f32(site.gradient, floats)[at(i)]!);
            aboutLoss(loss).apply(kernels, site);
            const [losses, predicted] = [arena.f64(site.losses, count).slice(), [...arena.u8(site.predicted, count)]];
            const gradient = read();
            aboutLoss(loss).curvature?.(kernels, { ...site, scale: 1 });
            arena.expectGaps();
            return { losses, predicted, gradient, curvature: read() };
          });
          expectSameBits(`${loss.name}: losses`, octs!.losses, quads!.losses);
          expectSameBits(`${loss.name}: gradient`, octs!.gradient, quads!.gradient);
          expectSameBits(`${loss.name}: curvature`, octs!.curvature, quads!.curvature);
          expect(octs!.predicted).toEqual(quads!.predicted);
        }
      }),
      { numRuns: 25, seed: 6 },
    );
  });

  const optimizers: Optimizer[] = [
    sgd({ learningRate: 0.1, l2: 0.01 }),
    sgd({ learningRate: 0.1, momentum: 0.9 }),
    sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    adam({ l2: 0.01 }),
    adamw(),
    nadam(),
    adabelief(),
    lion(),
    sdlm(),
  ];
  test.each(optimizers.map((optimizer) => [JSON.stringify(optimizer), optimizer] as const))('%s', (_, optimizer) => {
    // A block of parameters has a multiple of 64 bytes.
    for (const lines of [1, 2, 3, 7]) {
      for (const chunks of [1, 2, 5]) {
        const size = lines * 16;
        const [quads, octs] = widths.map((width) => {
          const { kernels, arena, lanes } = open({ arithmetic, width });
          const { stateNames, step } = aboutOptimizer(optimizer);
          const [x, gradient] = [arena.allocate(size * 4), arena.allocate(size * 4 * chunks)];
          const state = stateNames().map(() => arena.allocate(size * 4));
          arena.f32(x, size).set(numbers('parameters', size));
          if (optimizer.name === 'sdlm') arena.f32(state[0]!, size).set(numbers('hessian', size).map(Math.abs));
          const vectors = size / lanes;
          // The eighth step sets tiny states to zero.
          for (let t = 1; t <= 9; t++) {
            arena.f32(gradient, size * chunks).set(numbers(`gradient ${t}`, size * chunks));
            kernels.sumChunks({ g: gradient, stride: size * 4, chunks, vectors });
            step(kernels, { t, learningRate: optimizer.learningRate }, { x, gradient, state, vectors });
          }
          arena.expectGaps();
          return [x, ...state].map((address) => arena.f32(address, size).slice());
        });
        for (const [i, block] of quads!.entries()) expectSameBits(`block ${i}`, octs![i]!, block);
      }
    }
  });

  // The layers above start from packs, and end with gradients of one chunk.
  test.each([1, 3, 4, 5, 8, 9, 12, 16])('a network from pixels to the sum of two chunks, %i images', (count) => {
    const model = sequential('m', [2, 9, 8], {
      conv: conv2d(2, 3, [2, 5]),
      relu: relu(),
      pool: maxPool2d(2),
      flat: flatten(),
      fc: linear(24, 5),
      tanh: tanh({ amplitude: 1.7159, slope: 2 / 3 }),
      rbf: rbf([1, 2, 3].map((c) => calm(`code ${c}`, 5))),
    });
    const elements = elementsOf(model.input);
    const pixels = calm('pixels', 20 * elements);
    const { bytes } = layOutParameters(model);
    const [quads, octs] = widths.map((width) => {
      const { kernels, arena, lanes } = open({ arithmetic, width });
      const parameters = arena.allocate(bytes);
      arena.f32(parameters, bytes / 4).set(calm('parameters', bytes / 4));
      const packs = Math.ceil(count / lanes);
      const options = {
        kernels,
        arena,
        width,
        packs,
        training: true,
        curvature: true,
        addresses: { parameters, buffers: 0 },
      };
      const pass = usingPass(count, lanes);
      const network = placeNetwork(model, options);
      const indices = arena.table(Array.from({ length: count }, (_, i) => (7 * i + 3) % 20));
      const [asFloats, asBytes] = [arena.allocate(pixels.length * 4), arena.allocate(pixels.length)];
      arena.f32(asFloats, pixels.length).set(pixels);
      arena.u8(asBytes, pixels.length).set(pixels.map((value) => Math.round(Math.abs(value) * 200) % 256));
      const labels = arena.allocate(count);
      arena.u8(labels, count).set(Array.from({ length: count }, (_, n) => n % 3));
      const [losses, predicted] = [arena.allocate(count * 8), arena.allocate(count)];
      const { value: logits, gradient } = network.logits;
      const outputs = { gradient, losses, predicted };
      const site = { lanes, logits, labels, images: count, classes: 3, scale: 1, classWeights: 0, ...outputs };
      const [sum, chunk, rows] = [arena.allocate(bytes), arena.allocate(bytes), arena.allocate(16 * 12)];
      const found: Floats[] = [];
      network.prepare(true);
      for (const images of [asBytes, asFloats]) {
        const gather = images === asBytes ? kernels.gatherBytes : kernels.gatherFloats;
        gather({ images, indices, count, channels: 2, area: elements / 2, dst: network.input.value });
        network.forward(pass);
        kernels.packsToRows({ src: logits, packs, elements: 3, rows, rowStride: 12 });
        found.push(arena.f32(rows, count * 3).slice());
        aboutLoss(mse()).apply(kernels, site);
        network.curvature(pass, chunk);
        kernels.addVectors({ dst: sum, src: chunk, vectors: bytes / (lanes * 4) });
        aboutLoss(maximumAPosteriori()).apply(kernels, site);
        found.push(arena.f64(losses, count).slice());
        network.backward(pass, chunk);
        kernels.addVectors({ dst: sum, src: chunk, vectors: bytes / (lanes * 4) });
        found.push(arena.f32(sum, bytes / 4).slice());
      }
      arena.expectGaps();
      return found;
    });
    for (const [i, block] of quads!.entries()) expectSameBits(`block ${i}`, octs![i]!, block);
    expect(quads!.every((block) => block.every(Number.isFinite) && block.some((value) => value !== 0))).toBe(true);
  });
});

test.each(['strict', 'fused'] as const)('augmented images, sums of squares and averages, %s', (arithmetic) => {
  const size = { channels: 3, height: 5, width: 7 };
  const [quads, octs] = widths.map((width) => {
    const { kernels, lanes, arena } = open({ arithmetic, width });
    const random = randomStream(8, 'augment');
    const floats = (length: number) => {
      const address = arena.allocate(length * 4);
      for (const [i] of arena.f32(address, length).entries()) arena.f32(address, length)[i] = 2 * random.uniform() - 1;
      return address;
    };
    const [bytes, image, noise] = [arena.allocate(105), floats(105), floats(80)];
    arena.u8(bytes, 105).set(Array.from({ length: 105 }, () => random.below(256)));
    const pack = arena.allocate(105 * lanes * 4);
    const found: Floats[] = [];
    for (const isFloat of [false, true]) {
      const frame = arena.allocate(3 * 8 * 10 * 4);
      if (isFloat) kernels.frameFloats({ ...size, image, frame });
      else kernels.frameBytes({ ...size, image: bytes, frame });
      const places = { offsetX: 0.3, offsetY: -0.6, columns: 8, factorX: 0.7, factorY: -0.7 };
      const matrix = { xx: 0.9, xy: 0.2, yx: -0.3, yy: 1.1 };
      const dst = pack + 4;
      kernels.resample({ ...size, ...matrix, ...places, frame, fieldX: noise, fieldY: noise + 64, dst });
      kernels.eraseBox({ channels: 3, width: 7, left: 1, top: 2, right: 3, bottom: 5, dst });
      found.push(arena.f32(pack, 105 * lanes).filter((_, i) => i % lanes === 1));
    }
    const [a, x] = [floats(16), floats(16)];
    kernels.averageVectors({ a, x, vectors: 16 / lanes, share: 0.01 });
    found.push(arena.f32(a, 16).slice(), Float64Array.of(kernels.sumOfSquares({ x: image, count: 103 })));
    const [logits, gradient] = [arena.allocate(3 * lanes * 4), arena.allocate(3 * lanes * 4)];
    for (const lane of [0, 1, 2]) {
      for (let c = 0; c < 3; c++) arena.f32(logits, 3 * lanes)[c * lanes + lane] = 9 * random.uniform();
    }
    kernels.addSoftmax({ logits, gradient, count: 3, classes: 3, temperature: 2, scale: -0.3 });
    found.push(arena.f32(gradient, 3 * lanes).filter((_, i) => i % lanes < 3));
    arena.expectGaps();
    return found;
  });
  for (const [i, block] of quads!.entries()) expectSameBits(`block ${i}`, octs![i]!, block);
  expect(quads!.every((block) => block.some((value) => value !== 0))).toBe(true);
});

function open({ arithmetic, width }: Engine) {
  const memory = createMemory(2 ** 24);
  const kernels = bindKernels(compiled(arithmetic, width), memory);
  const lanes = lanesOf[width];
  return { kernels, lanes, arena: new GuardedArena(memory, kernels.heapBase(), lanes) };
}

test('every kernel was called above at both widths, but for those that cut one image into strips', () => {
  const kernels = Object.keys(bindKernels(compiled('strict', 'octs'), createMemory(2 ** 24)));
  expect(kernels.length).toBeGreaterThan(40);
  for (const width of widths)
    expect(kernels.filter((name) => !called.has(`${width} ${name}`))).toEqual(['cutStrips', 'joinStrips']);
});
