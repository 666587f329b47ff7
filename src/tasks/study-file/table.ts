/** The table of hyperparameters that a study file may set, as the reader of study files needs it. */
import type { Synonyms } from '../../base/errors.ts';
import type { Objective, Settings } from '../../study/definition.ts';
import type { Parameter } from '../task.ts';

export interface FileParameter extends Parameter {
  /** For editors, starts with a capital letter and has no full stop. */
  readonly sentence: string;
  /** For kind `choice`. */
  readonly choices?: readonly string[];
  /** For a choice that may also be a file, whose content becomes the value: which file, in words. */
  readonly file?: string;
  /** Whether other settings decide for each number apart whether it is allowed. */
  readonly isStructural?: boolean;
  /** For kind `list`: what may stand in its place. */
  readonly words?: readonly string[];
  /** For kinds `integer` and `number`; a limit is an integer from 1 on. */
  readonly least?: number;
  readonly most?: number;
  /** Whether `least` itself is excluded. */
  readonly above?: boolean;
}

export interface ParameterTable {
  /** The hyperparameters that a file may set and vary. */
  readonly parameters: Readonly<Record<string, FileParameter>>;
  /** Other words for their names. */
  readonly synonyms: Synonyms;
  /** The scores by which trials can be compared; the first is the default. */
  readonly objectives: readonly [Objective, ...Objective[]];
  /** @param label the name in the message. @throws UsageError unless the value is allowed. */
  check(name: string, value: unknown, label: string): void;
  /** @throws UsageError for settings that are not compatible. */
  complete(settings: Settings): Settings;
  /** Absent where no value is the content of a file. */
  readonly files?: ContentParameter;
}

/** A hyperparameter whose value may be the content of a file, which may declare further hyperparameters. */
export interface ContentParameter {
  readonly name: string;
  /** The table with the hyperparameters that these contents declare. @throws UsageError for contents that do not go together. */
  withContents(contents: readonly string[]): ParameterTable;
}
