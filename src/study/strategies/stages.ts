/** Stages: one factor at a time, the best level of each carried on into the next. */
import { checkOptions, checkText } from '../../base/argument.ts';
import { followContest, isRepeated, type StageView, type TrialRequest } from '../contest.ts';
import { isSeedRule, type Stage, type StagesPlan, type StudyDefinition } from '../definition.ts';
import { checkLevels, entriesOf } from '../plan-checks.ts';
import { lostLevel, type Strategy, type StudyView } from '../strategy.ts';
import type { History, Trial } from '../trial.ts';

/** Follows contests one after the other. */
export function followStages(definition: StudyDefinition, stages: readonly Stage[], history: History): StudyView {
  const views: StageView[] = [];
  const firstAt = new Map<string, { stage: number; level: number }>();
  let pending: readonly TrialRequest[] = [];
  let base = definition.base;
  for (const [index, { factors, levels }] of stages.entries()) {
    const contest = followContest({ definition, index, factors, base, levels, history, firstAt });
    views.push(contest.view);
    pending = contest.pending;
    if (contest.view.selected === undefined) break;
    base = contest.view.levels[contest.view.selected]!.settings;
  }
  const last = views.at(-1);
  const finished = views.length === stages.length && last?.selected !== undefined;
  return {
    definition,
    stages: views,
    pending,
    finished,
    winner: finished ? last.levels[last.selected!] : undefined,
    stuck: last?.finished && last.selected === undefined ? last.index : undefined,
    trials: trialsOf(views),
    expected: views.reduce((sum, view) => sum + expectedOf(view, definition), 0) + toCome(definition, stages, views),
  };
}

/** The trials of all levels, each once. */
function trialsOf(views: readonly StageView[]): Trial[] {
  const found = new Set(views.flatMap(({ levels }) => levels.flatMap(({ trials }) => trials)));
  return [...found].filter((trial) => trial !== undefined);
}

/** Trials that a stage adds to those of the stages before. */
function expectedOf({ index, levels, rounds, finished }: StageView, { seeds }: StudyDefinition): number {
  if (!isSeedRule(seeds)) return levels.filter(({ sameAs }) => !sameAs).length * seeds.length;
  const trained = new Set(levels.flatMap(({ trials }) => trials.filter((trial) => trial !== undefined))).size;
  if (finished) return trained;
  const distinct = levels.filter((level) => !isRepeated(level, index)).length;
  const stillIn = rounds?.in.length ?? distinct;
  const played = rounds?.rounds ?? 0;
  const ended = levels
    .filter((level) => !isRepeated(level, index))
    .reduce((sum, { trials }) => sum + trials.slice(0, played).filter((trial) => trial !== undefined).length, 0);
  return ended + stillIn * (seeds.atMost - played);
}

/**
 * Assumes that a future stage shares one configuration with the stage before it, the level carried on. Under a seed
 * rule this level is trained again.
 */
function toCome({ seeds }: StudyDefinition, stages: readonly Stage[], begun: readonly StageView[]): number {
  const rest = stages.slice(begun.length);
  return isSeedRule(seeds)
    ? rest.reduce((sum, { levels }) => sum + levels.length * seeds.atMost, 0)
    : rest.reduce((sum, { levels }) => sum + (levels.length - 1) * seeds.length, 0);
}

function areEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

export const stages: Strategy<StagesPlan> = {
  check(plan) {
    checkOptions('plan', plan, { kind: true, stages: true });
    for (const [index, stage] of entriesOf('plan.stages', plan.stages)) {
      const where = `plan.stages[${index}]`;
      checkOptions(where, stage, { factors: true, levels: true });
      for (const [at, factor] of entriesOf(`${where}.factors`, stage.factors))
        checkText(`${where}.factors[${at}]`, factor);
      checkLevels(`${where}.levels`, stage.levels);
    }
  },
  size: { of: 'levels', what: (count) => `have ${count} levels`, way: 'give fewer' },
  follow: (definition, plan, history) => followStages(definition, plan.stages, history),
  levels: (plan) => plan.stages.map(({ levels }) => levels),
  count: (plan) => plan.stages.reduce((sum, { levels }) => sum + levels.length, 0),
  describe: (plan) =>
    plan.stages.length === 1
      ? plan.stages[0]!.factors.join(' x ')
      : `${plan.stages.map(({ factors }) => factors.join(' x ')).join(', then ')}, one after the other, each stage carrying on the best level of the one before`,
  difference(before, after) {
    for (const [index, stage] of before.stages.entries()) {
      const now = after.stages[index];
      const [was, is] = [stage.factors.join(' x '), now?.factors.join(' x ')];
      if (!now || !areEqual(stage.factors, now.factors)) return { what: `stage ${index + 1}`, was, is };
      const gone = lostLevel(stage.levels, now.levels);
      if (gone) return { what: `the level ${gone.label} of stage ${index + 1} (${was})`, was: 'there', is: undefined };
    }
    return undefined;
  },
};
