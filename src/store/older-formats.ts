/** Conversion of studies of older record formats to the current one, so that they can be shown. */
import { WorldError } from '../base/errors.ts';
import type { Level, Settings, StudyDefinition, Value } from '../study/definition.ts';
import type { Space } from '../study/space.ts';
import { type ExpandedDefinition, isSettings, type OldLook } from './attributes.ts';
import type { TestLook } from './store.ts';

/** The definition in the current format. A grid or random search becomes one stage, as it was recorded. */
export function upgradedDefinition({ plan, stages, ...rest }: ExpandedDefinition): StudyDefinition {
  const kept = stages.map(({ name, levels }) => ({
    factors: plan === 'one-factor-at-a-time' ? [name] : sharedNames(levels),
    levels: plan === 'random' ? levels.map((level, index) => ({ ...level, short: `#${index + 1}` })) : levels,
  }));
  return {
    ...rest,
    plan: { kind: 'stages', stages: kept },
    space: spaceOf(
      rest.base,
      kept.flatMap(({ levels }) => levels),
    ),
  };
}

/** The look in the current format, with its configuration parsed. @param path names the journal in errors. */
export function upgradedLook({ key, ...look }: OldLook, path: string): TestLook {
  const configuration = parsed(key);
  if (isSettings(configuration)) return { ...look, configuration };
  throw new WorldError(`${path}: the configuration of the look at trial ${look.trial} is damaged`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The hyperparameters that every level sets. */
function sharedNames(levels: readonly Level[]): string[] {
  const [first, ...others] = levels.map(({ settings }) => settings);
  return Object.keys(first ?? {}).filter((name) => others.every((settings) => name in settings));
}

function spaceOf(base: Settings, levels: readonly Level[]): Space {
  const varied = new Set(levels.flatMap(({ settings }) => Object.keys(settings)));
  return Object.fromEntries(
    [...varied].map((name) => {
      const values = [base, ...levels.map(({ settings }) => settings)].flatMap((settings): Value[] =>
        name in settings ? [settings[name]!] : [],
      );
      return [name, { kind: 'choices' as const, values: [...new Set(values)] }];
    }),
  );
}
