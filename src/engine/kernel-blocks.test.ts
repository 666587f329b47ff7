/**
 * Every small kernel compared with a plain loop, for odd sizes, sizes of 1 and several loop turns. No byte outside the
 * output may be written.
 */
import { setFlagsFromString } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../base/random.ts';
import { Arena, createMemory } from './arena.ts';
import { type Arithmetic, bindKernels, compileKernels, lanesOf, supportsFused, type Width, widths } from './kernels.ts';
import * as reference from './reference.ts';

if (!supportsFused()) setFlagsFromString('--experimental-wasm-relaxed-simd');

const engines = (['strict', 'fused'] as const).flatMap((arithmetic: Arithmetic) =>
  widths.map((width: Width) => ({ arithmetic, width, module: compileKernels(arithmetic, width) })),
);

type Range = readonly [address: number, bytes: number];

const whole = 2 ** 17;
/** Noise: in a constant fill, a kernel that copies beyond its blocks would change nothing. */
const noise = Uint8Array.from({ length: whole }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >>> 13) & 0xff);

/** A memory filled with noise, in which a kernel that writes beside its output is seen. */
function bench(module: WebAssembly.Module) {
  const memory = createMemory(2 ** 24);
  const kernels = bindKernels(module, memory);
  const arena = new Arena(memory, kernels.heapBase());
  const start = arena.allocate(whole);
  const all = arena.u8(start, whole);
  all.set(noise);
  let end = start;
  const allocate = (bytes: number): number => {
    const address = Math.ceil((end + 256) / 64) * 64;
    end = address + bytes;
    if (end + 256 > start + whole) throw new Error('the memory of the test is too small');
    return address;
  };
  return {
    kernels,
    allocate,
    /** A block of these floats. */
    floats: (values: readonly number[]) => {
      const address = allocate(values.length * 4);
      arena.f32(address, values.length).set(values);
      return address;
    },
    bytes: (values: readonly number[]) => {
      const address = allocate(values.length);
      arena.u8(address, values.length).set(values);
      return address;
    },
    table: (values: readonly number[]) => {
      const address = allocate(values.length * 4);
      arena.i32(address, values.length).set(values);
      return address;
    },
    write: (address: number, values: readonly number[]) => arena.f32(address, values.length).set(values),
    read: (address: number, length: number) => [...arena.f32(address, length)],
    readDoubles: (address: number, length: number) => [...arena.f64(address, length)],
    readTable: (address: number, length: number) => [...arena.i32(address, length)],
    readBytes: (address: number, length: number) => [...arena.u8(address, length)],
    /** Runs `call` and compares all bytes outside the ranges it may write. */
    writesOnly: (ranges: readonly Range[], call: () => void) => {
      const before = all.slice();
      call();
      for (const [address, bytes] of ranges) before.fill(0, address - start, address - start + bytes);
      const after = all.slice();
      for (const [address, bytes] of ranges) after.fill(0, address - start, address - start + bytes);
      if (Buffer.compare(before, after) !== 0) expect(after.findIndex((byte, at) => byte !== before[at])).toBe(-1);
    },
  };
}

/** Floats between -1 and 1, another sequence for each name. */
function numbers(name: string, length: number, scale = 1): number[] {
  const random = randomStream(7, name);
  return Array.from({ length }, () => Math.fround(scale * (2 * random.uniform() - 1)));
}

/** @param tolerance relative to 1 + the number's size. */
function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 2e-6): void {
  expect(actual.length).toBe(expected.length);
  const worst = expected.findIndex((value, i) => !(Math.abs(actual[i]! - value) <= tolerance * (1 + Math.abs(value))));
  expect(worst, `element ${worst}: ${actual[worst]}, expected ${expected[worst]}`).toBe(-1);
}

const range = (length: number) => Array.from({ length }, (_, i) => i);

