// `npm run bench -- damage`: flips one bit of one file in a run's folder, resumes the run, and counts what was noticed.
// Half of the runs were finished, half were stopped within an epoch. A flip counts as noticed if the run is refused or
// names the files that it made again; as harmless if all files end with the same content; as unnoticed if a file ends
// with other content; as crashed if a stack trace is printed.
// Options: --flips N of each kind of file (default 100), --seed N (default 1), --dist DIR (another build to measure,
// default: dist).
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keep, machineLine, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    flips: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    dist: { type: 'string', default: join(root, 'dist') },
  },
});
const [flips, seed] = [Number(values.flips), Number(values.seed)];
const load = (name) => import(join(resolve(values.dist), name));
const { loadMnist } = await load('runner/mnist-files.js');
const { trainRun } = await load('runner/train-run.js');
const { completeHyperparameters } = await load('tasks/lenet/hyperparameters.js');
const { randomStream } = await load('base/random.js');

const data = { ...(await loadMnist()), evaluatedOn: 'test' };
const home = mkdtempSync(join(tmpdir(), 'lenet-damage-'));
const hyperparameters = completeHyperparameters({ trainLimit: 200, testLimit: 60, batchSize: 20, epochs: 3 });

/** Trains in `out` to the end, or into the third epoch; gives what was made again. */
async function train(out, { resume = false, stop = false } = {}) {
  const stopper = new AbortController();
  const onProgress = ({ epoch, phase }) => {
    if (stop && epoch === 3 && phase === 'train') stopper.abort();
  };
  const request = { hyperparameters, given: new Set(), data, out, resume, checkpointEvery: 1, threads: 1 };
  let repairs = [];
  for await (const event of trainRun({ ...request, signal: stopper.signal, onProgress })) {
    if (event.type === 'start') repairs = event.repairs ?? [];
  }
  return repairs;
}

/** The records of the TensorBoard file without their times. */
function withoutTimes(bytes) {
  const copy = Buffer.from(bytes);
  for (let at = 0; at + 12 < copy.length; ) {
    const length = copy.readUInt32LE(at);
    copy.fill(0, at + 13, Math.min(at + 21, copy.length));
    copy.fill(0, Math.min(at + 12 + length, copy.length), Math.min(at + 16 + length, copy.length));
    at += 16 + length;
  }
  return copy;
}

/** Every file's content; of epochs that were trained after `kept` lines, without the seconds they took. */
function contents(folder, kept) {
  return Object.fromEntries(
    readdirSync(folder).map((name) => {
      const bytes = readFileSync(join(folder, name));
      if (name.startsWith('events')) return ['events', withoutTimes(bytes).toString('base64')];
      if (name !== 'metrics.jsonl') return [name, bytes.toString('base64')];
      const lines = bytes.toString().split('\n');
      const timeless = (line) => line.replace(/"seconds":\{[^}]*\}|"digest":"\w+"/g, '');
      return [name, lines.map((line, index) => (index < kept ? line : timeless(line)))];
    }),
  );
}

try {
  const [finished, stopped] = [join(home, 'finished'), join(home, 'stopped')];
  await train(finished);
  await train(stopped, { stop: true });
  const ended = join(home, 'ended');
  cpSync(stopped, ended, { recursive: true });
  await train(ended, { resume: true });
  const cases = [
    { folder: finished, kept: 4, end: JSON.stringify(contents(finished, 4)) },
    { folder: stopped, kept: 3, end: JSON.stringify(contents(ended, 3)) },
  ];
  const random = randomStream(seed, 'damage');
  const results = [];
  for (const kind of [
    'config.json',
    'metrics.jsonl',
    'model.safetensors',
    'predictions.safetensors',
    'checkpoint.safetensors',
    'events',
  ]) {
    say(`flipping ${flips} bits of ${kind}`);
    const count = { noticed: 0, harmless: 0, unnoticed: 0, crashed: 0 };
    for (let n = 0; n < flips; n++) {
      const { folder, kept, end } = cases[n % 2];
      const out = join(home, 'damaged');
      cpSync(folder, out, { recursive: true });
      const path = join(
        out,
        readdirSync(out).find((name) => name.startsWith(kind)),
      );
      const bytes = readFileSync(path);
      const bit = random.below(bytes.length * 8);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(path, bytes);
      count[await outcome(out, kept, end)]++;
      rmSync(out, { recursive: true });
    }
    results.push({ kind, tried: flips, ...count });
  }
  say('');
  console.log(`${machineLine}\n`);
  printTable([
    ['flipped bits of', 'tried', 'noticed', 'harmless', 'unnoticed', 'crashed'],
    ...results.map(({ kind, ...counts }) => [kind, ...Object.values(counts).map(String)]),
  ]);
  keep('damage', { flips, seed, results });
} finally {
  rmSync(home, { recursive: true });
}

async function outcome(out, kept, end) {
  try {
    const repairs = await train(out, { resume: true });
    if (repairs.length > 0) return 'noticed';
    return JSON.stringify(contents(out, kept)) === end ? 'harmless' : 'unnoticed';
  } catch (error) {
    return error.exitCode === undefined ? 'crashed' : 'noticed';
  }
}
