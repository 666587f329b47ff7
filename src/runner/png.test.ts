import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import crc32 from 'crc-32';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { mostPixels, mostSide } from './picture-size.ts';
import { readPng } from './png.ts';

// Files are written here chunk by chunk from the PNG specification, so that fast-png does not test itself.
const kinds = { grey: 0, rgb: 2, indexed: 3, greyAlpha: 4, rgba: 6 } as const;
interface Picture {
  readonly kind: keyof typeof kinds;
  readonly width: number;
  readonly depth?: number;
  readonly interlaced?: boolean;
  /** Packed bytes of each row. */
  readonly rows: readonly (readonly number[])[];
  readonly chunks?: readonly (readonly [type: string, data: readonly number[]])[];
}

function png({ kind, width, rows, depth = 8, interlaced = false, chunks = [] }: Picture): Uint8Array {
  const sizes = [0, 0, 0, width, 0, 0, 0, rows.length];
  const unfiltered = Uint8Array.from(rows.flatMap((row) => [0, ...row]));
  const all: (readonly [string, Iterable<number>])[] = [
    ['IHDR', [...sizes, depth, kinds[kind], 0, 0, interlaced ? 1 : 0]],
    ...chunks,
    ['IDAT', deflateSync(unfiltered)],
    ['IEND', []],
  ];
  return Uint8Array.from([
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    ...all.flatMap(([type, data]) => chunk(type, [...data])),
  ]);
}

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...new TextEncoder().encode(type), ...data];
  return [...uint32(data.length), ...body, ...uint32(crc32.buf(body))];
}

function uint32(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => (value >> shift) & 255);
}

