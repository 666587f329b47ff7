/**
 * Makes bench/data/search-table.json.gz, by which `npm run bench -- search` judges searches without training: LeNet-5
 * trained with every combination of four hyperparameters and ten seeds, and its errors on held-out images after each
 * of nine epochs. The test set is never read.
 *
 *     node scripts/search-table.mjs --jobs 2     about 75 minutes on two cores with Node 24
 *     node scripts/search-table.mjs --check 20   trains 20 random cells of the file again and compares them
 *
 * A cell is one training, a pure function of its setting and seed. All settings are trained with seed 1, then all with
 * seed 2, and so on: `--seeds 5` makes a table of the first five seeds, and a later call adds the others. Finished
 * cells are in the table, if there is one, and in the progress file (`--progress`, default .cache/search-table.jsonl),
 * from which a killed process continues.
 *
 * The file is gzipped JSON. `space` has the values of each hyperparameter. `wrong` (how many of the held-out images)
 * and `loss` (mean cross-entropy of the held-out images, four significant digits) are flat lists: setting by setting,
 * the last hyperparameter changing fastest, in each setting seed by seed, in each seed epoch by epoch. Both are null
 * from the epoch on in which the training diverged.
 */
import { randomInt } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { gunzipSync, gzipSync } from 'node:zlib';
import { adamw, cosineRate, fit, lenet5, lion, sgd } from '../dist/index.js';
import { enableOcts, loadMnist } from '../dist/node.js';

const space = {
  optimizer: ['sgd', 'adamw', 'lion'],
  learningRate: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05],
  batchSize: [16, 32, 64, 128],
  weightDecay: [0, 0.001, 0.01, 0.1],
};
const optimizers = {
  sgd: ({ learningRate, weightDecay }) => sgd({ learningRate, momentum: 0.9, l2: weightDecay }),
  adamw: ({ learningRate, weightDecay }) => adamw({ learningRate, weightDecay }),
  lion: ({ learningRate, weightDecay }) => lion({ learningRate, weightDecay }),
};
const epochs = 9;
const trainImages = 10_000;
const heldOutImages = 5_000;
const ours = { space, epochs, trainImages, heldOutImages };
const settings = Object.entries(space).reduce(
  (combinations, [name, values]) =>
    combinations.flatMap((combination) => values.map((value) => ({ ...combination, [name]: value }))),
  [{}],
);

if (isMainThread) await main();
else await serve();

async function main() {
  const { values } = parseArgs({
    options: {
      jobs: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '10' },
      check: { type: 'string' },
      progress: { type: 'string', default: '.cache/search-table.jsonl' },
      out: { type: 'string', default: new URL('../bench/data/search-table.json.gz', import.meta.url).pathname },
    },
  });
  const jobs = Number(values.jobs);
  if (values.check !== undefined) return check(values.out, { count: Number(values.check), jobs });
  const seeds = Number(values.seeds);
  const done = new Map([...curvesOf(values.out), ...readProgress(values.progress)]);
  const cells = cellsOf(seeds);
  const wanted = cells.filter((cell) => !done.has(keyOf(cell)));
  console.log(`${cells.length} trainings, ${cells.length - wanted.length} of them done`);
  const started = performance.now();
  let count = 0;
  await trainAll(wanted, jobs, (cell, curve) => {
    done.set(keyOf(cell), curve);
    appendFileSync(values.progress, `${JSON.stringify({ ...cell, ...curve })}\n`);
    count += 1;
    if (count % 50 > 0) return;
    const minutes = (performance.now() - started) / 60_000;
    const left = (minutes / count) * (wanted.length - count);
    console.log(
      `${count} of ${wanted.length} trained in ${minutes.toFixed(1)} minutes, ${left.toFixed(0)} minutes left`,
    );
  });
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, gzipSync(JSON.stringify(tableOf(seeds, done)), { level: 9 }));
  console.log(`written: ${values.out}`);
}

/** All cells of the first seeds, in the order in which they are trained. */
function cellsOf(seeds) {
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    settings.map((_, setting) => ({ setting, seed })),
  );
}

function keyOf({ setting, seed }) {
  return `${setting}/${seed}`;
}

/** The curves of a table that was written before; none where there is no file. @throws Error for another table. */
function curvesOf(file) {
  if (!existsSync(file)) return new Map();
  const table = JSON.parse(gunzipSync(readFileSync(file)));
  if (designOf(table) !== designOf(ours)) throw new Error(`${file} is another table: choose another --out`);
  return new Map(cellsOf(table.seeds).map((cell) => [keyOf(cell), curveIn(table, cell)]));
}