describe.each(engines)('$arithmetic, $width', ({ width, module }) => {
  const lanes = lanesOf[width];
  const vectorBytes = lanes * 4;

  describe.each([1, 2, 7])('%i vectors', (vectors) => {
    const size = vectors * lanes;
    const x = numbers('x', size, 3);
    const dy = numbers('dy', size);

    test.each([
      'addVectors',
      'squareVectors',
      'rescaleVectors',
      'reluForward',
      'tanhForward',
      'sigmoidForward',
      'geluForward',
      'siluForward',
    ] as const)('%s, into another block and in place', (name) => {
      const expected = {
        addVectors: (value: number, i: number) => dy[i]! + value,
        squareVectors: (value: number) => value * value,
        rescaleVectors: (value: number) => 1.5 * value - 0.25,
        reluForward: (value: number) => Math.max(value, 0),
        tanhForward: (value: number) => 1.7 * Math.tanh(0.6 * value),
        sigmoidForward: (value: number) => 1 / (1 + Math.exp(-value)),
        geluForward: (value: number) => reference.geluForward([value])[0]!,
        siluForward: (value: number) => reference.siluForward([value])[0]!,
      }[name];
      for (const inPlace of name === 'addVectors' ? [false] : [false, true]) {
        const b = bench(module);
        const from = b.floats(x);
        const to = inPlace ? from : b.floats(dy);
        const blocks = { x: from, y: to, vectors };
        b.writesOnly([[to, size * 4]], () => {
          if (name === 'addVectors') b.kernels.addVectors({ dst: to, src: from, vectors });
          else if (name === 'rescaleVectors') b.kernels.rescaleVectors({ ...blocks, scale: 1.5, offset: -0.25 });
          else if (name === 'tanhForward') b.kernels.tanhForward({ ...blocks, amplitude: 1.7, slope: 0.6 });
          else b.kernels[name](blocks);
        });
        expectNear(b.read(to, size), x.map(expected));
      }
    });

    test.each(['reluBackward', 'tanhBackward', 'sigmoidBackward'] as const)(
      '%s, powers 1 and 2, into another block and in place',
      (name) => {
        const y = x.map((value, i) => Math.fround(i === 1 ? 0 : value / 3));
        for (const power of name === 'reluBackward' ? [1] : [1, 2]) {
          for (const inPlace of [false, true]) {
            const b = bench(module);
            const blocks = { y: b.floats(y), dy: b.floats(dy), vectors };
            const dx = inPlace ? blocks.dy : b.floats(x);
            b.writesOnly([[dx, size * 4]], () => {
              if (name === 'reluBackward') b.kernels.reluBackward({ ...blocks, dx });
              else if (name === 'tanhBackward')
                b.kernels.tanhBackward({ ...blocks, dx, amplitude: 1.7, slope: 0.6, power });
              else b.kernels.sigmoidBackward({ ...blocks, dx, power });
            });
            const slope = (value: number) => {
              if (name === 'reluBackward') return value > 0 ? 1 : 0;
              return name === 'tanhBackward' ? (0.6 / 1.7) * (1.7 ** 2 - value ** 2) : value * (1 - value);
            };
            expectNear(
              b.read(dx, size),
              y.map((value, i) => dy[i]! * slope(value) ** power),
            );
          }
        }
      },
    );

    test.each(['gelu', 'silu'] as const)('%sWithSlopes: the bits of the forward kernel, and slopes', (name) => {
      for (const inPlace of [false, true]) {
        const b = bench(module);
        const [from, plain, slopes] = [b.floats(x), b.floats(dy), b.floats(dy)];
        const y = inPlace ? from : b.floats(dy);
        b.kernels[`${name}Forward`]({ x: from, y: plain, vectors });
        const ranges: Range[] = [
          [y, size * 4],
          [slopes, size * 4],
        ];
        b.writesOnly(ranges, () => b.kernels[`${name}WithSlopes`]({ x: from, y, slopes, vectors }));
        expect(b.read(y, size)).toEqual(b.read(plain, size));
        const slopeOf = { gelu: reference.geluSlope, silu: reference.siluSlope }[name];
        expectNear(b.read(slopes, size), slopeOf(x));
      }
    });

    test.each([1, 2])('slopesBackward, power %i, into another block and in place', (power) => {
      for (const inPlace of [false, true]) {
        const b = bench(module);
        const blocks = { slopes: b.floats(x), dy: b.floats(dy), vectors, power };
        const dx = inPlace ? blocks.dy : b.floats(x);
        b.writesOnly([[dx, size * 4]], () => b.kernels.slopesBackward({ ...blocks, dx }));
        expectNear(
          b.read(dx, size),
          x.map((slope, i) => dy[i]! * slope ** power),
        );
      }
    });

    test('softmaxCurvature', () => {
      const b = bench(module);
      const [probabilities, h] = [b.floats(x.map((value) => Math.abs(value) / 3)), b.floats(dy)];
      b.writesOnly([[h, size * 4]], () => b.kernels.softmaxCurvature({ probabilities, h, vectors }));
      expectNear(
        b.read(h, size),
        x.map((value) => (Math.abs(value) / 3) * (1 - Math.abs(value) / 3)),
      );
    });

    test('flushTiny: below 2^-100 becomes 0, 2^-100 itself and NaN stay', () => {
      const b = bench(module);
      const limit = 2 ** -100;
      const values = range(size).map((i) => [limit, -limit * (1 - 2 ** -24), Number.NaN, -limit][i % 4]!);
      const v = b.floats(values);
      b.writesOnly([[v, size * 4]], () => b.kernels.flushTiny({ v, vectors }));
      expect(b.read(v, size)).toEqual(values.map((value, i) => (i % 4 === 1 ? 0 : value)));
    });

    test.each([1, 2, 3])('sumChunks of %i blocks', (chunks) => {
      const b = bench(module);
      const stride = size * 4 + 16;
      const blocks = range(chunks).map((chunk) => numbers(`g${chunk}`, size));
      const g = b.allocate(stride * chunks);
      for (const [chunk, values] of blocks.entries()) {
        // The gap between two blocks is filled, so that a kernel that reads it is seen.
        b.write(g + chunk * stride, [...values, ...Array<number>(4).fill(1e6)]);
      }
      b.writesOnly([[g, size * 4]], () => b.kernels.sumChunks({ g, stride, chunks, vectors }));
      expectNear(
        b.read(g, size),
        range(size).map((i) => blocks.reduce((sum, block) => sum + block[i]!, 0)),
      );
    });

    describe('optimizers', () => {
      const total = numbers('g', size);
      const first = numbers('first', size).map((value) => 0.2 + Math.abs(value));
      const second = numbers('second', size).map((value) => 0.2 + Math.abs(value));
      const slots = x.map((value, i) => ({ x: value, first: first[i]!, second: second[i]! }));
      const l2 = 0.05;
      const place = () => {
        const b = bench(module);
        const blocks = { x: b.floats(x), g: b.floats(total), vectors, l2 };
        return { b, blocks, first: b.floats(first), second: b.floats(second) };
      };
      const ranges = (...addresses: number[]): Range[] => addresses.map((address) => [address, size * 4]);

      test.each([
        [0, false],
        [0.9, false],
        [0.9, true],
      ])('sgd, momentum %d, nesterov %s', (momentum, nesterov) => {
        const { b, blocks, first: buffer } = place();
        const args = { rate: 0.3, momentum, nesterov: nesterov ? 1 : 0, b: momentum ? buffer : 0 };
        b.writesOnly(ranges(blocks.x, ...(momentum ? [buffer] : [])), () => b.kernels.sgd({ ...blocks, ...args }));
        const after = slots.map((slot, i) =>
          reference.sgdStep(slot, total[i]!, { learningRate: 0.3, l2, momentum, nesterov }),
        );
        expectNear(
          b.read(blocks.x, size),
          after.map((slot) => slot.x),
        );
        if (momentum)
          expectNear(
            b.read(buffer, size),
            after.map((slot) => slot.first),
          );
      });

      const moments = { learningRate: 0.3, l2, betas: [0.8, 0.9], eps: 0.01, biasCorrection: true } as const;
      const decays = { l2, beta1: 0.8, rest1: 0.2, beta2: 0.9, rest2: 0.1, eps: 0.01 };

      test.each([
        ['Adam', 0, false],
        ['AdamW', 0.2, false],
        ['NAdam', 0, true],
      ])('adam as %s in the third step', (_, weightDecay, ahead) => {
        const { b, blocks, first: m, second: v } = place();
        const c = (exponent: number) => 1 - 0.8 ** exponent;
        const scales = ahead
          ? { mScale: (0.3 * 0.8) / c(4), gScale: (0.3 * 0.2) / c(3) }
          : { mScale: 0.3 / c(3), gScale: 0 };
        const args = { ...decays, ...scales, keep: 1 - 0.3 * weightDecay, vScale: 1 / (1 - 0.9 ** 3), m, v };
        b.writesOnly(ranges(blocks.x, m, v), () => b.kernels.adam({ ...blocks, ...args }));
        const after = slots.map((slot, i) =>
          reference.adamStep(slot, total[i]!, 3, { ...moments, weightDecay, ahead }),
        );
        for (const [address, key] of [
          [blocks.x, 'x'],
          [m, 'first'],
          [v, 'second'],
        ] as const)
          expectNear(
            b.read(address, size),
            after.map((slot) => slot[key]),
          );
      });

      test('adabelief in the third step', () => {
        const { b, blocks, first: m, second: s } = place();
        const scales = { mScale: 0.3 / (1 - 0.8 ** 3), sScale: 1 / (1 - 0.9 ** 3), epsInside: 0.02 };
        b.writesOnly(ranges(blocks.x, m, s), () => b.kernels.adabelief({ ...blocks, ...decays, ...scales, m, s }));
        const after = slots.map((slot, i) =>
          reference.adabeliefStep(slot, total[i]!, 3, { ...moments, epsInside: 0.02 }),
        );
        for (const [address, key] of [
          [blocks.x, 'x'],
          [m, 'first'],
          [s, 'second'],
        ] as const)
          expectNear(
            b.read(address, size),
            after.map((slot) => slot[key]),
          );
      });

      test('lion', () => {
        const { b, blocks, first: m } = place();
        const { eps: _, ...args } = decays;
        b.writesOnly(ranges(blocks.x, m), () => b.kernels.lion({ ...blocks, ...args, m, keep: 0.94, rate: 0.3 }));
        const options = { learningRate: 0.3, l2, betas: [0.8, 0.9], weightDecay: 0.2 } as const;
        const after = slots.map((slot, i) => reference.lionStep(slot, total[i]!, options));
        for (const [address, key] of [
          [blocks.x, 'x'],
          [m, 'first'],
        ] as const)
          expectNear(
            b.read(address, size),
            after.map((slot) => slot[key]),
          );
      });

      test('sdlm', () => {
        const { b, blocks, first: h } = place();
        b.writesOnly(ranges(blocks.x), () => b.kernels.sdlm({ ...blocks, h, rate: 0.3, mu: 0.05 }));
        expectNear(
          b.read(blocks.x, size),
          slots.map((slot, i) => reference.sdlmStep(slot, total[i]!, { learningRate: 0.3, l2, mu: 0.05 }).x),
        );
      });
    });
  });

  describe.each([
    [1, 1],
    [1, 3],
    [5, 1],
    [5, 3],
  ])('%i pixels of %i channels', (pixels, channels) => {
    const packs = 2;
    const size = packs * pixels * channels * lanes;
    const [x, other] = [numbers('x', size), numbers('other', size)];
    const channelOf = (i: number) => Math.floor(i / lanes) % channels;

    test.each([false, true])('scaleChannels, with an offset: %s', (hasOffset) => {
      const [scale, offset] = [numbers('scale', channels), numbers('offset', channels)];
      for (const inPlace of [false, true]) {
        const b = bench(module);
        const from = b.floats(x);
        const y = inPlace ? from : b.floats(other);
        const table = { scale: b.floats(scale), offset: hasOffset ? b.floats(offset) : 0 };
        b.writesOnly([[y, size * 4]], () =>
          b.kernels.scaleChannels({ x: from, y, pixels: packs * pixels, channels, ...table }),
        );
        expectNear(
          b.read(y, size),
          x.map((value, i) => scale[channelOf(i)]! * value + (hasOffset ? offset[channelOf(i)]! : 0)),
        );
      }
    });

    test('channelProducts', () => {
      const b = bench(module);
      const blocks = { a: b.floats(x), b: b.floats(other), out: b.floats(numbers('out', channels)) };
      b.writesOnly([[blocks.out, channels * 4]], () =>
        b.kernels.channelProducts({ ...blocks, packs, pixels, channels }),
      );
      const expected = range(channels).map((c) =>
        x.reduce((sum, value, i) => sum + (channelOf(i) === c ? value * other[i]! : 0), 0),
      );
      expectNear(b.read(blocks.out, channels), expected);
    });

    test('sumOverImages', () => {
      const b = bench(module);
      const [dy, out] = [b.floats(x), b.floats(numbers('out', channels))];
      b.writesOnly([[out, channels * 4]], () =>
        b.kernels.sumOverImages({ dy, packs, pixels, features: channels, biasGradient: out }),
      );
      const expected = range(channels).map((c) =>
        x.reduce((sum, value, i) => sum + (channelOf(i) === c ? value : 0), 0),
      );
      expectNear(b.read(out, channels), expected);
    });
  });

  describe.each([
    { kernel: [1, 1], stride: [1, 1], size: [1, 1], channels: 1, packs: 1 },
    { kernel: [2, 2], stride: [2, 2], size: [5, 7], channels: 3, packs: 2 },
    { kernel: [3, 2], stride: [1, 2], size: [5, 6], channels: 2, packs: 3 },
    { kernel: [2, 3], stride: [2, 1], size: [4, 5], channels: 1, packs: 1 },
  ] as const)('windows $kernel, stride $stride, on $size', ({ kernel, stride, size, channels, packs }) => {
    const shape = { images: packs * lanes, channels, size, kernel, stride };
    const [outHeight, outWidth] = [0, 1].map((i) => Math.floor((size[i]! - kernel[i]!) / stride[i]!) + 1) as [
      number,
      number,
    ];
    const outputs = outHeight * outWidth * channels;
    const inputs = size[0] * size[1] * channels;
    const args = {
      ...{ packs, channels, height: size[0], width: size[1], outHeight, outWidth },
      ...{ kernelHeight: kernel[0], kernelWidth: kernel[1], strideY: stride[0], strideX: stride[1] },
    };
    /** Where an element of PyTorch's order [image][channel][pixel] stands in packs [pack][pixel][channel][lanes]. */
    const packsOf = (values: readonly number[], pixels: number) =>
      range(values.length).map((i) => {
        const [lane, c] = [i % lanes, Math.floor(i / lanes) % channels];
        const pixel = Math.floor(i / lanes / channels) % pixels;
        const image = Math.floor(i / lanes / channels / pixels) * lanes + lane;
        return values[(image * channels + c) * pixels + pixel]!;
      });
    const inPacks = (values: readonly number[]) => packsOf(values, size[0] * size[1]);
    const outPacks = (values: readonly number[]) => packsOf(values, outHeight * outWidth);
    // Halves, so that windows have ties.
    const x = numbers('x', inputs * packs * lanes, 2).map((value) => Math.round(value * 2) / 2 + 0);
    const dy = numbers('dy', outputs * packs * lanes);

    test('sumPool2d, forward and backward', () => {
      const b = bench(module);
      const [y, dx] = [b.floats(dy), b.floats(x)];
      const from = { x: b.floats(inPacks(x)), dy: b.floats(outPacks(dy)) };
      b.writesOnly([[y, dy.length * 4]], () => b.kernels.sumPool2dForward({ ...args, x: from.x, y, scale: 0.3 }));
      expectNear(b.read(y, dy.length), outPacks(reference.sumPool2dForward(x, shape).map((value) => 0.3 * value)));
      b.writesOnly([[dx, x.length * 4]], () => b.kernels.sumPool2dBackward({ ...args, dy: from.dy, dx, scale: 0.3 }));
      expectNear(b.read(dx, x.length), inPacks(reference.sumPool2dBackward(dy, shape).map((value) => 0.3 * value)));
    });

    test('maxPool2d, forward and backward: the first maximum of a tie gets the gradient', () => {
      const b = bench(module);
      const [y, winners, dx] = [b.floats(dy), b.floats(dy), b.floats(x)];
      const from = { x: b.floats(inPacks(x)), dy: b.floats(outPacks(dy)) };
      const written: Range[] = [y, winners].map((address) => [address, dy.length * 4]);
      b.writesOnly(written, () => b.kernels.maxPool2dForward({ ...args, x: from.x, y, winners }));
      const expected = reference.maxPool2dForward(x, shape);
      expect(b.read(y, dy.length)).toEqual(outPacks(expected.y));
      b.writesOnly([[dx, x.length * 4]], () =>
        b.kernels.maxPool2dBackward({ dy: from.dy, winners, dx, packs, outputs, packBytes: inputs * vectorBytes }),
      );
      expectNear(b.read(dx, x.length), inPacks(reference.maxPool2dBackward(dy, expected.winners, x.length)));
    });

    test('maxPool2dRelu: the maximum and where its window stands', () => {
      const b = bench(module);
      const one = { ...shape, images: lanes };
      const image = x.slice(0, inputs * lanes);
      const [y, corners] = [b.floats(dy.slice(0, outputs * lanes)), b.floats(dy.slice(0, outputs * lanes))];
      const from = b.floats(inPacks(image));
      const written: Range[] = [y, corners].map((address) => [address, outputs * vectorBytes]);
      const { packs: _, height: __, ...rest } = args;
      b.writesOnly(written, () => b.kernels.maxPool2dRelu({ ...rest, x: from, y, corners, cornerY: 1000, cornerX: 7 }));
      const expected = reference.maxPool2dForward(image, one);
      expect(b.read(y, outputs * lanes)).toEqual(outPacks(expected.y.map((value) => Math.max(value, 0))));
      const places = expected.winners.map((at) => {
        const pixel = at % (size[0] * size[1]);
        return Math.floor(pixel / size[1]) * 1000 + (pixel % size[1]) * 7;
      });
      expect(b.readTable(corners, outputs * lanes)).toEqual(outPacks(places));
    });
  });

  describe('moves between layouts', () => {
    test.each([1, 2, 3, 4, 5, 8, 11])('packs to rows and back, %i elements, with a gap between rows', (elements) => {
      for (const packs of [1, 3]) {
        const b = bench(module);
        const rowStride = elements * 4 + 20;
        const values = numbers('packs', packs * elements * lanes);
        const at = (image: number, e: number) => (Math.floor(image / lanes) * elements + e) * lanes + (image % lanes);
        const src = b.floats(values);
        const rows = b.allocate(packs * lanes * rowStride);
        const written: Range[] = range(packs * lanes).map((image) => [rows + image * rowStride, elements * 4]);
        b.writesOnly(written, () => b.kernels.packsToRows({ src, packs, elements, rows, rowStride }));
        for (const image of range(packs * lanes))
          expect(b.read(rows + image * rowStride, elements)).toEqual(range(elements).map((e) => values[at(image, e)]));
        const dst = b.floats(numbers('other', values.length));
        b.writesOnly([[dst, values.length * 4]], () =>
          b.kernels.rowsToPacks({ rows, rowStride, dst, packs, elements }),
        );
        expect(b.read(dst, values.length)).toEqual(values);
      }
    });

    test.each([1, 3, 4, 5, 8, 10])('transposeMatrix and factorMatrix, %i rows', (rows) => {
      for (const columns of [1, 2, 4, 7, 8, 9]) {
        const b = bench(module);
        const values = numbers('matrix', rows * columns);
        const [src, dst] = [b.floats(values), b.allocate(values.length * 4)];
        b.writesOnly([[dst, values.length * 4]], () => b.kernels.transposeMatrix({ src, rows, columns, dst }));
        const turned = range(values.length).map((i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
        expect(b.read(dst, values.length)).toEqual(turned);
        const factors = reference.factors(turned, lanes);
        const to = b.allocate(factors.length * 4);
        b.writesOnly([[to, factors.length * 4]], () => b.kernels.factorMatrix({ src, rows, columns, dst: to }));
        expect(b.read(to, factors.length)).toEqual(factors);
      }
    });

    test.each([
      [1, 1, 1],
      [1, 3, 1],
      [2, 3, 5],
      [3, 1, 4],
    ])('swapAxes, %i packs of %i by %i', (packs, outer, inner) => {
      const b = bench(module);
      const values = numbers('axes', packs * outer * inner * lanes);
      const [src, dst] = [b.floats(values), b.allocate(values.length * 4)];
      b.writesOnly([[dst, values.length * 4]], () => b.kernels.swapAxes({ src, dst, packs, outer, inner }));
      const from = (i: number) => {
        const [lane, o, rest] = [i % lanes, Math.floor(i / lanes) % outer, Math.floor(i / lanes / outer)];
        return ((Math.floor(rest / inner) * outer + o) * inner + (rest % inner)) * lanes + lane;
      };
      expect(b.read(dst, values.length)).toEqual(range(values.length).map((i) => values[from(i)]));
    });

    test.each([1, 2, 3, 4, 5, 8, 9, 12])('gatherBytes and gatherFloats, %i images', (count) => {
      for (const channels of [1, 3]) {
        for (const area of [1, 15, 16, 17, 35]) {
          const b = bench(module);
          const size = channels * area;
          const random = randomStream(area, 'pixels');
          const pixels = range(6 * size).map(() => random.below(256));
          const chosen = range(count).map((i) => (5 * i + 3) % 6);
          const indices = b.table(chosen);
          const length = Math.ceil(count / lanes) * size * lanes;
          const pixelAt = (i: number) => {
            const [lane, c, p] = [i % lanes, Math.floor(i / lanes) % channels, Math.floor(i / lanes / channels) % area];
            const image = chosen[Math.floor(i / lanes / size) * lanes + lane];
            return image === undefined ? 0 : pixels[image * size + c * area + p]!;
          };
          const args = { indices, count, channels, area };
          const dst = b.allocate(length * 4);
          const images = b.bytes(pixels);
          b.writesOnly([[dst, length * 4]], () => b.kernels.gatherBytes({ ...args, images, dst }));
          expect(b.read(dst, length)).toEqual(range(length).map((i) => Math.fround(pixelAt(i) / 255)));
          const floats = b.floats(pixels);
          b.writesOnly([[dst, length * 4]], () => b.kernels.gatherFloats({ ...args, images: floats, dst }));
          expect(b.read(dst, length)).toEqual(range(length).map(pixelAt));
        }
      }
    });

    // One image alone is computed in quads.
    if (width === 'quads') {
      test.each([1, 2, 5])('cutStrips and joinStrips, %i vectors', (vectors) => {
        const b = bench(module);
        const step = vectors * 16;
        const values = numbers('strips', vectors * 16);
        const [src, dst] = [b.floats(values), b.allocate(vectors * 16)];
        b.writesOnly([[dst, vectors * 16]], () => b.kernels.cutStrips({ src, step, dst, vectors }));
        const strips = range(vectors * 4).map((i) => values[(Math.floor(i / 4) + (i % 4) * vectors) * 4]!);
        expect(b.read(dst, vectors * 4)).toEqual(strips);
        const joined = b.allocate(vectors * 64);
        b.writesOnly([[joined, vectors * 64]], () => b.kernels.joinStrips({ src: dst, dst: joined, vectors }));
        const whole = range(vectors * 4).flatMap((v) => Array<number>(4).fill(values[v * 4]!));
        expect(b.read(joined, vectors * 16)).toEqual(whole);
      });

      test('cutStrips with strips that overlap', () => {
        const b = bench(module);
        const values = numbers('strips', 64);
        const [src, dst] = [b.floats(values), b.allocate(6 * 16)];
        b.writesOnly([[dst, 6 * 16]], () => b.kernels.cutStrips({ src, step: 48, dst, vectors: 6 }));
        expect(b.read(dst, 24)).toEqual(range(24).map((i) => values[(Math.floor(i / 4) + (i % 4) * 3) * 4]));
      });
    }

    test.each([
      [1, 1, 16],
      [2, 3, 32],
    ])('copyBox, %i packs of %i rows', (packs, rows, rowBytes) => {
      const b = bench(module);
      const [srcRow, dstRow] = [rowBytes + 16, rowBytes + 48];
      const [srcPack, dstPack] = [srcRow * rows + 32, dstRow * rows + 64];
      const values = numbers('box', (srcPack * packs) / 4);
      const src = b.floats(values);
      const dst = b.allocate(dstPack * packs);
      const lines = range(packs * rows).map((i) => [Math.floor(i / rows), i % rows] as const);
      b.writesOnly(
        lines.map(([q, y]) => [dst + q * dstPack + y * dstRow, rowBytes]),
        () => b.kernels.copyBox({ src, srcRow, srcPack, dst, dstRow, dstPack, packs, rows, rowBytes }),
      );
      for (const [q, y] of lines) {
        const from = (q * srcPack + y * srcRow) / 4;
        expect(b.read(dst + q * dstPack + y * dstRow, rowBytes / 4)).toEqual(values.slice(from, from + rowBytes / 4));
      }
    });

    test('clearBlocks', () => {
      const b = bench(module);
      const [base, table] = [b.floats(numbers('blocks', 40)), b.table([8, 64, 132])];
      const written = [8, 64, 132].map((at): Range => [base + at, 12]);
      b.writesOnly(written, () => b.kernels.clearBlocks({ base, table, count: 3, bytes: 12 }));
      for (const [address] of written) expect(b.read(address, 3)).toEqual([0, 0, 0]);
    });

    test.each([
      [1, 1, 1],
      [2, 3, 5],
      [1, 2, 4],
      [2, 9, 4],
    ])('packWeights: %i output channels, %i channels, lines of %i', (outChannels, channels, kernelWidth) => {
      const b = bench(module);
      const kernelHeight = 2;
      const line = Math.ceil((channels * kernelWidth) / lanes) * lanes;
      const values = numbers('weights', outChannels * channels * kernelHeight * kernelWidth);
      const weights = b.floats(values);
      const length = outChannels * kernelHeight * line;
      const runs = b.allocate(length * 4);
      b.writesOnly([[runs, length * 4]], () =>
        b.kernels.packWeights({ weights, runs, outChannels, channels, kernelHeight, kernelWidth }),
      );
      const expected = range(length).map((i) => {
        const [at, l] = [i % line, Math.floor(i / line)];
        const [kx, c, ky, o] = [
          Math.floor(at / channels),
          at % channels,
          l % kernelHeight,
          Math.floor(l / kernelHeight),
        ];
        return kx < kernelWidth ? values[((o * channels + c) * kernelHeight + ky) * kernelWidth + kx] : 0;
      });
      expect(b.read(runs, length)).toEqual(expected);
    });
  });

  describe.each([
    [1, 1],
    [3, 2],
    [4, 10],
    [5, 7],
    [8, 2],
    [9, 3],
    [12, 4],
  ])('losses of %i images and %i classes', (count, classes) => {
    const packs = Math.ceil(count / lanes);
    const size = packs * classes * lanes;
    const at = (i: number) =>
      (Math.floor(i / classes / lanes) * classes + (i % classes)) * lanes + (Math.floor(i / classes) % lanes);
    // Steps of one half, so that two classes may share the maximum.
    const z = numbers('logits', count * classes, 4).map((value) => Math.round(2 * value) / 2 + 0);
    const labels = range(count).map((n) => (n * 7 + 1) % classes);
    const inPacks = (values: readonly number[], rest: number) => {
      const packed = Array<number>(size).fill(rest);
      for (const [i, value] of values.entries()) packed[at(i)] = value;
      return packed;
    };
    const place = () => {
      const b = bench(module);
      const blocks = { logits: b.floats(inPacks(z, 50)), labels: b.bytes(labels), count, classes, scale: 0.7 };
      const outputs = { losses: b.allocate(count * 8), predicted: b.allocate(count), gradient: b.allocate(size * 4) };
      const ranges: Range[] = [
        [outputs.losses, count * 8],
        [outputs.predicted, count],
      ];
      return { b, blocks, outputs, ranges };
    };

    test.each([
      [-Infinity, 0, false],
      [0.5, 0, false],
      [30, 0, false],
      [-Infinity, 0.3, false],
      [-Infinity, 0, true],
      [-Infinity, 0.3, true],
    ])(
      'softmaxCrossEntropy, background %d, smoothing %d, class weights %s, with and without gradient',
      (...options) => {
        const [backgroundLogit, smoothing, isWeighed] = options;
        const weights = isWeighed ? Array.from({ length: classes }, (_, c) => 0.25 + c / 2) : undefined;
        const expected = reference.softmaxCrossEntropy(z, labels, 0.7, {
          backgroundLogit,
          smoothing,
          classWeights: weights,
        });
        for (const wantsGradient of [true, false]) {
          const { b, blocks, outputs, ranges } = place();
          const gradient = wantsGradient ? outputs.gradient : 0;
          const classWeights = weights ? b.floats(weights) : 0;
          b.writesOnly(wantsGradient ? [...ranges, [gradient, size * 4]] : ranges, () =>
            b.kernels.softmaxCrossEntropy({
              ...{ ...blocks, ...outputs, gradient },
              ...{ backgroundLogit, smoothing, classWeights },
            }),
          );
          expectNear(b.readDoubles(outputs.losses, count), expected.losses);
          expect(b.readBytes(outputs.predicted, count)).toEqual(expected.predicted);
          if (wantsGradient) expectNear(b.read(gradient, size), inPacks(expected.gradient, 0), 1e-6);
        }
      },
    );

    test('rightLogitLoss, with and without gradient', () => {
      const expected = reference.rightLogitLoss(z, labels, 0.7);
      for (const wantsGradient of [true, false]) {
        const { b, blocks, outputs, ranges } = place();
        const gradient = wantsGradient ? outputs.gradient : 0;
        b.writesOnly(wantsGradient ? [...ranges, [gradient, size * 4]] : ranges, () =>
          b.kernels.rightLogitLoss({ ...blocks, ...outputs, gradient }),
        );
        expectNear(b.readDoubles(outputs.losses, count), expected.losses);
        expect(b.readBytes(outputs.predicted, count)).toEqual(reference.softmaxCrossEntropy(z, labels, 1).predicted);
        if (wantsGradient) expectNear(b.read(gradient, size), inPacks(expected.gradient, 0));
      }
    });

    test('softmaxOfGradient adds 1 at each image’s label and nowhere else', () => {
      const b = bench(module);
      const before = numbers('gradient', size);
      const [gradient, right] = [b.floats(before), b.bytes(labels)];
      b.writesOnly([[gradient, size * 4]], () =>
        b.kernels.softmaxOfGradient({ gradient, labels: right, count, classes }),
      );
      const after = [...before];
      for (const [n, label] of labels.entries()) after[at(n * classes + label)]! += 1;
      expectNear(b.read(gradient, size), after);
    });
  });

  test.each([
    [1, 1, 1],
    [3, 5, 2],
    [2, 3, 10],
  ])('rbf: %i packs, %i features, %i classes, forward, backward and curvature', (packs, features, classes) => {
    const b = bench(module);
    const [inputs, outputs] = [packs * features * lanes, packs * classes * lanes];
    const [x, codes, dz] = [numbers('x', inputs), numbers('codes', classes * features), numbers('dz', outputs)];
    const code = (c: number, f: number) => codes[c * features + f]!;
    const input = (q: number, f: number, lane: number) => x[(q * features + f) * lanes + lane]!;
    const slot = (i: number, width: number) =>
      [Math.floor(i / lanes / width), Math.floor(i / lanes) % width, i % lanes] as const;
    const blocks = { x: b.floats(x), packs, features, classes, codes: b.floats(codes) };
    const [z, g, into] = [b.allocate(outputs * 4), b.floats(dz), b.allocate(inputs * 4)];
    b.writesOnly([[z, outputs * 4]], () => b.kernels.rbfForward({ ...blocks, z }));
    expectNear(
      b.read(z, outputs),
      range(outputs).map((i) => {
        const [q, c, lane] = slot(i, classes);
        return -range(features).reduce((sum, f) => sum + (input(q, f, lane) - code(c, f)) ** 2, 0);
      }),
    );
    const sumOverClasses = (i: number, term: (d: number, gradient: number) => number) => {
      const [q, f, lane] = slot(i, features);
      return range(classes).reduce(
        (sum, c) => sum + term(input(q, f, lane) - code(c, f), dz[(q * classes + c) * lanes + lane]!),
        0,
      );
    };
    b.writesOnly([[into, inputs * 4]], () => b.kernels.rbfBackward({ ...blocks, dz: g, dx: into }));
    expectNear(
      b.read(into, inputs),
      range(inputs).map((i) => sumOverClasses(i, (d, gradient) => -2 * d * gradient)),
    );
    b.writesOnly([[into, inputs * 4]], () => b.kernels.rbfCurvature({ ...blocks, hz: g, hx: into }));
    expectNear(
      b.read(into, inputs),
      range(inputs).map((i) => sumOverClasses(i, (d, h) => 4 * d * d * h)),
    );
    b.writesOnly([[into, inputs * 4]], () => b.kernels.rbfLossCurvature({ packs, features, classes, g, hx: into }));
    expectNear(
      b.read(into, inputs),
      range(inputs).map((i) => sumOverClasses(i, (_, gradient) => -2 * gradient)),
    );
  });

  // The tallest block of rows is 5 (strict) or 6 (fused); columns come in blocks of two and more.
  test.each([
    [1, 1, 1],
    [2, 3, 4],
    [5, 4, 1],
    [6, 2, 3],
    [7, 5, 2],
    [13, 7, 9],
  ])('matmul and matmulTaps: %i rows, %i columns, depth %i', (rows, columns, depth) => {
    const [a, bias] = [numbers('a', depth * rows), numbers('bias', rows)];
    const values = numbers('b', depth * columns * lanes);
    for (const kind of ['matmul', 'matmulTaps'] as const) {
      for (const hasBias of [false, true]) {
        const b = bench(module);
        const matrix = kind === 'matmul' ? a : reference.factors(a, lanes);
        // Columns lie backwards, so that the table of offsets is read.
        const offsets = range(columns).map((j) => (columns - 1 - j) * vectorBytes);
        const steps = b.table(range(depth).map((k) => k * columns * vectorBytes));
        const c = b.allocate(rows * columns * vectorBytes);
        const common = {
          ...{ rows, columns, depth, a: b.floats(matrix), b: b.floats(values) },
          ...{
            bOffsets: b.table(offsets),
            c,
            cRow: columns * vectorBytes,
            cColumn: vectorBytes,
            bias: hasBias ? b.floats(bias) : 0,
          },
        };
        b.writesOnly([[c, rows * columns * vectorBytes]], () => {
          if (kind === 'matmulTaps') b.kernels.matmulTaps({ ...common, taps: steps });
          else b.kernels.matmul({ ...common, aStep: rows * 4, bStep: columns * vectorBytes });
        });
        const expected = range(rows * columns * lanes).map((at) => {
          const [lane, j, i] = [at % lanes, Math.floor(at / lanes) % columns, Math.floor(at / lanes / columns)];
          const product = (k: number) => a[k * rows + i]! * values[(k * columns + columns - 1 - j) * lanes + lane]!;
          return range(depth).reduce((sum, k) => sum + product(k), hasBias ? bias[i]! : 0);
        });
        expectNear(b.read(c, expected.length), expected);
      }
    }
  });

  test.each([
    [1, 1, 1],
    [2, 3, 1],
    [3, 1, 4],
    [4, 5, 9],
  ])('packsToPlanes and back: %i x %i pixels of %i channels', (height, width, channels) => {
    const b = bench(module);
    // A border of a column and a line.
    const row = (width + 1) * vectorBytes;
    const plane = (height + 1) * row;
    const packs = numbers('packs', height * width * channels * lanes);
    const sizes = { height, width, channels, row, plane };
    const planes = b.allocate(channels * plane);
    const [src, back] = [b.floats(packs), b.allocate(packs.length * 4)];
    const lines = range(channels * height).map((i): Range => {
      return [planes + Math.floor(i / height) * plane + (i % height) * row, width * vectorBytes];
    });
    b.writesOnly(lines, () => b.kernels.packsToPlanes({ ...sizes, src, dst: planes }));
    for (const [i, [address]] of lines.entries()) {
      const [c, y] = [Math.floor(i / height), i % height];
      const expected = range(width * lanes).map((at) => {
        return packs[((y * width + Math.floor(at / lanes)) * channels + c) * lanes + (at % lanes)]!;
      });
      expect(b.read(address, width * lanes)).toEqual(expected);
    }
    b.writesOnly([[back, packs.length * 4]], () => b.kernels.planesToPacks({ ...sizes, src: planes, dst: back }));
    expect(b.read(back, packs.length)).toEqual(packs);
  });

  // Every number of lines and taps that a loop handles at once, and more.
  const shapes = [1, 2, 3, 5, 9, 11].flatMap((lines) => range(10).map((taps) => [lines, taps + 1] as const));
  test.each(shapes)('gradients of windows in groups, %i lines of %i taps', (lines, taps) => {
    // Two groups of two planes, read by two outputs each: windows of two parts, three outputs, the last two lines further on.
    const [parts, groupOutputs, outChannels, outputs] = [2, 2, 4, 3];
    const columns = taps + 1;
    const line = columns * vectorBytes;
    const part = (lines + 2) * line;
    const group = parts * part;
    const starts = [0, 1, 2 * columns];
    const count = parts * lines * taps;
    const x = numbers('x', (2 * group) / 4);
    const dy = numbers('dy', outChannels * outputs * lanes);
    const weights = numbers('weights', outChannels * count);
    const b = bench(module);
    const [sums, totals] = [b.allocate(outChannels * count * vectorBytes), b.allocate(outChannels * vectorBytes)];
    const dx = b.allocate(2 * group);
    const corners = b.table(starts.map((start) => start * vectorBytes));
    const windows = { group, groupOutputs, parts, part, lines, line, taps, corners, outputs, outChannels };
    const gradient = { dy: b.floats(dy), dyPlane: outputs * vectorBytes };
    const ranges: Range[] = [
      [sums, outChannels * count * vectorBytes],
      [totals, outChannels * vectorBytes],
    ];
    const image = b.floats(x);
    b.writesOnly(ranges, () => b.kernels.groupedWeightSums({ ...windows, ...gradient, x: image, sums, totals }));
    const factors = b.floats(weights);
    b.writesOnly([[dx, 2 * group]], () =>
      b.kernels.groupedInputGradient({ ...windows, ...gradient, dx, bytes: 2 * group, weights: factors }),
    );
    const expectedSums = Array<number>(outChannels * count * lanes).fill(0);
    const expectedTotals = Array<number>(outChannels * lanes).fill(0);
    const expectedDx = Array<number>(x.length).fill(0);
    for (let i = 0; i < outChannels * outputs * lanes; i++) {
      const [lane, o] = [i % lanes, Math.floor(i / lanes / outputs)];
      const start = starts[Math.floor(i / lanes) % outputs]!;
      expectedTotals[o * lanes + lane]! += dy[i]!;
      for (let tap = 0; tap < count; tap++) {
        const [p, l, t] = [Math.floor(tap / taps / lines), Math.floor(tap / taps) % lines, tap % taps];
        const place = Math.floor(o / groupOutputs) * group + p * part + l * line + (start + t) * vectorBytes;
        const at = place / 4 + lane;
        expectedSums[(o * count + tap) * lanes + lane]! += dy[i]! * x[at]!;
        expectedDx[at]! += dy[i]! * weights[o * count + tap]!;
      }
    }
    expectNear(b.read(sums, expectedSums.length), expectedSums);
    expectNear(b.read(totals, expectedTotals.length), expectedTotals);
    expectNear(b.read(dx, expectedDx.length), expectedDx);
  });

  test.each([
    [1, 1],
    [2, 7],
    [3, 3],
  ])('sumOverImages: %i packs of %i vectors of one pixel', (packs, count) => {
    const b = bench(module);
    const sums = numbers('sums', packs * count * lanes);
    const [from, out] = [b.floats(sums), b.allocate(count * 4)];
    b.writesOnly([[out, count * 4]], () =>
      b.kernels.sumOverImages({ dy: from, packs, pixels: 1, features: count, biasGradient: out }),
    );
    const expected = range(count).map((i) =>
      range(packs * lanes).reduce(
        (sum, j) => sum + sums[(Math.floor(j / lanes) * count + i) * lanes + (j % lanes)]!,
        0,
      ),
    );
    expectNear(b.read(out, count), expected);
  });

  test.each([
    [1, 1, 1],
    [3, 5, 4],
    [6, 9, 2],
    [7, 13, 3],
    [2, 17, 5],
  ])('matmul with ragged rows: %i rows of %i floats, depth %i', (rows, floats, depth) => {
    const b = bench(module);
    const columns = Math.ceil(floats / lanes);
    const row = columns * lanes;
    const [a, values] = [numbers('a', depth * rows), numbers('b', depth * row)];
    const c = b.allocate(rows * floats * 4 + 28);
    const args = {
      ...{ rows, columns, depth, a: b.floats(a), aStep: rows * 4, b: b.floats(values), bStep: row * 4 },
      ...{ bOffsets: b.table(range(columns).map((j) => j * vectorBytes)), c, cRow: floats * 4 },
      ...{ cColumn: vectorBytes, bias: 0 },
    };
    // Only the last vector of the last row goes beyond the matrix.
    b.writesOnly([[c, ((rows - 1) * floats + row) * 4]], () => b.kernels.matmul(args));
    const expected = range(rows * floats).map((at) => {
      const [i, j] = [Math.floor(at / floats), at % floats];
      return range(depth).reduce((sum, k) => sum + a[k * rows + i]! * values[k * row + j]!, 0);
    });
    expectNear(b.read(c, expected.length), expected);
  });

  // The lines of a window have 1 to 40 floats, which octs and quads divide differently.
  test.each([
    { images: 3, channels: 1, kernel: [2, 3], outChannels: 2 },
    { images: 5, channels: 3, kernel: [3, 3], outChannels: 1 },
    { images: 8, channels: 6, kernel: [2, 3], outChannels: 3 },
    { images: 9, channels: 7, kernel: [5, 5], outChannels: 1 },
    { images: 12, channels: 6, kernel: [6, 6], outChannels: 2 },
  ] as const)('conv2dBackward of $images images, $channels channels, windows $kernel', (layer) => {
    const { images, channels, kernel, outChannels } = layer;
    const b = bench(module);
    const packs = Math.ceil(images / lanes);
    const [height, across] = [kernel[0] + 1, kernel[1] + 2];
    const [outHeight, outWidth] = [2, 3];
    const outputs = outHeight * outWidth;
    const elements = height * across * channels;
    const imageStride = (Math.ceil(elements / lanes) + 1) * vectorBytes;
    const rowsOf = (values: readonly number[]) =>
      range((packs * lanes * imageStride) / 4).map((i) => {
        const [n, at] = [Math.floor(i / (imageStride / 4)), i % (imageStride / 4)];
        const [pixel, c] = [Math.floor(at / channels), at % channels];
        return n < images && at < elements ? values[(n * channels + c) * height * across + pixel]! : 0;
      });
    const x = numbers('x', images * elements);
    const weight = numbers('weight', outChannels * channels * kernel[0] * kernel[1]);
    const dy = numbers('dy', images * outChannels * outputs).map((value, i) => (i % 3 === 1 ? 0 : value));
    const packed = reference.packWeights(weight, outChannels, channels, kernel, lanes);
    const line = packed.length / outChannels;
    const corners = range(outputs).map((o) => (Math.floor(o / outWidth) * across + (o % outWidth)) * channels * 4);
    const list = b.allocate((packs * lanes * outputs + 4) * 8);
    const runs = b.allocate(line * 4);
    const [dx, weightGradient] = [b.allocate(packs * lanes * imageStride), b.allocate(weight.length * 4)];
    const biasGradient = b.allocate(outChannels * 4);
    const blocks = {
      dy: b.floats(reference.gather(dy, range(images), outChannels, outputs, lanes)),
      ...{ corners: b.table(corners), x: b.floats(rowsOf(x)), packed: b.floats(packed) },
    };
    const written: Range[] = [
      [list, (packs * lanes * outputs + 4) * 8],
      [runs, line * 4],
      [dx, packs * lanes * imageStride],
      [weightGradient, weight.length * 4],
      [biasGradient, outChannels * 4],
    ];
    b.writesOnly(written, () =>
      b.kernels.conv2dBackward({
        ...{ outChannels, packs, outputs, imageStride, line: across * channels * 4, ...blocks, y: 0, list, dx, runs },
        ...{ channels, kernelHeight: kernel[0], kernelWidth: kernel[1], weightGradient, biasGradient },
      }),
    );
    const shape = { images, inChannels: channels, outChannels, size: [height, across] as const, kernel };
    const expected = reference.conv2dBackward(x, weight, dy, { ...shape, stride: [1, 1], padding: [0, 0] });
    expectNear(b.read(weightGradient, weight.length), expected.dWeight, 1e-5);
    expectNear(b.read(biasGradient, outChannels), expected.dBias, 1e-5);
    expectNear(b.read(dx, (packs * lanes * imageStride) / 4), rowsOf(expected.dx), 1e-5);
  });
});
