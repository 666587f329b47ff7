// Measures one setting in this process: seconds for training LeNet-5 for one epoch on all of MNIST, and for evaluating
// its 70,000 images. Both are measured in the second epoch; the first, in which V8 still compiles, is reported
// separately. Prints one JSON object. bench/epoch.mjs starts a new process for each measurement.
import { parseArgs } from 'node:util';
import { adam, fit, lecun1998Rate, maximumAPosteriori, modelByName, sdlm } from 'lenet-lab';
import { enableFused, enableOcts, loadMnist, nodeThreads } from 'lenet-lab/node';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'lenet5' },
    batch: { type: 'string' },
    threads: { type: 'string' },
    arithmetic: { type: 'string' },
    width: { type: 'string', default: 'quads' },
  },
});
const [batchSize, threads] = [Number(values.batch), Number(values.threads)];
if (values.arithmetic === 'fused') enableFused();
if (values.width === 'octs') enableOcts();

const { train, test } = await loadMnist();
const model = modelByName(values.model);
const method =
  model.name === 'lenet5'
    ? { optimizer: adam() }
    : { optimizer: sdlm({ learningRate: 5e-5 }), loss: maximumAPosteriori(), schedule: lecun1998Rate() };
const recipe = { model, ...method, batchSize, epochs: 2, arithmetic: values.arithmetic };
let firstSeconds;
for await (const event of fit(recipe, {
  train,
  evaluation: test,
  threads: nodeThreads(threads),
  width: values.width,
})) {
  if (event.type !== 'epoch') throw new Error(`the run ended as ${event.type}`);
  const { train: trainSeconds, evaluate: evaluateSeconds } = event.seconds;
  if (event.epoch === 1) firstSeconds = trainSeconds;
  if (event.epoch < 2) continue;
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  const measured = { batchSize, threads, firstSeconds, trainSeconds, evaluateSeconds, megabytes };
  console.log(JSON.stringify({ who: `${values.arithmetic} ${values.width}`, ...measured }));
}
