/** The files of a trial that a worker trained: from the database into the study's folder. */
import { WorldError } from '../base/errors.ts';
import { makeFolder, writeFileAtomically } from '../disk/atomic-file.ts';
import { dataRecord, type RunData } from '../runner/run-data.ts';
import { type MetricsLine, parseConfig, type RunConfig, type RunFolder } from '../runner/run-folder.ts';
import { requireSameRun, runRecord } from '../runner/run-identity.ts';
import { trialOrigin } from '../runner/trial-origin.ts';
import type { StudyTeachers } from '../study/definition.ts';
import type { EpochPoint } from '../study/trial.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { mostFileBytes, type WorkResult } from './result.ts';

/** What config.json says of the data. */
export type DataAbout = Pick<
  RunData,
  'hash' | 'folder' | 'name' | 'format' | 'options' | 'evaluatedOn' | 'heldOut' | 'heldOutSplit'
>;

export interface TrialFiles {
  readonly hyperparameters: Hyperparameters;
  readonly data: DataAbout;
  readonly distill: StudyTeachers | undefined;
  /** The bytes of a file, verified; undefined where the database does not have it. */
  readonly fetch: (name: string) => Promise<Uint8Array | undefined>;
}

/**
 * Writes config.json, metrics, model and predictions as a trial of this machine would have left them.
 * @returns whether all files were there. @throws ForeignFileError where the worker's config.json is of another run.
 */
export async function writeTrialFiles(folder: RunFolder, result: WorkResult, trial: TrialFiles): Promise<boolean> {
  const { files, points } = result;
  if (!files) return false;
  const [model, predictions] = await Promise.all([trial.fetch(files.model), trial.fetch(files.predictions)]);
  if (!model || !predictions) return false;
  if (Math.max(model.length, predictions.length) > mostFileBytes) {
    throw new WorldError(`a worker's files for ${folder.path} are larger than ${mostFileBytes} bytes`);
  }
  const config = ownConfig(files.config, folder, trial);
  makeFolder(folder.path);
  folder.clear();
  folder.writeConfig(config);
  const wallTime = Date.now() / 1000;
  folder.rewind(
    points.map((point) => lineOf(point, trial.data)),
    config,
    wallTime,
  );
  folder.appendEnd('success', wallTime);
  // The model last: a trial with a model has all its files.
  writeFileAtomically(folder.predictionsPath, predictions);
  writeFileAtomically(folder.modelPath, model);
  return true;
}

/** The worker's config.json with the places of data and teachers on this machine. */
function ownConfig(text: string, folder: RunFolder, { hyperparameters, data, distill }: TrialFiles): RunConfig {
  const found = parseConfig(text, `the worker's config.json of ${folder.path}`);
  const origin = trialOrigin({ hyperparameters, data, distill });
  requireSameRun(new Map(Object.entries(runRecord(found))), origin, folder.configPath);
  return { ...found, hyperparameters, data: dataRecord(data), ...(distill ? { distill } : {}) };
}

/** An epoch as metrics.jsonl has it. @throws WorldError for an epoch without times, which no training of ours makes. */
function lineOf({ epoch, train, selection, seconds }: EpochPoint, { evaluatedOn }: DataAbout): MetricsLine {
  if (!selection || !seconds) throw new WorldError(`epoch ${epoch} of a worker's result lacks its metrics`);
  return { epoch, ...(train ? { train } : {}), [evaluatedOn]: selection, seconds };
}
