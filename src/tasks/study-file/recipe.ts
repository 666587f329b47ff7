/** Recipe files: named settings with a sentence, in YAML, checked against a table of hyperparameters. */
import { z } from 'zod';
import type { Settings } from '../../study/definition.ts';
import { meets } from '../../study/space.ts';
import type { Parameter } from '../task.ts';
import { type ReadContent, withContents } from './contents.ts';
import { mistakeOf } from './mistakes.ts';
import { checkBase } from './reachable.ts';
import { distillSchema, type FileDistillation, mostLetters, settingsSchema } from './schema.ts';
import type { ParameterTable } from './table.ts';
import { readYaml } from './yaml-source.ts';

/** Settings with a name. */
export interface NamedRecipe {
  readonly name: string;
  /** For help. Starts with a capital letter and has no full stop. */
  readonly sentence: string;
  readonly settings: Settings;
  /** Absent where the labels alone teach. */
  readonly distill?: FileDistillation;
}

/** A reader of recipe files. @returns a function that throws a UsageError with file, line and column of the first mistake. */
export function recipeFileReader(
  plainTable: ParameterTable,
): (text: string, file: string, options?: { readonly content?: ReadContent | undefined }) => NamedRecipe {
  return (text, file, { content } = {}) => {
    const source = readYaml(text, file);
    if (source.data === null) throw source.mistake([], 'the file is empty: a recipe needs name, sentence and settings');
    const { table, data } = withContents(source, plainTable, { read: content });
    const schema = z.strictObject({
      name: z.string().min(1).max(mostLetters),
      sentence: z.string().min(1).max(mostLetters),
      settings: z.strictObject(settingsSchema(table)),
      distill: distillSchema.optional(),
    });
    const result = schema.safeParse(data);
    if (!result.success) throw mistakeOf(result.error, { schema, table, source });
    const { name, sentence, settings, distill } = result.data;
    checkBase(settings as Settings, { table, source, key: 'settings' });
    return { name, sentence, settings: settings as Settings, ...(distill ? { distill } : {}) };
  };
}

/**
 * The settings of a recipe with others over them. A setting of the recipe that does not count beside the others
 * (a weight decay under sgd) is left out.
 */
export function overRecipe(recipe: Settings, own: Settings, parameters: Readonly<Record<string, Parameter>>): Settings {
  const defaults = Object.fromEntries(Object.entries(parameters).map(([name, entry]) => [name, entry.default]));
  const complete = { ...defaults, ...recipe, ...own };
  const kept = Object.entries(recipe).filter(([name]) => name in own || meets(complete, parameters[name]?.when));
  return { ...Object.fromEntries(kept), ...own };
}
