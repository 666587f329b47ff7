/** Gathering images into quads: sixteen pixels at a time and the ragged rest, missing lanes zero. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { Arena, createMemory } from './arena.ts';
import { bindKernels, compileKernels } from './kernels.ts';

const memory = createMemory();
const kernels = bindKernels(compileKernels('strict'), memory);

describe.each([1, 3])('%i channels', (channels) => {
  test.each([1, 15, 16, 17, 49])('of %i pixels', (area) => {
    const random = randomStream(area, 'gather');
    const arena = new Arena(memory, kernels.heapBase());
    const size = channels * area;
    const images = 9;
    const pixels = arena.u8(arena.allocate(images * size), images * size).map(() => random.below(256));
    const bytes = arena.allocate(images * size);
    arena.u8(bytes, pixels.length).set(pixels);
    const floats = arena.allocate(images * size * 4);
    arena.f32(floats, pixels.length).set(Float32Array.from(pixels, (pixel) => pixel / 255));
    for (const order of [[4], [8, 0, 3], [1, 1, 2, 7], [5, 6, 0, 8, 2, 3]]) {
      const quads = Math.ceil(order.length / 4);
      const indices = arena.table(order);
      const expected = Float32Array.from({ length: quads * size * 4 }, (_, i) => {
        const [quad, rest, lane] = [Math.floor(i / (size * 4)), Math.floor(i / 4) % size, i % 4];
        const image = order[quad * 4 + lane];
        const at = (rest % channels) * area + Math.floor(rest / channels);
        return image === undefined ? 0 : pixels[image * size + at]! / 255;
      });
      for (const [gather, from] of [
        [kernels.gatherBytes, bytes],
        [kernels.gatherFloats, floats],
      ] as const) {
        const to = arena.allocate(quads * size * 16);
        arena.f32(to, quads * size * 4).fill(NaN);
        gather({ images: from, indices, count: order.length, channels, area, dst: to });
        expect(arena.f32(to, quads * size * 4)).toEqual(expected);
      }
    }
  });
});
