// The table that scripts/search-table.mjs makes: LeNet-5 on 10,000 images, with its error after every epoch.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { randomStream } from '../../dist/base/random.js';
import { mean } from '../measurement.mjs';
import { completeTable } from './table.mjs';

const ownTableFile = new URL('../data/search-table.json.gz', import.meta.url);

/** A training that diverged counts as one that guesses. */
const guessing = 0.9;

/**
 * The table; undefined where the file does not exist. Losses are the percentage of wrong answers. A seed of a run is one of the table's seeds, drawn with
 * replacement, the same for all settings: the table's seeds are the population, so the mean over them is the truth.
 */
export function readOwnTable(file = ownTableFile) {
  if (!existsSync(file)) return undefined;
  const { space, seeds, epochs, trainImages, heldOutImages, wrong } = JSON.parse(gunzipSync(readFileSync(file)));
  const dimensions = Object.entries(space).map(([name, values]) => ({
    name,
    size: values.length,
    isOrdered: values.every((value) => typeof value === 'number'),
  }));
  const rows = wrong.length / seeds / epochs;
  const percents = wrong.map((count) => (100 * (count ?? guessing * heldOutImages)) / heldOutImages);
  const percentOf = (row, seed, epoch) => percents[(row * seeds + seed) * epochs + epoch - 1];
  /** [setting][seed] */
  const last = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: seeds }, (_, seed) => percentOf(row, seed, epochs)),
  );
  const lossOf = ({ run, row, seed, epoch }) => percentOf(row, randomStream(run, 'seed', seed).below(seeds), epoch);
  const table = completeTable({ name: 'lenet5', dimensions, means: last.map(mean), epochs, lossOf });
  return { ...table, seeds, trainImages, last };
}
