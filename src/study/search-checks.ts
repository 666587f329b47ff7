/** Checks of a search's plan, and what it cannot do with its seeds, its space and its budget. */
import { checkChoice, checkInteger, checkOptions, wrong } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import {
  earlyStoppings,
  isSeedRule,
  mostLevels,
  mostSeeds,
  type SearchPlan,
  type StudyDefinition,
} from './definition.ts';
import { fewestEpochs } from './rungs.ts';
import { samplerNames } from './samplers.ts';
import { budgetOf, rungsOfSearch } from './search-budget.ts';
import type { PlanProblem } from './strategy.ts';

/** Seeds of the confirmation. */
export const leastConfirmed = 2;
export const mostConfirmed = 100;
export const mostParallel = 256;
/** A hundred for each of the most trainings. */
export const mostEpochs = 1_000_000;
export const mostHours = 10_000;

/** @throws UsageError naming the first field that cannot be right. */
export function checkSearch(plan: SearchPlan): void {
  checkOptions('plan', plan, {
    kind: true,
    sampler: true,
    trainings: true,
    epochs: true,
    hours: true,
    earlyStopping: true,
    finalists: true,
    confirm: true,
    parallel: true,
    seed: true,
    resolve: true,
  });
  checkChoice('plan.sampler', plan.sampler, samplerNames);
  checkChoice('plan.earlyStopping', plan.earlyStopping, earlyStoppings);
  const { trainings, epochs, hours, finalists, resolve } = plan;
  if (trainings !== undefined) checkInteger('plan.trainings', trainings, 1, Number.MAX_SAFE_INTEGER);
  if (epochs !== undefined) checkInteger('plan.epochs', epochs, 1, mostEpochs);
  if (hours !== undefined && !(hours > 0 && hours <= mostHours)) {
    throw wrong('plan.hours', `a number above 0, at most ${mostHours}`, hours);
  }
  if ([epochs, hours ?? trainings].filter((budget) => budget !== undefined).length !== 1) {
    throw new UsageError('plan: expected a budget in one of trainings, epochs and hours');
  }
  if (finalists !== undefined) checkInteger('plan.finalists', finalists, 2, mostLevels);
  checkInteger('plan.confirm', plan.confirm, leastConfirmed, mostConfirmed);
  checkInteger('plan.parallel', plan.parallel, 1, mostParallel);
  checkInteger('plan.seed', plan.seed, 0, Number.MAX_SAFE_INTEGER);
  if (resolve !== undefined && !(Number.isFinite(resolve) && resolve > 0)) {
    throw wrong('plan.resolve', 'a number above 0', resolve);
  }
}

/** What the search cannot do with the rest of its definition. */
export function problemOfSearch(plan: SearchPlan, definition: StudyDefinition): PlanProblem | undefined {
  const { seeds } = definition;
  if (isSeedRule(seeds)) {
    return {
      of: 'seeds',
      message: 'seeds: a search trains its finalists with as many seeds as the budget allows; give a list, not a rule',
    };
  }
  const large = seeds.find((seed) => seed > mostSeeds);
  if (large !== undefined) {
    const message = `seeds: a search takes seeds up to ${mostSeeds}, those of its confirmation are larger; got ${large}`;
    return { of: 'seeds', message };
  }
  const message = problemInWords(plan, definition);
  return message === undefined ? undefined : { of: 'plan', message };
}

function problemInWords(plan: SearchPlan, definition: StudyDefinition): string | undefined {
  const { space, compare } = definition;
  if (Object.keys(space).length === 0) {
    return 'the space of the search is empty: at least one hyperparameter is needed';
  }
  if (compare !== undefined) return 'compare: a search has no order of levels to compare';
  const countsEpochs = plan.earlyStopping !== 'none' || plan.epochs !== undefined;
  if (countsEpochs && space.epochs !== undefined) {
    return 'epochs cannot be searched with early stopping or a budget in epochs: trainings are compared at the same epoch';
  }
  try {
    if (plan.earlyStopping !== 'none' && rungsOfSearch({ ...definition, plan }).length < 2) {
      return `early stopping needs trainings of ${fewestEpochs} epochs or more`;
    }
    budgetOf({ ...definition, plan });
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
