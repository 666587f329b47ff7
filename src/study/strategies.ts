/**
 * All strategies by the kind of their plan. To add one, write its file, declare its plan in definition.ts, and add it
 * here.
 */
import { UsageError } from '../base/errors.ts';
import { counted } from '../base/format.ts';
import {
  isSeedRule,
  type Level,
  mostLevels,
  mostListedSeeds,
  mostSeeds,
  mostTrials,
  objectives,
  type Plan,
  type SeedRule,
  type StudyDefinition,
} from './definition.ts';
import { fewestSeeds } from './elimination.ts';
import { dimensionProblem, type Space } from './space.ts';
import { grid } from './strategies/grid.ts';
import { random } from './strategies/random.ts';
import { stages } from './strategies/stages.ts';
import type { Difference, Strategy, StudyView } from './strategy.ts';
import type { History } from './trial.ts';

const strategies: { readonly [Kind in Plan['kind']]: Strategy<Extract<Plan, { kind: Kind }>> } = {
  stages,
  grid,
  random,
};

function strategyOf({ kind }: Plan): Strategy<Plan> {
  const known: Readonly<Record<Plan['kind'], Strategy<Plan>>> = strategies;
  return known[kind];
}

/**
 * Checks a definition that did not come from a study file.
 * @throws UsageError naming the first field that cannot be right.
 */
export function checkDefinition({ name, objective, plan, seeds, space }: StudyDefinition): void {
  if (typeof name !== 'string' || name === '') throw new UsageError(`name: expected a text, got ${shown(name)}`);
  if (!(objective in objectives)) {
    throw new UsageError(`objective: allowed are ${Object.keys(objectives).join(', ')}, got ${shown(objective)}`);
  }
  if (!(plan?.kind in strategies)) {
    throw new UsageError(`plan.kind: allowed are ${Object.keys(strategies).join(', ')}, got ${shown(plan?.kind)}`);
  }
  if (typeof space !== 'object') throw new UsageError('space: expected the dimensions by name; {} if there are none');
  if (typeof seeds !== 'object' || seeds === null) {
    throw new UsageError(`seeds: expected a list or { atLeast, atMost, resolve }, got ${shown(seeds)}`);
  }
  if (isSeedRule(seeds)) checkSeedRule(seeds);
  else checkSeedList(seeds);
  checkSpace(space);
  const problem = sizeProblem({ plan, seeds });
  if (problem) throw new UsageError(problem.message);
}

function checkSeedList(seeds: readonly number[]): void {
  if (seeds.length === 0) throw new UsageError('seeds is empty: at least one is needed');
  const known = new Set<number>();
  for (const seed of seeds) {
    if (!(Number.isSafeInteger(seed) && seed >= 0))
      throw new UsageError(`seeds: expected integers from 0, got ${seed}`);
    if (known.has(seed)) throw new UsageError(`seeds: expected different integers, ${seed} stands twice`);
    known.add(seed);
  }
}

function checkSeedRule({ atLeast, atMost, resolve }: SeedRule): void {
  if (!(Number.isInteger(atLeast) && atLeast >= fewestSeeds)) {
    throw new UsageError(`seeds.atLeast: expected an integer from ${fewestSeeds}, got ${shown(atLeast)}`);
  }
  if (!(Number.isInteger(atMost) && atMost >= atLeast && atMost <= mostSeeds)) {
    throw new UsageError(`seeds.atMost: expected an integer from ${atLeast} to ${mostSeeds}, got ${shown(atMost)}`);
  }
  if (!(resolve > 0)) throw new UsageError(`seeds.resolve: expected a number above 0, got ${shown(resolve)}`);
}

function checkSpace(space: Space): void {
  for (const [name, dimension] of Object.entries(space)) {
    const problem = dimensionProblem(dimension);
    if (problem !== undefined) throw new UsageError(`space.${name}: ${problem}`);
  }
}

/** Which part of a study is too large, and how to make it smaller. */
export interface SizeProblem {
  readonly of: 'plan' | 'seeds';
  readonly message: string;
}

