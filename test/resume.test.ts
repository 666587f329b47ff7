/** After Ctrl-C, kill -9 at random moments and truncated files, the same command continues to the same bytes. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../src/base/random.ts';
import { ended, freshFolder, killAfter, lenet, small, startLenet } from './lenet.ts';

const options = [...small, '--epochs', '4', '--checkpoint-every', '1', '--seed', '2', '--optimizer', 'nadam'];
const uninterrupted = join(freshFolder(), 'run');
lenet('train', ...options, '--threads', '1', '--out', uninterrupted);
const model = readFileSync(join(uninterrupted, 'model.safetensors'));
const predictions = readFileSync(join(uninterrupted, 'predictions.safetensors'));
const metrics = (folder: string) =>
  readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { seconds: _, digest, ...rest } = JSON.parse(line);
      return rest;
    });

function expectSame(folder: string): void {
  expect(readFileSync(join(folder, 'model.safetensors')).equals(model)).toBe(true);
  expect(readFileSync(join(folder, 'predictions.safetensors')).equals(predictions)).toBe(true);
  expect(metrics(folder)).toEqual(metrics(uninterrupted));
  expect(readdirSync(folder).filter((name) => name.startsWith('events'))).toHaveLength(1);
}

test.each([1, 2, 3, 5])('%i threads give the same model file, byte for byte', (threads) => {
  const out = join(freshFolder(), 'run');
  expect(lenet('train', ...options, '--threads', `${threads}`, '--out', out).code).toBe(0);
  expectSame(out);
});

describe('kill -9 at a random moment, then --resume', () => {
  const random = randomStream(11, 'kill');
  let killed = 0;
  test.each(Array.from({ length: 4 }, (_, i) => i))('round %i', async () => {
    const out = join(freshFolder(), 'run');
    // The same command every time: it starts the run or continues it.
    for (let kills = 0; kills < 5; kills++) {
      const resume = existsSync(join(out, 'config.json')) ? ['--resume'] : [];
      const child = startLenet('train', ...options, '--threads', '2', '--out', out, ...resume);
      const end = ended(child);
      // The first one at its start, the others where there is something to continue from.
      killAfter(kills === 0 ? /Epoch: 0/ : /Epoch: [1-4]/, child, random.below(400));
      const { code, signal } = await end;
      if (signal === 'SIGKILL') {
        killed++;
        continue;
      }
      expect(code).toBe(0);
      break;
    }
    if (!existsSync(join(out, 'config.json'))) lenet('train', ...options, '--out', out);
    else expect(lenet('train', '--resume', '--out', out).code).toBe(0);
    expectSame(out);
  });

  test('some runs were killed before their end', () => expect(killed).toBeGreaterThanOrEqual(8));
});

describe('Ctrl-C', () => {
  test.each([
    ['SIGINT', 130, 'press Ctrl-C again'],
    ['SIGTERM', 143, 'send the signal again'],
    ['SIGHUP', 129, 'send the signal again'],
  ] as const)(
    '%s ends the batch, saves, says how to continue, and the run ends with the same bytes',
    async (signal, exitCode, again) => {
      const out = join(freshFolder(), 'run');
      const child = startLenet('train', ...options, '--checkpoint-every', '0', '--out', out);
      const end = ended(child);
      // The line of the first epoch shows that training has started.
      child.stdout.on('data', (data: Buffer) => {
        if (`${data}`.includes('Epoch: 1 ')) child.kill(signal);
      });
      const { code, stdout, stderr } = await end;
      expect(code).toBe(exitCode);
      expect(stderr).toBe(`Stopping after the current batch; ${again} to stop at once.\n`);
      expect(stdout).toMatch(/Interrupted in epoch [2-4] after batch \d+ of 60; everything is saved\.\n/);
      expect(stdout).toContain(`Continue with: npx lenet train --resume --out ${out}`);
      const resumed = lenet('train', '--resume', '--out', out);
      expect(resumed.code).toBe(0);
      expect(resumed.stdout).toMatch(/Continues in epoch [2-4]/);
      expectSame(out);
    },
  );
});

describe('files damaged by a crash or a person', () => {
  const finished = () => {
    const out = join(freshFolder(), 'run');
    lenet('train', ...options, '--epochs', '2', '--out', out);
    return out;
  };

  test('half a line of metrics and half a record of TensorBoard are cut off', () => {
    const out = finished();
    appendFileSync(join(out, 'metrics.jsonl'), '{"epoch":3,"tra');
    const events = join(out, readdirSync(out).find((name) => name.startsWith('events'))!);
    appendFileSync(events, Uint8Array.of(90, 0, 0));
    writeFileSync(join(out, '.model.safetensors.4711.part'), 'half a model');
    expect(lenet('train', '--resume', '--epochs', '4', '--out', out).code).toBe(0);
    expectSame(out);
    expect(readdirSync(out).filter((name) => name.startsWith('.'))).toEqual([]);
    const clean = join(uninterrupted, readdirSync(uninterrupted).find((name) => name.startsWith('events'))!);
    expect(readFileSync(events).length).toBe(readFileSync(clean).length);
  });

  test('a removed model is written again from the checkpoint', () => {
    const out = finished();
    const before = readFileSync(join(out, 'model.safetensors'));
    unlinkSync(join(out, 'model.safetensors'));
    expect(lenet('train', '--resume', '--out', out).code).toBe(0);
    expect(readFileSync(join(out, 'model.safetensors')).equals(before)).toBe(true);
  });

  test.each([
    [
      'a cut-off checkpoint',
      'checkpoint.safetensors',
      (path: string) => truncateSync(path, 1000),
      'is not a sound safetensors file',
    ],
    [
      'a model in the checkpoint’s place',
      'checkpoint.safetensors',
      (path: string) => writeFileSync(path, model),
      'is no checkpoint of format 2',
    ],
    [
      'a config of a later format',
      'config.json',
      (path: string) => writeFileSync(path, '{"format":3,"version":"9"}'),
      'is not the record of a run of format 1 or 2 (written by version 9)',
    ],
  ])('%s is refused in words', (_, name, damage, message) => {
    const out = finished();
    damage(join(out, name));
    const { code, stderr } = lenet('train', '--resume', '--out', out);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
  });
});

describe('the run folder of a finished trial', () => {
  const folder = freshFolder();
  const file = join(folder, 'tiny.yaml');
  const base = 'base: { epochs: 2, trainLimit: 200, testLimit: 100, batchSize: 50 }';
  writeFileSync(file, `name: tiny\nprotocol: post\n${base}\ngrid: { l2: [0] }\nseeds: [1, 2]\n`);
  const study = join(folder, 'tiny');
  const trial = join(study, 'trial-0000');
  const results = () =>
    ['model.safetensors', 'predictions.safetensors'].map((name) => readFileSync(join(trial, name)).toString('base64'));
  const begun = lenet('study', 'run', file, '--jobs', '1', '--out', study);
  const sound = results();
  const shown = lenet('study', 'show', study, '--json').stdout;

  const flip = (name: string) => {
    const bytes = readFileSync(join(trial, name));
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(join(trial, name), bytes);
  };
  test.each([
    ['predictions that are lost, too', () => unlinkSync(join(trial, 'predictions.safetensors'))],
    ['damaged predictions', () => flip('predictions.safetensors')],
    ['damaged metrics', () => flip('metrics.jsonl')],
    ['a damaged record', () => flip('config.json')],
    ['a lost record', () => unlinkSync(join(trial, 'config.json'))],
  ])('without its model and with %s is made again, to the same bytes', (_, damage) => {
    expect(begun.code).toBe(0);
    unlinkSync(join(trial, 'model.safetensors'));
    damage();
    expect(lenet('study', 'run', file, '--jobs', '1', '--out', study)).toMatchObject({ code: 0, stderr: '' });
    expect(results()).toEqual(sound);
    expect(lenet('study', 'show', study, '--json').stdout).toBe(shown);
  });

  test('is made again where it holds another trial’s run', () => {
    const other = join(study, 'trial-0001');
    for (const name of readdirSync(trial)) unlinkSync(join(trial, name));
    for (const name of readdirSync(other)) copyFileSync(join(other, name), join(trial, name));
    const { code, stdout } = lenet('study', 'run', file, '--jobs', '1', '--out', study);
    expect(stdout).toMatch(/trial 0 is made again: .*trial-0000/);
    expect(code).toBe(0);
    expect(results()).toEqual(sound);
    expect(lenet('study', 'show', study, '--json').stdout).toBe(shown);
  });
});
