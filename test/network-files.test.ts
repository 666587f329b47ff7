/** Networks in files, from the command line: training, resume, studies, frozen layers, a start from other classes. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { freshFolder, lenet, lenetIn } from './lenet.ts';
import { writeTable } from './own-data.ts';

const network = `name: tiny
parameters: { filters: 2, dropout: 0.25 }
layers:
  - Conv2d: { out_channels: { filters }, kernel_size: 5, stride: 2 }
  - BatchNorm2d
  - ReLU
  - Flatten
  - Dropout: { p: { dropout } }
  - Linear
`;
const options = ['--train-limit', '200', '--test-limit', '100', '--batch-size', '25', '--learning-rate', '0.01'];

/** A folder with my-net.yaml. */
function folder(text = network): string {
  const made = freshFolder();
  writeFileSync(join(made, 'my-net.yaml'), text);
  return made;
}

function succeed(cwd: string, ...args: string[]): string {
  const { code, stdout, stderr } = lenetIn(cwd, ...args);
  expect([code, stderr.replace(/^(warning|note): .*\n/gm, '')]).toEqual([0, '']);
  return stdout;
}

const tensorsOf = (file: string) => readSafetensors(readFileSync(file), file).tensors;
const bytes = (...path: string[]) => readFileSync(join(...path));

test('a run needs its file only to start, and is told apart by its layers', () => {
  const at = folder();
  const train = ['train', ...options, '--epochs'];
  succeed(at, ...train, '2', '--model', 'my-net.yaml', '--set', 'filters=3', '--out', 'long');
  succeed(at, ...train, '1', '--model', 'my-net.yaml', '--set', 'filters=3', '--out', 'short');
  expect(tensorsOf(join(at, 'short/model.safetensors')).get('conv1.weight')!.shape).toEqual([3, 1, 5, 5]);

  // The same layers with other comments are the same network; others are not.
  const resume = ['train', '--resume', '--out', 'short', '--epochs', '2'];
  writeFileSync(join(at, 'my-net.yaml'), `# mine\n${network.replace('filters: 2', 'filters: 3')}`);
  succeed(at, ...resume, '--model', 'my-net.yaml');
  expect(bytes(at, 'short/model.safetensors').equals(bytes(at, 'long/model.safetensors'))).toBe(true);
  writeFileSync(join(at, 'my-net.yaml'), network.replace('filters: 2', 'filters: 4'));
  const { code, stderr } = lenetIn(at, ...resume, '--model', 'my-net.yaml');
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(
      /^error: --resume: the run in .*short has model my-net \(layers \w{8}\), not my-net \(layers \w{8}\); leave the option out, or choose another folder with --out\n$/,
    ),
  ]);
  rmSync(join(at, 'my-net.yaml'));
  succeed(at, ...resume);
  expect(succeed(at, 'evaluate', 'short')).toContain('tiny from "short/model.safetensors" on 10,000 test images');
  const weights = (run: string) =>
    [...tensorsOf(join(at, run, 'model.safetensors'))].map(([name, { data }]) => [name, [...data]]);
  expect(weights('short')).toEqual(weights('long'));
});

test('a study holds the files that it names, and needs them no more', () => {
  const at = folder();
  const study = `name: nets
protocol: held-out
base: { trainLimit: 150, testLimit: 50, epochs: 1, batchSize: 25, learningRate: 0.01 }
grid:
  model: [../my-net.yaml, mlp]
  filters: [2, 3]
seeds: 1
`;
  mkdirSync(join(at, 'studies'));
  writeFileSync(join(at, 'studies/nets.yaml'), study.replace('mlp', '{ model: mlp, units: 8 }'));
  const shown = succeed(at, 'study', 'run', 'studies/nets.yaml', '--out', 'nets');
  expect(shown).toContain('model=my-net filters=3');
  rmSync(join(at, 'my-net.yaml'));
  rmSync(join(at, 'studies'), { recursive: true });
  expect(readFileSync(join(at, 'nets/networks/my-net.yaml'), 'utf8')).toBe(network);
  expect(readFileSync(join(at, 'nets/study.yaml'), 'utf8')).toContain('./networks/my-net.yaml');
  expect(succeed(at, 'study', 'run', 'nets/study.yaml', '--out', 'nets')).toContain('On the test set');
  expect(succeed(at, 'study', 'show', 'nets')).toContain('mlp');
  expect(succeed(at, 'study', 'export', 'nets', '--csv')).toMatch(/,my-net,3,/);
  expect(readFileSync(join(at, 'nets/report.md'), 'utf8')).toContain('my-net');
});

