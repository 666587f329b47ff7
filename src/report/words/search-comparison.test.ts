/** Two configurations of a search beside each other; those of other studies: comparison.test.ts. */
import { expect, test } from 'vitest';
import { scoresOf, searched } from '../search.testing.ts';
import { compareText } from '../terminal.ts';

const fresh = { winner: [90, 91, 92, 93, 94], runnerUp: [89, 90, 91, 92, 92.5], base: [70, 72, 71, 73, 74] };

test('what was confirmed is compared on the seeds of the confirmation alone', async () => {
  const { facts } = await searched({ score: scoresOf(fresh) });
  const name = (x: number) => facts.trials.find(({ settings }) => settings.x === x)!.id!;
  const text = compareText(facts, name(13), 'C0', 10_000);
  expect(text).toContain(`${name(13)}: x 13: 92.00`);
  expect(text).toContain('seeds of the search: 93.00; seeds of the finals: 92.00');
  expect(text).toContain('seeds of the confirmation: 90.00, 91.00, 92.00, 93.00, 94.00');
  expect(text).toContain(`${name(13)} minus C0: +20.00 points`);
  expect(text).toContain('paired t test over 5 seeds');
  expect(text).toContain('by which nothing was chosen');
});

test('settings that the search dropped are compared on its common seed, with a warning', async () => {
  const { facts } = await searched({ score: scoresOf(fresh) });
  const name = (x: number) => facts.trials.find(({ settings }) => settings.x === x)!.id!;
  const text = compareText(facts, name(3), name(13), 10_000);
  expect(text).toContain('They differ in x 3 against 13.');
  expect(text).toContain(`${name(3)} minus ${name(13)}: −10.00 points; one seed alone allows no test.`);
  expect(text).toContain('only the confirmation, on fresh seeds, claims a difference');
  expect(() => compareText(facts, 'C99', 'C0', 100)).toThrow('there is no configuration "C99": give one of ');
});