/** What makes two tables the same but for their seeds. */
function designOf({ space, epochs, trainImages, heldOutImages }) {
  return JSON.stringify({ space, epochs, trainImages, heldOutImages });
}

function curveIn({ seeds, wrong, loss }, { setting, seed }) {
  const from = (setting * seeds + seed - 1) * epochs;
  return { wrong: wrong.slice(from, from + epochs), loss: loss.slice(from, from + epochs) };
}

/** The curves of the finished cells. Removes the torn line that a kill may have left at the end. */
function readProgress(file) {
  mkdirSync(dirname(file), { recursive: true });
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const design = designOf(ours);
  if (lines.length > 1 && lines[0] !== design)
    throw new Error(`${file} is of another table: choose another --progress`);
  const whole = lines.slice(1, -1).map((line) => JSON.parse(line));
  const rewritten = [design, ...whole.map((cell) => JSON.stringify(cell)), ''].join('\n');
  writeFileSync(`${file}.new`, rewritten);
  renameSync(`${file}.new`, file);
  return new Map(whole.map(({ setting, seed, wrong, loss }) => [keyOf({ setting, seed }), { wrong, loss }]));
}

function tableOf(seeds, curves) {
  const flat = (name) =>
    settings.flatMap((_, setting) =>
      Array.from({ length: seeds }, (_, index) => curves.get(keyOf({ setting, seed: index + 1 }))[name]).flat(),
    );
  const [wrong, loss] = [flat('wrong'), flat('loss')];
  return { ...ours, seeds, wrong, loss };
}

/** Trains random cells of the file again. The exit code is 1 if one of them differs. */
async function check(file, { count, jobs }) {
  const table = JSON.parse(gunzipSync(readFileSync(file)));
  const cells = Array.from({ length: count }, () => ({
    setting: randomInt(settings.length),
    seed: 1 + randomInt(table.seeds),
  }));
  let different = 0;
  await trainAll(cells, jobs, (cell, curve) => {
    const stored = curveIn(table, cell);
    if (JSON.stringify(stored) === JSON.stringify(curve)) return;
    different += 1;
    console.log(`differs: ${JSON.stringify({ ...settings[cell.setting], seed: cell.seed, stored, trained: curve })}`);
  });
  console.log(`${count - different} of ${count} cells are the same`);
  if (different > 0) process.exitCode = 1;
}

/** Trains the cells on so many threads. @param onCurve called with every cell and its curve. */
async function trainAll(cells, jobs, onCurve) {
  enableOcts();
  const waiting = [...cells].reverse();
  await Promise.all(Array.from({ length: Math.min(jobs, cells.length) }, work));

  function work() {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url));
      const next = () => {
        const cell = waiting.pop();
        if (cell) worker.postMessage(cell);
        else resolve(worker.terminate());
      };
      worker.on('error', reject);
      worker.on('message', ({ cell, curve }) => {
        onCurve(cell, curve);
        next();
      });
      next();
    });
  }
}

/** Trains the cells that the main thread sends. */
async function serve() {
  const width = enableOcts() ? 'octs' : 'quads';
  const { train: images } = await loadMnist();
  const train = part(images, 0, trainImages);
  const evaluation = part(images, trainImages, trainImages + heldOutImages);
  parentPort.on('message', async (cell) => {
    const curve = await trained(cell, { train, evaluation, width });
    parentPort.postMessage({ cell, curve });
  });
}

function part(dataset, from, to) {
  const pixels = dataset.shape.reduce((product, size) => product * size);
  const images = dataset.images.subarray(from * pixels, to * pixels);
  return { ...dataset, images, labels: dataset.labels.subarray(from, to) };
}

/** The errors after each epoch. */
async function trained({ setting, seed }, data) {
  const { optimizer, batchSize, ...rest } = settings[setting];
  const recipe = {
    model: lenet5(),
    optimizer: optimizers[optimizer](rest),
    schedule: cosineRate(),
    batchSize,
    epochs,
    seed,
  };
  const [wrong, loss] = [Array(epochs).fill(null), Array(epochs).fill(null)];
  for await (const event of fit(recipe, { ...data, evaluateTrain: false, evaluateAt: (epoch) => epoch > 0 })) {
    if (event.type !== 'epoch' || event.epoch === 0) continue;
    wrong[event.epoch - 1] = Math.round((1 - event.evaluation.accuracy) * heldOutImages);
    loss[event.epoch - 1] = Number(event.evaluation.loss.toPrecision(4));
  }
  return { wrong, loss };
}