describe('layers that are frozen', () => {
  test('keep their bits from the file of --init, whose last layer is of other classes', () => {
    const at = folder();
    succeed(at, 'train', ...options, '--epochs', '1', '--model', 'my-net.yaml', '--out', 'digits');
    writeTable(join(at, 'table.csv'));
    const init = ['--init', 'digits/model.safetensors', '--freeze', 'conv1,bn1'];
    const train = [
      'train',
      '--data',
      'table.csv',
      '--model',
      'my-net.yaml',
      '--batch-size',
      '8',
      '--out',
      'more',
      ...init,
    ];
    const { code, stderr } = lenetIn(
      at,
      ...train,
      '--epochs',
      '2',
      '--ema',
      '0.9',
      '--optimizer',
      'adamw',
      '--weight-decay',
      '0.1',
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('its last layer fc1 has 10 outputs, this network has')]);
    expect(stderr).toContain('fc1 starts anew, the other layers keep their weights.');
    const [before, after] = ['digits', 'more'].map((run) => tensorsOf(join(at, run, 'model.safetensors')));
    for (const name of [
      'conv1.weight',
      'conv1.bias',
      'bn1.weight',
      'bn1.bias',
      'bn1.running_mean',
      'bn1.running_var',
    ]) {
      expect([...after!.get(name)!.data], name).toEqual([...before!.get(name)!.data]);
    }
    expect(after!.get('fc1.weight')!.shape[0]).not.toBe(10);

    const noOutput = ['--init', 'digits/model.safetensors', '--freeze', 'bn1,fc1', '--out', 'random'];
    const frozen = lenetIn(at, ...train.slice(0, -init.length - 2), ...noOutput);
    expect([frozen.code, frozen.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: --freeze: layer fc1 must be trained, since it starts anew: it has 10 outputs in digits\/model\.safetensors, this network has \d+\n$/,
      ),
    ]);
    expect(existsSync(join(at, 'random'))).toBe(false);
  });

  test('are part of the run', () => {
    const at = folder();
    const train = ['train', ...options, '--model', 'my-net.yaml', '--out', 'run', '--epochs', '1'];
    // conv1 has 2 filters of 5x5 and their biases; bn1 has 2 x 2 numbers; fc1 reads 2 x 12 x 12 and gives 10 classes.
    expect(succeed(at, ...train, '--freeze', 'conv1')).toContain(
      `tiny model: ${4 + 2 * 12 * 12 * 10 + 10} trainable params\n`,
    );
    const { code, stderr } = lenetIn(at, ...train, '--resume', '--freeze', 'bn1');
    expect([code, stderr]).toEqual([2, expect.stringContaining('has freeze conv1, not bn1')]);
  });
});

test.each([
  [['train', '--model', 'my-nte.yaml'], 'cannot read my-nte.yaml: it does not exist'],
  [
    ['train', '--model', 'depe'],
    'unknown model "depe": allowed are lenet5, lenet5-1998, deep, mlp, residual, separable. Did you mean deep?',
  ],
  [
    ['train', '--model', 'my-net.yaml', '--set', 'filter=3'],
    'unknown hyperparameter filter: network tiny has the numbers filters, dropout. Did you mean filters?',
  ],
  [
    ['train', '--model', 'my-net.yaml', '--set', 'dropout=1'],
    'my-net.yaml:8:19: layer drop1, whose input is 288: dropout: p: expected a number from 0 to below 1, got 1',
  ],
  [['train', '--set', 'filters=3'], '--set filters: model lenet5 names no numbers; they are for network files'],
  [
    ['train', '--model', 'my-net.yaml', '--set', 'filters'],
    '--set: expected a name and a number, such as filters=16, got "filters"',
  ],
  [
    ['train', '--model', 'my-net.yaml', '--optimizer', 'sdlm'],
    'optimizer sdlm needs second derivatives, which layer bn1 (batchNorm2d) does not give',
  ],
  [
    ['train', '--freeze', 'conv'],
    'unknown layer to freeze in model lenet5 "conv": allowed are conv1, conv2, fc1, fc2, fc3. Did you mean conv1?',
  ],
  [['train', '--data', 'table.csv', '--model', 'big.yaml'], 'big.yaml:4:45: layer conv1, whose input is 1x28x28: '],
  [
    ['train', '--resume', '--out', 'run', '--set', 'filters=3'],
    '--set filters: a resumed run keeps the numbers of its network; leave the option out',
  ],
  [['describe', 'taken.yaml'], 'taken.yaml:2:15: parameter epochs has the name of a hyperparameter; call it otherwise'],
  [['study', 'run', 'shifted.yaml', '--out', 'shifted'], 'shift 50: more pixels than the images have (28x28)'],
])('%j is one line', (args, message) => {
  const at = folder();
  writeTable(join(at, 'table.csv'));
  writeFileSync(
    join(at, 'big.yaml'),
    'name: big\nlayers:\n  - ReLU\n  - Conv2d: { out_channels: 2, kernel_size: 29 }\n  - Flatten\n  - Linear\n',
  );
  writeFileSync(
    join(at, 'taken.yaml'),
    'name: taken\nparameters: { epochs: 3 }\nlayers:\n  - Flatten\n  - Linear: { out_features: { epochs } }\n  - Linear\n',
  );
  const study = 'protocol: held-out\nseeds: 1\n';
  writeFileSync(
    join(at, 'shifted.yaml'),
    `name: shifted\n${study}base: { shift: 50 }\ngrid: { learningRate: [1e-3, 1e-2] }\n`,
  );
  const { code, stderr } = lenetIn(at, ...args);
  expect([code, stderr.split('\n').length]).toEqual([expect.any(Number), 2]);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});

