/** `lenet export`: what it writes, reads again, and refuses; and models that are loaded from ONNX files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSafetensors } from '../src/base/safetensors.ts';
import { readOnnx } from '../src/formats/onnx.ts';
import {
  batchNorm2d,
  conv2d,
  dropout,
  flatten,
  gelu,
  globalAvgPool2d,
  linear,
  residual,
  sequential,
} from '../src/index.ts';
import { modelText } from '../src/nn/model-data.ts';
import { encodeModel } from '../src/train/checkpoint.ts';
import { freshFolder, lenet } from './lenet.ts';
import { weightsFor } from './onnx-networks.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

const home = freshFolder();
const data = join(home, 'data');
const run = join(home, 'run');
const onnx = join(home, 'digits.onnx');
const digit = new URL('../examples/digits/7.png', import.meta.url).pathname;

beforeAll(() => {
  writeTinyMnist(data, 600, 100);
  const settings = ['--normalization', 'standard', '--batch-size', '20', '--epochs', '3', '--seed', '5'];
  expect(lenet('train', '--data', data, ...settings, '--out', run).code).toBe(0);
  const { code, stdout, stderr } = lenet('export', run, '--onnx', onnx);
  expect([code, stdout, stderr]).toEqual([0, `ONNX model (opset 17): "${onnx}"\n`, '']);
});

test('an ONNX file carries class names and input treatment, and says where it comes from', () => {
  const { producer, opset, metadata } = readOnnx(readFileSync(onnx), onnx);
  expect([producer.name, opset, metadata.get('model')]).toEqual(['lenet-lab', 17, 'lenet5']);
  const input = JSON.parse(metadata.get('input')!);
  expect(input.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect([input.framing, input.normalization.mean.length]).toEqual(['mnist', 1]);
  for (const name of ['hyperparameters', 'dataHash', 'run', 'version', 'epoch'])
    expect(metadata.has(name), name).toBe(true);
});

test('evaluate and predict give the same numbers for the ONNX file as for the run', () => {
  const json = (path: string) => JSON.parse(lenet('evaluate', path, '--data', data, '--json').stdout);
  const [ours, theirs] = [json(run), json(onnx)];
  for (const name of ['loss', 'accuracy', 'images']) expect(theirs[name], name).toBe(ours[name]);
  const answer = (path: string) => lenet('predict', path, digit, '--json').stdout;
  expect(answer(onnx)).toBe(answer(run));
});

test('--init takes the weights of the ONNX file', () => {
  const out = join(home, 'again');
  const settings = ['--normalization', 'standard', '--batch-size', '20', '--epochs', '0'];
  const { code, stderr } = lenet('train', '--data', data, ...settings, '--init', onnx, '--out', out);
  expect([code, stderr]).toEqual([0, '']);
  const tensors = (path: string) => readSafetensors(readFileSync(join(path, 'model.safetensors')), path).tensors;
  expect(tensors(out)).toEqual(tensors(run));
});

test('a state dict has the weights alone, and a Python file beside it', () => {
  const path = join(home, 'weights.safetensors');
  const { code, stdout } = lenet('export', run, '--state-dict', path);
  const source = join(home, 'weights.py');
  expect([code, stdout]).toEqual([0, `State dict: "${path}"\nPyTorch module that loads it: "${source}"\n`]);
  const { metadata, tensors } = readSafetensors(readFileSync(path), path);
  expect(metadata).toEqual(new Map([['format', 'pt']]));
  expect([...tensors.keys()].slice(0, 2)).toEqual(['conv1.weight', 'conv1.bias']);
  expect(readFileSync(source, 'utf8')).toContain('("conv1", nn.Conv2d(1, 6, (5, 5), stride=(1, 1), padding=(0, 0))),');
});

test('a card says that held-out images chose the epoch, and who taught', () => {
  const out = join(home, 'taught');
  const path = join(home, 'taught.md');
  const how = ['--held-out', '60', '--keep', 'best', '--teacher', run, '--temperature', '3', '--batch-size', '20'];
  expect(lenet('train', '--data', data, ...how, '--epochs', '2', '--out', out).code).toBe(0);
  expect(lenet('export', out, '--card', path).code).toBe(0);
  const card = readFileSync(path, 'utf8');
  expect(card).toContain('held out of the training set and chose the epoch, so the number is optimistic.');
  expect(card).toMatch(/teachers.*SHA-256 [0-9a-f]{12}; temperature 3, weight 1/);
});

test('a card has the numbers of a network file', () => {
  const out = join(home, 'own');
  const file = join(home, 'own.yaml');
  writeFileSync(
    file,
    'name: own\nparameters: { units: 3, dropout: 0.5 }\nlayers: [Flatten, Linear: { out_features: { units } }, Dropout: { p: { dropout } }, Linear]\n',
  );
  const how = ['--data', data, '--model', file, '--set', 'units=4', '--epochs', '0', '--batch-size', '20'];
  expect(lenet('train', ...how, '--out', out).code).toBe(0);
  const path = join(home, 'own.md');
  expect(lenet('export', out, '--card', path).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toContain('\n- model: own\n- units: 4\n- dropout: 0.5\n');
});

test('a card of a run has its one seed; a card of a study all of the winner’s', () => {
  const path = join(home, 'README.md');
  expect(lenet('export', run, '--card', path).code).toBe(0);
  const matter = (text: string) => parse(text.split('---\n')[1]!)['model-index'][0].results;
  expect(matter(readFileSync(path, 'utf8'))[0].metrics[0].name).toBe('seed 5');

  const tuned = join(home, 'tuned');
  const more = ['--data', data, '--epochs', '1', '--train-limit', '200', '--batch-size', '50', '--test-limit', '20'];
  expect(lenet('train', ...more, '--init', join(run, 'model.safetensors'), '--out', tuned).code).toBe(0);
  expect(lenet('export', tuned, '--card', path).code).toBe(0);
  expect(readFileSync(path, 'utf8')).toContain('(seed 1). Only the first 20 test images were used. ');
  expect(readFileSync(path, 'utf8')).toMatch(/^- initial weights: of a file with SHA-256 [0-9a-f]{12}$/m);

  const file = join(home, 'small.yaml');
  writeFileSync(
    file,
    'name: small\nprotocol: held-out\nseeds: [1, 2]\nbase: { epochs: 1, trainLimit: 200 }\nstages: [{ batchSize: [20, 50] }]\n',
  );
  const study = join(home, 'study');
  const { code, stderr } = lenet('study', 'run', file, '--data', data, '--out', study, '--jobs', '1');
  expect([code, stderr]).toEqual([0, '']);
  expect(existsSync(join(study, 'events.out.tfevents.0.lenet-lab'))).toBe(true);
  expect(lenet('export', study, '--card', path).code).toBe(0);
  const card = readFileSync(path, 'utf8');
  const results = matter(card);
  expect(results.map((result: { dataset: { split: string } }) => result.dataset.split)).toEqual(['test', 'validation']);
  for (const { metrics } of results) expect(metrics[0].name).toBe('mean of 2 seeds');
  const [, low, high] = /95 % interval of the mean ([\d.]+) to ([\d.]+) %/.exec(card)!.map(Number);
  const mean = 100 * results[1].metrics[0].value;
  expect(low).toBeLessThan(mean);
  expect(high).toBeGreaterThan(mean);
  expect(high).toBeLessThanOrEqual(100);
  expect(card).toContain('Protocol held-out: settings are selected on a twelfth of the training set');
  const means = lenet('study', 'export', study, '--optuna-means');
  expect([means.code, means.stdout.split('\n')[0]]).toEqual([
    0,
    '{"op_code":0,"worker_id":"lenet-lab-means","study_name":"small-means","directions":[2]}',
  ]);
});

test('a network of a user’s own travels: as a file, as ONNX and to PyTorch, with branches and running statistics', () => {
  const model = sequential('mine', [1, 28, 28], {
    conv1: conv2d(1, 4, 3, { stride: 2, padding: 1 }),
    bn1: batchNorm2d(4),
    gelu: gelu(),
    ...residual('block1', {
      from: 'gelu',
      layers: { depth: conv2d(4, 4, 3, { padding: 'same', groups: 4 }), bn: batchNorm2d(4), dropout: dropout(0.2) },
    }),
    pool: globalAvgPool2d(),
    flatten: flatten(),
    fc: linear(4, 10),
  });
  const file = join(home, 'mine.safetensors');
  const hyperparameters = JSON.stringify({ model: 'mine' });
  const origin = { model: 'mine', hyperparameters, dataHash: 'd', version: '0.1.0', network: modelText(model) };
  writeFileSync(file, encodeModel(weightsFor(model), origin));
  const exported = join(home, 'mine.onnx');
  const state = join(home, 'state.safetensors');
  expect(lenet('export', file, '--onnx', exported, '--state-dict', state).code).toBe(0);
  const json = (path: string) => JSON.parse(lenet('evaluate', path, '--data', data, '--json').stdout);
  const [ours, theirs] = [json(file), json(exported)];
  expect([ours.model, ours.images]).toEqual(['mine', 100]);
  for (const name of ['loss', 'accuracy']) expect(theirs[name], name).toBe(ours[name]);
  const answers = [file, exported].map((path) => lenet('predict', path, digit, '--json'));
  expect(answers.map(({ code, stderr }) => [code, stderr])).toEqual([
    [0, ''],
    [0, ''],
  ]);
  expect(answers[1]!.stdout).toBe(answers[0]!.stdout);
  expect([...readSafetensors(readFileSync(state), state).tensors.keys()]).toContain('block1.bn.running_var');
  expect(readFileSync(join(home, 'state.py'), 'utf8')).toContain('x = x + outputs["gelu"]');
});

describe('refusals, each in one line', () => {
  test.each([
    ['no form', [run], 2, 'error: expected a form: --onnx FILE, --state-dict FILE or --card FILE'],
    [
      'a state dict that Python cannot import',
      [run, '--state-dict', join(home, 'my weights.bin')],
      2,
      'error: --state-dict: expected a file such as',
    ],
    [
      'a card of a file',
      [join(run, 'model.safetensors'), '--card', join(home, 'card.md')],
      2,
      'is a file without its run',
    ],
    ['a picture', [digit, '--onnx', join(home, 'x.onnx')], 1, 'is no safetensors file but a PNG picture'],
    ['nothing there', [join(home, 'nowhere'), '--onnx', join(home, 'x.onnx')], 1, 'error: '],
  ])('%s', (_, args, exitCode, message) => {
    const { code, stdout, stderr } = lenet('export', ...args);
    expect([code, stdout]).toEqual([exitCode, '']);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a damaged ONNX file', () => {
    const path = join(home, 'cut.onnx');
    writeFileSync(path, readFileSync(onnx).subarray(0, 5000));
    for (const args of [
      ['evaluate', path],
      ['predict', path, digit],
      ['train', '--init', path, '--data', data],
    ]) {
      const { code, stderr } = lenet(...args);
      expect([code, stderr.trimEnd().split('\n').length], args[0]).toEqual([1, 1]);
      expect(stderr).toContain(`error: ${path} is damaged: a field of `);
    }
  });
});
