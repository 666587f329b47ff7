/** Two commands on one folder: the second is refused. The lock of a killed or suspended process is taken over. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { raceForLock } from '../bench/lock-trial.mjs';
import { JournalFile } from '../src/store/journal-file.ts';
import { decodeModel, encodeModel } from '../src/train/checkpoint.ts';
import { command, ended, freshFolder, lenet, small, startLenet } from './lenet.ts';

const tiny = ['--train-limit', '300', '--test-limit', '100', '--batch-size', '50'];
const children: { kill(signal: NodeJS.Signals): boolean }[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a long training and waits until its first epoch is recorded. */
async function working(out: string) {
  const child = startLenet('train', ...small, '--epochs', '100000', '--checkpoint-every', '1', '--out', out);
  children.push(child);
  const end = ended(child);
  while (!existsSync(join(out, 'checkpoint.safetensors'))) await wait(50);
  return { child, end };
}

describe('with eight processes that want one lock, one at a time holds it', () => {
  const some = { processes: 8, writes: 4, pauseMs: 3, staleMs: 15_000, isContainer: false };
  test('undisturbed', async () => {
    const found = await raceForLock({ ...some, turns: 40 });
    expect(found).toMatchObject({ overlaps: 0, lost: 0 });
    expect(found.writes).toBeGreaterThanOrEqual(160);
  });

  test('while processes are killed', async () => {
    const found = await raceForLock({ ...some, turns: 20, disturb: 'kill' });
    expect(found).toMatchObject({ overlaps: 0, lost: 0 });
    expect(found.kills).toBeGreaterThan(0);
  });

  test('while holders are suspended and lose the lock: a holder stops before its next write', async () => {
    const found = await raceForLock({
      ...some,
      processes: 3,
      writes: 20,
      pauseMs: 20,
      staleMs: 3000,
      turns: 3,
      disturb: 'suspend',
      disturbMs: 300,
    });
    expect(found.overlaps).toBe(0);
    expect(found.suspensions).toBeGreaterThan(0);
    expect(found.lost).toBeGreaterThan(0);
  });
});

test('one process trains a run: a second is refused with the first one’s name, and after kill -9 the run is resumed at once', async () => {
  const out = join(freshFolder(), 'run');
  const { child, end } = await working(out);
  const refused = lenet('train', '--resume', '--out', out);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    new RegExp(`^error: process ${child.pid} on this machine \\(since .*\\) is working in ${out};`),
  );
  expect(lenet('train', ...tiny, '--out', out)).toMatchObject({ code: 2 });
  child.kill('SIGKILL');
  await end;
  const resumed = startLenet('train', '--resume', '--out', out);
  const resumedEnd = ended(resumed);
  const before = performance.now();
  // Wait only for the first lines of its output.
  await new Promise((resolve) => resumed.stdout.once('data', resolve));
  expect(performance.now() - before).toBeLessThan(14_000);
  resumed.kill('SIGINT');
  expect(await resumedEnd).toMatchObject({ code: 130 });
  expect(existsSync(join(out, 'run.lock'))).toBe(false);
});

test('a process whose run was taken over stops without a write and names the new holder', async () => {
  const out = join(freshFolder(), 'run');
  const { child, end } = await working(out);
  child.kill('SIGSTOP');
  // Another process takes over a lock after 15 seconds without a heartbeat, by one rename.
  const lock = join(out, 'run.lock');
  const [token] = readdirSync(lock);
  const sign = JSON.parse(readFileSync(join(lock, token!), 'utf8'));
  const taker = crypto.randomUUID();
  renameSync(join(lock, token!), join(lock, taker));
  writeFileSync(join(lock, taker), JSON.stringify({ ...sign, token: taker, pid: 7, host: 'container-b' }));
  const contents = () =>
    readdirSync(out)
      .filter((name) => name !== 'run.lock' && !name.endsWith('.part'))
      .map((name) => [name, readFileSync(join(out, name)).toString('base64')]);
  const before = contents();
  child.kill('SIGCONT');
  const { code, stderr } = await end;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: process 7 on container-b \(since .*\) has taken over the run in /m);
  expect(contents()).toEqual(before);
  // The lock of the new holder is not touched.
  expect(readdirSync(lock)).toEqual([taker]);
});

