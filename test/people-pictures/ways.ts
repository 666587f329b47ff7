/** For tests: the ways in which people make pictures of digits. Each is deterministic for its random stream. */
import { encode as encodeJpeg } from 'jpeg-js';
import type { Random } from '../../src/base/random.ts';
import type { Raster } from '../../src/data/raster.ts';
import { decodeJpeg } from '../../src/runner/jpeg.ts';
import { type Colour, Page } from './page.ts';
import { asWritten, type Drawing, withPen } from './pen.ts';

/** Makes a picture of a digit. @param digit MNIST's image, [28][28], 0 to 255. */
export type Way = (digit: Uint8Array, random: Random) => Raster;

const white: Colour = [255, 255, 255];
const paper: Colour = [238, 235, 228];
const black: Colour = [0, 0, 0];
const pencil: Colour = [60, 60, 66];

const between = (random: Random, low: number, high: number) => low + (high - low) * random.uniform();

/** A drawing at a random place of a page, at least a tenth of its size from each edge. */
function anywhere(page: Page, drawing: Drawing, size: number, random: Random, colour: Colour): void {
  const scale = size / Math.max(drawing.width, drawing.height);
  const reachX = 0.5 * drawing.width * scale + 0.1 * size;
  const reachY = 0.5 * drawing.height * scale + 0.1 * size;
  const x = between(random, reachX, page.width - reachX);
  const y = between(random, reachY, page.height - reachY);
  page.draw(drawing, { x, y, size, colour });
}

/** A drawing in the middle of a page of 140 x 140, as large as in MNIST. */
function inTheMiddle(ground: Colour, ink: Colour, drawing: Drawing, angle = 0): Page {
  const page = new Page(140, 140, ground);
  page.draw(drawing, { x: 70, y: 70, size: 100, angle, colour: ink });
  return page;
}

/** MNIST's own image, enlarged ten times. @param at the grey at a point in pixels of MNIST. */
function enlarged(digit: Uint8Array, at: (digit: Uint8Array, x: number, y: number) => number): Raster {
  const data = Uint8Array.from({ length: 280 * 280 }, (_, p) =>
    Math.round(at(digit, ((p % 280) + 0.5) / 10, (Math.floor(p / 280) + 0.5) / 10)),
  );
  return { width: 280, height: 280, channels: 1, white: 255, data };
}

function nearestPixel(digit: Uint8Array, x: number, y: number): number {
  return digit[Math.floor(y) * 28 + Math.floor(x)]!;
}

function bilinear(digit: Uint8Array, x: number, y: number): number {
  const clamp = (index: number) => Math.min(27, Math.max(0, index));
  const [i, j] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [a, b] = [x - 0.5 - i, y - 0.5 - j];
  const pixel = (dx: number, dy: number) => digit[clamp(j + dy) * 28 + clamp(i + dx)]!;
  return (1 - b) * ((1 - a) * pixel(0, 0) + a * pixel(1, 0)) + b * ((1 - a) * pixel(0, 1) + a * pixel(1, 1));
}

/** A photograph: uneven light, blur, noise. */
function photographed(page: Page, { blur, noise }: { blur: number; noise: number }, random: Random): Page {
  const [fallX, fallY] = [between(random, -0.2, 0.2), between(random, -0.2, 0.2)];
  page.light((x, y) => 0.8 + fallX * (x - 0.5) + fallY * (y - 0.5));
  page.blur(blur);
  page.noise(noise, random);
  return page;
}

function saved(page: Page, quality: number): Raster {
  const { width, height, data } = page.toRaster();
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let p = 0; p < width * height; p++) for (let c = 0; c < 3; c++) rgba[4 * p + c] = data[3 * p + c]!;
  return decodeJpeg(encodeJpeg({ width, height, data: rgba }, quality).data, 'a picture');
}

