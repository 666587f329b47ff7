/** The network of 1998 from the command line and in the library: trained on-line, stopped, resumed, saved, used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { takeFirst } from '../src/data/dataset.ts';
import { type Checkpoint, type FitOptions, fit } from '../src/index.ts';
import { maximumAPosteriori } from '../src/nn/losses/maximum-a-posteriori.ts';
import { sdlm } from '../src/nn/optimizers/sdlm.ts';
import { lecun1998Rate } from '../src/nn/schedules/lecun1998.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { lenet5Original } from '../src/tasks/lenet/lenet5-1998.ts';
import { freshFolder, lenet } from './lenet.ts';

const network = ['--model', 'lenet5-1998', '--initialization', 'lecun'];
const online = ['--optimizer', 'sdlm', '--batch-size', '1', '--learning-rate', '5e-4', '--schedule', 'lecun1998'];
const few = ['--train-limit', '800', '--test-limit', '300', '--epochs', '3'];
const run = join(freshFolder(), 'online');
let said = '';

beforeAll(() => {
  const { code, stdout, stderr } = lenet('train', ...network, ...online, ...few, '--threads', '1', '--out', run);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  said = stdout;
});

test('on-line training with second derivatives learns, and its settings are printed', () => {
  expect(said).toContain('lenet5-1998 model: 60000 trainable params\n');
  expect(said).toMatch(/^total +60,000 +340,908 /m);
  expect(said).toContain(
    'Optimizer sdlm: learning rate 0.0005 (lecun1998), batch size 1, L2 0, mu 0.02, initialization lecun',
  );
  expect(said).toContain('Loss map, j 0.1\n');
  const [last] = said.match(/^Epoch: 3.*$/m)!;
  expect(Number(/Test: .*acc = ([\d.]+)/.exec(last)![1])).toBeGreaterThan(75);
});

test('several threads give the same model file, byte for byte', () => {
  const out = join(freshFolder(), 'run');
  lenet('train', ...network, ...online, ...few, '--threads', '3', '--out', out);
  expect(readFileSync(join(out, 'model.safetensors')).equals(readFileSync(join(run, 'model.safetensors')))).toBe(true);
});

test('a run stopped within a pass resumes to the same bits: second derivatives are part of the checkpoint', async () => {
  const { train } = await loadMnist();
  const recipe = {
    model: lenet5Original(),
    loss: maximumAPosteriori(1),
    optimizer: sdlm({ learningRate: 2e-5 }),
    schedule: lecun1998Rate(),
    batchSize: 1,
    epochs: 2,
  };
  const end = async (more: Partial<FitOptions>): Promise<Checkpoint> => {
    let last: Checkpoint | undefined;
    for await (const event of fit(recipe, { train: takeFirst(train, 600), ...more }))
      if (event.type !== 'diverged') last = event.checkpoint;
    return last!;
  };
  const stop = new AbortController();
  const stopAt = ({ epoch, done }: { epoch: number; done: number }) => {
    if (epoch === 2 && done > 100) stop.abort();
  };
  const stopped = await end({ signal: stop.signal, onProgress: stopAt });
  expect(stopped).toMatchObject({ epoch: 1 });
  expect(stopped.batch).toBeGreaterThan(0);
  expect(stopped.batch).toBeLessThan(600);
  const [whole, resumed] = [await end({}), await end({ resume: stopped })];
  expect(resumed.weights).toEqual(whole.weights);
  expect(resumed.optimizerState).toEqual(whole.optimizerState);
});

test('evaluate, predict and describe know the network and its loss', () => {
  const metrics = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { loss } = JSON.parse(lenet('evaluate', run, '--set', 'test', '--json').stdout);
  // The loss of all 10,000 test images is near that of the first 300, and too large for a cross-entropy.
  expect(Math.abs(Math.log(loss / metrics.at(-1).test.loss))).toBeLessThan(0.4);
  expect(loss).toBeGreaterThan(3);
  const { stdout } = lenet('describe', 'lenet5-1998', '--svg', join(freshFolder(), 'net.svg'));
  expect(stdout).toMatch(/^c3 .* partly connected\) +16x10x10 +1,516 +151,600 +150,000$/m);
});

test('a variant is recorded in the model file, so that evaluate needs no options for it', () => {
  const out = join(freshFolder(), 'variant');
  const variant = ['--activation', 'relu', '--pooling', 'max', '--output', 'softmax', '--input-size', '28x28'];
  const faster = ['--batch-size', '8', '--learning-rate', '2e-3', '--initialization', 'glorot'];
  const { stdout, code } = lenet('train', '--model', 'lenet5-1998', ...variant, ...faster, ...few, '--out', out);
  expect(code).toBe(0);
  expect(stdout).toContain('(activation relu, pooling max, output softmax, inputSize 28x28)');
  const { accuracy } = JSON.parse(lenet('evaluate', out, '--json').stdout);
  expect(accuracy).toBeGreaterThan(0.5);
});

test('a file of another network is refused, and the error names both', () => {
  const out = join(freshFolder(), 'run');
  const { stderr, code } = lenet('train', '--init', join(run, 'model.safetensors'), '--out', out);
  expect(stderr).toContain('model.safetensors holds a lenet5-1998, not a lenet5');
  expect(code).toBe(1);
});

test('a run with the cosine schedule cannot be extended by more epochs', () => {
  const out = join(freshFolder(), 'run');
  const cosine = ['--schedule', 'cosine', '--train-limit', '500', '--test-limit', '100', '--epochs', '2'];
  expect(lenet('train', ...cosine, '--out', out).code).toBe(0);
  const { stderr, code } = lenet('train', '--resume', '--epochs', '3', '--out', out);
  expect(stderr).toContain('has epochs 2, not 3');
  expect(code).toBe(2);
});
