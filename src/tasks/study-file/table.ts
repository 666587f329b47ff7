/** What a study file needs to know of the hyperparameters that it may set. */
import type { Synonyms } from '../../base/errors.ts';
import type { Objective, Settings } from '../../study/definition.ts';
import type { Parameter } from '../task.ts';

export interface FileParameter extends Parameter {
  /** For editors, starts with a capital letter and has no full stop. */
  readonly sentence: string;
  /** Of kind `choice`. */
  readonly choices?: readonly string[];
  /** Of kinds `integer` and `number`; a limit is an integer from 1 on. */
  readonly least?: number;
  readonly most?: number;
  /** Whether `least` itself is excluded. */
  readonly above?: boolean;
}

export interface ParameterTable {
  /** Those that a file may set and vary. */
  readonly parameters: Readonly<Record<string, FileParameter>>;
  /** Other words for their names. */
  readonly synonyms: Synonyms;
  /** What its trials can be judged by; the first where the file does not say. */
  readonly objectives: readonly [Objective, ...Objective[]];
  /** @param label how the file calls it. @throws UsageError unless the value is allowed. */
  check(name: string, value: unknown, label: string): void;
  /** @throws UsageError for settings that cannot go together. */
  complete(settings: Settings): Settings;
}
