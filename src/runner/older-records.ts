/** Studies of older record formats in the words that the task uses today. */
import { UsageError } from '../base/errors.ts';
import type { StudyRecord } from '../store/store.ts';
import type { Level, Plan, Settings } from '../study/definition.ts';
import type { Space } from '../study/space.ts';
import type { TaskSettings } from '../tasks/task.ts';

/** The record with all settings in today's words. Labels and other programs' trials stay as they were written. */
export function upgradedRecord<T extends Pick<StudyRecord, 'definition' | 'trials' | 'looks' | 'format'>>(
  record: T,
  task: TaskSettings,
): T {
  const { upgraded } = task;
  if (upgraded === undefined) return record;
  const { definition, trials, looks, format } = record;
  const now = (settings: Settings) => upgraded(settings, format);
  return {
    ...record,
    definition: {
      ...definition,
      base: now(definition.base),
      ...(definition.defaults ? { defaults: now(definition.defaults) } : {}),
      plan: upgradedPlan(definition.plan, now),
      space: upgradedSpace(definition.space, now),
    },
    trials: trials.map((trial) => ({ ...trial, configuration: now(trial.configuration) })),
    looks: looks.map((look) => ({ ...look, configuration: now(look.configuration) })),
  };
}

/**
 * Refuses to continue a study whose record has words of older versions: lines in today's words must not follow them.
 * @throws UsageError naming the old and the new settings.
 */
export function refuseOlderWords(before: StudyRecord, task: TaskSettings): void {
  const now = upgradedRecord(before, task);
  const [old, renamed] = [before, now].map(({ definition, trials }) =>
    [definition.base, ...plannedSettings(definition.plan), ...trials.map(({ configuration }) => configuration)].flatMap(
      (settings) => Object.entries(settings).map(([name, value]) => `${name} ${value}`),
    ),
  ) as [string[], string[]];
  const at = old.findIndex((text, index) => text !== renamed[index]);
  if (at < 0) return;
  throw new UsageError(
    `the study has record format ${before.format}, whose ${old[at]} is ${renamed[at]} today: show the study, or run it in another folder`,
  );
}

function plannedSettings(plan: Plan): Settings[] {
  if (plan.kind === 'random' || plan.kind === 'search') return [];
  return (plan.kind === 'stages' ? plan.stages : plan.factors).flatMap(({ levels }) =>
    levels.map(({ settings }) => settings),
  );
}

function upgradedPlan(plan: Plan, now: (settings: Settings) => Settings): Plan {
  const levelsOf = <T extends { readonly levels: readonly Level[] }>(of: T): T => ({
    ...of,
    levels: of.levels.map((level) => ({ ...level, settings: now(level.settings) })),
  });
  if (plan.kind === 'stages') return { ...plan, stages: plan.stages.map(levelsOf) };
  return plan.kind === 'grid' ? { ...plan, factors: plan.factors.map(levelsOf) } : plan;
}

function upgradedSpace(space: Space, now: (settings: Settings) => Settings): Space {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [
      name,
      dimension.kind === 'choices'
        ? { ...dimension, values: dimension.values.map((value) => now({ [name]: value })[name]!) }
        : dimension,
    ]),
  );
}
