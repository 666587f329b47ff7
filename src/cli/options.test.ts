/** The suggestions for unknown options. */
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import { hyperparameterOptions, readHyperparameters, SuggestingCommand, suggestOption } from './options.ts';

function answerTo(args: readonly string[]): string {
  let written = '';
  const program = new SuggestingCommand('lenet')
    .version('1')
    .exitOverride()
    .configureOutput({
      outputError: (text) => {
        written += text;
      },
    });
  const train = program
    .command('train')
    .option('--out <dir>')
    .action(() => {});
  for (const option of hyperparameterNames.flatMap(hyperparameterOptions)) train.addOption(option);
  expect(() => program.parse(args, { from: 'user' })).toThrow(CommanderError);
  return written;
}

describe('an unknown option suggests the one that was meant', () => {
  test.each([
    ['--lr', '--learning-rate'],
    ['--lr=1e-3', '--learning-rate'],
    ['--learning_rate', '--learning-rate'],
    ['--learningRate', '--learning-rate'],
    ['--eta', '--learning-rate'],
    ['--wd', '--weight-decay'],
    ['--bs', '--batch-size'],
    ['--batch_size', '--batch-size'],
    ['--momentun', '--momentum'],
    ['--opt', '--optimizer'],
    ['--nepochs', '--epochs'],
    ['--no-shufle', '--no-shuffle'],
    ['--ot', undefined],
    ['--dropout', undefined],
  ])('%s: %s', (given, meant) => {
    const hint = meant === undefined ? '' : `\n(Did you mean ${meant}?)`;
    expect(answerTo(['train', given, '1'])).toBe(`error: unknown option '${given}'${hint}\n`);
  });

  test('l2 is never suggested for lr, even where there is no learning rate', () => {
    expect(suggestOption('--lr', ['--l2', '--out'])).toBeUndefined();
  });

  test('options of the parent commands are suggested, too', () => {
    expect(answerTo(['train', '--vresion'])).toContain('(Did you mean --version?)');
  });
});

test('a flag can be set and unset, since a recipe may have set it; the last one counts', () => {
  const read = (...args: string[]) => {
    const train = new SuggestingCommand('train').action(() => {});
    for (const option of hyperparameterNames.flatMap(hyperparameterOptions)) train.addOption(option);
    train.parse(args, { from: 'user' });
    const { values, given } = readHyperparameters(train.opts(), (name) => train.getOptionValueSource(name));
    return [values.decayBiases, given.has('decayBiases'), values.nesterov, given.has('nesterov')];
  };
  expect(read()).toEqual([true, false, false, false]);
  expect(read('--no-decay-biases', '--optimizer', 'sgd', '--nesterov')).toEqual([false, true, true, true]);
  expect(read('--decay-biases', '--no-nesterov')).toEqual([true, true, false, true]);
  expect(read('--no-decay-biases', '--decay-biases')).toEqual([true, true, false, false]);
});