const study = (epochs: number) =>
  `name: small\nprotocol: post\nbase: { epochs: ${epochs}, trainLimit: 300, testLimit: 100, batchSize: 50 }\ngrid: { l2: [0, 1e-4] }\nseeds: 1\n`;

test('a study and a run in one of its trials exclude each other', async () => {
  const folder = freshFolder();
  const file = join(folder, 'small.yaml');
  writeFileSync(file, study(100_000));
  const out = join(folder, 'study');
  const child = startLenet('study', 'run', file, '--out', out);
  children.push(child);
  const end = ended(child);
  const trial = join(out, 'trial-0000');
  while (!existsSync(join(trial, 'checkpoint.safetensors'))) await wait(50);
  const refused = lenet('train', '--resume', '--out', trial);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`process ${child.pid} on this machine`);
  const second = lenet('study', 'run', file, '--out', out);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(`^error: process ${child.pid} on this machine .* is working on the study in ${out};`),
  );
  expect(lenet('study', 'show', out).stdout).toContain(
    `A process is working on the study (process ${child.pid} on this machine`,
  );
  expect(lenet('train', ...tiny, '--out', out).stderr).toContain('holds a study');
  child.kill('SIGKILL');
  await end;
});

test('a study runs where the disk has no hard links', () => {
  const folder = freshFolder();
  const without = join(folder, 'without-links.mjs');
  writeFileSync(
    without,
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
fs.linkSync = () => { throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' }); };
syncBuiltinESMExports();
`,
  );
  const file = join(folder, 'small.yaml');
  writeFileSync(file, study(1));
  const args = ['--import', without, command, 'study', 'run', file, '--out', join(folder, 'study')];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

const optuna = 'from optuna.storages._journal.file import *';
const hasOptuna = spawnSync('/usr/bin/python3', ['-c', optuna]).status === 0;
test.skipIf(!hasOptuna).each(['JournalFileSymlinkLock', 'JournalFileOpenLock'])(
  'Optuna with its %s and we append to one journal at the same time, and no line is lost or cut (skipped without Optuna)',
  async (kind) => {
    const folder = freshFolder();
    const program = `${optuna}
storage = JournalFileStorage('study.journal', ${kind}('study.journal'))
for i in range(300): storage.append_logs([{'optuna': i, 'text': 'x' * 500}])`;
    // A path of its own folder, so that Optuna's link leads nowhere from ours.
    const child = spawn('/usr/bin/python3', ['-c', program], { cwd: folder, stdio: 'inherit' });
    children.push(child);
    const end = new Promise((resolve) => child.on('exit', resolve));
    const path = join(folder, 'study.journal');
    while (!existsSync(path)) await wait(5);
    const journal = new JournalFile(path);
    for (let i = 0; i < 300; i++) {
      journal.append(() => [JSON.stringify({ ours: i, text: 'y'.repeat(500) })]);
      if (i % 20 === 0) await wait(1);
    }
    expect(await end).toBe(0);
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const numbers = Array.from({ length: 300 }, (_, i) => i);
    expect(lines.filter((line) => 'ours' in line).map(({ ours }) => ours)).toEqual(numbers);
    expect(lines.filter((line) => 'optuna' in line).map(({ optuna: number }) => number)).toEqual(numbers);
    expect(readdirSync(folder)).toEqual(['study.journal']);
  },
);

const canUnshare = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0;
test.skipIf(!canUnshare)(
  'process numbers of another PID namespace are not compared with ours (skipped where unshare is refused)',
  async () => {
    const out = join(freshFolder(), 'run');
    const train = ['train', ...small, '--epochs', '100000', '--out', out];
    const inside = spawn(
      'unshare',
      ['--pid', '--fork', '--kill-child', '--mount-proc', process.execPath, command, ...train],
      { stdio: 'ignore' },
    );
    children.push(inside);
    while (!existsSync(join(out, 'metrics.jsonl'))) await wait(50);
    // Number 1 there and here are different processes, and this one lives: its heartbeat is seen.
    const refused = lenet('train', '--resume', '--out', out);
    expect(refused.stderr).toMatch(/^error: process 1 on this machine .* is working in/);
    expect(refused.code).toBe(1);
    inside.kill('SIGKILL');
    await wait(500);
    // A process here cannot tell that the holder has ended, so it waits until the heartbeat is too old.
    const resumed = startLenet('train', '--resume', '--out', out);
    const end = ended(resumed);
    await new Promise((resolve) => resumed.stdout.once('data', resolve));
    resumed.kill('SIGINT');
    expect((await end).stderr).toContain('waiting up to 15 seconds for a heartbeat');
  },
);

describe('a start that is refused or fails leaves no file or folder', () => {
  const data = mkdtempSync(join(tmpdir(), 'lenet-data-'));
  const idx = (magic: number, sizes: number[], bytes: number) => {
    // The digits 0 to 9 in turn: labels of one class alone are refused.
    const file = Buffer.from(Array.from({ length: 4 + 4 * sizes.length + bytes }, (_, at) => at % 10));
    for (const [i, word] of [magic, ...sizes].entries()) file.writeUInt32BE(word, 4 * i);
    return file;
  };
  // Images of 8 x 8 are too small for the network.
  for (const [set, count] of [
    ['train', 60],
    ['t10k', 20],
  ] as const) {
    writeFileSync(join(data, `${set}-images-idx3-ubyte`), idx(0x803, [count, 8, 8], count * 64));
    writeFileSync(join(data, `${set}-labels-idx1-ubyte`), idx(0x801, [count], count));
  }
  const weights = join(data, 'weights.safetensors');
  writeFileSync(weights, 'no weights');

  test.each<[string, string[], number, string]>([
    ['images that are too small', ['--data', data], 2, 'does not fit'],
    ['no data', ['--data', join(data, 'none')], 1, 'does not exist'],
    ['damaged weights', [...tiny, '--init', weights], 1, 'is not a sound safetensors file'],
    ['batches larger than the set', ['--train-limit', '100', '--batch-size', '101'], 2, '--batch-size'],
    ['more images than there are', ['--test-limit', '10001'], 2, '--test-limit'],
    [
      'a loss that is no number from the start',
      [...tiny, '--learning-rate', '1e-3', '--init', join(data, 'huge.safetensors')],
      1,
      'diverged',
    ],
  ])('%s', (_, options, code, message) => {
    const folder = freshFolder();
    if (options.includes(join(data, 'huge.safetensors'))) {
      // Weights so large that their products are infinite.
      lenet('train', ...tiny, '--epochs', '0', '--out', join(data, 'huge-run'));
      const path = join(data, 'huge-run', 'model.safetensors');
      const { tensors, record } = decodeModel(readFileSync(path), path);
      const { digest: _, ...origin } = Object.fromEntries(record);
      const huge = [...tensors].map(
        ([name, { shape, data }]) => [name, { shape, data: data.map(() => 1e30) }] as const,
      );
      writeFileSync(join(data, 'huge.safetensors'), encodeModel(new Map(huge), origin));
    }
    const result = lenet('train', ...options, '--out', join(folder, 'deep', 'run'));
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
    // A folder that was there before stays, as it was.
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'note.txt'), 'keep');
    expect(lenet('train', ...options, '--out', join(folder, 'mine')).code).toBe(code);
    expect(readdirSync(join(folder, 'mine'))).toEqual(['note.txt']);
  });

  test.each<[string, string, string[], string]>([
    ['images that are too small', 'base: { epochs: 1 }', ['--data', data], 'does not fit'],
    [
      'looks at more test images than there are',
      'base: { epochs: 1, testLimit: 10001 }',
      [],
      'testLimit: there are 10000',
    ],
    ['Nesterov without momentum', 'base: { optimizer: sgd, nesterov: true }', [], 'momentum above 0'],
    ['batches larger than the set', 'base: { trainLimit: 100, batchSize: 101 }', [], 'batchSize: expected at most 100'],
  ])('a study of %s', (_, base, options, message) => {
    const folder = freshFolder();
    const file = join(folder, 'study.yaml');
    writeFileSync(file, `name: s\nprotocol: held-out\n${base}\ngrid: { l2: [0, 1e-4] }\nseeds: 1\n`);
    const result = lenet('study', 'run', file, ...options, '--out', join(folder, 'out'));
    expect(result.stderr).toContain(message);
    expect(result.code).toBe(2);
    expect(readdirSync(folder)).toEqual(['study.yaml']);
  });
});

describe('names of folders', () => {
  test('runs that start in the same second get a folder each', async () => {
    const cwd = freshFolder();
    const runs = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(process.execPath, [command, 'train', ...tiny, '--epochs', '0'], {
          cwd,
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        children.push(child);
        return ended(child);
      }),
    );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const folders = readdirSync(join(cwd, 'runs'));
    expect(folders).toHaveLength(4);
    for (const name of folders) expect(readdirSync(join(cwd, 'runs', name))).toContain('model.safetensors');
  });

  test.each([
    ['train', '--out'],
    ['train', '--data'],
    ['train', '--init'],
    ['study run post', '--out'],
    ['study run post', '--data'],
    ['study export x --csv', '--out'],
    ['describe lenet5', '--svg'],
  ])('%s %s with an empty path is refused', (name, option) => {
    expect(lenet(...name.split(' '), option, '')).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${option}: expected a path, got ""\n`,
    });
  });

  test('a run with relative paths can be resumed from another folder', () => {
    const cwd = freshFolder();
    const run = (folder: string, ...args: string[]) =>
      spawnSync(process.execPath, [command, ...args], { cwd: folder, encoding: 'utf8' });
    mkdirSync(join(cwd, 'data'));
    const images = Buffer.alloc(16 + 40 * 784, 7);
    for (const [i, word] of [0x803, 40, 28, 28].entries()) images.writeUInt32BE(word, 4 * i);
    const labels = Buffer.from(Array.from({ length: 8 + 40 }, (_, at) => at % 10));
    for (const [i, word] of [0x801, 40].entries()) labels.writeUInt32BE(word, 4 * i);
    for (const set of ['train', 't10k']) {
      writeFileSync(join(cwd, 'data', `${set}-images-idx3-ubyte`), images);
      writeFileSync(join(cwd, 'data', `${set}-labels-idx1-ubyte`), labels);
    }
    expect(run(cwd, 'train', '--data', 'data', '--batch-size', '10', '--epochs', '1', '--out', 'run').status).toBe(0);
    const resume = ['train', '--resume', '--epochs', '2', '--out', join(cwd, 'run')];
    expect(run(tmpdir(), ...resume)).toMatchObject({ status: 0, stderr: '' });
    renameSync(join(cwd, 'data'), join(cwd, 'moved'));
    const lost = run(tmpdir(), ...resume.with(3, '3'));
    expect(lost.stderr).toMatch(
      /^error: the data folder .*\/data, .* does not exist; name its place now with --data\n$/,
    );
    expect(lost.status).toBe(1);
    expect(run(cwd, ...resume.with(3, '3'), '--data', 'moved').status).toBe(0);
    // The new path is recorded.
    expect(run(tmpdir(), ...resume.with(3, '4')).status).toBe(0);
  });
});
