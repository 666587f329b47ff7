/**
 * The contract of the kernels that move numbers: they write exactly the numbers of their plain twins for odd sizes, and
 * nothing else.
 */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { Arena } from './arena.ts';
import { type Kernels, lanesOf, type Width } from './kernels.ts';
import * as reference from './reference.ts';

/** Sizes with whole vectors, with a rest, and with a rest alone. */
const sizes = [1, 3, 4, 5, 8, 11, 17];

/** @param bind the kernels of this width on a memory of their own. */
export function layoutContract(
  name: string,
  width: Width,
  bind: () => { kernels: Kernels; memory: WebAssembly.Memory },
): void {
  const { kernels, memory } = bind();
  const lanes = lanesOf[width];

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
        const address = arena.allocate((length + 8) * 4);
        arena.f32(address, length + 8).fill(NaN);
        return address;
      },
    };
  };

  /** Expects exactly `expected`, and nothing written after it. */
  const expectBlock = (arena: Arena, address: number, expected: readonly number[]) => {
    expect([...arena.f32(address, expected.length + 8)]).toEqual([...expected, ...Array<number>(8).fill(NaN)]);
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
        for (const order of [
          [4],
          [8, 0, 3],
          [1, 1, 2, 7],
          [5, 6, 0, 8, 2, 3],
          [8, 7, 6, 5, 4, 3, 2, 1],
          [0, 8, 1, 7, 2, 6, 3, 5, 4],
        ]) {
          const expected = reference.gather(scaled, order, channels, area, lanes);
          const common = { indices: arena.table(order), count: order.length, channels, area };
          const [fromBytes, fromFloats] = [empty(expected.length), empty(expected.length)];
          kernels.gatherBytes({ ...common, images: bytes, dst: fromBytes });
          kernels.gatherFloats({ ...common, images: floats, dst: fromFloats });
          expectBlock(arena, fromBytes, expected);
          expectBlock(arena, fromFloats, expected);
        }
      });
    });

    test.each(sizes)('rows of %i elements to packs and back', (elements) => {
      const { arena, numbers, block, empty } = open(elements);
      const images = 16;
      const stride = elements + 3;
      const rows = numbers(images * stride);
      const values = Array.from({ length: images }, (_, n) => rows.slice(n * stride, n * stride + elements)).flat();
      const packs = empty(values.length);
      kernels.rowsToPacks({ rows: block(rows), rowStride: stride * 4, dst: packs, packs: images / lanes, elements });
      expectBlock(arena, packs, reference.toPacks(values, elements, lanes));
      const back = empty(values.length);
      kernels.packsToRows({ src: packs, packs: images / lanes, elements, rows: back, rowStride: elements * 4 });
      expectBlock(arena, back, values);
    });

    describe.each(sizes)('%i rows', (rows) => {
      test.each(sizes)('by %i columns, transposed', (columns) => {
        const { arena, numbers, block, empty } = open(rows * 100 + columns);
        const matrix = numbers(rows * columns);
        const [plain, spread, swapped] = [
          empty(matrix.length),
          empty(matrix.length * 4),
          empty(matrix.length * 2 * lanes),
        ];
        const expected = reference.transpose(matrix, rows, columns);
        kernels.transposeMatrix({ src: block(matrix), rows, columns, dst: plain });
        expectBlock(arena, plain, expected);
        kernels.factorMatrix({ src: block(matrix), rows, columns, dst: spread });
        expectBlock(arena, spread, reference.factors(expected, lanes));
        const packs = [0, 1].map(() => numbers(rows * columns * lanes));
        kernels.swapAxes({ src: block(packs.flat()), dst: swapped, packs: 2, outer: rows, inner: columns });
        expectBlock(
          arena,
          swapped,
          packs.flatMap((pack) => reference.transpose(pack, rows, columns, lanes)),
        );
      });
    });

    // One image alone is computed in quads.
    if (lanes === 4) {
      test.each(sizes)('four strips of %i numbers, cut and joined', (length) => {
        const { arena, numbers, block, empty } = open(length);
        const image = numbers(length * 4);
        const pack = block(reference.toPacks(image, image.length, 4));
        // Strips that overlap, as those of a convolution do, and strips side by side.
        for (const step of [Math.ceil(length / 2), length]) {
          const strips = empty(length * 4);
          kernels.cutStrips({ src: pack, step: step * 16, dst: strips, vectors: length });
          expectBlock(arena, strips, reference.cutStrips(image, step, length));
        }
        const joined = empty(length * 16);
        const strips = numbers(length * 4);
        kernels.joinStrips({ src: block(strips), dst: joined, vectors: length });
        expectBlock(arena, joined, reference.spread(reference.joinStrips(strips), 4));
      });
    }

    test.each(sizes)('%i vectors added, squared, cleared, flushed', (vectors) => {
      const { arena, numbers, block, empty } = open(vectors);
      const [a, b] = [numbers(vectors * lanes), numbers(vectors * lanes)];
      const sum = empty(a.length);
      arena.f32(sum, a.length).set(a);
      kernels.addVectors({ dst: sum, src: block(b), vectors });
      expectBlock(arena, sum, reference.add(a, b).map(Math.fround));
      const squares = empty(a.length);
      kernels.squareVectors({ x: block(a), y: squares, vectors });
      expectBlock(arena, squares, reference.square(a).map(Math.fround));
      const starts = [0, vectors * lanes - 2];
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

    test.each([1, 2, 5])('%i blocks of gradients summed into the first', (chunks) => {
      const { arena, numbers, empty } = open(chunks);
      const [size, stride] = [3 * lanes, 3 * lanes + 16];
      const values = numbers(stride * chunks);
      const g = empty(stride * chunks);
      arena.f32(g, values.length).set(values);
      kernels.sumChunks({ g, stride: stride * 4, chunks, vectors: 3 });
      const sums = reference.sumChunks(values, size, stride, chunks);
      const found = [...arena.f32(g, size)];
      for (const [i, value] of sums.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(1e-6);
      expectBlock(arena, g, [...found, ...values.slice(size)]);
    });

    test.each([
      [1, 1],
      [3, 2],
      [2, 5],
      [5, 3],
    ] as const)('weights of %ix%i windows packed into lines', (height, width) => {
      const { arena, numbers, block, empty } = open(height * 10 + width);
      for (const channels of [1, 2, 3, 4, 9]) {
        const weights = numbers(2 * channels * height * width);
        const expected = reference.packWeights(weights, 2, channels, [height, width], lanes);
        const runs = empty(expected.length);
        kernels.packWeights({
          weights: block(weights),
          runs,
          outChannels: 2,
          channels,
          kernelHeight: height,
          kernelWidth: width,
        });
        expectBlock(arena, runs, expected);
      }
    });
  });
}
