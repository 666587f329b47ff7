/**
 * Studies end to end: the same results for any number of jobs and after any crash, what is refused, and what is
 * recovered.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { randomStream } from '../src/base/random.ts';
import { readSafetensors } from '../src/base/safetensors.ts';
import { resealed } from '../src/store/resealed.testing.ts';
import { ended, fewImages, freshFolder, killAfter, lenet, limits, startLenet } from './lenet.ts';

const home = freshFolder();
const file = join(home, 'small.yaml');
const text = `name: small
protocol: post
data: ${fewImages}
base: { epochs: 2, trainLimit: 1500, testLimit: 300, batchSize: 50, learningRate: 1e-3 }
stages:
  - batchSize: [50, 25]
  - l2: [0, 1e-2]
  - optimizer: [adam, adamw, { label: fast, optimizer: nadam, learningRate: 2e-3 }]
seeds: [1, 2]
`;
writeFileSync(file, text);
const study = (out: string, ...more: string[]) => ['study', 'run', file, '--out', out, ...more];

/** Everything that must not differ between two runs of a study: what it found, and every trial's files. */
function findings(folder: string): Map<string, string> {
  const found = new Map([['show', lenet('study', 'show', folder, '--json').stdout]]);
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('trial-'))) {
    for (const part of ['model.safetensors', 'predictions.safetensors']) {
      found.set(`${name}/${part}`, readFileSync(join(folder, name, part)).toString('base64'));
    }
  }
  return found;
}

const whole = join(home, 'whole');
const first = lenet(...study(whole, '--jobs', '2'));
const expected = findings(whole);

describe('a whole study', () => {
  test('ends with tables, verdicts, the winner and the paths of its files', () => {
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    for (const said of [
      'Study small: batchSize, then l2, then optimizer, one after the other, each stage carrying on the best level of the one before; 2 seeds (1, 2); about 10 trials, 2 at once',
      'Protocol post: 1,500 images train, 300 test images select',
      'Stage 1: batchSize',
      'Stage 2: l2',
      'Stage 3: optimizer',
      'AdamW with weight decay 0 is Adam',
      'Winner: ',
      'trained on the first 1,500 training images and selected on the first 300 test images',
      'report.html',
    ]) {
      expect(first.stdout.replace(/\s+/g, ' ')).toContain(said);
    }
    expect(first.stdout.match(/^trial \d: /gm)).toHaveLength(8);
  });

  test('trains equal configurations once: eight trials for seven levels of two seeds', () => {
    const shown = JSON.parse(expected.get('show')!);
    expect(shown.finished).toBe(true);
    expect(readdirSync(whole).filter((name) => name.startsWith('trial-'))).toHaveLength(8);
    const [adam, adamw, fast] = shown.stages[2].levels;
    expect(adamw.scores).toEqual(adam.scores);
    expect(adamw.configuration).toBe(adam.configuration);
    expect(fast.configuration).not.toBe(adam.configuration);
  });

  test('equal configurations are equal: lenet train with adam and adamw writes the same numbers', () => {
    const weights = ['adam', 'adamw'].map((optimizer) => {
      const out = join(home, optimizer);
      const { code } = lenet('train', '--optimizer', optimizer, ...limits, '--epochs', '2', '--out', out);
      expect(code).toBe(0);
      const predictions = readFileSync(join(out, 'predictions.safetensors'));
      return readSafetensors(predictions, 'predictions').tensors.get('logits');
    });
    expect(weights[0]?.shape).toEqual([300, 10]);
    expect(weights[1]).toEqual(weights[0]);
  });

  test('a trial gives the same files as lenet train', () => {
    const config = JSON.parse(readFileSync(join(whole, 'trial-0002', 'config.json'), 'utf8')).hyperparameters;
    const out = join(home, 'alone');
    const options = ['--batch-size', `${config.batchSize}`, '--seed', `${config.seed}`, '--learning-rate', '1e-3'];
    lenet('train', ...limits, '--epochs', '2', ...options, '--out', out);
    const model = readFileSync(join(out, 'model.safetensors')).toString('base64');
    expect(model).toBe(expected.get('trial-0002/model.safetensors'));
  });

  test.each([1, 3])('with %i jobs it finds the same, byte for byte', (jobs) => {
    const out = join(home, `jobs-${jobs}`);
    expect(lenet(...study(out, '--jobs', `${jobs}`)).code).toBe(0);
    expect(findings(out)).toEqual(expected);
  });

  test('a second call trains nothing and prints the same results', () => {
    const again = lenet(...study(whole));
    expect(again.code).toBe(0);
    expect(again.stdout).not.toMatch(/^trial \d: /m);
    expect(again.stdout).toContain('Continues the study: 8 trials have ended before.');
    expect(findings(whole)).toEqual(expected);
  });

  test('study list and study compare', () => {
    const listed = lenet('study', 'list', home).stdout;
    expect(listed).toMatch(/whole\s+│(\s+post\s+│)?\s+8\/8\s+│\s+finished/);
    const compared = lenet('study', 'compare', whole, 'C1', 'c2').stdout;
    expect(compared).toContain('They differ in batchSize 50 against 25.');
    expect(compared).toMatch(/C1 minus C2: [+−]\d+\.\d+ points, 95 % interval .* \(paired t test over 2 seeds\)/);
    expect(compared).toMatch(/seed 2: \d+ images only C1 gets right, \d+ only C2/);
    expect(lenet('study', 'compare', whole, 'adam', 'adamw').stdout).toContain('AdamW with weight decay 0 is Adam');
    const wrong = lenet('study', 'compare', whole, 'adam', 'nothing');
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('there is no configuration "nothing": give one of C1 (50)'),
    ]);
  });
});

