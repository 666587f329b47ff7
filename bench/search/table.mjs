// What all tables of trainings have in common. A setting has an index for each dimension of its table; losses are minimized.
import { median } from '../measurement.mjs';

/** The space of a study. @param dimensions each with its name, its number of values, and whether these have an order. */
export function spaceOf(dimensions) {
  return Object.fromEntries(
    dimensions.map(({ name, size, isOrdered }) => [
      name,
      isOrdered
        ? { kind: 'int', low: 0, high: size - 1 }
        : { kind: 'choices', values: Array.from({ length: size }, (_, index) => index) },
    ]),
  );
}

/** The row of a setting in a table whose last dimension changes fastest. */
export function rowOf(settings, dimensions) {
  return dimensions.reduce((row, { name, size }) => row * size + settings[name], 0);
}

/** The setting of a row. */
export function settingsOf(row, dimensions) {
  const settings = {};
  let rest = row;
  for (const { name, size } of dimensions.toReversed()) {
    settings[name] = rest % size;
    rest = Math.floor(rest / size);
  }
  return settings;
}

/** Adds what all tables have. @param means the true mean loss of each row. @param epochs of a whole training. */
export function completeTable({ name, dimensions, means, epochs, lossOf }) {
  const best = means.reduce((least, mean) => Math.min(least, mean));
  const scale = median(means) - best;
  return {
    name,
    dimensions,
    space: spaceOf(dimensions),
    rows: means.length,
    epochs,
    scale,
    /** The loss of a row after an epoch in a run of the benchmark. */
    lossOf,
    /** How much worse than the best the setting is, in % of the scale: the median of all settings minus the best. */
    regretOf: (settings) => (100 * (means[rowOf(settings, dimensions)] - best)) / scale,
    /** What is reported of the setting minus the truth, in % of the scale; negative: too good. */
    biasOf: (settings, reported) => (100 * (reported - means[rowOf(settings, dimensions)])) / scale,
  };
}
