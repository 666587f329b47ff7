// Measures one setting: seconds for an epoch of training LeNet-5 on all of MNIST, and for evaluating its 70,000 images.
// Prints one JSON object. Called by bench/epoch.mjs, each time in a process of its own.
import { parseArgs } from 'node:util';
import { adam, fit, lenet5 } from 'lenet-lab';
import { enableFused, loadMnist, nodeThreads } from 'lenet-lab/node';

const { values } = parseArgs({
  options: { batch: { type: 'string' }, threads: { type: 'string' }, arithmetic: { type: 'string' } },
});
const [batchSize, threads] = [Number(values.batch), Number(values.threads)];
if (values.arithmetic === 'fused') enableFused();

const { train, test } = await loadMnist();
const settings = { train, test, optimizer: adam(), batchSize, epochs: 1, arithmetic: values.arithmetic };
for await (const event of fit(lenet5(), { ...settings, threads: nodeThreads(threads) })) {
  if (event.type !== 'epoch') throw new Error(`the run ended as ${event.type}`);
  if (event.epoch === 0) continue; // its evaluation warms the engine up
  const { train: trainSeconds, evaluate: evaluateSeconds } = event.seconds;
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ who: values.arithmetic, batchSize, threads, trainSeconds, evaluateSeconds, megabytes }));
}