/** The line of a trial that has ended. */
const trialEnd = /^trial \d+: /m;

describe('kill -9 at a random moment, then the same command', () => {
  const random = randomStream(5, 'kill');
  let killed = 0;
  test.each(Array.from({ length: 3 }, (_, i) => i))('round %i', async () => {
    const out = join(freshFolder(), 'study');
    for (let kills = 0; ; kills++) {
      const child = startLenet(...study(out, '--jobs', '2'));
      const end = ended(child);
      // The first one at its start, the others where there are trials to continue with.
      if (kills < 4) killAfter(kills === 0 ? /^Study/ : trialEnd, child, random.below(400));
      const { code, signal, stderr } = await end;
      if (signal === 'SIGKILL') {
        killed++;
        continue;
      }
      expect([code, stderr]).toEqual([0, '']);
      break;
    }
    expect(findings(out)).toEqual(expected);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(readdirSync(out).filter((name) => /lock|part/.test(name))).toEqual([]);
  });

  test('some studies were killed before their end', () => expect(killed).toBeGreaterThanOrEqual(5));
});

test('under a seed rule the rounds and all bytes are the same for any number of jobs and after kills', async () => {
  const ruled = join(home, 'ruled.yaml');
  writeFileSync(
    ruled,
    `name: ruled
protocol: post
data: ${fewImages}
base: { epochs: 1, trainLimit: 600, testLimit: 200, batchSize: 50 }
stages:
  - learningRate: [1e-5, 1e-3, 3e-3]
  - l2: [0, 1e-4]
seeds: { atLeast: 3, atMost: 5, resolve: 2 }
`,
  );
  const run = (out: string, ...more: string[]) => ['study', 'run', ruled, '--out', out, ...more];
  const undisturbed = join(home, 'ruled');
  const { code, stdout } = lenet(...run(undisturbed, '--jobs', '1'));
  expect(code).toBe(0);
  expect(stdout).toMatch(/After 3 seeds: still in: [^\n]*; left: 1e-5/);
  const found = findings(undisturbed);
  const shown = JSON.parse(found.get('show')!);
  expect(shown.stages[0].levels[0].standing).toMatch(/^(worse|left)$/);
  expect(shown.stages[0].levels[0].scores.filter((score: number | null) => score !== null)).toHaveLength(3);
  const out = join(freshFolder(), 'study');
  let kills = 0;
  for (;;) {
    const child = startLenet(...run(out, '--jobs', `${1 + (kills % 3)}`));
    const end = ended(child);
    if (kills < 3) killAfter(trialEnd, child, 150 * kills);
    const { signal, code: exitCode } = await end;
    if (signal !== 'SIGKILL') {
      expect(exitCode).toBe(0);
      break;
    }
    kills++;
  }
  expect(kills).toBeGreaterThanOrEqual(1);
  expect(findings(out)).toEqual(found);
});

