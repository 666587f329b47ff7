/** Recipe files: those that ship, what overrides them, and mistakes with their places. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { canonicalSettings, completeSettings } from './configuration.ts';
import { completeHyperparameters, type HyperparameterName } from './hyperparameters.ts';
import { overRecipe, parseRecipeFile } from './recipe-file.ts';
import { parseStudyFile } from './study-file.ts';

const folder = new URL('../../../recipes/', import.meta.url);
const recipe = (name: string) => parseRecipeFile(readFileSync(new URL(`${name}.yaml`, folder), 'utf8'), name);
const names = readdirSync(folder).map((file) => file.replace(/\.yaml$/, ''));

test.each(names)('%s is sound: its name is that of its file, its settings fit each other', (name) => {
  const found = recipe(name);
  expect(found.name).toBe(name);
  expect(found.sentence).toMatch(/^[A-Z].*[^.]$/);
  expect(() => completeSettings(found.settings)).not.toThrow();
});

test('the baseline is what lenet train does without options', () => {
  expect(canonicalSettings(recipe('baseline').settings)).toEqual({});
});

describe('options override a recipe', () => {
  const over = (name: string, own: Readonly<Partial<Record<HyperparameterName, unknown>>>) =>
    overRecipe(recipe(name), {
      values: completeHyperparameters(own),
      given: new Set(Object.keys(own) as HyperparameterName[]),
    });

  test('and leave its other settings', () => {
    const { hyperparameters, given } = over('one-epoch', { epochs: 2, warmUp: 0, seed: 7 });
    expect(hyperparameters).toMatchObject({ epochs: 2, warmUp: 0, seed: 7, optimizer: 'adamw', labelSmoothing: 0.1 });
    expect(given.has('weightDecay') && given.has('seed') && !given.has('l2')).toBe(true);
  });

  test('and drop those that no longer count', () => {
    const { hyperparameters, given } = over('one-epoch', { optimizer: 'sgd', momentum: 0.9 });
    expect(hyperparameters).toMatchObject({ optimizer: 'sgd', momentum: 0.9, weightDecay: 0, beta2: 0.999 });
    expect(hyperparameters).toMatchObject({ schedule: 'linear', warmUp: 0.1 });
    expect(given.has('weightDecay')).toBe(false);
  });
});

describe('a study names a recipe in its base', () => {
  const study = (base: string) =>
    parseStudyFile(`name: x\nprotocol: held-out\nbase: ${base}\nstages: [{ batchSize: [32, 64] }]\n`, 'f', {
      recipe: (name) => {
        if (names.includes(name)) return recipe(name);
        throw new UsageError(`unknown recipe "${name}"`);
      },
    });

  test('whose settings stand in its definition, with the file’s over them', () => {
    expect(study('{ recipe: one-epoch, warmUp: 0.2, trainLimit: 100 }').base).toEqual({
      ...recipe('one-epoch').settings,
      warmUp: 0.2,
      trainLimit: 100,
    });
    expect(study('{ recipe: one-epoch, optimizer: nadam }').base).not.toHaveProperty('weightDecay');
  });

  test('and hears of an unknown one where it stands', () => {
    expect(() => study('{ recipe: one-epcoh }')).toThrow('f:3:17: unknown recipe "one-epcoh"');
    expect(() => study('{ recipe: 1 }')).toThrow('f:3:17: base.recipe: expected text, got 1; write "1" in quotes');
    expect(() => study('{ recpie: one-epoch }')).toThrow('unknown key "recpie" in base; did you mean recipe?');
  });
});

test('a recipe may have teachers', () => {
  const text = 'name: x\nsentence: X\nsettings: {}\n';
  expect(parseRecipeFile(text, 'f')).not.toHaveProperty('distill');
  const distill = { teachers: ['a', 'b'], temperature: 3, weight: 0.5 };
  expect(parseRecipeFile(`${text}distill: { teachers: [a, b], temperature: 3, weight: 0.5 }\n`, 'f').distill).toEqual(
    distill,
  );
});

test.each([
  ['', 'f:1:1: the file is empty: a recipe needs name, sentence and settings'],
  ['name: x\nsentence: X\n', 'settings is missing: give a map'],
  ['name: x\nsentence: X\nsettings: { lr: 1 }\n', 'f:3:13: unknown key "lr" in settings; did you mean learningRate?'],
  ['name: x\nsentence: X\nsettings: {}\ndistill: { weight: 2 }\n', 'distill.teachers is missing: give a list'],
  [
    'name: x\nsentence: X\nsettings: {}\ndistill: { teachers: [a], weight: 2 }\n',
    'f:4:35: distill.weight: expected at most 1, got 2',
  ],
  ['name: x\nsentence: X\nsettings: { seed: 1 }\n', 'unknown key "seed" in settings'],
  ['name: x\nsentence: X\nsettings: { momentum: 0.9 }\n', 'f:3:23: momentum 0.9 is for optimizer sgd only'],
  ['name: x\nsentence: X\nsettings: { warmUp: 1 }\n', 'f:3:21: settings.warmUp: expected a number from 0 to 0.99999'],
])('refused: %j', (text, message) => {
  expect(() => parseRecipeFile(text, 'f')).toThrow(UsageError);
  expect(() => parseRecipeFile(text, 'f')).toThrow(message);
});