const folder = mkdtempSync(join(tmpdir(), 'lenet-png-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'picture.png');
async function read(bytes: Uint8Array) {
  writeFileSync(path, bytes);
  const { data, ...rest } = await readPng(path);
  return { ...rest, data: Array.from(data) };
}

const black = [0, 0, 0];

describe('every kind of pixel', () => {
  test.each<[string, Picture, { channels: number; white: number; data: number[] }]>([
    [
      'grey',
      {
        kind: 'grey',
        width: 2,
        rows: [
          [1, 2],
          [3, 255],
        ],
      },
      { channels: 1, white: 255, data: [1, 2, 3, 255] },
    ],
    [
      'grey of 16 bits',
      { kind: 'grey', width: 1, depth: 16, rows: [[0x12, 0x34]] },
      { channels: 1, white: 65_535, data: [0x1234] },
    ],
    ['grey and alpha', { kind: 'greyAlpha', width: 1, rows: [[7, 9]] }, { channels: 2, white: 255, data: [7, 9] }],
    ['RGB', { kind: 'rgb', width: 1, rows: [[1, 2, 3]] }, { channels: 3, white: 255, data: [1, 2, 3] }],
    [
      'RGB and alpha',
      { kind: 'rgba', width: 1, rows: [[1, 2, 3, 4]] },
      { channels: 4, white: 255, data: [1, 2, 3, 4] },
    ],
    [
      'greys of 1 bit, a row of 9 in two bytes',
      { kind: 'grey', width: 9, depth: 1, rows: [[0b01000001, 0b10000000]] },
      { channels: 1, white: 255, data: [0, 1, 0, 0, 0, 0, 0, 1, 1].map((bit) => 255 * bit) },
    ],
    [
      'greys of 2 bits',
      { kind: 'grey', width: 4, depth: 2, rows: [[0b00011011]] },
      { channels: 1, white: 255, data: [0, 85, 170, 255] },
    ],
    [
      'greys of 4 bits',
      { kind: 'grey', width: 2, depth: 4, rows: [[0x1f]] },
      { channels: 1, white: 255, data: [17, 255] },
    ],
    [
      'a palette of 4 bits',
      { kind: 'indexed', width: 2, depth: 4, rows: [[0x10]], chunks: [['PLTE', [1, 2, 3, 4, 5, 6]]] },
      { channels: 3, white: 255, data: [4, 5, 6, 1, 2, 3] },
    ],
    [
      'a palette whose first colour is half transparent',
      {
        kind: 'indexed',
        width: 2,
        rows: [[0, 1]],
        chunks: [
          ['PLTE', [1, 2, 3, 4, 5, 6]],
          ['tRNS', [128]],
        ],
      },
      { channels: 4, white: 255, data: [1, 2, 3, 128, 4, 5, 6, 255] },
    ],
    [
      'a transparent grey of 8 bits',
      { kind: 'grey', width: 2, rows: [[7, 8]], chunks: [['tRNS', [0, 8]]] },
      { channels: 2, white: 255, data: [7, 255, 8, 0] },
    ],
    [
      'a transparent white of 1 bit',
      { kind: 'grey', width: 2, depth: 1, rows: [[0b01000000]], chunks: [['tRNS', [0, 1]]] },
      { channels: 2, white: 255, data: [0, 255, 255, 0] },
    ],
    [
      'a transparent RGB, of which all three must agree',
      { kind: 'rgb', width: 3, rows: [[1, 2, 3, 1, 2, 4, 0, 2, 3]], chunks: [['tRNS', [0, 1, 0, 2, 0, 3]]] },
      { channels: 4, white: 255, data: [1, 2, 3, 0, 1, 2, 4, 255, 0, 2, 3, 255] },
    ],
    [
      'a transparent grey of 16 bits, of which both bytes must agree',
      { kind: 'grey', width: 2, depth: 16, rows: [[1, 2, 9, 2]], chunks: [['tRNS', [1, 2]]] },
      { channels: 2, white: 65_535, data: [0x0102, 0, 0x0902, 65_535] },
    ],
    [
      'RGB with a suggested palette, which is only a hint',
      { kind: 'rgb', width: 1, rows: [[1, 2, 3]], chunks: [['PLTE', [9, 9, 9]]] },
      { channels: 3, white: 255, data: [1, 2, 3] },
    ],
    [
      'interlaced, one pixel',
      { kind: 'grey', width: 1, interlaced: true, rows: [[5]] },
      { channels: 1, white: 255, data: [5] },
    ],
  ])('%s', async (_, picture, expected) => {
    expect(await read(png(picture))).toEqual({ width: picture.width, height: picture.rows.length, ...expected });
  });
});

const golden: readonly { name: string; bytes: string; channels: number; white: number; data: number[] }[] = JSON.parse(
  readFileSync(new URL('../../test/golden/png.json', import.meta.url), 'utf8'),
);

// What Pillow reads: test/golden/make_png.py.
test.each(golden)('every filter: $name', async ({ bytes, channels, white: full, data }) => {
  const wanted = { width: 19, height: 13, channels, white: full, data };
  expect(await read(Uint8Array.from(Buffer.from(bytes, 'base64')))).toEqual(wanted);
});

const good = png({
  kind: 'grey',
  width: 2,
  rows: [
    [1, 2],
    [3, 4],
  ],
});

/** A grey pixel whose row begins with a filter. */
function filtered(filter: number): Uint8Array {
  const header = [...uint32(1), ...uint32(1), 8, kinds.grey, 0, 0, 0];
  const pixels = deflateSync(Uint8Array.of(filter, 5));
  return Uint8Array.from([
    ...good.subarray(0, 8),
    ...chunk('IHDR', header),
    ...chunk('IDAT', [...pixels]),
    ...chunk('IEND', []),
  ]);
}

describe('refused with a message', () => {
  test.each([
    ['an empty file', new Uint8Array(0), 'is not a PNG image'],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46), 'is not a PNG image'],
    ['cut inside its pixels', good.subarray(0, 45), 'is a damaged PNG image'],
    ['cut before its last chunk', good.subarray(0, good.length - 12), 'is a damaged PNG image'],
    [
      'a changed byte, found by its checksum',
      good.with(20, 9),
      'is a damaged PNG image: the checksum of its chunk IHDR is wrong',
    ],
    [
      'a palette index beyond the palette',
      png({ kind: 'indexed', width: 1, rows: [[2]], chunks: [['PLTE', black]] }),
      'is a damaged PNG image',
    ],
    [
      'RGB of 1 bit',
      png({ kind: 'rgb', width: 1, depth: 1, rows: [[0]] }),
      'is a damaged PNG image: it has 3 channels of 1 bits',
    ],
    ['no pixels', png({ kind: 'grey', width: 0, rows: [[]] }), 'is a damaged PNG image: its size is 0x1'],
    ['a palette that is missing', png({ kind: 'indexed', width: 1, rows: [[0]] }), 'it has no palette'],
    ['a filter that does not exist', filtered(9), 'is a damaged PNG image: a row has the filter 9'],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(WorldError);
    await expect(read(bytes)).rejects.toThrow(path);
    await expect(read(bytes)).rejects.toThrow(message);
  });

  /** A picture whose header has the given size, with any pixels. */
  const claiming = (width: number, height: number, pixels: Uint8Array) =>
    Uint8Array.from([
      ...good.subarray(0, 8),
      ...chunk('IHDR', [...uint32(width), ...uint32(height), 8, kinds.grey, 0, 0, 0]),
      ...chunk('IDAT', [...deflateSync(pixels)]),
      ...chunk('IEND', []),
    ]);
  const nothing = new Uint8Array(0);

  test.each([
    [
      '900 million pixels',
      claiming(30_000, 30_000, nothing),
      'has 30,000 x 30,000 pixels, at most 64,000,000 are read',
    ],
    ['one pixel too many', claiming(mostPixels / 2000 + 1, 2000, nothing), 'has 32,001 x 2,000 pixels'],
    [
      'a long side',
      claiming(1, mostSide + 1, nothing),
      'has 1 x 65,536 pixels, at most 64,000,000 are read here, 65,535',
    ],
    ['the largest sizes that a header holds', claiming(2 ** 32 - 1, 2 ** 32 - 1, nothing), 'has 4,294,967,295 x 4,'],
    [
      '20 MB that unpack from 20 kB for four pixels',
      claiming(2, 2, new Uint8Array(20_000_000)),
      'is a damaged PNG image: its pixels unpack to more than the 6 bytes of 2x2',
    ],
    ['fewer pixels than the header says', claiming(2, 3, new Uint8Array(6)), 'unpack to 6 bytes, 2x3 needs 9'],
    ['a chunk longer than the file', good.with(8 + 25, 0x7f), 'is cut off in its chunk IDAT of 2,130,706,'],
    ['no header', Uint8Array.from([...good.subarray(0, 8), ...good.subarray(33)]), 'it does not begin with a header'],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(WorldError);
    await expect(read(bytes)).rejects.toThrow(message);
  });

  test('compressed texts and profiles are not unpacked', async () => {
    const latin = (text: string) => [...new TextEncoder().encode(text)];
    const bomb = [...deflateSync(new Uint8Array(20_000_000))];
    const chunks = [
      ['iCCP', [...latin('p'), 0, 0, ...bomb]],
      ['zTXt', [...latin('t'), 0, 0, ...bomb]],
      ['iCCP', [...latin('no profile at all'), 0, 0, 1, 2, 3]],
    ] as const;
    expect((await read(png({ kind: 'grey', width: 1, rows: [[5]], chunks }))).data).toEqual([5]);
  });

  test('a few bytes after the pixels are ignored, and so is a second header', async () => {
    expect((await read(claiming(2, 2, Uint8Array.of(0, 1, 2, 0, 3, 4, 9, 9, 9)))).data).toEqual([1, 2, 3, 4]);
    const other = [...uint32(50_000), ...uint32(50_000), 8, kinds.grey, 0, 0, 0];
    expect((await read(png({ kind: 'grey', width: 1, rows: [[5]], chunks: [['IHDR', other]] }))).data).toEqual([5]);
  });

  test('an interlaced picture of several passes is read in its size', async () => {
    // 3 x 2 pixels in Adam7: pass 1 is pixel (0, 0), pass 4 is (2, 0), pass 6 is (1, 0), pass 7 is the second row.
    const passes = [
      [0, 10],
      [0, 12],
      [0, 11],
      [0, 20, 21, 22],
    ].flat();
    const bytes = Uint8Array.from([
      ...good.subarray(0, 8),
      ...chunk('IHDR', [...uint32(3), ...uint32(2), 8, kinds.grey, 0, 0, 1]),
      ...chunk('IDAT', [...deflateSync(Uint8Array.from(passes))]),
      ...chunk('IEND', []),
    ]);
    expect((await read(bytes)).data).toEqual([10, 11, 12, 20, 21, 22]);
  });

  test('a missing file and a folder are refused', async () => {
    await expect(readPng(join(folder, 'none.png'))).rejects.toThrow(
      `cannot read ${join(folder, 'none.png')}: it does not exist`,
    );
    mkdirSync(join(folder, 'folder.png'));
    await expect(readPng(join(folder, 'folder.png'))).rejects.toThrow(
      `cannot read ${join(folder, 'folder.png')}: it is a folder`,
    );
  });

  test('any bytes after a valid signature are read or refused with a WorldError', async () => {
    // Most fields are valid, so that the reader gets far before it meets an error. Sizes are small, so that pictures
    // fit into memory.
    const side = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 9 }) },
      { weight: 1, arbitrary: fc.constant(0) },
    );
    const mostly = (right: number) =>
      fc.oneof({ weight: 39, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.nat(255) });
    const rest = fc.tuple(
      fc.constantFrom(1, 2, 4, 8, 16),
      fc.constantFrom(...Object.values(kinds)),
      mostly(0),
      mostly(0),
      fc.nat(1),
    );
    const colours = fc.uint8Array({ maxLength: 12 });
    const others = fc.array(
      fc.tuple(fc.constantFrom('PLTE', 'tRNS', 'iCCP', 'tEXt', 'pHYs', 'IDAT', 'abcd'), colours),
      { maxLength: 1 },
    );
    // Enough bytes for any of these pictures; the filter type before each row is mostly 0 to 4.
    const pixels = fc.array(fc.oneof({ weight: 200, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(255) }), {
      minLength: 700,
      maxLength: 700,
    });
    const refused = { count: 0 };
    await fc.assert(
      fc.asyncProperty(side, side, rest, others, pixels, mostly(0), async (width, height, header, extra, idat, cut) => {
        const body = [
          ...chunk('IHDR', [0, 0, 0, width, 0, 0, 0, height, ...header]),
          ...extra.flatMap(([type, data]) => chunk(type, [...data])),
          ...chunk('IDAT', [...deflateSync(Uint8Array.from(idat))]),
          ...chunk('IEND', []),
        ];
        const bytes = Uint8Array.from([...good.subarray(0, 8), ...body.slice(0, body.length - cut)]);
        try {
          const { width: w, height: h, channels, data: found } = await read(bytes);
          expect(found.length).toBe(w * h * channels);
        } catch (error) {
          if (!(error instanceof WorldError)) throw error;
          refused.count++;
        }
      }),
      { numRuns: 400 },
    );
    // Both outcomes must occur.
    expect(refused.count).toBeGreaterThan(100);

    expect(refused.count).toBeLessThan(380);
  });
});
