/** Mean and standard deviation of each channel of a data set, as normalization needs them. */
import { areBytes, type Dataset } from './dataset.ts';

/** In the units that a network reads: bytes are divided by 255. */
export interface ChannelStatistics {
  readonly mean: number;
  /** Of all pixels (divided by their number, not by one less): NumPy's `std()`. */
  readonly deviation: number;
  readonly least: number;
  readonly most: number;
}

/** The statistics of each channel over all pixels of all images (at least one). Sums of bytes are exact. */
export function channelStatistics(dataset: Pick<Dataset, 'images' | 'shape'>): readonly ChannelStatistics[] {
  const { images, shape } = dataset;
  return Array.from({ length: shape[0] }, (_, channel) =>
    areBytes(images) ? statisticsOfBytes(images, shape, channel) : statisticsOfFloats(images, shape, channel),
  );
}

/** From how often each byte occurs. The sums are integers, which a double would round. */
function statisticsOfBytes(images: Uint8Array, shape: Dataset['shape'], channel: number): ChannelStatistics {
  const counts = new Float64Array(256);
  const [channels, height, width] = shape;
  const area = height * width;
  for (let start = channel * area; start < images.length; start += channels * area) {
    for (let at = start; at < start + area; at++) counts[images[at]!]!++;
  }
  let [count, sum, squares] = [0n, 0n, 0n];
  for (const [value, times] of counts.entries()) {
    const [v, n] = [BigInt(value), BigInt(times)];
    count += n;
    sum += v * n;
    squares += v * v * n;
  }
  const present = (times: number) => times > 0;
  return {
    mean: Number(sum) / Number(count) / 255,
    deviation: Math.sqrt(Number(count * squares - sum * sum)) / Number(count) / 255,
    least: counts.findIndex(present) / 255,
    most: counts.findLastIndex(present) / 255,
  };
}

/** In two passes: the mean first, then the squared distances from it. */
function statisticsOfFloats(images: Float32Array, shape: Dataset['shape'], channel: number): ChannelStatistics {
  const [channels, height, width] = shape;
  const area = height * width;
  const count = images.length / channels;
  const visit = (take: (value: number) => void) => {
    for (let start = channel * area; start < images.length; start += channels * area) {
      for (let at = start; at < start + area; at++) take(images[at]!);
    }
  };
  let [sum, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  visit((value) => {
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  });
  const mean = sum / count;
  let squares = 0;
  visit((value) => {
    squares += (value - mean) ** 2;
  });
  return { mean, deviation: Math.sqrt(squares / count), least, most };
}
