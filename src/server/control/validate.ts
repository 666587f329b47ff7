/** Checks a study file while it is being typed. Nothing is trained. */
import { join } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.ts';
import { studyTitle } from '../../report/terminal.ts';
import { countText } from '../../report/words/numbers.ts';
import { holdsStudy } from '../../runner/study-journal.ts';
import type { StudyDefinition } from '../../study/definition.ts';
import { followStudy } from '../../study/strategies.ts';
import { TrialTable } from '../../study/trial.ts';
import { lenetSettings } from '../../tasks/lenet/configuration.ts';
import { parseStudyFile } from '../../tasks/lenet/study-file.ts';
import { StudyFileError } from '../../tasks/study-file/yaml-source.ts';
import type { Validation } from '../protocol.ts';
import { namedFiles } from './named-files.ts';

/** How mistakes call the text that is typed. */
const typedFile = 'study.yaml';

/**
 * The definition that a text describes. @param folder from which its paths begin.
 * @throws UsageError, which names the place of the first mistake.
 */
export function typedDefinition(text: string, folder: string, seeds?: readonly number[]): StudyDefinition {
  return parseStudyFile(text, typedFile, { ...namedFiles(folder), seeds });
}

/** @param folder in which a start would make the study's own. */
export function validate(text: string, folder: string): Validation {
  try {
    const definition = typedDefinition(text, folder);
    const view = followStudy(definition, new TrialTable(lenetSettings));
    const { name } = definition;
    return {
      ok: true,
      name,
      sentences: [`${studyTitle(definition)}.`, `About ${countText(view.expected, 'training')}.`],
      expected: view.expected,
      path: name,
      exists: holdsStudy(join(folder, name)),
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
