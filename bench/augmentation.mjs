// `npm run bench -- augmentation`: what each augmentation, all of the recipe's together, gradient clipping, the average of the
// weights and a teacher add to an epoch of the recipe `best`. All settings train in one process, an epoch of each in turn, so that a
// busy machine slows all of them alike. The first epoch of each, in which V8 still compiles, does not count.
// Options: --rounds N (default 5), --threads N (default 1), --width quads|octs (default: octs where V8 can widen the
// kernels), --recipe NAME (default best), --images N (default: all 60,000).
import { parseArgs } from 'node:util';
import { augmentationHyperparameters } from '../dist/data/augmentations.js';
import { takeFirst } from '../dist/data/dataset.js';
import { fit, initialWeights, randomStream } from '../dist/index.js';
import { loadMnist, nodeThreads } from '../dist/node.js';
import { readRecipe } from '../dist/runner/study-files.js';
import { completeHyperparameters } from '../dist/tasks/lenet/hyperparameters.js';
import { recipeOf } from '../dist/tasks/lenet/recipe.js';
import { keep, machineLine, median, printTable, say, summary } from './measurement.mjs';
import { usableWidths } from './settings.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    width: { type: 'string', default: usableWidths().at(-1) },
    recipe: { type: 'string', default: 'best' },
    images: { type: 'string', default: '60000' },
  },
});
const [rounds, threads] = [Number(values.rounds), Number(values.threads)];
const { width } = values;
const { settings } = readRecipe(values.recipe);
const augmentations = Object.keys(augmentationHyperparameters);
const [plain, augmenting] = [false, true].map((isWanted) =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => augmentations.includes(name) === isWanted)),
);

const rows = [
  { name: 'no augmentation', settings: plain },
  ...Object.entries(augmenting).map(([name, value]) => ({
    name: `${name} ${value}`,
    settings: { ...plain, [name]: value },
  })),
  { name: 'erase 0.5', settings: { ...plain, erase: 0.5 } },
  { name: `all of ${values.recipe}`, settings },
  { name: `all of ${values.recipe}, erase 0.5`, settings: { ...settings, erase: 0.5 } },
  { name: 'clipNorm 1', settings: { ...plain, clipNorm: 1 } },
  { name: 'ema 0.999', settings: { ...plain, ema: 0.999 } },
  { name: 'a teacher of the same size', settings: plain, isTaught: true },
];

const mnist = await loadMnist();
const train = takeFirst(mnist.train, Number(values.images));

/** A run of one setting, from which the rounds pull an epoch each. */
function begin({ settings, isTaught = false }) {
  // The run never comes to its last epoch: only there would it be evaluated.
  const recipe = recipeOf(completeHyperparameters({ ...settings, epochs: rounds + 10 }));
  const teacher = { model: recipe.model, weights: initialWeights(recipe.model, randomStream(2, 'init')) };
  return fit(recipe, {
    train,
    width,
    threads: nodeThreads(threads),
    evaluateAt: () => false,
    ...(isTaught ? { distill: { teachers: [teacher] } } : {}),
  });
}

/** Seconds of the next epoch. */
async function nextEpoch(run) {
  const { value } = await run.next();
  if (value?.type !== 'epoch') throw new Error(`the run ended as ${value?.type}`);
  return value.seconds.train;
}

const runs = rows.map((row) => ({ ...row, run: begin(row), seconds: [] }));
// Epoch 0 is the untrained network.
for (const { run } of runs) await nextEpoch(run);
for (let round = 0; round <= rounds; round++) {
  for (const { name, run, seconds } of runs) {
    say(`round ${round} of ${rounds}: ${name}`);
    const taken = await nextEpoch(run);
    if (round > 0) seconds.push(taken);
  }
}
for (const { run } of runs) await run.return();

const [base] = runs;
const results = runs.map(({ name, seconds }) => ({
  name,
  trainSeconds: summary(seconds),
  // Round by round, since neighbours in time meet the same machine.
  added: median(seconds.map((taken, round) => taken / base.seconds[round] - 1)),
}));
console.log(
  `${machineLine}, kernels in ${width}, ${threads} ${threads === 1 ? 'thread' : 'threads'}; medians of ${rounds} epochs\n`,
);
printTable([
  ['setting', 'train s/epoch', '(least-most)', 'added'],
  ...results.map(({ name, trainSeconds: { median: middle, least, most }, added }) => [
    name,
    middle.toFixed(2),
    `${least.toFixed(2)}-${most.toFixed(2)}`,
    `${(100 * added).toFixed(0)} %`,
  ]),
]);
keep('augmentation', { rounds, threads, width, recipe: values.recipe, images: Number(values.images), results });
