/** Brings a picture of any size to the frame of a data set: the whole picture, its middle, or stretched. */
import { brightnessAt, checkRaster, coloursOf, transparentGround } from './framing/picture.ts';
import { sampling, type Tap } from './framing/sampling.ts';
import type { Raster } from './raster.ts';
import type { Frame } from './sources/source.ts';

/**
 * The pixels [channel][y][x], 0 to 255, of a picture in a frame. Grey is the luma of ITU-R BT.601. Transparent pixels
 * get the ground that {@link transparentGround} says. Shrinking averages, enlarging interpolates. Under `fit` the sides
 * that the picture does not cover have the median of its border. A picture of the frame's size keeps its bytes.
 * @throws UsageError when the data does not have width x height pixels.
 */
export function framePicture(raster: Raster, { channels, height, width, resize }: Frame): Uint8Array<ArrayBuffer> {
  checkRaster(raster);
  const [scaleY, scaleX] = scalesOf(raster, height, width, resize);
  const rows = centredSampling(raster.height, height, scaleY);
  const columns = centredSampling(raster.width, width, scaleX);
  const under = transparentGround(raster);
  const out = new Uint8Array(channels * height * width);
  for (let channel = 0; channel < channels; channel++) {
    const value = pixelValue(raster, channels === 1 ? 'grey' : channel, under);
    const isCovered = covers(rows) && covers(columns);
    const ground = isCovered ? 0 : borderMedian(raster, value);
    const plane = out.subarray(channel * height * width, (channel + 1) * height * width);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let [sum, covered] = [0, 0];
        for (const { index: row, weight: wy } of rows[y]!) {
          for (const { index: column, weight: wx } of columns[x]!) {
            sum += wy * wx * value(row * raster.width + column);
            covered += wy * wx;
          }
        }
        plane[y * width + x] = Math.round(255 * (sum + (1 - covered) * ground));
      }
    }
  }
  return out;
}

/** Source pixels for a pixel of the frame, along y and x. */
function scalesOf({ width, height }: Raster, toHeight: number, toWidth: number, resize: Frame['resize']) {
  const [y, x] = [height / toHeight, width / toWidth];
  if (resize === 'stretch') return [y, x] as const;
  const scale = resize === 'fit' ? Math.max(y, x) : Math.min(y, x);
  return [scale, scale] as const;
}

/** The taps along an axis where the middles of picture and frame lie on each other. */
function centredSampling(sources: number, targets: number, scale: number): Tap[][] {
  return sampling(sources, targets, (sources - targets * scale) / 2, scale);
}

/** Whether every pixel of the frame lies in the picture. */
function covers(taps: readonly (readonly Tap[])[]): boolean {
  return taps.every((each) => each.reduce((sum, { weight }) => sum + weight, 0) > 1 - 1e-9);
}

/** A value from 0 to 1 of pixel y * width + x. */
type PixelValue = (pixel: number) => number;

function pixelValue(raster: Raster, channel: number | 'grey', under: number): PixelValue {
  const { channels, white, data } = raster;
  const colours = coloursOf(raster);
  const bare: PixelValue = (pixel) => {
    const at = pixel * channels;
    if (channel === 'grey') return brightnessAt(data, at, colours) / white;
    return data[colours === 1 ? at : at + channel]! / white;
  };
  if (channels === colours) return bare;
  return (pixel) => {
    const alpha = data[pixel * channels + colours]! / white;
    return alpha * bare(pixel) + (1 - alpha) * under;
  };
}

/** Whether a picture is light along most of its border. */
export function hasLightBorder(raster: Raster): boolean {
  return borderMedian(raster, pixelValue(raster, 'grey', transparentGround(raster))) > 0.5;
}

function borderMedian({ width, height }: Raster, value: PixelValue): number {
  const border: number[] = [];
  for (let y = 0; y < height; y++) {
    const isEdge = y === 0 || y === height - 1;
    for (let x = 0; x < width; x += isEdge ? 1 : Math.max(1, width - 1)) border.push(value(y * width + x));
  }
  return border.sort((a, b) => a - b)[Math.floor(border.length / 2)]!;
}

/** How far two colours of a grey pixel may differ (of 255): lossy formats round the three colours differently. */
const greyTolerance = 2;

/** Whether red, green and blue are nearly equal in every pixel that can be seen. */
export function isGrey({ channels, white, data }: Raster): boolean {
  if (channels < 3) return true;
  const most = (greyTolerance * white) / 255;
  for (let at = 0; at < data.length; at += channels) {
    const isSeen = channels === 3 || data[at + 3]! > 0;
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (isSeen && Math.max(red, green, blue) - Math.min(red, green, blue) > most) return false;
  }
  return true;
}
