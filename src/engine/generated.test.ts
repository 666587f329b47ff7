/** Layers of all sizes, which use every block shape of scripts/generate-kernels.mjs, compared with the plain twins. */
import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { conv2d } from '../nn/conv2d.ts';
import { placeAlone } from '../nn/layer.testing.ts';
import { linear } from '../nn/linear.ts';
import { supportsFused, widths } from './kernels.ts';
import * as reference from './reference.ts';

if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');

function close(actual: ArrayLike<number>, expected: readonly number[]) {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    if (!(Math.abs(actual[i]! - value) <= 1e-5 * (1 + Math.abs(value)))) {
      expect.fail(`[${i}] is ${actual[i]}, expected ${value}`);
    }
  }
}

const random = randomStream(3, 'generated');
/** Numbers in [-1, 1), a third of them zero if wanted. */
const numbers = (length: number, zeros = false) =>
  Array.from({ length }, () => {
    const value = 2 * random.uniform() - 1;
    return zeros && random.below(3) === 0 ? 0 : value;
  });

const engines = (['strict', 'fused'] as const).flatMap((arithmetic) => widths.map((width) => ({ arithmetic, width })));

describe.each(engines)('$arithmetic, $width', (engine) => {
  // Output features are rows of a product, packs of images its columns: every height of band, every ragged edge.
  test.each(Array.from({ length: 14 }, (_, i) => i + 1))('matmul with %i rows', (rows) => {
    for (const images of [1, 4, 5, 7, 8, 12, 17, 29]) {
      const depth = 1 + ((rows * images) % 11);
      const [x, w, b, dy] = [numbers(images * depth), numbers(rows * depth), numbers(rows), numbers(images * rows)];
      const layer = placeAlone(linear(depth, rows), [images, depth], engine, [w, b]);
      const { output, gradInput, gradients } = layer.run(x, dy);
      close(output, reference.linearForward(x, w, b, depth));
      const back = reference.linearBackward(x, w, dy, depth);
      close(gradInput, back.dx);
      close(gradients[0]!, back.dWeight);
      close(gradients[1]!, back.dBias);
    }
  });

  // A window's lines have ceil(width x channels / 4) quads: 1 to 10 of them, for 1 to 7 lines.
  const shapes = [1, 2, 3, 4, 5, 6, 7].flatMap((lines) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((quads) => [lines, quads] as const),
  );
  test.each(shapes)('conv2d with windows of %i lines of %i quads', (lines, quads) => {
    const [channels, across] = quads % 2 ? [2, 2 * quads - 1] : [3, Math.floor((4 * quads) / 3)];
    expect(Math.ceil((channels * across) / 4)).toBe(quads);
    const out = 1 + ((lines * quads) % 7);
    const size = [lines + 2, across + 1] as const;
    const shape = { images: 5, inChannels: channels, outChannels: out, size, kernel: [lines, across] as const };
    const s = { ...shape, stride: [1, 1] as const, padding: [0, 0] as const };
    const [x, w, b] = [5 * channels * size[0] * size[1], out * channels * lines * across, out].map((n) => numbers(n));
    const dy = numbers(5 * out * 3 * 2, true);
    const layer = placeAlone(conv2d(channels, out, [lines, across]), [5, channels, ...size], engine, [w!, b!]);
    const { output, gradInput, gradients } = layer.run(x!, dy);
    close(output, reference.conv2dForward(x!, w!, b!, s));
    const back = reference.conv2dBackward(x!, w!, dy, s);
    close(gradInput, back.dx);
    close(gradients[0]!, back.dWeight);
    close(gradients[1]!, back.dBias);
  });
});
