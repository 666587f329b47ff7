/** A grid: every combination of the factors' levels, in one contest. */
import { checkOptions, checkText } from '../../base/argument.ts';
import { assignmentsOf, type GridPlan, type Level, type Settings, type StudyDefinition } from '../definition.ts';
import { checkLevels, entriesOf } from '../plan-checks.ts';
import { countingSettings } from '../space.ts';
import { lostLevel, type Strategy } from '../strategy.ts';
import { configurationKey } from '../trial.ts';
import { followStages } from './stages.ts';

/** A combination of the factors' levels. */
interface Combination {
  /** The level of each factor, by index. */
  readonly choice: readonly number[];
  /** Without the hyperparameters that do not count in it, where the grid has several factors. */
  readonly settings: Settings;
}

/** Every combination of the factors' levels, the last factor changing fastest. Several may have equal settings. */
export function gridCombinations(
  { factors }: GridPlan,
  definition: Pick<StudyDefinition, 'base' | 'defaults' | 'space'>,
): Combination[] {
  let combined: Combination[] = [{ choice: [], settings: {} }];
  for (const { levels } of factors) {
    combined = combined.flatMap((left) =>
      levels.map(({ settings }, level) => ({
        choice: [...left.choice, level],
        settings: { ...left.settings, ...settings },
      })),
    );
  }
  if (factors.length === 1) return combined;
  return combined.map(({ choice, settings }) => ({ choice, settings: countingSettings(settings, definition) }));
}

/**
 * Every combination of the factors' levels, the last factor changing fastest. A hyperparameter that does not count in a
 * combination (momentum under adam) is left out of it, and equal combinations are kept once.
 */
export function gridLevels(plan: GridPlan, definition: Pick<StudyDefinition, 'base' | 'defaults' | 'space'>): Level[] {
  if (plan.factors.length === 1) return [...plan.factors[0]!.levels];
  const combinations = gridCombinations(plan, definition);
  const distinct = new Map(combinations.map(({ settings }) => [configurationKey(settings), settings]));
  return [...distinct.values()].map((settings) => ({ label: assignmentsOf(settings), settings }));
}

export const grid: Strategy<GridPlan> = {
  check(plan) {
    checkOptions('plan', plan, { kind: true, factors: true });
    for (const [index, factor] of entriesOf('plan.factors', plan.factors)) {
      const where = `plan.factors[${index}]`;
      checkOptions(where, factor, { name: true, levels: true });
      checkText(`${where}.name`, factor.name);
      checkLevels(`${where}.levels`, factor.levels);
    }
  },
  size: { of: 'levels', what: (count) => `has ${count} combinations`, way: 'random draws as many of them as you say' },
  follow(definition, plan, history) {
    const stage = { factors: plan.factors.map(({ name }) => name), levels: gridLevels(plan, definition) };
    return followStages(definition, [stage], history);
  },
  levels: (plan, definition) => [gridLevels(plan, definition)],
  count: ({ factors }) => factors.reduce((product, { levels }) => product * levels.length, 1),
  describe: ({ factors }) => `every combination of ${factors.map(({ name }) => name).join(' x ')}`,
  difference(before, after) {
    const names = (plan: GridPlan) => plan.factors.map(({ name }) => name);
    const [was, is] = [names(before), names(after)];
    // Another order of the factors starts the same trials in another order.
    if (was.length !== is.length || was.some((name) => !is.includes(name))) {
      return { what: 'grid', was: was.join(' x '), is: is.join(' x ') };
    }
    for (const { name, levels } of before.factors) {
      const gone = lostLevel(levels, after.factors.find((factor) => factor.name === name)!.levels);
      if (gone) return { what: `the level ${gone.label} of ${name}`, was: 'there', is: undefined };
    }
    return undefined;
  },
};
