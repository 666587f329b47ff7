/** The strategies there are, by the kind of their plan; to add one is its file, its plan in definition.ts and its line here. */
import {
  checkChoice,
  checkFlag,
  checkInteger,
  checkOptions,
  checkRecord,
  checkText,
  isRecord,
  type OptionNames,
  shown,
  wrong,
} from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { counted, shortHash } from '../base/format.ts';
import {
  isSeedRule,
  keeps,
  type Level,
  mostLevels,
  mostListedSeeds,
  mostSeeds,
  mostTrials,
  objectives,
  type Plan,
  protocols,
  type SeedRule,
  type StudyDefinition,
  type StudyTeachers,
} from './definition.ts';
import { fewestSeeds } from './elimination.ts';
import { checkSetting, checkSettings, entriesOf } from './plan-checks.ts';
import { checkCondition, type Dimension, dimensionProblem, type Space } from './space.ts';
import { grid } from './strategies/grid.ts';
import { random } from './strategies/random.ts';
import { search } from './strategies/search.ts';
import { stages } from './strategies/stages.ts';
import type { Difference, PlanProblem, Strategy, StudyView } from './strategy.ts';
import type { History } from './trial.ts';

const strategies: { readonly [Kind in Plan['kind']]: Strategy<Extract<Plan, { kind: Kind }>> } = {
  stages,
  grid,
  random,
  search,
};

function strategyOf({ kind }: Plan): Strategy<Plan> {
  const known: Readonly<Record<Plan['kind'], Strategy<Plan>>> = strategies;
  return known[kind];
}

/**
 * Checks a definition that did not come from a study file.
 * @throws UsageError naming the first field that cannot be right.
 */
export function checkDefinition(definition: StudyDefinition): void {
  checkOptions('a study definition', definition, definitionNames);
  const {
    name,
    protocol,
    heldOut,
    heldOutSplit,
    distill,
    objective,
    base,
    defaults,
    plan,
    seeds,
    space,
    compare,
    keep,
  } = definition;
  checkText('name', name);
  if (protocol !== undefined) checkChoice('protocol', protocol, protocols);
  for (const [what, value] of Object.entries({ heldOut, heldOutSplit })) {
    if (value === undefined) continue;
    checkInteger(what, value, 1, Number.MAX_SAFE_INTEGER);
    if (protocol !== 'held-out') throw new UsageError(`${what} needs protocol held-out`);
  }
  if (distill !== undefined) checkTeachers(distill);
  checkChoice('objective', objective, Object.keys(objectives));
  if (compare !== undefined) checkChoice('compare', compare, ['previous']);
  if (keep !== undefined) checkChoice('keep', keep, keeps);
  checkSettings('base', base);
  if (defaults !== undefined) checkSettings('defaults', defaults);
  checkRecord('plan', plan, `{ kind: ${Object.keys(strategies).join(' or ')}, ... }`);
  checkChoice('plan.kind', plan.kind, Object.keys(strategies));
  checkRecord('space', space, 'the dimensions by name ({} if there are none)');
  if (!Array.isArray(seeds) && !isRecord(seeds)) {
    throw wrong('seeds', 'a list or { atLeast, atMost, resolve }', seeds);
  }
  strategyOf(plan).check(plan);
  if (isSeedRule(seeds)) checkSeedRule(seeds);
  else checkSeedList(seeds);
  checkSpace(space);
  const problem = planProblem(definition);
  if (problem) throw new UsageError(problem.message);
}

const definitionNames: OptionNames<StudyDefinition> = {
  name: true,
  protocol: true,
  heldOut: true,
  heldOutSplit: true,
  distill: true,
  objective: true,
  base: true,
  defaults: true,
  plan: true,
  space: true,
  seeds: true,
  compare: true,
  keep: true,
};

function checkTeachers(distill: StudyTeachers): void {
  checkOptions('distill', distill, { teachers: true, temperature: true, weight: true });
  for (const [index, teacher] of entriesOf('distill.teachers', distill.teachers)) {
    checkOptions<StudyTeachers['teachers'][number]>(`distill.teachers[${index}]`, teacher, {
      file: true,
      sha256: true,
    });
    checkText(`distill.teachers[${index}].file`, teacher.file);
    checkText(`distill.teachers[${index}].sha256`, teacher.sha256);
  }
}

function checkSeedList(seeds: readonly number[]): void {
  if (seeds.length === 0) throw new UsageError('seeds is empty: at least one is needed');
  const known = new Set<number>();
  for (const seed of seeds) {
    if (!(Number.isSafeInteger(seed) && seed >= 0))
      throw new UsageError(`seeds: expected integers from 0, got ${shown(seed)}`);
    if (known.has(seed)) throw new UsageError(`seeds: expected different integers, ${seed} stands twice`);
    known.add(seed);
  }
}

function checkSeedRule(rule: SeedRule): void {
  checkOptions('seeds', rule, { atLeast: true, atMost: true, resolve: true });
  const { atLeast, atMost, resolve } = rule;
  if (!(Number.isInteger(atLeast) && atLeast >= fewestSeeds)) {
    throw new UsageError(`seeds.atLeast: expected an integer from ${fewestSeeds}, got ${shown(atLeast)}`);
  }
  if (!(Number.isInteger(atMost) && atMost >= atLeast && atMost <= mostSeeds)) {
    throw new UsageError(`seeds.atMost: expected an integer from ${atLeast} to ${mostSeeds}, got ${shown(atMost)}`);
  }
  if (!(Number.isFinite(resolve) && resolve > 0))
    throw new UsageError(`seeds.resolve: expected a number above 0, got ${shown(resolve)}`);
}

