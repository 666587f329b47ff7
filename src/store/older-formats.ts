/** Studies of older record formats, brought into today's words, so that they can be shown. */
import type { Level, Settings, StudyDefinition, Value } from '../study/definition.ts';
import type { Space } from '../study/space.ts';

/** A definition as formats 1 to 3 keep it: every plan expanded into stages of levels. */
interface ExpandedDefinition {
  readonly name: string;
  readonly protocol: 'post' | 'held-out';
  readonly objective: 'accuracy' | 'loss';
  readonly plan: 'one-factor-at-a-time' | 'grid' | 'random';
  readonly base: Settings;
  readonly stages: readonly { readonly name: string; readonly levels: readonly Level[] }[];
  readonly seeds: readonly number[];
  readonly compare?: 'previous';
}

/** The definition in today's words. Grids and random searches are shown as the single stage they were kept as. */
export function upgradedDefinition({ plan: _, stages, ...rest }: ExpandedDefinition): StudyDefinition {
  const kept = stages.map(({ name, levels }) => ({ factors: name.split(' x '), levels: levels.map(withShortName) }));
  return {
    ...rest,
    plan: { kind: 'stages', stages: kept },
    space: spaceOf(
      rest.base,
      kept.flatMap(({ levels }) => levels),
    ),
  };
}

/** Random settings were labelled `#3 learningRate=0.002 ...`. */
function withShortName(level: Level): Level {
  const short = /^#\d+(?= )/.exec(level.label)?.[0];
  return short === undefined ? level : { ...level, short };
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
