/** Brings a picture into the frame that a model reads, by what the model knows of its input. */
import { framePicture } from '../frame.ts';
import type { Raster } from '../raster.ts';
import type { PictureRules } from '../source.ts';
import { type FramedPicture, frameDigit } from './mnist-framing.ts';
import { brightnessAt, coloursOf } from './picture.ts';

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
    const frame = { channels: channels === 1 ? 1 : 3, height, width, resize: framing === 'mnist' ? 'fit' : framing } as const;
    const pixels = framePicture(raster, frame);
    return { kind: 'one', pixels: ground === 'dark' && hasLightBorder(raster) ? inverted(pixels) : pixels };
  }
  const own = ownImage(raster, { shape, ground });
  if (own) return { kind: 'one', pixels: own };
  const found = frameDigit(raster, height, width);
  return found.kind === 'one' && ground === 'light' ? { kind: 'one', pixels: inverted(found.pixels) } : found;
}
