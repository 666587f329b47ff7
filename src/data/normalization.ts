/** The mean and the deviation of each channel of a data set, with which a network standardizes its input. */
import { channelStatistics } from './channel-statistics.ts';
import { checkedDataset, type DatasetSettings } from './dataset.ts';

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
  const channels = channelStatistics(checkedDataset(dataset, 'normalizationOf()'));
  return {
    mean: channels.map(({ mean }) => mean),
    deviation: channels.map(({ deviation }) => (deviation === 0 ? 1 : deviation)),
  };
}