/** Every way by its name in tables. */
export const ways: Readonly<Record<string, Way>> = {
  'dark ink on light paper': (digit) => inTheMiddle(white, black, asWritten(digit)).toRaster(),
  'light ink on a dark board': (digit, random) => {
    const page = new Page(220, 160, [38, 52, 46]);
    anywhere(page, asWritten(digit), 80, random, [214, 214, 205]);
    return page.toRaster();
  },
  'off centre on a larger canvas': (digit, random) => {
    const page = new Page(240, 180, white);
    anywhere(page, asWritten(digit), between(random, 50, 90), random, black);
    return page.toRaster();
  },
  'small in a corner': (digit, random) => {
    const page = new Page(320, 320, white);
    const [x, y] = [random.below(2) === 0 ? 40 : 280, random.below(2) === 0 ? 40 : 280];
    page.draw(asWritten(digit), { x, y, size: 36, colour: black });
    return page.toRaster();
  },
  'cropped tightly': (digit) => {
    const drawing = asWritten(digit);
    const scale = 90 / Math.max(drawing.width, drawing.height);
    const page = new Page(Math.round(drawing.width * scale) + 8, Math.round(drawing.height * scale) + 8, paper);
    page.draw(drawing, { x: page.width / 2, y: page.height / 2, size: 90, colour: pencil });
    return page.toRaster();
  },
  'large, up to the edges': (digit) => {
    const page = new Page(300, 300, paper);
    page.draw(asWritten(digit), { x: 150, y: 150, size: 280, colour: pencil });
    return page.toRaster();
  },
  'a thin pen': (digit, random) => {
    const page = new Page(300, 240, white);
    anywhere(page, withPen(digit, 0.6), 160, random, [20, 30, 90]);
    return page.toRaster();
  },
  'a thick pen': (digit, random) => {
    const page = new Page(240, 200, white);
    anywhere(page, withPen(digit, 4.5), 130, random, black);
    return page.toRaster();
  },
  'in a drawn frame': (digit, random) => {
    const page = new Page(200, 200, paper);
    page.box(16, 20, 166, 160, 4, pencil);
    page.draw(asWritten(digit), { x: between(random, 80, 115), y: between(random, 85, 110), size: 90, colour: pencil });
    return page.toRaster();
  },
  'in the box of a form, touching it': (digit, random) => {
    const page = new Page(120, 140, white);
    page.box(8.5, 8.5, 103, 123, 1.5, [90, 90, 90]);
    const drawing = asWritten(digit);
    const lowest = 70 + (61 - (0.5 * 96 * drawing.height) / Math.max(drawing.width, drawing.height));
    page.draw(drawing, { x: 60, y: random.below(2) === 0 ? lowest : 70, size: 96, colour: [30, 40, 120] });
    return page.toRaster();
  },
  'a shadow over the page': (digit, random) => {
    const page = new Page(260, 200, paper);
    anywhere(page, asWritten(digit), 80, random, pencil);
    const [along, edge] = [between(random, 0, Math.PI), between(random, 0.35, 0.65)];
    page.light((x, y) => {
      const from = (x - 0.5) * Math.cos(along) + (y - 0.5) * Math.sin(along) + 0.5;
      return 1 - 0.6 / (1 + Math.exp((edge - from) * 14));
    });
    return page.toRaster();
  },
  'lined paper': (digit, random) => {
    const page = new Page(260, 200, white);
    const first = between(random, 5, 25);
    for (let y = first; y < 200; y += 26) page.rectangle(0, y, 260, 1.6, [120, 150, 205]);
    page.rectangle(30, 0, 1.6, 200, [215, 110, 110]);
    anywhere(page, asWritten(digit), 80, random, [25, 30, 80]);
    return page.toRaster();
  },
  'grid paper, lines as dark as the ink': (digit, random) => {
    const page = new Page(220, 220, white);
    const first = between(random, 3, 18);
    for (let at = first; at < 220; at += 20) {
      page.rectangle(0, at, 220, 1.2, pencil);
      page.rectangle(at, 0, 1.2, 220, pencil);
    }
    anywhere(page, asWritten(digit), 110, random, pencil);
    return page.toRaster();
  },
  'a noisy, blurred camera': (digit, random) => {
    const page = new Page(240, 180, paper);
    anywhere(page, asWritten(digit), 70, random, pencil);
    return photographed(page, { blur: 1, noise: 14 }, random).toRaster();
  },
  'coloured ink on coloured paper': (digit, random) => {
    // Pairs of nearly the same brightness.
    const pairs: readonly (readonly [Colour, Colour])[] = [
      [
        [120, 190, 120],
        [235, 110, 130],
      ],
      [
        [245, 225, 120],
        [60, 150, 220],
      ],
      [
        [150, 190, 240],
        [200, 60, 60],
      ],
      [
        [250, 190, 200],
        [40, 140, 60],
      ],
    ];
    const [ground, ink] = pairs[random.below(pairs.length)]!;
    const page = new Page(200, 180, ground);
    anywhere(page, asWritten(digit), 80, random, ink);
    return page.toRaster();
  },
  'a transparent PNG': (digit, random) => {
    const page = new Page(200, 200, black);
    anywhere(page, asWritten(digit), 90, random, white);
    const { width, height, data: covered } = page.toRaster();
    const ink = random.below(2) === 0 ? [20, 20, 20] : [240, 240, 240];
    const data = new Uint8Array(width * height * 4);
    for (let p = 0; p < width * height; p++) data.set([...ink, covered[3 * p]!], 4 * p);
    return { width, height, channels: 4, white: 255, data };
  },
  'a JPEG of low quality': (digit, random) => {
    const page = new Page(200, 160, paper);
    anywhere(page, asWritten(digit), 70, random, pencil);
    return saved(page, 12);
  },
  'rotated slightly': (digit, random) =>
    inTheMiddle(paper, pencil, asWritten(digit), between(random, -10, 10)).toRaster(),
  'enlarged by whole pixels': (digit) => enlarged(digit, nearestPixel),
  'enlarged smoothly': (digit) => enlarged(digit, bilinear),
  'with specks': (digit, random) => {
    const page = new Page(240, 200, paper);
    anywhere(page, asWritten(digit), 90, random, pencil);
    for (let speck = 0; speck < 25; speck++) {
      const size = between(random, 1, 4);
      page.rectangle(between(random, 0, 236), between(random, 0, 196), size, size, pencil);
    }
    return page.toRaster();
  },
  'a faint pencil': (digit, random) => {
    const page = new Page(240, 200, paper);
    anywhere(page, withPen(digit, 1.6), 100, random, [196, 193, 188]);
    page.noise(3, random);
    return page.toRaster();
  },
  'a shadow with a sharp edge': (digit, random) => {
    const page = new Page(260, 200, paper);
    anywhere(page, asWritten(digit), 80, random, pencil);
    const edge = between(random, 0.3, 0.7);
    page.light((x, y) => (x + 0.3 * y > edge + 0.15 ? 1 : 0.7));
    page.blur(1);
    return page.toRaster();
  },
  'a sheet on a dark table': (digit, random) => {
    const page = new Page(320, 240, [62, 45, 34]);
    page.rectangle(between(random, 20, 50), between(random, 15, 35), 220, 180, paper);
    page.draw(asWritten(digit), { x: 155, y: 120, size: between(random, 60, 90), colour: [35, 38, 70] });
    return photographed(page, { blur: 1, noise: 4 }, random).toRaster();
  },
  'a skewed photograph of ruled paper': (digit, random) => {
    const page = new Page(300, 220, white);
    const slope = between(random, -0.05, 0.05);
    const line: Colour = [95, 100, 120];
    for (let first = between(random, -20, 10); first < 240; first += 30) {
      for (let x = 0; x < 300; x++) page.rectangle(x, first + slope * (x - 150), 1, 1.8, line);
    }
    anywhere(page, asWritten(digit), 85, random, [35, 38, 70]);
    return photographed(page, { blur: 1, noise: 5 }, random).toRaster();
  },
  'drawn on a canvas of 28 x 28, off centre': (digit, random) => {
    const page = new Page(28, 28, black);
    page.draw(asWritten(digit), { x: between(random, 9, 19), y: between(random, 9, 19), size: 15, colour: white });
    return page.toRaster();
  },
  'a photograph of 12 megapixels': (digit, random) => photograph(digit, random),
};

/** 4,000 x 3,000 pixels: a picture of 500 x 375 whose pixels are 8 x 8 of the photograph, with the noise of a sensor. */
function photograph(digit: Uint8Array, random: Random): Raster {
  const page = new Page(500, 375, paper);
  anywhere(page, asWritten(digit), between(random, 60, 150), random, [40, 50, 110]);
  const small = photographed(page, { blur: 1, noise: 0 }, random).toRaster().data;
  const noise = Int8Array.from({ length: 65_537 }, () => Math.round(36 * (random.uniform() - 0.5)));
  const [width, height] = [4000, 3000];
  const data = new Uint8ClampedArray(width * height * 3);
  let sensor = 0;
  for (let y = 0, to = 0; y < height; y++) {
    const row = (y >> 3) * 500;
    for (let x = 0; x < width; x++) {
      const from = 3 * (row + (x >> 3));
      for (let c = 0; c < 3; c++) {
        sensor = sensor === 65_536 ? 0 : sensor + 1;
        data[to++] = small[from + c]! + noise[sensor]!;
      }
    }
  }
  return { width, height, channels: 3, white: 255, data };
}

/** Ways whose pictures take a second each. */
export const largeWays: readonly string[] = ['a photograph of 12 megapixels'];
