/**
 * The contract of the kernels that move numbers: they write exactly the numbers of their plain twins for odd sizes, and
 * nothing else.
 */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import * as reference from './reference.ts';

/** Sizes of whole vectors, of vectors and a remainder, and of a remainder only. */
const sizes = [1, 3, 4, 5, 8, 11];

/** @param bind the kernels on a memory of their own. */
export function layoutContract(name: string, bind: () => { kernels: Kernels; memory: WebAssembly.Memory }): void {
  const { kernels, memory } = bind();

  /** Blocks of numbers for one test, and numbers to fill them with. */
  const open = (seed: number) => {
    const arena = new Arena(memory, kernels.heapBase());
    const random = randomStream(seed, 'layout');
    return {
      arena,
      below: (bound: number) => random.below(bound),
      numbers: (length: number) => Array.from({ length }, () => Math.fround(2 * random.uniform() - 1)),
      block(values: readonly number[]): number {
        const address = arena.allocate(values.length * 4);
        arena.f32(address, values.length).set(values);
        return address;
      },
      /** A block of NaN, so that numbers that a kernel does not write are noticed. */
      empty(length: number): number {
        const address = arena.allocate((length + 4) * 4);
        arena.f32(address, length + 4).fill(NaN);
        return address;
      },
    };
  };

  /** Expects exactly `expected`, and nothing written after it. */
  const expectBlock = (arena: Arena, address: number, expected: readonly number[]) => {
    expect([...arena.f32(address, expected.length + 4)]).toEqual([...expected, NaN, NaN, NaN, NaN]);
  };

  describe(`${name}: layouts`, () => {
    describe.each([1, 3])('gather with %i channels', (channels) => {
      test.each([1, 15, 16, 17, 49])('of %i pixels', (area) => {
        const { arena, below, block, empty } = open(area);
        const elements = channels * area;
        const images = 9;
        const pixels = Array.from({ length: images * elements }, () => below(256));
        const bytes = arena.allocate(pixels.length);
        arena.u8(bytes, pixels.length).set(pixels);
        const scaled = pixels.map((pixel) => Math.fround(pixel / 255));
        const floats = block(scaled);
        for (const order of [[4], [8, 0, 3], [1, 1, 2, 7], [5, 6, 0, 8, 2, 3]]) {
          const expected = reference.gather(scaled, order, channels, area);
          const common = { indices: arena.table(order), count: order.length, channels, area };
          const [fromBytes, fromFloats] = [empty(expected.length), empty(expected.length)];
          kernels.gatherBytes({ ...common, images: bytes, dst: fromBytes });
          kernels.gatherFloats({ ...common, images: floats, dst: fromFloats });
          expectBlock(arena, fromBytes, expected);
          expectBlock(arena, fromFloats, expected);
        }
      });
    });

    test.each(sizes)('rows of %i elements to quads and back', (elements) => {
      const { arena, numbers, block, empty } = open(elements);
      const images = 8;
      const stride = elements + 3;
      const rows = numbers(images * stride);
      const values = Array.from({ length: images }, (_, n) => rows.slice(n * stride, n * stride + elements)).flat();
      const quads = empty(values.length);
      kernels.rowsToQuads({ rows: block(rows), rowStride: stride * 4, dst: quads, quads: images / 4, elements });
      expectBlock(arena, quads, reference.toQuads(values, elements));
      const back = empty(values.length);
      kernels.quadsToRows({ src: quads, quads: images / 4, elements, rows: back, rowStride: elements * 4 });
      expectBlock(arena, back, values);
    });

    describe.each(sizes)('%i rows', (rows) => {
      test.each(sizes)('by %i columns, transposed', (columns) => {
        const { arena, numbers, block, empty } = open(rows * 100 + columns);
        const matrix = numbers(rows * columns);
        const [plain, spread, swapped] = [empty(matrix.length), empty(matrix.length * 4), empty(matrix.length * 8)];
        const expected = reference.transpose(matrix, rows, columns);
        kernels.transposeMatrix({ src: block(matrix), rows, columns, dst: plain });
        expectBlock(arena, plain, expected);
        kernels.spreadMatrix({ src: block(matrix), rows, columns, dst: spread });
        expectBlock(arena, spread, reference.spread(expected));
        const quads = [0, 1].map(() => numbers(rows * columns * 4));
        kernels.swapAxes({ src: block(quads.flat()), dst: swapped, quads: 2, outer: rows, inner: columns });
        expectBlock(
          arena,
          swapped,
          quads.flatMap((quad) => reference.transpose(quad, rows, columns, 4)),
        );
      });
    });

    test.each(sizes)('four strips of %i numbers, cut and joined', (length) => {
      const { arena, numbers, block, empty } = open(length);
      const image = numbers(length * 4);
      const quad = block(reference.toQuads(image, image.length));
      // Strips that overlap, as those of a convolution do, and strips side by side.
      for (const step of [Math.ceil(length / 2), length]) {
        const strips = empty(length * 4);
        kernels.cutStrips({ src: quad, step: step * 16, dst: strips, vectors: length });
        expectBlock(arena, strips, reference.cutStrips(image, step, length));
      }
      const joined = empty(length * 16);
      const strips = numbers(length * 4);
      kernels.joinStrips({ src: block(strips), dst: joined, vectors: length });
      expectBlock(arena, joined, reference.spread(reference.joinStrips(strips)));
    });

    test.each(sizes)('%i vectors added, squared, cleared, flushed', (vectors) => {
      const { arena, numbers, block, empty } = open(vectors);
      const [a, b] = [numbers(vectors * 4), numbers(vectors * 4)];
      const sum = empty(a.length);
      arena.f32(sum, a.length).set(a);
      kernels.addVectors({ dst: sum, src: block(b), vectors });
      expectBlock(arena, sum, reference.add(a, b).map(Math.fround));
      const squares = empty(a.length);
      kernels.squareVectors({ x: block(a), y: squares, vectors });
      expectBlock(arena, squares, reference.square(a).map(Math.fround));
      const starts = [0, vectors * 4 - 2];
      const cleared = empty(a.length);
      arena.f32(cleared, a.length).set(a);
      const table = arena.table(starts.map((start) => start * 4));
      kernels.clearBlocks({ base: cleared, table, count: 2, bytes: 8 });
      expectBlock(arena, cleared, reference.clear(a, starts, 2));
      const tiny = a.map((value, i) => (i % 3 === 0 ? Math.sign(value) * 2 ** (-98 - (i % 5)) : value));
      const flushed = empty(tiny.length);
      arena.f32(flushed, tiny.length).set(tiny);
      kernels.flushTiny({ v: flushed, vectors });
      expectBlock(arena, flushed, reference.flushTiny(tiny));
    });

    test.each([
      [1, 1],
      [3, 2],
      [2, 5],
      [5, 3],
    ] as const)('weights of %ix%i windows packed into lines', (height, width) => {
      const { arena, numbers, block, empty } = open(height * 10 + width);
      for (const channels of [1, 2, 3, 4]) {
        const weights = numbers(2 * channels * height * width);
        const expected = reference.packWeights(weights, 2, channels, [height, width]);
        const runs = empty(expected.length);
        kernels.packWeights({
          weights: block(weights),
          runs,
          outChannels: 2,
          channels,
          kernelHeight: height,
          kernelWidth: width,
          vectors: Math.ceil((width * channels) / 4),
        });
        expectBlock(arena, runs, expected);
      }
    });
  });
}