describe('a study stopped by Ctrl-C', () => {
  test('is saved, says how to continue and ends with the same bytes; it can be shown while it runs', async () => {
    const out = join(freshFolder(), 'study');
    const child = startLenet(...study(out, '--jobs', '2'));
    const end = ended(child);
    let asked = 0;
    let shown: ReturnType<typeof lenet> | undefined;
    child.stdout.on('data', (data: Buffer) => {
      if (!`${data}`.includes('trial 1: ') || asked > 0) return;
      // Stopped meanwhile, or it might be done before it is asked to end.
      child.kill('SIGSTOP');
      shown = lenet('study', 'show', out);
      asked = performance.now();
      child.kill('SIGINT');
      child.kill('SIGCONT');
    });
    const { code, stdout, stderr } = await end;
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(code).toBe(130);
    expect(stderr).toBe('Stopping after the current batches; press Ctrl-C again to stop at once.\n');
    expect(stdout).toContain(
      `Interrupted; everything is saved.\nContinue with: npx lenet study run ${file} --out ${out}\n`,
    );
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('A process is working on the study') });
    expect(lenet(...study(out)).code).toBe(0);
    expect(findings(out)).toEqual(expected);
  });
});

describe('trials that are not evaluated on their training set', () => {
  const linesOf = (trial: string): Record<string, object>[] =>
    readFileSync(join(trial, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const out = join(home, 'test-only');

  test('give the same results and models; table and report leave out what there is not', () => {
    const { code, stdout } = lenet(...study(out, '--evaluate', 'test'));
    expect(code).toBe(0);
    expect(findings(out)).toEqual(expected);
    for (const line of linesOf(join(out, 'trial-0003'))) {
      expect(Object.keys(line)).toEqual(['epoch', 'test', 'seconds', 'run', 'digest']);
    }
    const [head, ...rows] = lenet('study', 'export', out, '--csv')
      .stdout.trimEnd()
      .split('\r\n')
      .map((row) => row.split(','));
    expect(rows).toHaveLength(8);
    for (const row of rows) {
      const cell = (name: string) => row[head!.indexOf(name)];
      expect([cell('train_accuracy'), cell('train_loss')]).toEqual(['', '']);
      expect(Number(cell('selection_accuracy'))).toBeGreaterThan(0.1);
    }
    const reports = ['report.html', 'report.md'].map((name) => readFileSync(join(out, name), 'utf8'));
    for (const text of [stdout, ...reports]) expect(text).not.toMatch(/\bNaN\b|\bundefined\b/);
    expect(reports[0]).toContain('Learning curves of ');
    expect(reports[0]).not.toContain('training accuracy');
    expect(readFileSync(join(whole, 'report.html'), 'utf8')).toContain('training accuracy');
  });

  test('a study continues with other evaluations; a trial that lacks scores is trained again', async () => {
    const stopped = join(freshFolder(), 'study');
    const child = startLenet(...study(stopped, '--jobs', '1', '--evaluate', 'test'));
    const end = ended(child);
    child.stdout.on('data', (data: Buffer) => {
      if (`${data}`.includes('trial 0: ')) child.kill('SIGINT');
    });
    expect((await end).stdout).toContain(`--out ${stopped} --evaluate test\n`);
    const trial = join(stopped, 'trial-0001');
    const { batchSize, seed } = JSON.parse(readFileSync(join(trial, 'config.json'), 'utf8')).hyperparameters;
    rmSync(trial, { recursive: true });
    const settings = [...limits, '--epochs', '2', '--learning-rate', '1e-3'];
    const own = [...settings, '--batch-size', `${batchSize}`, '--seed', `${seed}`, '--out', trial];
    expect(lenet('train', ...own, '--evaluate-every', '0').code).toBe(0);
    expect(linesOf(trial).map((line) => 'test' in line)).toEqual([false, false, true]);
    expect(lenet(...study(stopped)).code).toBe(0);
    expect(linesOf(trial).map((line) => 'test' in line && 'train' in line)).toEqual([true, true, true]);
    expect(findings(stopped)).toEqual(expected);
  });
});

describe('failures', () => {
  test('a trial that diverges is recorded with its reason, and the study continues', () => {
    const wild = join(home, 'wild.yaml');
    writeFileSync(
      wild,
      `name: wild\nprotocol: post\ndata: ${fewImages}\nbase: { epochs: 1, trainLimit: 500, testLimit: 100 }\ngrid: { learningRate: [1e-3, 1e30] }\nseeds: [1, 2]\n`,
    );
    const out = join(home, 'wild');
    const { code, stdout } = lenet('study', 'run', wild, '--out', out);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /trial \d: learningRate 1e30, seed 1: failed: diverged: the loss is (NaN|Infinity) in epoch 1, batch \d/,
    );
    expect(stdout).toContain('2 of 4 trials failed; run them again with:');
    expect(stdout).toMatch(/1e30\s+│.*failed/);
    const retried = lenet('study', 'run', wild, '--out', out, '--retry-failed');
    expect(retried.stdout.match(/^trial [45]: .*diverged/gm)).toHaveLength(2);
  });

  test('a deleted run folder of a finished trial is made again to the same bytes', () => {
    const out = join(home, 'deleted');
    cpSync(whole, out, { recursive: true });
    rmSync(join(out, 'trial-0003'), { recursive: true });
    rmSync(join(out, 'trial-0005', 'model.safetensors'));
    expect(lenet('study', 'show', out, '--json').stdout).toBe(expected.get('show'));
    const { stdout } = lenet(...study(out));
    expect(stdout.match(/^trial [35]: .*made again$/gm)).toHaveLength(2);
    expect(findings(out)).toEqual(expected);
  });

  test('a torn journal is repaired, and the message says where the torn line is kept', () => {
    const out = join(home, 'torn');
    cpSync(whole, out, { recursive: true });
    appendFileSync(join(out, 'study.journal'), '{"op_code":4,"wor');
    const { stdout, code } = lenet(...study(out));
    expect(code).toBe(0);
    expect(stdout).toContain(`the line was moved to "${out}/study.journal.torn"`);
    expect(findings(out)).toEqual(expected);
  });

  test('damaged and newer journals are refused, with line and version', () => {
    const out = join(home, 'damaged');
    cpSync(whole, out, { recursive: true });
    const path = join(out, 'study.journal');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [...lines.slice(0, 9), lines[9]!.slice(0, 20), ...lines.slice(10)].join('\n'));
    for (const command of [study(out), ['study', 'show', out], ['study', 'report', out]]) {
      const { code, stderr, stdout } = lenet(...command);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('study.journal, line 10: not a valid JSON');
    }
    const newer = readFileSync(join(whole, 'study.journal'), 'utf8').replace('"format":7', '"format":99');
    writeFileSync(path, resealed(newer));
    expect(lenet(...study(out)).stderr).toMatch(/was written by version .* use the newer version/);
  });

  test('a changed study file is refused with the difference; more seeds and levels extend the study', () => {
    const out = join(home, 'changed');
    cpSync(whole, out, { recursive: true });
    const changed = join(home, 'changed.yaml');
    const run = (content: string, ...more: string[]) => {
      writeFileSync(changed, content);
      return lenet('study', 'run', changed, '--out', out, ...more);
    };
    for (const [content, difference] of [
      [text.replace('epochs: 2', 'epochs: 3'), 'base.epochs was 2, is 3'],
      [text.replace('[50, 25]', '[50]'), 'the level 25 of stage 1 (batchSize) was there, is absent'],
      [text.replace('name: small', 'name: other'), 'name was small, is other'],
      [
        text.replace('protocol: post', 'protocol: held-out').replace('testLimit: 300, ', ''),
        'protocol was post, is held-out',
      ],
      [text.replace('[1, 2]', '[1]'), 'seeds was 1, 2, is 1'],
    ] as const) {
      const { code, stderr } = run(content);
      expect([code, stderr]).toEqual([2, expect.stringContaining(difference)]);
    }
    expect(findings(out)).toEqual(expected);
    const more = run(text.replace('l2: [0, 1e-2]', 'l2: [0, 1e-4, 1e-2]'), '--seeds', '1,2,5');
    expect(more.code).toBe(0);
    // The third seed of four configurations, and a new level with three.
    const shown = JSON.parse(lenet('study', 'show', out, '--json').stdout);
    expect(shown.seeds).toEqual([1, 2, 5]);
    expect(shown.stages[1].levels.map(({ label }: { label: string }) => label)).toEqual(['0', '1e-4', '1e-2']);
    expect(shown.stages[0].levels[0].scores.slice(0, 2)).toEqual(
      JSON.parse(expected.get('show')!).stages[0].levels[0].scores,
    );
  });

  test.each<[string, string[], number, string]>([
    [
      'an unknown study',
      ['run', 'pst'],
      2,
      'unknown study "pst": allowed are 1998, best, fashion-mnist, networks, own-pictures, post, post-resolved, post-rows, random-search, rate-and-batch, search. Did you mean post?',
    ],
    ['a missing file', ['run', './none.yaml'], 1, 'cannot read ./none.yaml: it does not exist'],
    ['a folder for a file', ['run', './src'], 1, 'cannot read ./src: it is a folder; expected a regular file'],
    ['no seeds', ['run', file, '--seeds', '0'], 2, '--seeds: expected an integer from 1 to 10000, got 0'],
    ['a repeated seed', ['run', file, '--seeds', '1,2,1'], 2, '--seeds: seed 1 is given twice'],
    ['words for seeds', ['run', file, '--seeds', 'a,b'], 2, '--seeds: expected a number, got "a"'],
    ['no jobs', ['run', file, '--jobs', '0'], 2, '--jobs: expected an integer from 1 to 256, got 0'],
    [
      'a folder with a single run',
      ['run', file, '--out', join(whole, 'trial-0000')],
      2,
      'holds a single run and no study',
    ],
    ['a folder without a study', ['show', home], 2, `there is no study in ${home} (no study.journal)`],
    ['a file for a folder', ['run', file, '--out', file], 1, 'a file is there'],
    ['other data', ['run', file, '--out', whole, '--data', home], 1, 'is of no known format'],
    ['a misspelt command', ['shwo', whole], 2, "unknown command 'shwo'"],
  ])('%s', (_, command, code, message) => {
    const result = lenet('study', ...command);
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
  });

  test('levels that need more images than the data have are refused before any work', () => {
    const big = join(home, 'big.yaml');
    writeFileSync(big, text.replace('[50, 25]', '[50, 2000]').replace('name: small', 'name: big'));
    const { code, stderr } = lenet('study', 'run', big, '--out', join(home, 'big'));
    expect([code, stderr]).toEqual([
      2,
      'error: batchSize: expected at most 1500 (the training images), got 2000 (level 2000)\n',
    ]);
    expect(existsSync(join(home, 'big', 'study.journal'))).toBe(false);
  });
});

