/** Study files of our networks. */
import { checkValue } from '../../base/hyperparameter.ts';
import type { StudyDefinition } from '../../study/definition.ts';
import { type FileData, type NamedFile, type ReadOptions, studyFileReader } from '../study-file/reader.ts';
import type { ParameterTable } from '../study-file/table.ts';
import { completeSettings } from './configuration.ts';
import { checkHyperparameter, type HyperparameterName, hyperparameters } from './hyperparameters.ts';
import { numbersOfNetworks } from './network-numbers.ts';
import { synonyms } from './synonyms.ts';

// The study gives each trial its seed; a study file may set and vary every other hyperparameter.
const { seed: _, ...parameters } = hyperparameters;

/** The hyperparameters that files may set. */
export const fileTable: ParameterTable = {
  parameters,
  synonyms,
  objectives: ['accuracy', 'balanced-accuracy', 'loss'],
  check: (name, value, label) => checkHyperparameter(name as HyperparameterName, value, { label }),
  complete: completeSettings,
  files: { name: 'model', withContents: tableWith },
};

/** The table with the numbers of network files. @throws UsageError for a number with the name of another hyperparameter. */
function tableWith(models: readonly string[]): ParameterTable {
  const numbers = numbersOfNetworks(models);
  return {
    ...fileTable,
    parameters: { ...parameters, ...numbers },
    check(name, value, label) {
      const number = numbers[name];
      if (number === undefined) fileTable.check(name, value, label);
      else checkValue(name, number, value, { label, say: String });
    },
  };
}

const reader = studyFileReader(fileTable);

/** The data that a study file names; undefined where it names none. @throws UsageError as {@link parseStudyFile} does. */
export function studyFileData(text: string, file: string, options?: ReadOptions): FileData | undefined {
  return reader.readData(text, file, options);
}

/** The network files that a study file names. @throws UsageError as {@link parseStudyFile} does. */
export function studyFileNetworks(text: string, file: string, options?: ReadOptions): readonly NamedFile[] {
  return reader.readFiles(text, file, options);
}

/** The JSON Schema of study files, for editors. */
export function studyJsonSchema(): object {
  return reader.jsonSchema();
}

/**
 * Reads and checks a study file.
 * @param file names it in errors.
 * @throws UsageError with line and column of the first mistake.
 */
export function parseStudyFile(text: string, file: string, options?: ReadOptions): StudyDefinition {
  return reader.read(text, file, options);
}