/** Counts levels and trainings by multiplication, before any level is created. */
export function sizeProblem({ plan, seeds }: Pick<StudyDefinition, 'plan' | 'seeds'>): SizeProblem | undefined {
  const levels = strategyOf(plan).count(plan);
  if (!(Number.isInteger(levels) || levels === Number.POSITIVE_INFINITY)) {
    return { of: 'plan', message: `the plan has ${levels} levels, expected an integer from 1 to ${mostLevels}` };
  }
  if (levels > mostLevels) {
    const { what, way } = words[plan.kind];
    return {
      of: 'plan',
      message: `the ${plan.kind} ${what(counted(levels))}, at most ${counted(mostLevels)} are allowed; ${way}`,
    };
  }
  const of = isSeedRule(seeds) ? seeds.atLeast : seeds.length;
  if (of > mostListedSeeds) {
    return { of: 'seeds', message: `seeds: expected at most ${counted(mostListedSeeds)}, got ${counted(of)}` };
  }
  if (levels * of <= mostTrials) return undefined;
  const product = `${counted(levels)} levels with ${counted(of)} seeds each make ${counted(levels * of)} trainings`;
  return { of: 'seeds', message: `${product}, at most ${counted(mostTrials)} are allowed; give fewer of either` };
}

const words: Readonly<Record<Plan['kind'], { readonly what: (count: string) => string; readonly way: string }>> = {
  stages: { what: (count) => `have ${count} levels`, way: 'give fewer' },
  grid: { what: (count) => `has ${count} combinations`, way: 'random draws as many of them as you say' },
  random: { what: (count) => `search has ${count} trials`, way: 'give fewer' },
};

/** Where a study stands and what is next: a pure function of its definition and history. */
export function followStudy(definition: StudyDefinition, history: History): StudyView {
  return strategyOf(definition.plan).follow(definition, definition.plan, history);
}

/** The levels of the plan, stage by stage. */
export function plannedLevels(definition: StudyDefinition): readonly (readonly Level[])[] {
  return strategyOf(definition.plan).levels(definition.plan, definition);
}

/** The plan in a few words. */
export function describePlan(definition: StudyDefinition): string {
  return strategyOf(definition.plan).describe(definition.plan, definition);
}

/**
 * Checks that `after` only adds seeds, levels, trials or stages to `before`, so that what was trained keeps its
 * meaning.
 * @throws UsageError naming the first other difference.
 */
export function checkExtends(before: StudyDefinition, after: StudyDefinition): void {
  const found = firstDifference(before, after);
  if (!found) return;
  throw new UsageError(
    `the study file differs from the study in this folder: ${found.what} was ${shown(found.was)}, is ${shown(found.is)}. ` +
      'Seeds, trials and levels may be added; for anything else choose another folder with --out',
  );
}

function firstDifference(before: StudyDefinition, after: StudyDefinition): Difference | undefined {
  for (const what of ['name', 'protocol', 'objective'] as const) {
    if (before[what] !== after[what]) return { what, was: before[what], is: after[what] };
  }
  if (before.plan.kind !== after.plan.kind) return { what: 'the plan', was: before.plan.kind, is: after.plan.kind };
  for (const name of new Set([...Object.keys(before.base), ...Object.keys(after.base)])) {
    const [was, is] = [before.base[name], after.base[name]];
    if (was !== is) return { what: `base.${name}`, was, is };
  }
  return (
    strategyOf(before.plan).difference(before.plan, after.plan, { before: before.space, after: after.space }) ??
    seedDifference(before, after)
  );
}

function seedDifference(before: StudyDefinition, after: StudyDefinition): Difference | undefined {
  const different = { what: 'seeds', was: seedsText(before.seeds), is: seedsText(after.seeds) };
  const [was, is] = [before.seeds, after.seeds];
  if (!isSeedRule(was)) {
    // Under a rule later stages have their own seeds, so their trials with a list of seeds could not be used.
    const isKept = isSeedRule(is)
      ? plannedLevels(before).length === 1 && was.every((seed) => seed >= 1 && seed <= is.atMost)
      : was.every((seed) => is.includes(seed));
    return isKept ? undefined : different;
  }
  const grows = isSeedRule(is) && was.atLeast === is.atLeast && was.resolve === is.resolve && was.atMost <= is.atMost;
  return grows ? undefined : different;
}

/** `1, 2, 3`, or `3 to 30, resolving 0.1`. */
export function seedsText(seeds: StudyDefinition['seeds']): string {
  return isSeedRule(seeds) ? ruleText(seeds) : seeds.join(', ');
}

function ruleText({ atLeast, atMost, resolve }: SeedRule): string {
  return `${atLeast} to ${atMost}, resolving ${resolve}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : String(value);
}
