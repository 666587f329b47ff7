/** What the argument of `lenet describe` stands for. */
import { existsSync } from 'node:fs';
import { isRecord } from '../base/argument.ts';
import { UsageError, unknownChoice } from '../base/errors.ts';
import { readText } from '../disk/read-file.ts';
import { shippedNames } from '../runner/shipped-files.ts';
import { modelNames } from '../tasks/lenet/models.ts';
import { mostStudyFileBytes, readYaml } from '../tasks/study-file/yaml-source.ts';

/** A network by name or in a network file, a recipe by name or in a file, or a saved model. */
export type Described = 'network' | 'recipe' | 'model';

/** @throws UsageError for an unknown name, and for a study file; WorldError for a file that cannot be read. */
export function describedAs(given: string): Described {
  const recipes = shippedNames('recipes');
  if (recipes.includes(given)) return 'recipe';
  const known = [...modelNames, ...recipes, ...shippedNames('networks')];
  if (known.includes(given)) return 'network';
  if (!existsSync(given)) {
    // The reader of networks says that the file does not exist; `networks/deep` is one that ships.
    if (/[/\\]|\.ya?ml$/.test(given)) return 'network';
    throw unknownChoice('model or recipe', given, known);
  }
  if (!/\.ya?ml$/.test(given)) return 'model';
  const { data } = readYaml(readText(given, mostStudyFileBytes), given);
  if (!isRecord(data)) return 'network';
  if ('protocol' in data) {
    throw new UsageError(
      `${given} is a study file: describe takes a network, a recipe, or a saved model (by name, file or run folder)`,
    );
  }
  return 'settings' in data || 'sentence' in data ? 'recipe' : 'network';
}
