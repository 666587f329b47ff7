/** Images of a data set as pictures for people. */
import { areBytes, type Dataset } from './dataset.ts';

/** A picture with 8 bits a sample, as PNG files have them. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: red, green, blue. */
  readonly channels: 1 | 3;
  /** [y][x][channel], 0 (black) to 255. */
  readonly data: Uint8Array;
}

/**
 * An image as the network reads it, not inverted: in colour if it has three channels, else its first channel in grey.
 * Floats are shown from 0 (black) to 1 (white), others are clamped.
 * @param image its place in the set, from 0.
 */
export function pictureOf({ images, shape }: Pick<Dataset, 'images' | 'shape'>, image: number): Picture {
  const [planes, height, width] = shape;
  const channels = planes === 3 ? 3 : 1;
  const area = height * width;
  const start = image * planes * area;
  const scale = areBytes(images) ? 1 : 255;
  const data = new Uint8Array(area * channels);
  for (let at = 0; at < data.length; at++) {
    const value = images[start + (at % channels) * area + Math.floor(at / channels)]!;
    data[at] = Math.min(255, Math.max(0, Math.round(value * scale)));
  }
  return { width, height, channels, data };
}

/** The picture with sides of at most `most` pixels: squares of pixels are averaged. Small pictures stay as they are. */
export function shrunk(picture: Picture, most: number): Picture {
  const { channels } = picture;
  const step = Math.ceil(Math.max(picture.width, picture.height) / most);
  if (step === 1) return picture;
  const [width, height] = [Math.ceil(picture.width / step), Math.ceil(picture.height / step)];
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        data[(y * width + x) * channels + channel] = meanOfSquare(picture, { x: x * step, y: y * step, channel, step });
      }
    }
  }
  return { width, height, channels, data };
}

interface Square {
  readonly x: number;
  readonly y: number;
  readonly channel: number;
  /** Its side; at the picture's edges it is cut. */
  readonly step: number;
}

function meanOfSquare({ width, height, channels, data }: Picture, { x, y, channel, step }: Square): number {
  let [sum, count] = [0, 0];
  for (let row = y; row < Math.min(y + step, height); row++) {
    for (let column = x; column < Math.min(x + step, width); column++) {
      sum += data[(row * width + column) * channels + channel]!;
      count++;
    }
  }
  return Math.round(sum / count);
}
