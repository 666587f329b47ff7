/** Checks a study file while it is being typed. Nothing is trained, and no file but those that ship is read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.ts';
import { studyTitle } from '../../report/terminal.ts';
import { shippedNames } from '../../runner/shipped-files.ts';
import { readModelValue, readRecipe } from '../../runner/study-files.ts';
import type { StudyDefinition } from '../../study/definition.ts';
import { followStudy } from '../../study/strategies.ts';
import { TrialTable } from '../../study/trial.ts';
import { lenetSettings } from '../../tasks/lenet/configuration.ts';
import { modelNames } from '../../tasks/lenet/models.ts';
import { parseStudyFile } from '../../tasks/lenet/study-file.ts';
import type { ReadOptions } from '../../tasks/study-file/reader.ts';
import { StudyFileError } from '../../tasks/study-file/yaml-source.ts';
import type { Validation } from '../protocol.ts';

/** How mistakes call the text that is typed. */
const typedFile = 'study.yaml';

/** Recipes and networks that ship: a text from a page must not make the server read files of its choice. */
const shippedOnly: Pick<ReadOptions, 'recipe' | 'content'> = {
  recipe(name) {
    if (shippedNames('recipes').includes(name)) return readRecipe(name);
    throw new UsageError(
      `recipe ${name}: here only recipes that ship can be named: ${shippedNames('recipes').join(', ')}`,
    );
  },
  content(name) {
    const short = name.replace(/^networks[/\\]/, '');
    const names = [...modelNames, ...shippedNames('networks')];
    if (names.includes(short)) return readModelValue(short);
    throw new UsageError(`model ${name}: here only networks that ship can be named: ${names.join(', ')}`);
  },
};

/** The definition that a text describes. @throws UsageError, which names the place of the first mistake. */
export function typedDefinition(text: string, seeds?: readonly number[]): StudyDefinition {
  return parseStudyFile(text, typedFile, { ...shippedOnly, seeds });
}

/** @param folder in which a start would make the study's own. */
export function validate(text: string, folder: string): Validation {
  try {
    const definition = typedDefinition(text);
    const view = followStudy(definition, new TrialTable(lenetSettings));
    const { name } = definition;
    return {
      ok: true,
      name,
      sentences: [`${studyTitle(definition)}.`, `About ${view.expected.toLocaleString('en-US')} trainings.`],
      expected: view.expected,
      path: name,
      exists: existsSync(join(folder, name, 'study.journal')),
    };
  } catch (error) {
    if (error instanceof StudyFileError) {
      const { line, column, mistake } = error;
      return { ok: false, mistakes: [{ line, column, message: mistake }] };
    }
    if (!(error instanceof UsageError || error instanceof WorldError)) throw error;
    return { ok: false, mistakes: [{ line: null, column: null, message: error.message }] };
  }
}