function checkSpace(space: Space): void {
  for (const [name, dimension] of Object.entries(space)) {
    checkDimension(`space.${name}`, dimension);
    const problem = dimensionProblem(dimension);
    if (problem !== undefined) throw new UsageError(`space.${name}: ${problem}`);
  }
}

function checkDimension(what: string, dimension: Dimension): void {
  checkRecord(what, dimension, 'a range or choices');
  checkChoice(`${what}.kind`, dimension.kind, ['float', 'int', 'choices']);
  if (dimension.when !== undefined) checkCondition(`${what}.when`, dimension.when);
  if (dimension.kind === 'choices') {
    checkOptions(what, dimension, { kind: true, values: true, numeric: true, settings: true, when: true });
    if (!Array.isArray(dimension.values)) throw wrong(`${what}.values`, 'a list', dimension.values);
    for (const [index, value] of dimension.values.entries()) checkSetting(`${what}.values[${index}]`, value);
    if (dimension.settings !== undefined) {
      if (dimension.settings.length !== dimension.values.length) {
        throw wrong(
          `${what}.settings`,
          `one map for each of the ${dimension.values.length} values`,
          dimension.settings,
        );
      }
      for (const [index, each] of dimension.settings.entries()) checkSettings(`${what}.settings[${index}]`, each);
    }
    if (dimension.numeric === undefined) return;
    checkChoice(`${what}.numeric`, dimension.numeric, ['float', 'int']);
    const bad = dimension.values.find((value) => typeof value !== 'number');
    if (bad !== undefined) throw wrong(`${what}.values`, 'numbers, since they are numeric', bad);
    return;
  }
  checkOptions(what, dimension, { kind: true, low: true, high: true, log: true, step: true, when: true });
  if (dimension.log !== undefined) checkFlag(`${what}.log`, dimension.log);
  for (const [name, value] of Object.entries({ low: dimension.low, high: dimension.high, step: dimension.step })) {
    if (typeof value !== 'number' && !(name === 'step' && value === undefined))
      throw wrong(`${what}.${name}`, 'a number', value);
  }
}

/** Counts levels and trainings by multiplication, before any level is created. */
function sizeProblem(definition: StudyDefinition): PlanProblem | undefined {
  const { plan, seeds } = definition;
  const { size } = strategyOf(plan);
  const levels = strategyOf(plan).count(plan, definition);
  if (!(Number.isInteger(levels) || levels === Number.POSITIVE_INFINITY)) {
    return { of: 'plan', message: `the plan has ${levels} levels, expected an integer from 1 to ${mostLevels}` };
  }
  if (levels > mostLevels) {
    return {
      of: 'plan',
      message: `the ${plan.kind} ${size.what(counted(levels))}, at most ${counted(mostLevels)} are allowed; ${size.way}`,
    };
  }
  const of = isSeedRule(seeds) ? seeds.atLeast : seeds.length;
  if (of > mostListedSeeds) {
    return { of: 'seeds', message: `seeds: expected at most ${counted(mostListedSeeds)}, got ${counted(of)}` };
  }
  if (size.of === 'trainings' || levels * of <= mostTrials) return undefined;
  const product = `${counted(levels)} levels with ${counted(of)} seeds each make ${counted(levels * of)} trainings`;
  return { of: 'seeds', message: `${product}, at most ${counted(mostTrials)} are allowed; give fewer of either` };
}

/** Why the plan cannot be carried out with the definition's seeds, space and base; undefined where it can. */
export function planProblem(definition: StudyDefinition): PlanProblem | undefined {
  const { plan } = definition;
  return sizeProblem(definition) ?? strategyOf(plan).problem?.(plan, definition);
}

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
    `the study file differs from the study in this folder: ${found.what} was ${written(found.was)}, is ${written(found.is)}. ` +
      'Seeds, trials and levels may be added; for anything else choose another folder with --out',
  );
}

function firstDifference(before: StudyDefinition, after: StudyDefinition): Difference | undefined {
  for (const what of ['name', 'protocol', 'objective'] as const) {
    if (before[what] !== after[what]) return { what, was: before[what], is: after[what] };
  }
  for (const [what, usual] of [
    ['heldOut', undefined],
    ['heldOutSplit', 1],
  ] as const) {
    const [was = usual, is = usual] = [before[what], after[what]];
    if (was !== is) return { what, was, is };
  }
  const [was, is] = [before, after].map(({ distill }) => distill && teachersText(distill));
  if (was !== is) return { what: 'distill', was, is };
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

/** The teachers by what they hold, wherever they are. */
function teachersText({ teachers, temperature, weight }: StudyTeachers): string {
  const hashes = teachers.map(({ sha256 }) => shortHash(sha256)).join(', ');
  return `{ teachers with SHA-256 ${hashes}; temperature ${temperature}; weight ${weight} }`;
}

function seedDifference(before: StudyDefinition, after: StudyDefinition): Difference | undefined {
  const different = { what: 'seeds', was: seedsText(before.seeds), is: seedsText(after.seeds) };
  const [was, is] = [before.seeds, after.seeds];
  if (after.plan.kind === 'search') {
    // The first is the common seed of all proposals.
    const isKept = !isSeedRule(was) && !isSeedRule(is) && was.every((seed, index) => is[index] === seed);
    return isKept ? undefined : different;
  }
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

/** A value of a definition as people write it. */
function written(value: unknown): string {
  return value === undefined ? 'absent' : String(value);
}
