/** The files that finished trials keep; lost files, damaged files and files of another trial are noticed. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeModel, encodeModel } from '../src/train/checkpoint.ts';
import { ended, freshFolder, lenet, startLenet } from './lenet.ts';

const home = freshFolder();
const file = join(home, 'small.yaml');
const text = `name: small
protocol: held-out
base: { epochs: 1, trainLimit: 500, testLimit: 200, batchSize: 25, learningRate: 1e-3 }
stages:
  - l2: [0, 1e-2]
seeds: [1, 2]
`;
writeFileSync(file, text);
const whole = join(home, 'whole');
const study = (out: string, ...more: string[]) => ['study', 'run', file, '--out', out, '--jobs', '1', ...more];
const first = lenet(...study(whole));
const folders = ['trial-0000', 'trial-0001', 'trial-0002', 'trial-0003'];
const parts = ['model.safetensors', 'predictions.safetensors'];
const bytes = (out: string) =>
  new Map(
    folders.flatMap((name) => parts.map((part) => [`${name}/${part}`, readFileSync(join(out, name, part), 'base64')])),
  );
const expected = bytes(whole);
const shown = (out: string) => JSON.parse(lenet('study', 'show', out, '--json').stdout);
const winners: number[] = shown(whole).looks.map(({ trial }: { trial: number }) => trial);
const losers = [0, 1, 2, 3].filter((trial) => !winners.includes(trial));
const folderOf = (trial: number) => folders[trial]!;

function copy(): string {
  const out = join(freshFolder(), 'study');
  cpSync(whole, out, { recursive: true });
  return out;
}

test('finished trials keep the model and the answers, but no checkpoint', () => {
  expect([first.code, first.stderr, winners.length]).toEqual([0, '', 2]);
  for (const name of folders) {
    const found = readdirSync(join(whole, name)).filter((entry) => !entry.startsWith('events'));
    expect(found.sort()).toEqual(['config.json', 'metrics.jsonl', 'model.safetensors', 'predictions.safetensors']);
  }
});

test('lost, damaged and foreign files are made again to the same bytes, with a message', () => {
  const out = copy();
  rmSync(join(out, folderOf(0), 'predictions.safetensors'));
  // Swapped answers, a foreign model, a damaged model.
  cpSync(join(whole, folderOf(3), 'predictions.safetensors'), join(out, folderOf(1), 'predictions.safetensors'));
  cpSync(join(whole, folderOf(3), 'model.safetensors'), join(out, folderOf(2), 'model.safetensors'));
  writeFileSync(join(out, folderOf(3), 'model.safetensors'), 'x');
  const { code, stdout, stderr } = lenet(...study(out));
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('trial 0 is made again: predictions.safetensors is lost');
  expect(stdout).toMatch(
    /trial 1 is made again: .*predictions.safetensors belongs to another run \(\w{16}; here is \w{16}\)/,
  );
  expect(stdout).toMatch(/trial 2 is made again: .*model.safetensors belongs to another run .*: (l2|seed) /);
  expect(stdout).toMatch(/trial 3 is made again: .*model.safetensors is not a sound safetensors file/);
  expect(bytes(out)).toEqual(expected);
});

test('the report does not draw another trial’s answers', () => {
  const out = copy();
  const [winner] = winners;
  cpSync(
    join(whole, folderOf(losers[0]!), 'predictions.safetensors'),
    join(out, folderOf(winner!), 'predictions.safetensors'),
  );
  expect(lenet('study', 'report', out).code).toBe(0);
  const report = readFileSync(join(out, 'report.md'), 'utf8');
  expect(readFileSync(join(whole, 'report.md'), 'utf8')).toContain('Confusion matrix');
  expect(report).not.toContain('Confusion matrix');
  expect(report).toMatch(/pictures are left out.*belongs to another run/);
});

test('a model is evaluated on the test set only if it gives the result in the journal', () => {
  const out = copy();
  const journal = readFileSync(join(out, 'study.journal'), 'utf8');
  const before = journal.split('\n').filter((line) => line !== '');
  const looks = before.filter((line) => line.includes('test_look:'));
  // As if the process had been killed before the looks at the test set, its last step.
  writeFileSync(
    join(out, 'study.journal'),
    before
      .slice(0, -looks.length)
      .map((line) => `${line}\n`)
      .join(''),
  );
  // A file with the trial's origin and a valid digest, but with other weights.
  const [winner] = winners;
  const path = join(out, folderOf(winner!), 'model.safetensors');
  const { tensors, record } = decodeModel(readFileSync(path), path);
  const { digest: _, ...origin } = Object.fromEntries(record);
  const weights = new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 0) }]));
  writeFileSync(path, encodeModel(weights, origin));
  const { code, stdout } = lenet(...study(out));
  expect(code).toBe(0);
  expect(stdout).toMatch(
    new RegExp(`trial ${winner} is made again: .*(recorded in the journal|does not give the predictions)`),
  );
  expect(bytes(out)).toEqual(expected);
  expect(shown(out).looks).toEqual(shown(whole).looks);
});

test('with keep: winners other files are dropped; commands that need them say how to make them again', () => {
  const out = copy();
  const keeping = join(out, '..', 'keeping.yaml');
  writeFileSync(keeping, `${text}keep: winners\n`);
  const run = (...more: string[]) => lenet('study', 'run', keeping, '--out', out, '--jobs', '1', ...more);
  expect(run().code).toBe(0);
  const have = () => folders.filter((name) => parts.every((part) => existsSync(join(out, name, part))));
  expect(have()).toEqual(winners.map(folderOf));
  // Nothing is lost, so nothing is made again.
  expect(run().stdout).not.toContain('made again');
  const [loser] = losers;
  const folder = join(out, folderOf(loser!));
  for (const args of [
    ['evaluate', folder],
    ['predict', folder, 'x.png'],
  ]) {
    const { code, stderr } = lenet(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(`the model of trial ${loser} was dropped to save room (keep: winners)`);
    expect(stderr).toContain(`--keep ${loser}`);
  }
  const resumed = lenet('train', '--resume', '--out', folder);
  expect(resumed.code).toBe(2);
  expect(resumed.stderr).toContain(`trial ${loser} of a study, which has ended and keeps no checkpoint`);
  const told = /npx lenet (study run .*)\n/.exec(lenet('evaluate', folder).stderr)![1]!;
  const again = lenet(...told.split(' ').map((word) => word.replaceAll('"', '')));
  expect(again.stdout).toContain(`trial ${loser} is made again: it was dropped`);
  expect(have()).toEqual([...winners, loser!].sort().map(folderOf));
  for (const part of parts) {
    expect(readFileSync(join(folder, part), 'base64')).toBe(expected.get(`${folderOf(loser!)}/${part}`));
  }
  expect(lenet(...study(out)).code).toBe(0);
  expect(bytes(out)).toEqual(expected);
});

test.each(['study.journal', ''])('removing it during a study ends the study with one line: %s', async (removed) => {
  const out = join(freshFolder(), 'study');
  const child = startLenet(...study(out, '--seeds', '1,2,3,4,5,6,7,8'));
  const end = ended(child);
  await new Promise<void>((resolve) =>
    child.stdout.on('data', (data: Buffer) => /^trial \d+:/m.test(`${data}`) && resolve()),
  );
  // The study may write into the folder while it is being removed.
  rmSync(join(out, removed), { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
  const { code, stderr } = await end;
  expect(stderr).toMatch(/^error: [^\n]*(was removed|does not exist)[^\n]*\n$/);
  expect(code).toBe(1);
  expect(existsSync(join(out, 'study.journal'))).toBe(false);
});
