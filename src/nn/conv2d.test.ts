/** The convolution compared with plain loops for random sizes, kernels, strides and paddings: all loop remainders. */
import { setFlagsFromString } from 'node:v8';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { supportsFused, widths } from '../engine/kernels.ts';
import * as reference from '../engine/reference.ts';
import { conv2d } from './conv2d.ts';
import { type Engine, placeAlone } from './layer.testing.ts';

if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');

const pair = (min: number, max: number) => fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));
const shapes = fc
  .record({
    images: fc.integer({ min: 1, max: 12 }),
    inChannels: fc.constantFrom(1, 2, 3, 5, 7),
    outChannels: fc.constantFrom(1, 2, 5, 6, 7, 13),
    // Windows of five columns use Winograd's algorithm if the stride is 1.
    kernel: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(1, 2, 3, 5, 5, 6)),
    stride: fc.oneof(fc.constant<[number, number]>([1, 1]), pair(1, 3)),
    padding: pair(0, 2),
    beyond: pair(0, 9),
  })
  .map(({ beyond, ...shape }) => ({
    ...shape,
    size: [0, 1].map((i) => Math.max(1, shape.kernel[i]! + beyond[i]! - 2 * shape.padding[i]!)) as [number, number],
  }))
  .filter(({ size, kernel, padding }) => [0, 1].every((i) => size[i]! + 2 * padding[i]! >= kernel[i]!));

const draw = (name: string, length: number) => {
  const random = randomStream(5, name);
  return Array.from({ length }, () => Math.fround(2 * random.uniform() - 1));
};

function expectNear(what: string, actual: ArrayLike<number>, expected: readonly number[], scale: number): void {
  expect(actual.length).toBe(expected.length);
  const worst = expected.findIndex((value, i) => !(Math.abs(actual[i]! - value) <= 1e-5 * (scale + Math.abs(value))));
  expect(worst, `${what}, element ${worst}: ${actual[worst]}, expected ${expected[worst]}`).toBe(-1);
}

const engines = (['strict', 'fused'] as const).flatMap((arithmetic) => widths.map((width) => ({ arithmetic, width })));

/** Output and gradients of random numbers, against the plain loops. */
function expectPlain(engine: Engine, shape: reference.ConvShape): void {
  const { images, inChannels, outChannels, size, kernel, stride, padding } = shape;
  const x = draw('x', images * inChannels * size[0] * size[1]);
  const weight = draw('weight', outChannels * inChannels * kernel[0] * kernel[1]);
  const bias = draw('bias', outChannels);
  const y = reference.conv2dForward(x, weight, bias, shape);
  // A third of the gradients are zero, as behind relu.
  const dy = draw('dy', y.length).map((value, i) => (i % 3 === 1 ? 0 : value));
  const layer = conv2d(inChannels, outChannels, kernel, { stride, padding });
  const { output, gradInput, gradients } = placeAlone(layer, [images, inChannels, ...size], engine, [weight, bias]).run(
    x,
    dy,
  );
  const { dx, dWeight, dBias } = reference.conv2dBackward(x, weight, dy, shape);
  // Of a sum of n products the rounding grows like sqrt(n).
  expectNear('output', output, y, Math.sqrt(weight.length / outChannels));
  expectNear('gradInput', gradInput, dx, Math.sqrt(weight.length / inChannels));
  expectNear('gradWeight', gradients[0]!, dWeight, Math.sqrt(y.length / outChannels));
  expectNear('gradBias', gradients[1]!, dBias, Math.sqrt(y.length / outChannels));
}

test.each(engines)('$arithmetic, $width: forward and backward', (engine) => {
  fc.assert(
    fc.property(shapes, (shape) => expectPlain(engine, shape)),
    { numRuns: 60, seed: 1 },
  );
});

// An output of one pixel, as of a dense layer, whose window is not the whole image.
test.each(engines)('$arithmetic, $width: a stride that leaves one window of a larger image', (engine) => {
  const one = { images: 5, inChannels: 2, outChannels: 3, size: [3, 4], padding: [0, 0] } as const;
  expectPlain(engine, { ...one, kernel: [1, 2], stride: [3, 3] });
  expectPlain(engine, { ...one, kernel: [3, 2], stride: [1, 4] });
  expectPlain(engine, { ...one, kernel: [3, 4], stride: [1, 1] });
});
