/** Brings a picture into the frame that a model reads, by what the model knows of its input. */
import { framePicture, hasLightBorder } from '../frame.ts';
import type { Raster } from '../raster.ts';
import type { PictureRules } from '../source.ts';
import { type FramedPicture, frameDigit } from './mnist-framing.ts';
import { coloursOf } from './picture.ts';

/** What a model knows of the pictures that it reads. */
export interface PictureInput extends PictureRules {
  readonly shape: readonly [channels: number, height: number, width: number];
}

/**
 * The image [channel][y][x], 0 to 255, that the model reads, or why there is none.
 *
 * A model of framing `mnist` gets the one digit of the picture, found and framed by {@link frameDigit}, on its own
 * ground. A picture that looks like one of the model's own images (its size, its ground, nothing transparent, the
 * ink's centre of mass in the middle) keeps its bytes. Other models get the whole picture or its middle, as their
 * framing says. Where their ground is dark, a picture with a light border is inverted; a model of light or any ground
 * never has its pictures inverted.
 * @throws UsageError when the raster's data does not have width x height pixels.
 */
export function modelPicture(raster: Raster, { shape, ground, framing }: PictureInput): FramedPicture {
  const [channels, height, width] = shape;
  if (framing !== 'mnist' || channels !== 1) {
    const frame = {
      channels: channels === 1 ? 1 : 3,
      height,
      width,
      resize: framing === 'mnist' ? 'fit' : framing,
    } as const;
    const pixels = framePicture(raster, frame);
    return { kind: 'one', pixels: ground === 'dark' && hasLightBorder(raster) ? inverted(pixels) : pixels };
  }
  const own = ownImage(raster, { shape, ground });
  if (own) return { kind: 'one', pixels: own };
  const found = frameDigit(raster, height, width);
  return found.kind === 'one' && ground === 'light' ? { kind: 'one', pixels: inverted(found.pixels) } : found;
}

/** How far from the middle the centre of mass of a set's own image may lie (pixels). In MNIST it is 1.5 at most. */
const farthestCentre = 2;

/** The least longer side of the ink's box in a set's own image, as a part of the frame's. In MNIST it is 19 of 28. */
const leastBox = 18 / 28;

/** The picture's bytes, on the model's ground, if it looks like an image of the model's set. */
function ownImage(raster: Raster, { shape, ground }: Omit<PictureInput, 'framing'>): Uint8Array | undefined {
  const [, height, width] = shape;
  const isOpaque = raster.channels === coloursOf(raster);
  if (!isOpaque || raster.height !== height || raster.width !== width) return undefined;
  const grey = framePicture(raster, { channels: 1, height, width, resize: 'fit' });
  const isLight = hasLightBorder(raster);
  if (!isCentred(isLight ? inverted(grey) : grey, height, width)) return undefined;
  return (ground === 'light') === isLight ? grey : inverted(grey);
}

/** Whether light ink fills the frame as in MNIST, with its centre of mass in the middle. */
function isCentred(image: Uint8Array, height: number, width: number): boolean {
  let [mass, massX, massY] = [0, 0, 0];
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let p = 0; p < image.length; p++) {
    const value = image[p]!;
    if (value === 0) continue;
    const [x, y] = [p % width, Math.floor(p / width)];
    mass += value;
    massX += value * (x + 0.5);
    massY += value * (y + 0.5);
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  if (Math.max(right - left, bottom - top) < leastBox * Math.min(height, width)) return false;
  return Math.hypot(massX / mass - width / 2, massY / mass - height / 2) <= farthestCentre;
}

function inverted(pixels: Uint8Array): Uint8Array {
  return pixels.map((value) => 255 - value);
}
