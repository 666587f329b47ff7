/** Finds what is ink in a picture: its strokes, dark or light, on a ground whose brightness may change slowly. */
import { largest, smallest } from './morphology.ts';
import { blockMeans, brightnessOf, mainContrastOf, type Picture } from './picture.ts';
import { type Plane, quantile } from './plane.ts';
import { resampled } from './sampling.ts';

/** The longer side of the picture in which the ground is looked for (pixels). */
const groundSide = 96;

/** No stroke is wider than this part of the picture's longer side. */
const widestStroke = 0.3;

/** Grounds darker than this count as this dark: near black, noise would pass for ink. */
const darkestGround = 0.15;

/** The quantiles of a standard normal distribution at 0.2 and at 0.05. */
const normal20 = -0.8416;
const normal5 = -1.6449;

/** How far each pixel is from its ground towards the ink: around 0 on the ground, up to 1 for black ink on paper. */
export interface Ink extends Plane {
  /** The standard deviation of the noise of the ground. */
  readonly noise: number;
}

/**
 * How far each pixel is from its ground towards the ink: 0 on the ground, up to 1 for black ink on paper. The ground is
 * what remains when structures narrower than a stroke are closed (dark ink) or opened (light ink), which keeps slow
 * shadows. Source: the top-hat transform, F. Meyer, "Contrast feature extraction", 1979; P. Soille, "Morphological
 * Image Analysis", 2nd edition, section 4.5. The ink is dark or light, whichever covers less of the picture and of its
 * border.
 */
export function inkOf(picture: Picture): Ink {
  const contrast = mainContrastOf(picture);
  const block = Math.ceil(Math.max(picture.width, picture.height) / groundSide);
  const coarse = blockMeans(contrast, block);
  const reach = Math.max(1, Math.round((widestStroke / 2) * Math.max(coarse.width, coarse.height)));
  const isDark = inkShare(largest(coarse, reach), coarse) <= inkShare(coarse, smallest(coarse, reach));
  const filled = (plane: Plane) => withoutStrokes(plane, reach, isDark);
  const ground = enlarged(filled(coarse), picture, block);
  // Under a shadow, dark ink differs from the paper by less, but by the same part of the paper's brightness.
  const light = isDark ? enlarged(filled(blockMeans(brightnessOf(picture), block)), picture, block) : undefined;
  const ink = contrast.data.map((value, p) =>
    light ? (ground.data[p]! - value) / Math.max(darkestGround, light.data[p]!) : value - ground.data[p]!,
  );
  // The closing follows the noise upwards. The lowest fifth of a picture is ground, even where it is cropped tightly.
  const [lowest, low] = [quantile(ink, 0.05), quantile(ink, 0.2)];
  const noise = (low - lowest) / (normal20 - normal5);
  const level = low - normal20 * noise;
  return { width: picture.width, height: picture.height, data: ink.map((value) => value - level), noise };
}

/** The mean difference of two planes over all pixels, plus that over the border. */
function inkShare(above: Plane, below: Plane): number {
  const { width, height } = above;
  let [all, border, borderPixels] = [0, 0, 0];
  for (let p = 0; p < above.data.length; p++) {
    const difference = above.data[p]! - below.data[p]!;
    const [x, y] = [p % width, Math.floor(p / width)];
    all += difference;
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    border += difference;
    borderPixels++;
  }
  return all / above.data.length + border / borderPixels;
}

/** Closes dark strokes, or opens light ones. The picture's edges are continued, so that a shadow may end there. */
function withoutStrokes(plane: Plane, reach: number, isDark: boolean): Plane {
  const wide = padded(plane, reach);
  const filled = isDark ? smallest(largest(wide, reach), reach) : largest(smallest(wide, reach), reach);
  const { width, height } = plane;
  return resampled(filled, { width, height, left: reach, top: reach, scale: 1 });
}

/** The plane with its edge pixels repeated `margin` times outwards. */
function padded({ width, height, data }: Plane, margin: number): Plane {
  const [columns, rows] = [width + 2 * margin, height + 2 * margin];
  const out = new Float32Array(columns * rows);
  const inside = (index: number, size: number) => Math.min(size - 1, Math.max(0, index - margin));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) out[y * columns + x] = data[inside(y, height) * width + inside(x, width)]!;
  }
  return { width: columns, height: rows, data: out };
}

/** A plane of block means at the size of the picture again. */
function enlarged(coarse: Plane, { width, height }: Picture, block: number): Plane {
  return resampled(coarse, { width, height, left: 0, top: 0, scale: 1 / block });
}
