// `npm run bench:peers`: times lenet-lab beside PyTorch, jax-js, TensorFlow.js and onnxruntime-node, one thread each,
// on this machine; lenet-lab at both widths where V8 can widen its kernels. Installs the peers first: npm packages in
// bench/peers, and PyTorch from Debian if it is missing and can be installed. Each measurement runs in a new process;
// each round runs all measurements in turn. Options: --rounds N (default 3), --batches 32,128,512, --no-install,
// --publish (also writes the chart and the table to docs/). About eight minutes, half of them for the slow peers and for
// finding PyTorch's best setting.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { keep, machineLine, median, printTable, root, run, say, summary } from '../measurement.mjs';
import { epochCommand, usableWidths } from '../settings.mjs';
import { chart } from './chart.mjs';
import { notesOf, publish, tablesOf } from './publish.mjs';
import { findBestSettings } from './pytorch-settings.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    batches: { type: 'string', default: '32,128,512' },
    'no-install': { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const batches = values.batches.split(',').map(Number);
/**
 * Batches of 32 from which the slow peers' epoch is extrapolated: a whole epoch would take minutes or most of an hour.
 */
const slices = { 'jax-js': 30, tfjs: 3 };
const sliceBatch = 32;
const forwardBatch = 128;
const images = { train: 60_000, evaluate: 70_000 };
const python = '/usr/bin/python3';

function install() {
  const quietly = { cwd: `${root}/bench/peers`, stdio: ['ignore', 'ignore', 'inherit'] };
  say('installing the npm packages of bench/peers');
  if (spawnSync('npm', ['ci', '--silent'], quietly).status !== 0) throw new Error('npm ci in bench/peers failed');
  if (hasPytorch() || process.getuid?.() !== 0) return;
  say("installing Debian's python3-torch");
  spawnSync('apt-get', ['update', '-qq'], quietly);
  spawnSync('apt-get', ['install', '-y', 'python3-torch', 'libopenblas0-pthread'], quietly);
}

function hasPytorch() {
  return spawnSync(python, ['-c', 'import numpy, torch'], { stdio: 'ignore' }).status === 0;
}

// The load of other programs in the last minute [cores], read before our own load adds to it.
const busy = loadavg()[0];
if (!values['no-install']) install();
const pytorch = hasPytorch()
  ? findBestSettings(python, [...batches.map((batch) => `train-${batch}`), `forward-${forwardBatch}`])
  : undefined;
if (pytorch === undefined) {
  console.log("PyTorch is left out: /usr/bin/python3 has none (Debian's python3-torch), and it could not be installed");
}

const node = (file, ...options) => [process.execPath, file, ...options.map(String)];
function inPytorch(work, batch, evaluateBatch) {
  if (pytorch === undefined) return [];
  const { setting, env } = pytorch.best[work];
  const options = ['--batch', batch, '--evaluate-batch', evaluateBatch, '--threads', 1, '--setting', setting];
  const command = [python, 'bench/pytorch.py', ...options.map(String)];
  return [{ who: 'PyTorch', ...(batch ? { batch } : {}), command, env }];
}

// The closest competitors are measured one after the other, since the speed of a shared machine changes from minute to
// minute.
const measurements = [
  ...batches.flatMap((batch) => [
    ...['strict', 'fused'].flatMap((arithmetic) =>
      usableWidths().map((width) => ({
        who: `lenet-lab ${arithmetic} ${width}`,
        batch,
        command: epochCommand({ batch, threads: 1, arithmetic, width }),
      })),
    ),
    ...inPytorch(`train-${batch}`, batch, 0),
  ]),
  { who: 'onnxruntime-node', command: node('bench/peers/onnxruntime.mjs', '--batch', forwardBatch) },
  { who: 'lenet-lab strict quads', command: node('bench/latency-once.mjs') },
  ...inPytorch(`forward-${forwardBatch}`, 0, forwardBatch),
  ...Object.entries(slices).map(([peer, count]) => ({
    who: peer,
    batch: sliceBatch,
    command: node(`bench/peers/${peer}.mjs`, '--batch', sliceBatch, '--count', count),
  })),
];

const samples = measurements.map(() => []);
for (let round = 1; round <= rounds; round++) {
  for (const [index, { who, batch, command, env }] of measurements.entries()) {
    say(`round ${round} of ${rounds}: ${who}${batch ? `, batch ${batch}` : ''}`);
    samples[index].push(run(command, { env }));
  }
}
say('');

/**
 * Median, least and most of what `read` finds in the samples, by who measured it and, if asked, at which batch size.
 * Ours evaluate at the end of every training process, whatever its batch size, so of that there are more samples.
 */
function collect(read, withBatch) {
  const groups = new Map();
  for (const [index, { who, batch }] of measurements.entries()) {
    for (const sample of samples[index]) {
      const value = read(sample);
      if (value === undefined) continue;
      // Peers name themselves with their versions; our processes name only their arithmetic and width.
      const name = who.startsWith('lenet-lab') ? who : sample.who;
      const key = withBatch ? `${name} ${batch}` : name;
      const group = groups.get(key) ?? { who: name, ...(withBatch ? { batch } : {}), values: [] };
      group.values.push(value);
      if (sample.batchSeconds) group.extrapolatedFrom = sample.batchSeconds.length;
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ values: numbers, ...group }) => ({ ...group, ...summary(numbers) }));
}

const readJson = (path) => JSON.parse(readFileSync(`${root}/${path}`, 'utf8'));
const epochSeconds = ({ trainSeconds, batchSeconds, batchSize }) =>
  batchSeconds ? (median(batchSeconds) * images.train) / batchSize : trainSeconds;
const { file, kept } = keep('peers', {
  rounds,
  busy,
  versions: { 'lenet-lab': readJson('package.json').version, ...readJson('bench/peers/package.json').dependencies },
  pytorch,
  forwardBatch,
  secondsPerEpoch: collect(epochSeconds, true),
  imagesPerSecond: collect(({ evaluateSeconds }) => evaluateSeconds && images.evaluate / evaluateSeconds, false),
  microsecondsPerImage: collect(({ microseconds }) => microseconds, false),
});
console.log(`${machineLine}; one thread each, medians of ${rounds} rounds\n`);
for (const rows of tablesOf(kept)) {
  printTable(rows);
  console.log('');
}
for (const sentence of notesOf(kept)) console.log(sentence);
if (values.publish) {
  publish(kept, file);
  console.log('docs/speed.svg and docs/results.md show it');
} else {
  mkdirSync(`${root}/.cache`, { recursive: true });
  writeFileSync(`${root}/.cache/speed.svg`, chart(kept));
  console.log('the chart is in .cache/speed.svg');
}
