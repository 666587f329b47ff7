/**
 * Damaged, lost and swapped files in a run's folder: noticed before they are used, and made again where the checkpoint
 * allows.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError, WorldError } from '../base/errors.ts';
import { randomStream } from '../base/random.ts';
import { readSafetensors, writeSafetensors } from '../base/safetensors.ts';
import { holdOut } from '../data/hold-out.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
} from '../tasks/lenet/hyperparameters.ts';
import { loadMnist } from './mnist-files.ts';
import { loadModel } from './model-file.ts';
import { parseConfig, RunFolder } from './run-folder.ts';
import { type RunRequest, trainRun } from './train-run.ts';

const mnist = await loadMnist();
const data = { ...mnist, evaluation: mnist.test, evaluatedOn: 'test' } as const;
const home = mkdtempSync(join(tmpdir(), 'lenet-resume-'));
let made = 0;

const small = { trainLimit: 200, testLimit: 60, batchSize: 20, epochs: 2 };
const complete = (settings: Partial<Hyperparameters>) => completeHyperparameters({ ...small, ...settings });

interface Outcome {
  readonly out: string;
  readonly types: readonly string[];
  readonly repairs: readonly string[];
}

/** Trains to the end. */
async function train(settings: Partial<Hyperparameters>, more: Partial<RunRequest> = {}): Promise<Outcome> {
  const out = more.out ?? join(home, `${made++}`);
  const request = {
    hyperparameters: complete(settings),
    given: new Set(Object.keys(settings) as HyperparameterName[]),
    data,
    out,
    resume: false,
    checkpointEvery: 1,
    threads: 1,
    ...more,
  };
  const types: string[] = [];
  let repairs: readonly string[] = [];
  for await (const event of trainRun(request)) {
    types.push(event.type);
    if (event.type === 'start') repairs = event.repairs;
  }
  return { out, types, repairs };
}

const resume = (out: string, more: Partial<RunRequest> = {}) => train({}, { out, resume: true, ...more });

function copyOf(folder: string): string {
  const copy = join(home, `${made++}`);
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** Every file's bytes without the parts that hold times. */
function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.startsWith('events'));
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(join(folder, name));
      if (name !== 'metrics.jsonl') return [name, bytes.toString('base64')];
      return [name, bytes.toString().replace(/"seconds":\{[^}]*\}|"digest":"\w+"/g, '')];
    }),
  );
}

const eventFile = (folder: string) => join(folder, readdirSync(folder).find((name) => name.startsWith('events'))!);

function flip(path: string, bit: number): void {
  const bytes = readFileSync(path);
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  writeFileSync(path, bytes);
}

const finished = (await train({})).out;
const another = (await train({ seed: 2, learningRate: 1e-3 })).out;
const whole = contents(finished);

/** A run that was stopped in its second epoch. */
async function stopped(): Promise<string> {
  const stopper = new AbortController();
  const { out, types } = await train(
    {},
    {
      signal: stopper.signal,
      onProgress: ({ epoch, phase }) => {
        if (epoch === 2 && phase === 'train') stopper.abort();
      },
    },
  );
  expect(types.at(-1)).toBe('interrupted');
  return out;
}

