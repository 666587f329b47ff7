/** How pictures are brought to a set whose source does not say it: judged by the set's own images. */
import { areBytes, type Dataset, datasetSize } from './dataset.ts';
import type { Ground, PictureRules } from './source.ts';

/** Images that are looked at. */
const mostJudged = 2_000;

/** The share of images that must agree. */
const agreement = 0.9;

/**
 * The ground is dark (light) where nine images of ten have a dark (light) median along their border, else any. Images
 * in colour and floats have any ground. The framing is MNIST's where images have 28 x 28 pixels and nine of ten have an
 * empty border, as a box of 20 x 20 pixels in the middle leaves it.
 */
export function judgedRules(set: Dataset): PictureRules {
  const { shape, images } = set;
  const [channels, height, width] = shape;
  if (channels !== 1 || !areBytes(images)) return { ground: 'any', framing: 'fit' };
  const judged = Math.min(mostJudged, datasetSize(set));
  let [dark, light, empty] = [0, 0, 0];
  for (let image = 0; image < judged; image++) {
    const border = borderOf(images.subarray(image * height * width, (image + 1) * height * width), height, width);
    const median = border.sort()[Math.floor(border.length / 2)]!;
    if (median < 85) dark++;
    if (median > 170) light++;
    if (border.at(-1) === 0) empty++;
  }
  const ground: Ground = dark >= agreement * judged ? 'dark' : light >= agreement * judged ? 'light' : 'any';
  const isLikeMnist = height === 28 && width === 28 && empty >= agreement * judged;
  return { ground, framing: isLikeMnist ? 'mnist' : 'fit' };
}

function borderOf(image: Uint8Array, height: number, width: number): Uint8Array {
  return image.filter((_, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    return y === 0 || y === height - 1 || x === 0 || x === width - 1;
  });
}
