// `npm run bench -- recipes`: accuracy against seconds of the recipes that ship. Each is trained with several seeds twice:
// on 55,000 images, evaluated on the 5,000 held out, and on all 60,000, evaluated on the test set. Intervals hold the
// mean over seeds with 95 % (Student). Seconds are those of training alone, on one thread.
// Options: --seeds N (default 10), --recipes one-epoch,two-epochs, --search (held-out accuracy of settings around
// one-epoch, by which that recipe is confirmed).
import { parseArgs } from 'node:util';
import { holdOut } from '../dist/data/hold-out.js';
import { fit } from '../dist/index.js';
import { enableOcts, loadMnist } from '../dist/node.js';
import { readRecipe } from '../dist/runner/study-files.js';
import { completeHyperparameters } from '../dist/tasks/lenet/hyperparameters.js';
import { recipeOf } from '../dist/tasks/lenet/recipe.js';
import { interval, keep, machineLine, median, printTable, say } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    recipes: { type: 'string', default: 'baseline,one-epoch,two-epochs,three-epochs' },
    search: { type: 'boolean', default: false },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const width = enableOcts() ? 'octs' : 'quads';
const mnist = await loadMnist();
const { train, validation } = holdOut(mnist.train, mnist.hash);
const sets = {
  'held-out': { train, evaluation: validation },
  test: { train: mnist.train, evaluation: mnist.test },
};

/** Percent right of the last epoch, and seconds of training. */
async function trained(settings, seed, set) {
  let last;
  let seconds = 0;
  const options = { ...set, width, evaluateAt: () => false, evaluateTrain: false };
  for await (const event of fit(recipeOf(completeHyperparameters({ ...settings, seed })), options)) {
    if (event.type !== 'epoch') return { percent: Number.NaN, seconds };
    seconds += event.seconds.train;
    last = event;
  }
  return { percent: 100 * last.evaluation.accuracy, seconds };
}

async function measured(name, settings, names) {
  const result = { name, settings };
  for (const set of names) {
    const runs = [];
    for (const seed of seeds) {
      say(`${name}, ${set}, seed ${seed}`);
      runs.push(await trained(settings, seed, sets[set]));
    }
    const percents = runs.map(({ percent }) => percent);
    result[set] = { percents, ...interval(percents), seconds: median(runs.map(({ seconds }) => seconds)) };
  }
  return result;
}

const shown = ({ mean, low, high }) => `${mean.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
const heading = `${machineLine}, kernels in ${width}, one thread; ${seeds.length} seeds\n`;

if (values.search) {
  const { settings: base } = readRecipe('one-epoch');
  const around = [
    {},
    { learningRate: 0.007 },
    { learningRate: 0.014 },
    { weightDecay: 0.1 },
    { weightDecay: 0.4 },
    { labelSmoothing: 0 },
    { labelSmoothing: 0.05 },
    { labelSmoothing: 0.2 },
    { batchSize: 16 },
    { batchSize: 64 },
    { warmUp: 0.2 },
    { beta2: 0.999 },
    { schedule: 'cosine' },
  ];
  const results = [];
  for (const change of around) {
    const name =
      Object.entries(change)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ') || 'one-epoch';
    results.push(await measured(name, { ...base, ...change }, ['held-out']));
  }
  results.sort((a, b) => b['held-out'].mean - a['held-out'].mean);
  console.log(heading);
  printTable([
    ['settings', 'held-out %', 'seconds'],
    ...results.map((r) => [r.name, shown(r['held-out']), r['held-out'].seconds.toFixed(2)]),
  ]);
  keep('recipes-search', { width, seeds: seeds.length, results });
} else {
  const results = [];
  for (const name of values.recipes.split(',')) {
    results.push(await measured(name, readRecipe(name).settings, ['held-out', 'test']));
  }
  console.log(heading);
  printTable([
    ['recipe', 'epochs', 'held-out %', 'test %', 'seconds'],
    ...results.map((r) => [
      r.name,
      `${r.settings.epochs}`,
      shown(r['held-out']),
      shown(r.test),
      r.test.seconds.toFixed(2),
    ]),
  ]);
  keep('recipes', { width, seeds: seeds.length, results });
}
