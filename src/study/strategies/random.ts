/** Random search: settings drawn from the declared space, in one contest. */
import { checkInteger, checkOptions } from '../../base/argument.ts';
import { randomStream } from '../../base/random.ts';
import { type Level, labelOf, type RandomPlan, type StudyDefinition } from '../definition.ts';
import { drawnFrom } from '../samplers/random.ts';
import { countingSettings } from '../space.ts';
import { type Strategy, spaceDifference } from '../strategy.ts';
import { followStages } from './stages.ts';

/**
 * Random settings. Each value is drawn from its own random stream, so more trials leave the first trials unchanged.
 * A hyperparameter that does not count under the others' values is left out.
 * Numbers are rounded to four significant digits: readable, and the same whatever the machine's logarithm.
 */
export function sampleLevels(
  { trials, seed }: RandomPlan,
  definition: Pick<StudyDefinition, 'base' | 'defaults' | 'space'>,
): Level[] {
  return Array.from({ length: trials }, (_, trial) => {
    const drawn = Object.fromEntries(
      Object.entries(definition.space).map(([name, dimension]) => [
        name,
        drawnFrom(dimension, randomStream(seed, 'sample', trial, name)),
      ]),
    );
    const settings = countingSettings(drawn, definition);
    return { label: `#${trial + 1} ${labelOf(settings)}`, settings, short: `#${trial + 1}` };
  });
}

export const random: Strategy<RandomPlan> = {
  check(plan) {
    checkOptions('plan', plan, { kind: true, trials: true, seed: true });
    checkInteger('plan.trials', plan.trials, 1, Number.MAX_SAFE_INTEGER);
    checkInteger('plan.seed', plan.seed, 0, Number.MAX_SAFE_INTEGER);
  },
  size: { of: 'levels', what: (count) => `search has ${count} trials`, way: 'give fewer' },
  follow(definition, plan, history) {
    const stage = { factors: Object.keys(definition.space), levels: sampleLevels(plan, definition) };
    return followStages(definition, [stage], history);
  },
  levels: (plan, definition) => [sampleLevels(plan, definition)],
  count: ({ trials }) => trials,
  describe: ({ trials }, { space }) => `${trials} random settings of ${Object.keys(space).join(' x ')}`,
  difference(before, after, spaces) {
    // From another space the same stream draws other settings.
    const found = spaceDifference('random', spaces);
    if (found) return found;
    if (before.seed !== after.seed) return { what: 'random.seed', was: before.seed, is: after.seed };
    if (before.trials > after.trials) return { what: 'random.trials', was: before.trials, is: after.trials };
    return undefined;
  },
};
