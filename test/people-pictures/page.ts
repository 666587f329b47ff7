/** For tests: a page that is drawn on, photographed and saved, pixel by pixel. */
import type { Random } from '../../src/base/random.ts';
import type { Raster } from '../../src/data/raster.ts';
import type { Drawing } from './pen.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** Where a drawing is placed: the middle of its ink, and its size. All in pixels of the page. */
export interface Place {
  readonly x: number;
  readonly y: number;
  /** The longer side of the ink's box. */
  readonly size: number;
  /** Clockwise, in degrees. */
  readonly angle?: number;
  readonly colour: Colour;
}

export class Page {
  readonly width: number;
  readonly height: number;
  /** [y][x][red, green, blue], 0 to 255. */
  readonly pixels: Float32Array;

  constructor(width: number, height: number, colour: Colour) {
    this.width = width;
    this.height = height;
    this.pixels = new Float32Array(width * height * 3);
    for (let at = 0; at < this.pixels.length; at++) this.pixels[at] = colour[at % 3]!;
  }

  /** Lays a colour over a pixel. @param covered 0 to 1. */
  blend(x: number, y: number, colour: Colour, covered: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height || covered <= 0) return;
    const at = (y * this.width + x) * 3;
    for (let c = 0; c < 3; c++) this.pixels[at + c]! += covered * (colour[c]! - this.pixels[at + c]!);
  }

  draw(drawing: Drawing, { x, y, size, angle = 0, colour }: Place): void {
    const scale = size / Math.max(drawing.width, drawing.height);
    const [sine, cosine] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
    const [middleX, middleY] = [drawing.left + drawing.width / 2, drawing.top + drawing.height / 2];
    const reach = Math.ceil(0.75 * size + 4 * scale);
    // Points inside a pixel, so that a reduced drawing is not jagged.
    const points = scale < 0.4 ? 4 : 2;
    for (let py = Math.floor(y - reach); py <= y + reach; py++) {
      for (let px = Math.floor(x - reach); px <= x + reach; px++) {
        let sum = 0;
        for (let j = 0; j < points; j++) {
          for (let i = 0; i < points; i++) {
            const dx = (px + (i + 0.5) / points - x) / scale;
            const dy = (py + (j + 0.5) / points - y) / scale;
            sum += sampled(drawing, middleX + cosine * dx + sine * dy, middleY - sine * dx + cosine * dy);
          }
        }
        this.blend(px, py, colour, sum / points ** 2);
      }
    }
  }

  /** Fills a rectangle with parts of pixels at its sides. */
  rectangle(left: number, top: number, width: number, height: number, colour: Colour): void {
    const part = (from: number, size: number, pixel: number) =>
      Math.max(0, Math.min(from + size, pixel + 1) - Math.max(from, pixel));
    for (let y = Math.floor(top); y < top + height; y++) {
      for (let x = Math.floor(left); x < left + width; x++) {
        this.blend(x, y, colour, part(left, width, x) * part(top, height, y));
      }
    }
  }

  /** The four lines of a box, drawn inwards. */
  box(left: number, top: number, width: number, height: number, line: number, colour: Colour): void {
    this.rectangle(left, top, width, line, colour);
    this.rectangle(left, top + height - line, width, line, colour);
    this.rectangle(left, top + line, line, height - 2 * line, colour);
    this.rectangle(left + width - line, top + line, line, height - 2 * line, colour);
  }

  /** Multiplies each pixel by a brightness. @param at of a point, both 0 to 1. */
  light(at: (x: number, y: number) => number): void {
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const bright = at((x + 0.5) / this.width, (y + 0.5) / this.height);
        for (let c = 0; c < 3; c++) this.pixels[(y * this.width + x) * 3 + c]! *= bright;
      }
    }
  }

  /** A blur of three box filters, which is nearly Gaussian. @param radius of each box, in pixels. */
  blur(radius: number): void {
    for (let pass = 0; pass < 3; pass++) {
      this.#boxBlur(radius, 3, this.width, this.height, 3 * this.width);
      this.#boxBlur(radius, 3 * this.width, this.height, this.width, 3);
    }
  }

  #boxBlur(radius: number, step: number, length: number, lines: number, stride: number): void {
    const line = new Float32Array(length);
    for (let start = 0; start < lines; start++) {
      for (let c = 0; c < 3; c++) {
        const from = start * stride + c;
        for (let i = 0; i < length; i++) line[i] = this.pixels[from + i * step]!;
        for (let i = 0; i < length; i++) {
          let sum = 0;
          for (let j = i - radius; j <= i + radius; j++) sum += line[Math.min(length - 1, Math.max(0, j))]!;
          this.pixels[from + i * step] = sum / (2 * radius + 1);
        }
      }
    }
  }

  /** Adds the noise of a sensor: independent, nearly normal. @param deviation in grey levels. */
  noise(deviation: number, random: Random): void {
    for (let at = 0; at < this.pixels.length; at++) {
      // The sum of four uniform numbers has a variance of 1/3.
      const sum = random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2;
      this.pixels[at]! += deviation * Math.sqrt(3) * sum;
    }
  }

  toRaster(): Raster {
    // Rounds, and stops at 0 and 255.
    const data = new Uint8ClampedArray(this.pixels);
    return { width: this.width, height: this.height, channels: 3, white: 255, data };
  }
}

function sampled({ side, ink }: Drawing, x: number, y: number): number {
  const [i, j] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  if (i < 0 || j < 0 || i >= side - 1 || j >= side - 1) return 0;
  const [a, b] = [x - 0.5 - i, y - 0.5 - j];
  const at = j * side + i;
  return (1 - b) * ((1 - a) * ink[at]! + a * ink[at + 1]!) + b * ((1 - a) * ink[at + side]! + a * ink[at + side + 1]!);
}
