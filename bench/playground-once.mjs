// Trains a recipe in this process as the playground does, tested every second on the test set, and prints its seconds and
// processor time as one JSON object; bench/playground.mjs compares the page with it.
import { readFileSync } from 'node:fs';
import { fit } from 'lenet-lab';
import { enableOcts, loadMnist, nodeThreads } from 'lenet-lab/node';
import { completeHyperparameters } from '../dist/tasks/lenet/hyperparameters.js';
import { recipeOf } from '../dist/tasks/lenet/recipe.js';
import { parseRecipeFile } from '../dist/tasks/lenet/recipe-file.js';

const [name, threads, width] = process.argv.slice(2);
if (width === 'octs') enableOcts();
const file = `${name}.yaml`;
const { settings } = parseRecipeFile(readFileSync(new URL(`../recipes/${file}`, import.meta.url), 'utf8'), file);
const { train, test } = await loadMnist();

let tested = performance.now();
const options = { train, evaluation: test, evaluateAt: () => false, evaluateTrain: false, width };
const started = { at: performance.now(), usage: process.cpuUsage() };
for await (const event of fit(recipeOf(completeHyperparameters(settings)), {
  ...options,
  threads: nodeThreads(Number(threads)),
  async beforeSlice({ evaluate }) {
    if (performance.now() - tested < 1000) return;
    await evaluate();
    tested = performance.now();
  },
})) {
  if (event.type !== 'epoch') throw new Error(`the run ended as ${event.type}`);
}
const { user, system } = process.cpuUsage(started.usage);
console.log(
  JSON.stringify({ seconds: (performance.now() - started.at) / 1000, processorSeconds: (user + system) / 1e6 }),
);