describe('held out', () => {
  const out = join(home, 'held');
  const held = join(home, 'held.yaml');
  writeFileSync(
    held,
    'name: held\nprotocol: held-out\nbase: { epochs: 1, trainLimit: 600, testLimit: 500 }\nstages: [{ learningRate: [1e-3, 3e-3] }, { l2: [0, 1e-3] }]\nseeds: [1, 2]\n',
  );
  const run = lenet('study', 'run', held, '--out', out);
  const journal = () => readFileSync(join(out, 'study.journal'), 'utf8');

  test('5,000 validation images select; only selected configurations are evaluated on the test set, and each look is counted', () => {
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('Protocol held-out: 600 images train, 5,000 held-out images select');
    expect(run.stdout).toMatch(/the\s+test\s+set\s+was\s+looked\s+at\s+[24]\s+times/);
    expect(run.stdout).toMatch(/On the test set: \d+\.\d+ %/);
    const shown = JSON.parse(lenet('study', 'show', out, '--json').stdout);
    const looks = shown.looks as { configuration: string; trial: number; accuracy: number }[];
    const selected = new Set(
      shown.stages.map(
        ({ levels, selected: label }: { levels: { label: string; configuration: string }[]; selected: string }) =>
          levels.find((level) => level.label === label)!.configuration,
      ),
    );
    expect(new Set(looks.map(({ configuration }) => configuration))).toEqual(selected);
    expect(looks).toHaveLength(selected.size * 2);
    expect(journal().match(/test_look:/g)).toHaveLength(looks.length);
    // The look is what lenet evaluate finds on those 500 images: a multiple of 1/500.
    for (const { accuracy } of looks) expect(Math.abs(accuracy * 500 - Math.round(accuracy * 500))).toBeLessThan(1e-9);
  });

  test('trials hold no results on the test set', () => {
    const trial = join(out, 'trial-0000');
    const lines = readFileSync(join(trial, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const members = ['epoch', 'train', 'validation', 'seconds', 'run', 'digest'];
    for (const line of lines) expect(Object.keys(line)).toEqual(members);
    const events = readdirSync(trial).find((name) => name.startsWith('events'))!;
    const tags = readFileSync(join(trial, events), 'latin1');
    expect(tags).toContain('validation/acc');
    expect(tags).not.toContain('test/acc');
  });

  test('a second call does not evaluate on the test set again', () => {
    const before = journal().match(/test_look:/g)!.length;
    expect(lenet('study', 'run', held, '--out', out).code).toBe(0);
    expect(journal().match(/test_look:/g)).toHaveLength(before);
  });
});

describe('a single seed', () => {
  test('is judged by the images only, and the report says what is unknown', () => {
    const out = join(home, 'single');
    const { code, stdout } = lenet(...study(out, '--seeds', '1'));
    expect(code).toBe(0);
    expect(stdout).toContain('(this network)');
    expect(stdout.replace(/\s+/g, ' ')).toContain('another seed may reverse it');
  });
});

const python = '/usr/bin/python3';
const hasOptuna = existsSync(python) && spawnSync(python, ['-c', 'import optuna']).status === 0;

describe.skipIf(!hasOptuna)('Optuna (skipped without Debian’s python3-optuna)', () => {
  const script = `
import json, sys, warnings
warnings.filterwarnings("ignore")
import optuna
from optuna.storages import JournalStorage, JournalFileStorage
storage = JournalStorage(JournalFileStorage(sys.argv[1]))
study = optuna.load_study(study_name=sys.argv[2], storage=storage)
print(json.dumps({
  "direction": study.direction.name,
  "best": study.best_value,
  "trials": [{"number": t.number, "state": t.state.name, "value": t.value, "params": t.params, "steps": t.intermediate_values,
              "seed": t.user_attrs.get("seed"), "minutes": t.duration and t.duration.total_seconds() / 60} for t in study.trials],
}))
if len(sys.argv) > 3:
    study.enqueue_trial({"l2": 0.0})
    study.set_user_attr("seen by", "optuna")
`;
  const open = (path: string, ...more: string[]) => {
    const { stdout, stderr, status } = spawnSync(python, ['-c', script, path, 'small', ...more], { encoding: 'utf8' });
    expect([status, stderr.replace(/.*ExperimentalWarning.*\n.*\n/g, '')]).toEqual([
      0,
      expect.not.stringContaining('Error'),
    ]);
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  };

  test('opens the journal and finds every trial, value, step and parameter', () => {
    const seen = open(join(whole, 'study.journal'));
    const shown = JSON.parse(expected.get('show')!);
    expect(seen.direction).toBe('MAXIMIZE');
    expect(seen.trials).toHaveLength(8);
    for (const { number, state, value, params, steps } of seen.trials) {
      expect(state).toBe('COMPLETE');
      expect(Object.keys(steps)).toEqual(['0', '1', '2']);
      expect(steps['2']).toBe(value);
      const { hyperparameters } = JSON.parse(readFileSync(join(whole, `trial-000${number}`, 'config.json'), 'utf8'));
      expect(params).toEqual({
        optimizer: hyperparameters.optimizer,
        learningRate: hyperparameters.learningRate,
        batchSize: hyperparameters.batchSize,
        l2: hyperparameters.l2,
      });
    }
    const scores = shown.stages.flatMap(({ levels }: { levels: { scores: number[] }[] }) =>
      levels.flatMap(({ scores: own }) => own),
    );
    // The journal has the score unrounded.
    expect(seen.best).toBeCloseTo(Math.max(...scores), 9);
  });

  test('reads the declared space, suggests from it, and adds trials that are shown and not changed', () => {
    const out = join(home, 'spaced');
    const spaced = join(home, 'spaced.yaml');
    writeFileSync(
      spaced,
      `name: spaced
protocol: post
data: ${fewImages}
base: { epochs: 1, trainLimit: 200, testLimit: 100 }
random:
  trials: 4
  space:
    learningRate: { low: 1e-4, high: 1e-2, log: true }
    l2: { low: 0, high: 0.35, step: 0.1 }
    batchSize: [25, 50]
    optimizer: [sgd, adam]
    momentum: { low: 0.1, high: 0.9 }
seeds: [1]
`,
    );
    expect(lenet('study', 'run', spaced, '--out', out).code).toBe(0);
    const asking = `
import json, sys
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
from optuna.storages import JournalStorage, JournalFileStorage
study = optuna.load_study(study_name="spaced", storage=JournalStorage(JournalFileStorage(sys.argv[1])))
seen = [{name: [type(d).__name__, d._asdict()] for name, d in t.distributions.items()} for t in study.trials]
params = [t.params for t in study.trials]
for _ in range(3):
    trial = study.ask()
    trial.suggest_float("learningRate", 1e-4, 1e-2, log=True)
    trial.suggest_float("l2", 0, 0.3, step=0.1)
    trial.suggest_int("batchSize", 25, 50)
    if trial.suggest_categorical("optimizer", ["sgd", "adam"]) == "sgd":
        trial.suggest_float("momentum", 0.1, 0.9)
    study.tell(trial, 12.5)
print(json.dumps({"seen": seen, "params": params}))
`;
    const { stdout, stderr, status } = spawnSync(python, ['-W', 'ignore', '-c', asking, join(out, 'study.journal')], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const { seen, params } = JSON.parse(stdout);
    expect(seen).toHaveLength(4);
    for (const [trial, distributions] of seen.entries()) {
      expect(distributions.learningRate).toEqual([
        'FloatDistribution',
        { low: 1e-4, high: 1e-2, log: true, step: null },
      ]);
      expect(distributions.l2).toEqual(['FloatDistribution', { low: 0, high: 0.3, log: false, step: 0.1 }]);
      expect(distributions.batchSize).toEqual(['IntDistribution', { low: 25, high: 50, log: false, step: 1 }]);
      expect(distributions.optimizer).toEqual(['CategoricalDistribution', { choices: ['sgd', 'adam'] }]);
      // Under adam momentum does not count.
      expect('momentum' in distributions).toBe(params[trial].optimizer === 'sgd');
    }
    expect(new Set(params.map(({ optimizer }: { optimizer: string }) => optimizer))).toEqual(new Set(['sgd', 'adam']));
    const before = JSON.parse(lenet('study', 'show', out, '--json').stdout);
    expect(before.foreignTrials).toBe(3);
    expect(lenet('study', 'show', out).stdout).toContain('Trials of other programs, which are left alone: 3.');
    expect(lenet('study', 'run', spaced, '--out', out).code).toBe(0);
    expect(JSON.parse(lenet('study', 'show', out, '--json').stdout)).toEqual(before);
  });

  test('writes into the journal, and our study continues', () => {
    const out = join(home, 'shared');
    cpSync(whole, out, { recursive: true });
    open(join(out, 'study.journal'), 'write');
    expect(open(join(out, 'study.journal')).trials).toHaveLength(8 + 1);
    const { code } = lenet(...study(out, '--seeds', '1,2,3'));
    expect(code).toBe(0);
    expect(open(join(out, 'study.journal')).trials.length).toBeGreaterThan(11);
  }, 60_000);
});

afterAll(() => rmSync(home, { recursive: true }));