describe('flipped bits', () => {
  const folder = new RunFolder(finished);
  const config = folder.readConfig();
  const random = randomStream(6, 'flips');
  const at = new RunFolder(copyOf(finished));
  const readers: [string, () => unknown][] = [
    ['config.json', () => at.readConfig()],
    ['metrics.jsonl', () => at.readMetrics(config)],
    ['model.safetensors', () => at.readModel(config)],
    ['predictions.safetensors', () => at.readPredictions(config)],
    ['checkpoint.safetensors', () => at.readCheckpoint()],
  ];

  test.each(readers)('in %s are noticed, or do not change the content that is read', (name, read) => {
    const path = join(at.path, name);
    const bytes = readFileSync(path);
    const before = read();
    const isText = !name.endsWith('.safetensors');
    // The last byte of the metrics is a line break: without it the last line counts as torn (see below).
    const places = (bytes.length - 1) * 8;
    const bits = Array.from({ length: isText ? 500 : 60 }, (_, n) =>
      random.below(n % 2 ? places : Math.min(8000, places)),
    );
    let noticed = 0;
    for (const bit of bits) {
      flip(path, bit);
      try {
        expect(read(), `bit ${bit}`).toEqual(before);
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
        expect(error.message).toContain(path);
        noticed++;
      }
      writeFileSync(path, bytes);
    }
    // Only some bits of white space in config.json are harmless.
    expect(noticed / bits.length).toBeGreaterThan(isText ? 0.95 : 0.99);
  });

  test('in TensorBoard’s file are repaired from the metrics', async () => {
    const copy = copyOf(finished);
    const path = eventFile(copy);
    const bytes = readFileSync(path);
    const lines = new RunFolder(copy).readMetrics(config);
    for (let round = 0; round < 200; round++) {
      flip(path, random.below(bytes.length * 8));
      new RunFolder(copy).rewind(lines, config, 0);
      new RunFolder(copy).appendEnd('success', 0);
      const mended = readFileSync(path);
      expect(mended.length).toBe(bytes.length);
      // Only the time of the damaged record is lost; after a damaged length all times are lost.
      const withoutTimes = (file: Buffer) => {
        const view = Buffer.from(file);
        for (let start = 0; start < view.length; ) {
          const length = view.readUInt32LE(start);
          view.fill(0, start + 13, start + 21);
          // The start and the end of the session repeat the time.
          if (view.subarray(start, start + 12 + length).includes('_hparams_/'))
            view.fill(0, start + 21, start + 12 + length);
          view.fill(0, start + 12 + length, start + 16 + length);
          start += 16 + length;
        }
        return view;
      };
      expect(withoutTimes(mended).equals(withoutTimes(bytes))).toBe(true);
      writeFileSync(path, bytes);
    }
    new RunFolder(copy).rewind(lines, config, 0);
    // The record of the end is written when the run ends again.
    const rewound = readFileSync(path);
    expect(rewound.length).toBeLessThan(bytes.length);
    expect(rewound.equals(bytes.subarray(0, rewound.length))).toBe(true);
  });
});

