/** What the command line refuses before any work: unknown commands, missing folders, empty paths, impossible numbers. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { freshFolder, lenet, lenetIn } from './lenet.ts';

const home = freshFolder();

function expectRefusal(args: readonly string[], code: number, message: string): void {
  const result = lenet(...args);
  expect([result.code, result.stdout, result.stderr]).toEqual([code, '', `error: ${message}\n`]);
}

describe('unknown commands', () => {
  test.each(['help foo', 'help study foo', 'study help foo', 'foo --help', 'study foo --help', 'foo'])(
    'lenet %s',
    (line) => expectRefusal(line.split(' '), 2, "unknown command 'foo'"),
  );

  test('the nearest command is suggested', () =>
    expectRefusal(['help', 'tran'], 2, "unknown command 'tran'\n(Did you mean train?)"));

  test('lenet help shows the help of the command that is named', () => {
    expect(lenet('help', 'study', 'list').stdout).toMatch(/^Usage: lenet study list /);
    expect(lenet('help', 'train').stdout).toMatch(/^Usage: lenet train /);
    expect(lenet('help').stdout).toBe(lenet('--help').stdout);
  });
});

describe('lenet study list', () => {
  test('of a folder that does not exist: 1', () =>
    expectRefusal(['study', 'list', `${home}/none`], 1, `cannot read the folder ${home}/none: it does not exist`));

  test('of the default folder before the first study: 0', () => {
    const { code, stdout } = lenetIn(home, 'study', 'list');
    expect([code, stdout]).toEqual([0, 'There are no studies in "runs". Start one with: npx lenet study run post\n']);
  });
});

describe('empty paths end with 2', () => {
  test.each([
    [['evaluate', ''], 'model: expected a path, got ""'],
    [['evaluate', ' '], 'model: expected a path, got " "'],
    [['evaluate', 'run', '--data', ''], '--data: expected a path, got ""'],
    [['predict', '', 'digit.png'], 'model: expected a path, got ""'],
    [['predict', 'run', 'digit.png', ''], 'images: expected a path, got ""'],
    [['study', 'run', ''], 'study: expected a path, got ""'],
    [['study', 'show', ''], 'dir: expected a path, got ""'],
    [['study', 'list', ''], 'dir: expected a path, got ""'],
    [['study', 'compare', '', 'C1', 'C2'], 'dir: expected a path, got ""'],
    [['study', 'export', '', '--csv'], 'dir: expected a path, got ""'],
    [['study', 'report', ''], 'dir: expected a path, got ""'],
  ])('%j', (args, message) => expectRefusal(args, 2, message));
});

describe('numbers that are too large or too small', () => {
  const large = 'is too large for a number; the largest is about 1.8e308';
  const most = 'to 9007199254740991, got 99999999999999999999';
  test.each([
    [['--seed', '99999999999999999999'], `--seed: expected an integer from 0 ${most}`],
    [['--train-limit', '99999999999999999999'], `--train-limit: expected an integer from 1 ${most}`],
    [['--checkpoint-every', '99999999999999999999'], `--checkpoint-every: expected an integer from 0 ${most}`],
    [['--learning-rate', '1e400'], `--learning-rate: 1e400 ${large}`],
    [['--epochs', '1e400'], `--epochs: 1e400 ${large}`],
    [['--threads', '1e400'], `--threads: 1e400 ${large}`],
    [
      ['--learning-rate', '1e-400'],
      '--learning-rate: 1e-400 is too small for a number; the smallest above 0 is about 5e-324',
    ],
  ])('lenet train %j', (args, message) => expectRefusal(['train', ...args], 2, message));
});

describe('a path through a file ends with 1', () => {
  const file = `${home}/file`;
  writeFileSync(file, '');
  test.each([
    [['train', '--out', file], `cannot make the folder ${file}: a file is there`],
    [['train', '--out', `${file}/run`], `cannot make the folder ${file}/run: a part of its path is not a folder`],
    [['study', 'run', 'post', '--out', file], `cannot make the folder ${file}: a file is there`],
    [['study', 'list', file], `cannot read the folder ${file}: a part of its path is not a folder`],
  ])('%j', (args, message) => expectRefusal(args, 1, message));

  test('describe --svg', () => {
    const { code, stderr } = lenet('describe', 'lenet5', '--svg', `${file}/net.svg`);
    expect([code, stderr]).toEqual([1, `error: cannot write ${file}/net.svg: a part of its path is not a folder\n`]);
  });
});
