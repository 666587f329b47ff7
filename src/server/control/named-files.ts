/**
 * The recipes and networks that a study file from a page may name: those that ship, and files inside the server's
 * folder. A text from a page must not make the server read other files.
 */
import { realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { UsageError } from '../../base/errors.ts';
import { shippedNames } from '../../runner/shipped-files.ts';
import { readModelValue, readRecipe } from '../../runner/study-files.ts';
import { modelNames } from '../../tasks/lenet/models.ts';
import type { ReadOptions } from '../../tasks/study-file/reader.ts';
import { isWithin } from '../security/places.ts';

/** @param folder of the server, from which the paths in a study file begin. */
export function namedFiles(folder: string): Required<Pick<ReadOptions, 'recipe' | 'content'>> {
  const content = (from: string) => (name: string) => {
    const short = name.replace(/^networks[/\\]/, '');
    const names = [...modelNames, ...shippedNames('networks')];
    if (names.includes(short)) return readModelValue(short);
    return readModelValue(placeIn(folder, resolve(from, name)) ?? refuse('model', name, names));
  };
  return {
    content: content(folder),
    recipe(name) {
      const names = shippedNames('recipes');
      if (names.includes(name)) return readRecipe(name);
      const path = placeIn(folder, resolve(folder, name)) ?? refuse('recipe', name, names);
      return readRecipe(path, content(dirname(path)));
    },
  };
}

/**
 * The text with an absolute path of its recipe: the command line looks for recipes in its current folder, which is
 * another one when the study is continued.
 */
export function withPlacedRecipe(text: string, folder: string): string {
  const source = parseDocument(text);
  const name = source.getIn(['base', 'recipe']);
  const path =
    typeof name === 'string' && !shippedNames('recipes').includes(name) && placeIn(folder, resolve(folder, name));
  if (!path) return text;
  source.setIn(['base', 'recipe'], path);
  return source.toString();
}

/** The real path of a file inside the folder; undefined where there is none. */
function placeIn(folder: string, path: string): string | undefined {
  try {
    const [top, place] = [realpathSync(folder), realpathSync(path)];
    return isWithin(top, place) && statSync(place).isFile() ? place : undefined;
  } catch {
    return undefined;
  }
}

function refuse(what: string, name: string, names: readonly string[]): never {
  throw new UsageError(
    `${what} ${name}: there is no such file in the folder of this page, and none that ships: ${names.join(', ')}`,
  );
}
