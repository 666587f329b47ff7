/** The mean and the deviation of each channel of a data set, with which a network standardizes its input. */
import { areBytes, checkedDataset, type DatasetSettings } from './dataset.ts';

/** For each channel, of pixels as the network takes them: bytes are divided by 255. */
export interface Normalization {
  readonly mean: readonly number[];
  /** Above 0. */
  readonly deviation: readonly number[];
}

/**
 * The mean and the standard deviation (divided by the number of pixels, as NumPy's `std`) of each channel over all
 * images. Equal images give equal bits on every machine. A channel whose pixels are all equal has the deviation 1, so
 * that it becomes 0.
 * @throws UsageError unless it is a data set.
 */
export function normalizationOf(dataset: DatasetSettings): Normalization {
  const { images, shape } = checkedDataset(dataset, 'normalizationOf()');
  const [channels, height, width] = shape;
  const moments = Array.from({ length: channels }, (_, channel) => {
    const plane = { channel, channels, area: height * width };
    return areBytes(images) ? momentsOfBytes(images, plane) : momentsOfFloats(images, plane);
  });
  return {
    mean: moments.map(({ mean }) => mean),
    deviation: moments.map(({ deviation }) => (deviation === 0 ? 1 : deviation)),
  };
}

/** The place of a channel's pixels in images [image][channel][area]. */
interface Plane {
  readonly channel: number;
  readonly channels: number;
  readonly area: number;
}

interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** The sums are integers, so they are exact. */
function momentsOfBytes(images: Uint8Array, { channel, channels, area }: Plane): Moments {
  const histogram = new Uint32Array(256);
  for (let start = channel * area; start < images.length; start += channels * area) {
    for (let i = start; i < start + area; i++) histogram[images[i]!]!++;
  }
  let [count, sum, squares] = [0n, 0n, 0n];
  for (const [value, times] of histogram.entries()) {
    const [v, n] = [BigInt(value), BigInt(times)];
    count += n;
    sum += n * v;
    squares += n * v * v;
  }
  const n = Number(count);
  return {
    mean: Number(sum) / n / 255,
    deviation: Math.sqrt(Number(count * squares - sum * sum)) / n / 255,
  };
}

/** Two passes: the sum of squared distances from the mean does not cancel. */
function momentsOfFloats(images: Float32Array, { channel, channels, area }: Plane): Moments {
  const n = images.length / channels;
  const meanOf = (term: (pixel: number) => number) => {
    let sum = 0;
    for (let start = channel * area; start < images.length; start += channels * area) {
      for (let i = start; i < start + area; i++) sum += term(images[i]!);
    }
    return sum / n;
  };
  const mean = meanOf((pixel) => pixel);
  return { mean, deviation: Math.sqrt(meanOf((pixel) => (pixel - mean) ** 2)) };
}
