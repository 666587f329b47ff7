import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { conv2d } from '../nn/conv2d.ts';
import { placeAlone } from '../nn/layer.testing.ts';
import type { Layer } from '../nn/layers.ts';
import { linear } from '../nn/linear.ts';
import { maxPool2d } from '../nn/max-pool2d.ts';
import { relu } from '../nn/relu.ts';
import { Arena, createMemory } from './arena.ts';
import { type Arithmetic, bindKernels, compileKernels, supportsFused } from './kernels.ts';
import { type LayerCase, type LayerOutcome, layersContract } from './layers.contract.ts';
import * as reference from './reference.ts';

const hadFused = supportsFused();
if (!hadFused) setFlagsFromString('--experimental-wasm-relaxed-simd');

function layerOf({ op, options, weight }: LayerCase): Layer {
  const [out = 1, into = 1, kh = 1, kw = 1] = weight?.shape ?? [];
  if (op === 'conv2d') return conv2d(into, out, [kh, kw], { stride: options.stride!, padding: options.padding! });
  if (op === 'maxPool2d') return maxPool2d(options.kernelSize!, { stride: options.stride! });
  return op === 'linear' ? linear(into, out) : relu();
}

function crossEntropy(arithmetic: Arithmetic, { input, options }: LayerCase): LayerOutcome {
  const memory = createMemory();
  const kernels = bindKernels(compileKernels(arithmetic), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const [images = 1, classes = 1] = input.shape;
  const quads = Math.ceil(images / 4);
  const logits = arena.allocate(quads * classes * 16);
  const gradient = arena.allocate(quads * classes * 16);
  const losses = arena.allocate(images * 8);
  const labels = arena.allocate(images);
  const at = (n: number, c: number) => (Math.floor(n / 4) * classes + c) * 4 + (n % 4);
  const z = arena.f32(logits, quads * classes * 4);
  for (const [i, value] of input.data.entries()) z[at(Math.floor(i / classes), i % classes)] = value;
  arena.u8(labels, images).set(options.labels!);
  const predicted = arena.allocate(images);
  kernels.softmaxCrossEntropy(logits, labels, images, classes, 1 / images, gradient, losses, predicted, -Infinity);
  const g = arena.f32(gradient, quads * classes * 4);
  const expected = reference.softmaxCrossEntropy(input.data, options.labels!, 1 / images);
  expect([...arena.u8(predicted, images)]).toEqual(expected.predicted);
  for (let n = images; n < quads * 4; n++) for (let c = 0; c < classes; c++) expect(g[at(n, c)]).toBe(0);
  return {
    output: arena.f64(losses, images),
    gradInput: input.data.map((_, i) => g[at(Math.floor(i / classes), i % classes)]!),
  };
}

describe.each(['strict', 'fused'] as const)('%s', (arithmetic) => {
  const run = (layer: LayerCase): LayerOutcome => {
    if (layer.op === 'softmaxCrossEntropy') return crossEntropy(arithmetic, layer);
    const parameters = [layer.weight, layer.bias].flatMap((block) => (block ? [block.data] : []));
    const placed = placeAlone(layerOf(layer), layer.input.shape, arithmetic, parameters);
    const { output, gradInput, gradients } = placed.run(layer.input.data, layer.gradOutput!.data);
    return { output, gradInput, gradWeight: gradients[0] ?? [], gradBias: gradients[1] ?? [] };
  };
  // Winograd sums transformed inputs, which costs it some digits where neighbours cancel.
  layersContract(`kernels, ${arithmetic}`, run, 3e-5);
});

describe('optimizer kernels follow their plain twins over three steps, two gradient blocks and a ragged size', () => {
  const size = 44;
  const numbers = (seed: number, scale: number) =>
    Array.from({ length: size }, (_, i) => scale * Math.sin(seed + 1.7 * i));
  const [beta1, beta2] = [0.9, 0.999];
  const l2 = 0.01;

  function compare(
    kernelStep: (
      kernels: ReturnType<typeof bindKernels>,
      t: number,
      p: readonly [number, number, number, number, number],
    ) => void,
    plain: (slot: reference.Slot, g: number, t: number) => reference.Slot,
  ) {
    const memory = createMemory();
    const kernels = bindKernels(compileKernels('strict'), memory);
    const arena = new Arena(memory, kernels.heapBase());
    const [x, first, second] = [0, 0, 0].map(() => arena.allocate(size * 4)) as [number, number, number];
    const stride = 256;
    const gradients = arena.allocate(2 * stride);
    arena.f32(x, size).set(numbers(1, 0.5));
    let slots: reference.Slot[] = numbers(1, 0.5).map((value) => ({ x: Math.fround(value), first: 0, second: 0 }));
    for (let t = 1; t <= 3; t++) {
      const [a, b] = [numbers(10 * t, 0.1), numbers(20 * t, 0.3)];
      arena.f32(gradients, size).set(a);
      arena.f32(gradients + stride, size).set(b);
      kernelStep(kernels, t, [x, gradients, stride, first, second]);
      slots = slots.map((slot, i) => plain(slot, a[i]! + b[i]!, t));
    }
    for (const [address, key] of [
      [x, 'x'],
      [first, 'first'],
      [second, 'second'],
    ] as const) {
      const actual = arena.f32(address, size);
      for (const [i, slot] of slots.entries()) expect(Math.abs(actual[i]! - slot[key])).toBeLessThan(3e-6);
    }
    expect(Math.max(...slots.map(({ x: value }, i) => Math.abs(value - numbers(1, 0.5)[i]!)))).toBeGreaterThan(1e-3);
  }

  test.each([false, true])('sgd with momentum, nesterov %s', (nesterov) => {
    const options = { learningRate: 0.1, l2, momentum: 0.9, nesterov };
    compare(
      (k, _, [x, g, stride, b]) => k.sgd(x, g, stride, 2, b, size / 4, l2, 0.1, 0.9, nesterov ? 1 : 0),
      (slot, g) => reference.sgdStep(slot, g, options),
    );
  });

  test.each([0, 0.1])('adam with decoupled decay %s', (weightDecay) => {
    const options = { learningRate: 0.01, l2, betas: [beta1, beta2] as const, eps: 1e-8, biasCorrection: true };
    compare(
      (k, t, [x, g, stride, m, v]) => {
        const moments = [l2, beta1, 1 - beta1, beta2, 1 - beta2, 1e-8] as const;
        const scales = [1 - 0.01 * weightDecay, 0.01 / (1 - beta1 ** t), 0, 1 / (1 - beta2 ** t)] as const;
        k.adam(x, g, stride, 2, m, v, size / 4, ...moments, ...scales);
      },
      (slot, g, t) => reference.adamStep(slot, g, t, { ...options, weightDecay, ahead: false }),
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
      (k, _, [x, g, stride, m, s]) =>
        k.adabelief(x, g, stride, 2, m, s, size / 4, l2, beta1, 1 - beta1, beta2, 1 - beta2, 1e-8, 1e-6, 0.01, 1),
      (slot, g, t) => reference.adabeliefStep(slot, g, t, options),
    );
  });
});

test.skipIf(hadFused)('fused is refused in words where the engine lacks relaxed SIMD', () => {
  setFlagsFromString('--no-experimental-wasm-relaxed-simd');
  try {
    expect(() => compileKernels('fused')).toThrow(UsageError);
  } finally {
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  }
});