describe('lost and damaged files are made again', () => {
  const repaired = ['config.json', 'model.safetensors', 'predictions.safetensors'];
  const damages: [string, (path: string) => void][] = [
    ['missing', (path) => rmSync(path)],
    ['damaged', (path) => flip(path, readFileSync(path).length * 4)],
    ['damaged', (path) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
  ];
  const cases = repaired.flatMap((name) => damages.map(([state, damage]) => [name, state, damage] as const));
  test.each(cases)('%s that is %s', async (name, state, damage) => {
    const copy = copyOf(finished);
    damage(join(copy, name));
    const { repairs, types } = await resume(copy);
    expect(repairs).toHaveLength(1);
    expect(repairs[0]).toMatch(new RegExp(`^${name} (was|were) ${state}: made again from the checkpoint`));
    expect(types).toEqual(['start', 'finished']);
    expect(contents(copy)).toEqual(whole);
  });

  test('model and predictions of another epoch', async () => {
    const copy = copyOf(finished);
    const longer = copyOf(finished);
    await resume(longer, { hyperparameters: complete({ epochs: 3 }), given: new Set(['epochs']) });
    for (const name of ['model.safetensors', 'predictions.safetensors']) cpSync(join(longer, name), join(copy, name));
    expect((await resume(copy)).repairs).toEqual([
      'model.safetensors was of epoch 3: made again from the checkpoint of epoch 2.',
      'predictions.safetensors were of epoch 3: made again from the checkpoint of epoch 2.',
    ]);
    expect(contents(copy)).toEqual(whole);
  });

  test('TensorBoard’s file', async () => {
    const copy = copyOf(finished);
    const bytes = readFileSync(eventFile(copy));
    rmSync(eventFile(copy));
    await resume(copy);
    expect(readFileSync(eventFile(copy)).length).toBe(bytes.length);
  });

  test('in a run stopped within an epoch, damaged files are removed, and the next save writes them', async () => {
    const out = await stopped();
    flip(join(out, 'model.safetensors'), 100_000);
    flip(join(out, 'predictions.safetensors'), 10_000);
    expect((await resume(out)).repairs).toEqual([
      'model.safetensors was damaged and is removed; the next save writes it.',
      'predictions.safetensors was damaged and is removed; the next save writes it.',
    ]);
    expect(contents(out)).toEqual(whole);
  });

  test('intact files are not repaired, and there is no message', async () => {
    for (const out of [copyOf(finished), await stopped()]) {
      expect((await resume(out)).repairs).toEqual([]);
      expect(contents(out)).toEqual(whole);
    }
  });
});

describe('files that cannot be made again', () => {
  const damages: [string, (folder: string) => void, string][] = [
    [
      'a damaged checkpoint',
      (out) => flip(join(out, 'checkpoint.safetensors'), 200_000),
      'checkpoint.safetensors is damaged: its content does not match its digest',
    ],
    [
      'damaged metrics',
      (out) => {
        const path = join(out, 'metrics.jsonl');
        flip(path, 8 * (readFileSync(path).indexOf('"accuracy":0.') + 14));
      },
      'metrics.jsonl, line 1, is damaged: its content does not match its digest',
    ],
    ['lost metrics', (out) => rmSync(join(out, 'metrics.jsonl')), 'metrics.jsonl has 0 epochs, the checkpoint needs 3'],
    [
      'metrics whose last line is torn',
      (out) => flip(join(out, 'metrics.jsonl'), (readFileSync(join(out, 'metrics.jsonl')).length - 1) * 8),
      'metrics.jsonl has 2 epochs, the checkpoint needs 3',
    ],
    [
      'metrics without their first line',
      (out) => {
        const path = join(out, 'metrics.jsonl');
        writeFileSync(path, readFileSync(path, 'utf8').replace(/^.*\n/, ''));
      },
      'metrics.jsonl, line 1, is of epoch 1, not of epoch 0',
    ],
  ];
  test.each(damages)(
    'resuming with %s is refused, and the remedy named in the error works',
    async (_, damage, message) => {
      const copy = copyOf(finished);
      damage(copy);
      const before = contents(copy);
      await expect(resume(copy)).rejects.toThrow(WorldError);
      await expect(resume(copy)).rejects.toThrow(message);
      await expect(resume(copy)).rejects.toThrow(
        /or remove \S+checkpoint\.safetensors, and --resume trains from the start/,
      );
      expect(contents(copy)).toEqual(before);
      rmSync(join(copy, 'checkpoint.safetensors'));
      await resume(copy);
      expect(contents(copy)).toEqual(whole);
    },
  );

  test.each(damages)('a trial with %s is trained from the start again, with a message', async (_, damage, message) => {
    const copy = copyOf(finished);
    damage(copy);
    const { repairs, types } = await resume(copy, { startAgain: true });
    expect(repairs).toHaveLength(1);
    expect(repairs[0]).toContain(message);
    expect(repairs[0]).toContain('the run is trained from the start again, to the same numbers.');
    expect(types.filter((type) => type === 'epoch')).toHaveLength(3);
    expect(contents(copy)).toEqual(whole);
  });

  test('a damaged record without a checkpoint is refused', async () => {
    const copy = copyOf(finished);
    rmSync(join(copy, 'checkpoint.safetensors'));
    flip(join(copy, 'config.json'), 400);
    await expect(resume(copy)).rejects.toThrow(/config\.json is damaged.*no checkpoint to make it again from/);
  });

  test('a config.json of a later version is not changed', async () => {
    const copy = copyOf(finished);
    writeFileSync(join(copy, 'config.json'), '{"format":3,"version":"9"}');
    const before = contents(copy);
    await expect(resume(copy)).rejects.toThrow('is not the record of a run of format 1 or 2 (written by version 9)');
    expect(contents(copy)).toEqual(before);
  });
});

describe('files of another run are refused, and the error names both runs', () => {
  const swapped = ['checkpoint.safetensors', 'model.safetensors', 'predictions.safetensors', 'metrics.jsonl'];
  test.each(swapped)('%s', async (name) => {
    const copy = copyOf(finished);
    cpSync(join(another, name), join(copy, name));
    const before = contents(copy);
    const [ours, theirs] = [finished, another].map(
      (path) => JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')).run,
    );
    for (const startAgain of [false, true]) {
      const attempt = resume(copy, { startAgain });
      await expect(attempt).rejects.toThrow(WorldError);
      await expect(attempt).rejects.toThrow(`belongs to another run (${theirs}; here is ${ours})`);
      await expect(attempt).rejects.toThrow(join(copy, name));
      if (name !== 'metrics.jsonl')
        await expect(attempt).rejects.toThrow('learningRate 0.001, not 0.0003; seed 2, not 1');
    }
    expect(contents(copy)).toEqual(before);
  });

  test('another run’s model is refused when loaded by its folder, and accepted by its own path', () => {
    const copy = copyOf(finished);
    cpSync(join(another, 'model.safetensors'), join(copy, 'model.safetensors'));
    expect(() => loadModel(copy)).toThrow('model.safetensors belongs to another run');
    expect(loadModel(join(copy, 'model.safetensors')).hyperparameters?.seed).toBe(2);
    const { weights } = loadModel(another);
    writeFileSync(join(copy, 'model.safetensors'), writeSafetensors(weights, { format: 'pt' }));
    expect(() => loadModel(copy)).toThrow('does not say which run it belongs to');
  });

  test('a checkpoint of the first version, which names no run, is compared by its settings', async () => {
    const copy = copyOf(finished);
    const path = join(copy, 'checkpoint.safetensors');
    const older = (from: string) => {
      const { tensors, metadata } = readSafetensors(readFileSync(join(from, 'checkpoint.safetensors')), from);
      const { run: _, digest: __, config: ___, evaluatedOn: ____, ...rest } = Object.fromEntries(metadata);
      return writeSafetensors(tensors, rest);
    };
    writeFileSync(path, older(another));
    await expect(resume(copy)).rejects.toThrow('belongs to another run: learningRate 0.001, not 0.0003; seed 2, not 1');
    writeFileSync(path, older(finished));
    expect((await resume(copy)).repairs).toEqual([]);
  });

  test('weights and optimizer state that do not fit the model are refused', async () => {
    const copy = copyOf(finished);
    const path = join(copy, 'checkpoint.safetensors');
    const { tensors, metadata } = readSafetensors(readFileSync(path), path);
    const { run: _, digest: __, ...rest } = Object.fromEntries(metadata);
    const without = (name: string) => writeSafetensors(new Map([...tensors].filter(([key]) => key !== name)), rest);
    writeFileSync(path, without('fc3.bias'));
    await expect(resume(copy)).rejects.toThrow('needs a tensor fc3.bias [10], which is missing');
    writeFileSync(path, without('optimizer.exp_avg.conv1.bias'));
    await expect(resume(copy)).rejects.toThrow(
      'optimizer state exp_avg: model lenet5 needs a tensor conv1.bias [6], which is missing',
    );
  });

  test('metrics and weights that contradict each other are refused if no digest shows which is right', async () => {
    const copy = copyOf(finished);
    const config = { ...new RunFolder(copy).readConfig(), format: 1 };
    writeFileSync(join(copy, 'config.json'), JSON.stringify(config));
    rmSync(join(copy, 'predictions.safetensors'));
    const path = join(copy, 'metrics.jsonl');
    const lines = readFileSync(path, 'utf8').replace(/,"run":"\w+","digest":"\w+"/g, '');
    writeFileSync(path, lines.replace(/("epoch":2.*"test":\{"loss":)[\d.]+/, '$12.5'));
    await expect(resume(copy)).rejects.toThrow(/the checkpoint and the metrics of epoch 2 contradict each other/);
    writeFileSync(path, lines);
    await resume(copy);
    expect(contents(copy)).toEqual(whole);
  });
});

describe('a run’s data and initial weights', () => {
  test('a run with held-out images is resumed with its own split', async () => {
    const { train: part, validation } = holdOut(mnist.train, mnist.hash);
    const split = { ...mnist, train: part, evaluation: validation, evaluatedOn: 'validation' } as const;
    const { out } = await train({ epochs: 1 }, { data: split });
    const before = contents(out);
    const longer = { hyperparameters: complete({ epochs: 2 }), given: new Set(['epochs'] as const) };
    const copy = copyOf(out);
    await resume(copy, { data: split, ...longer });
    const { data: _, ...alone } = { data, ...longer };
    for await (const _ of trainRun({ ...alone, out, resume: true, checkpointEvery: 1, threads: 1 }));
    expect(contents(out)).not.toEqual(before);
    expect(contents(out)).toEqual(contents(copy));
  }, 60_000);

  test('initial weights are needed only until the first checkpoint, and must be unchanged until then', async () => {
    const init = join(home, 'init.safetensors');
    cpSync(join(another, 'model.safetensors'), init);
    const { out } = await train({}, { init });
    const before = contents(out);
    expect(parseConfig(readFileSync(join(out, 'config.json'), 'utf8'), 'c').init?.file).toBe(init);
    cpSync(join(finished, 'model.safetensors'), init);
    await resume(out);
    expect(contents(out)).toEqual(before);
    rmSync(join(out, 'checkpoint.safetensors'));
    await expect(resume(out)).rejects.toThrow(`${init} does not hold the weights that the run started from`);
    await expect(resume(out, { init })).rejects.toThrow(UsageError);
    rmSync(init);
    await expect(resume(out)).rejects.toThrow(
      `the weights ${init}, which the run in ${out} started from, do not exist`,
    );
    const elsewhere = join(another, 'model.safetensors');
    await resume(out, { init: elsewhere });
    expect(contents(out)).toEqual(before);
    expect(basename(elsewhere)).toBe('model.safetensors');
    expect(existsSync(init)).toBe(false);
  });
});

describe('evaluations left out', () => {
  const linesOf = (folder: string) =>
    readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const setsOf = (folder: string) =>
    linesOf(folder).map((line) => ['train', 'test'].filter((set) => set in line).join('+'));
  const weightsOf = (folder: string) =>
    ['model.safetensors', 'predictions.safetensors'].map((name) => readFileSync(join(folder, name)).toString('base64'));
  const settings = { epochs: 6, batchSize: 50, seed: 3 };

  test.each([
    [{}, Array(7).fill('train+test')],
    [{ evaluateEvery: 2 }, ['train+test', '', 'train+test', '', 'train+test', '', 'train+test']],
    [{ evaluateEvery: 4 }, ['train+test', '', '', '', 'train+test', '', 'train+test']],
    [{ evaluateEvery: 0 }, ['', '', '', '', '', '', 'train+test']],
    [{ evaluateEvery: 0, evaluateTrain: false }, ['', '', '', '', '', '', 'test']],
    [{ evaluateEvery: 3, evaluateTrain: false }, ['test', '', '', 'test', '', '', 'test']],
    [{ evaluateEvery: 0, checkpointEvery: 4 }, ['', '', '', '', 'train+test', '', 'train+test']],
  ] as const)('%o: the same weights and predictions; every epoch has its line', async (options, sets) => {
    const { out } = await train(settings, { checkpointEvery: 0, ...options });
    expect(setsOf(out)).toEqual(sets);
    const whole = await train(settings, { checkpointEvery: 0 });
    expect(weightsOf(out)).toEqual(weightsOf(whole.out));
    for (const [epoch, { seconds, digest, ...line }] of linesOf(out).entries()) {
      const all = linesOf(whole.out)[epoch];
      expect(line).toEqual(Object.fromEntries(Object.keys(line).map((name) => [name, all[name]])));
      expect(seconds.evaluate > 0).toBe('test' in line);
    }
  });

  test('a run is resumed with other evaluations, to the same weights', async () => {
    const whole = await train(settings);
    const { out } = await train({ ...settings, epochs: 2 }, { evaluateEvery: 0, checkpointEvery: 0 });
    const more = { given: new Set(['epochs'] as const), hyperparameters: complete(settings), evaluateTrain: false };
    const resumed = await resume(out, { ...more, evaluateEvery: 4, checkpointEvery: 0 });
    expect(resumed.repairs).toEqual([]);
    expect(setsOf(out)).toEqual(['', '', 'train+test', '', 'test', '', 'test']);
    expect(weightsOf(out)).toEqual(weightsOf(whole.out));
    // Resuming a finished run checks the predictions and makes TensorBoard's file again.
    expect((await resume(out)).repairs).toEqual([]);
    rmSync(join(out, 'predictions.safetensors'));
    expect((await resume(out)).repairs).toHaveLength(1);
    expect(weightsOf(out)).toEqual(weightsOf(whole.out));
  });

  test('a checkpoint whose epoch has no metrics of the evaluation set is refused', async () => {
    const { out } = await train({ ...settings, epochs: 2 });
    const other = await train({ ...settings, epochs: 3 }, { evaluateEvery: 0, checkpointEvery: 0 });
    writeFileSync(join(out, 'metrics.jsonl'), readFileSync(join(other.out, 'metrics.jsonl')));
    await expect(resume(out)).rejects.toThrow(
      'metrics.jsonl lacks the metrics of epoch 2, whose predictions were saved. Restore the file from a sound copy',
    );
  });

  test('a line of our first versions must have both sets', async () => {
    const { out } = await train({ ...settings, epochs: 1 });
    const folder = new RunFolder(out);
    writeFileSync(
      folder.metricsPath,
      '{"epoch":0,"test":{"loss":1,"accuracy":0.5},"seconds":{"train":0,"evaluate":1}}\n',
    );
    expect(() => folder.readMetrics({ ...folder.readConfig(), format: 1 })).toThrow(
      'metrics.jsonl, line 1, is damaged: a number is missing',
    );
  });

  test.each([
    [{ evaluateEvery: -1 }, 'trainRun(): evaluateEvery: expected an integer of at least 0, got -1'],
    [{ evaluateEvery: 1.5 }, 'trainRun(): evaluateEvery: expected an integer of at least 0, got 1.5'],
    [{ evaluateTrain: 'no' as never }, 'trainRun(): evaluateTrain: expected true or false, got "no"'],
  ])('refuses %o', async (options, message) => {
    await expect(train(settings, options)).rejects.toThrow(message);
  });
});
