/** The strategies there are, by the kind of their plan; to add one is its file, its plan in definition.ts and its line here. */
import { UsageError } from '../base/errors.ts';
import { isSeedRule, type Level, type Plan, type SeedRule, type StudyDefinition } from './definition.ts';
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

/** Where a study stands and what is next: a pure function of its definition and history. */
export function followStudy(definition: StudyDefinition, history: History): StudyView {
  return strategyOf(definition.plan).follow(definition, definition.plan, history);
}

/** The levels of the plan, stage by stage. */
export function plannedLevels(definition: StudyDefinition): readonly (readonly Level[])[] {
  return strategyOf(definition.plan).levels(definition.plan, definition);
}

/** What is varied and how, in a few words. */
export function describePlan(definition: StudyDefinition): string {
  return strategyOf(definition.plan).describe(definition.plan, definition);
}

/**
 * Checks that `after` only adds seeds, levels, trials or stages to `before`, so that what was trained keeps its meaning.
 * @throws UsageError naming the first difference that is none of these.
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
    // Under a rule later stages have seeds of their own, so what they trained with a list would serve nothing.
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
