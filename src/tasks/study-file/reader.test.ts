/** The reader works for any table of hyperparameters, not only for our networks. */
import { expect, test } from 'vitest';
import { UsageError } from '../../base/errors.ts';
import { plannedLevels } from '../../study/strategies.ts';
import { studyFileReader } from './reader.ts';

let checks = 0;

/** A task about baking: numbers, a choice, and a flag that counts for one kind of oven only. */
const reader = studyFileReader({
  parameters: {
    oven: { kind: 'choice', default: 'gas', choices: ['gas', 'electric'], sentence: 'What heats' },
    heat: { kind: 'number', default: 180, least: 100, most: 250, sentence: 'Degrees' },
    minutes: { kind: 'integer', default: 40, least: 1, sentence: 'How long' },
    fan: { kind: 'flag', default: false, sentence: 'Moves the air', when: { oven: ['electric'] } },
  },
  synonyms: { temperature: 'heat', duration: 'minutes' },
  objectives: ['score', 'loss'],
  check(name, value, label) {
    if (name === 'heat' && !(typeof value === 'number' && value >= 100 && value <= 250)) {
      throw new UsageError(`${label}: expected 100 to 250 degrees, got ${value}`);
    }
  },
  complete(settings) {
    checks++;
    if (settings.heat === 250 && settings.oven !== 'electric') throw new UsageError('a gas oven burns at 250 degrees');
    return settings;
  },
});
const read = (text: string) => reader.read(`name: bread\nprotocol: held-out\n${text}`, 'f');

test('a task’s hyperparameters can be varied, and its first objective is the default', () => {
  const definition = read('grid: { oven: [gas, electric], fan: [true, false] }');
  expect(definition.objective).toBe('score');
  expect(definition.space.fan!.when).toEqual({ oven: ['electric'] });
  expect(plannedLevels(definition)[0]!.map(({ label }) => label)).toEqual([
    'oven=gas',
    'oven=electric fan=true',
    'oven=electric fan=false',
  ]);
  expect(read('random: { trials: 2, space: { minutes: { low: 1, high: 9 } } }').space).toEqual({
    minutes: { kind: 'int', low: 1, high: 9, step: 1 },
  });
});

test.each([
  ['base: { temperature: 3 }', 'f:3:9: unknown key "temperature" in base; did you mean heat?'],
  ['grid: { heat: [180, 300] }', 'f:3:21: grid.heat.1: expected 100 to 250 degrees, got 300'],
  ['grid: { heat: [180, 250] }', 'f:3:21: a gas oven burns at 250 degrees (with heat=250)'],
  ['grid: { minutes: [0] }', 'f:3:19: grid.minutes.0: expected at least 1, got 0'],
  ['objective: accuracy\ngrid: { heat: [180] }', 'f:3:12: objective: allowed are score, loss, got "accuracy"'],
])('%s is refused', (text, message) => expect(() => read(text)).toThrow(message));

test('a random search is checked without drawing its trials', () => {
  const checksOf = (trials: number) => {
    checks = 0;
    read(
      `random: { trials: ${trials}, space: { oven: [gas, electric], heat: { low: 100, high: 200 }, fan: [true, false] } }`,
    );
    return checks;
  };
  // Checked are the base, the gas oven, and the electric oven with and without fan; heats need one check only.
  expect(checksOf(10_000)).toBe(4);
  expect(checksOf(1)).toBe(4);
});

test('the schema has the task’s hyperparameters', () => {
  const text = JSON.stringify(reader.jsonSchema());
  expect(text).toContain('Moves the air');
  expect(text).not.toContain('learningRate');
});