test('two network files of one name in a study get their names from label', () => {
  const at = folder();
  mkdirSync(join(at, 'a'));
  mkdirSync(join(at, 'b'));
  writeFileSync(join(at, 'a/net.yaml'), network);
  writeFileSync(join(at, 'b/net.yaml'), network.replace('ReLU', 'Tanh'));
  const study = (levels: string) =>
    `name: two\nprotocol: held-out\nseeds: 1\nbase: { epochs: 0, trainLimit: 200 }\ngrid: { model: [${levels}] }\n`;
  writeFileSync(join(at, 'two.yaml'), study('a/net.yaml, b/net.yaml'));
  const { code, stderr } = lenetIn(at, 'study', 'run', 'two.yaml', '--out', 'two');
  expect([code, stderr]).toEqual([
    2,
    'error: two.yaml:5:29: two levels are labelled net: give them different names with label:\n',
  ]);
  writeFileSync(join(at, 'two.yaml'), study('{ label: relu, model: a/net.yaml }, { label: tanh, model: b/net.yaml }'));
  expect(succeed(at, 'study', 'run', 'two.yaml', '--out', 'two', '--jobs', '1')).toContain('tanh');
});

test('a study checks the teachers against the output of each level', () => {
  const at = folder();
  succeed(at, 'train', ...options, '--epochs', '1', '--out', 'teacher');
  writeFileSync(
    join(at, 'taught.yaml'),
    'name: taught\nprotocol: held-out\nseeds: 1\ndistill: { teachers: [teacher] }\nbase: { model: lenet5-1998 }\ngrid: { output: [softmax, rbf] }\n',
  );
  const { code, stderr } = lenetIn(at, 'study', 'run', 'taught.yaml', '--out', 'taught');
  expect([code, stderr]).toEqual([2, 'error: distill: the outputs of model lenet5-1998 are distances, not logits\n']);
});

test('describe shows a network file with other numbers', () => {
  const at = folder();
  const { code, stdout } = lenetIn(at, 'describe', 'my-net.yaml', '--set', 'filters=5', '--svg', 'net.svg');
  expect(code).toBe(0);
  expect(stdout).toContain('Conv2d(1, 5, kernel_size=5, stride=2)');
  expect(stdout).toContain('Hyperparameters of its own: {filters} 5, {dropout} 0.25.');
  expect(readFileSync(join(at, 'net.svg'), 'utf8')).toContain('<svg');
  expect(lenet('describe', 'networks/deep').stdout).toContain('BatchNorm2d');
});

test('describe shows the network of a run and of a model file with their numbers, and a recipe file', () => {
  const at = folder();
  const train = ['train', ...options, '--epochs', '0', '--model', 'my-net.yaml', '--set', 'filters=3'];
  succeed(at, ...train, '--out', 'runs/mine');
  const shown = succeed(at, 'describe', 'runs/mine');
  expect(shown).toMatch(/^tiny\n\nlayer [\s\S]*Conv2d\(1, 3, kernel_size=5, stride=2\)/);
  expect(shown).toMatch(/\n\nHyperparameters of its own: \{filters\} 3, \{dropout\} 0\.25\.\n$/);
  expect(succeed(at, 'describe', 'runs/mine/model.safetensors')).toBe(shown);
  expect(succeed(at, 'describe', 'runs/mine', '--kernels')).toContain('This process trains it in ');
  const fixed = lenetIn(at, 'describe', 'runs/mine', '--set', 'filters=4');
  expect([fixed.code, fixed.stderr]).toEqual([
    2,
    expect.stringContaining('--set is for network files, runs/mine is a'),
  ]);

  writeFileSync(
    join(at, 'mine.yaml'),
    'name: mine\nsentence: My own\nsettings: { model: my-net.yaml, filters: 7, batchSize: 50 }\n',
  );
  const recipe = succeed(at, 'describe', 'mine.yaml');
  expect(recipe).toMatch(/^mine\.yaml: My own\n\n {2}model {6}my-net\n/);
  expect(recipe).toContain('\n  filters    7\n');
  expect(recipe).toContain('Train with it: npx lenet train --recipe mine.yaml\n');

  writeFileSync(join(at, 'study.yaml'), 'name: s\nprotocol: held-out\ngrid: { l2: [0, 1] }\n');
  for (const [name, message] of [
    ['study.yaml', 'error: study.yaml is a study file: describe takes a network, a recipe, or a saved model'],
    ['runs', 'error: runs holds no model.safetensors'],
    ['runs/none', 'cannot read runs/none: it does not exist'],
  ] as const) {
    const { stdout, stderr } = lenetIn(at, 'describe', name);
    expect([stdout, stderr]).toEqual(['', expect.stringContaining(message)]);
    expect(stderr).toMatch(/^[^\n]*\n$/);
  }
});
