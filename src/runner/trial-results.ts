/** Comparing the results in a finished trial's run folder with the journal. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { isSameBytes } from '../base/bits.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { dependsOnEpochs } from '../nn/schedules.ts';
import type { Trial } from '../study/trial.ts';
import { hyperparametersOf } from '../tasks/lenet/configuration.ts';
import { hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import type { TrialResults } from '../tasks/task.ts';
import { mostLikely } from '../train/evaluate.ts';
import { type LoadedModel, loadModel } from './model-file.ts';
import { evaluatedMetrics, type RunFolder } from './run-folder.ts';

/**
 * One bit per image, lowest bit first: 1 where the most likely class is not the label. @param logits row-major [images,
 * classes].
 */
export function wrongAnswers(logits: Float32Array, classes: number, labels: Uint8Array): Uint8Array {
  const images = logits.length / classes;
  const wrong = new Uint8Array(Math.ceil(images / 8));
  for (let image = 0; image < images; image++) {
    const row = logits.subarray(image * classes, (image + 1) * classes);
    if (mostLikely(row) !== labels[image]) wrong[image >> 3]! |= 1 << (image & 7);
  }
  return wrong;
}

/**
 * The logits of a trial's last epoch, after a check that their mistakes are those in the journal.
 * @param labels of the evaluation set. @throws WorldError when the file is damaged or belongs to another trial.
 */
export function trialLogits(folder: RunFolder, trial: Trial, labels: Uint8Array): Float32Array {
  const { shape, data: logits } = folder.readPredictions(folder.readConfig()).logits;
  const [images = 0, classes = 0] = shape;
  const recorded = trial.wrong;
  if (images > labels.length || (recorded && !isSameBytes(recorded, wrongAnswers(logits, classes, labels)))) {
    throw new WorldError(
      `${folder.predictionsPath} is not of trial ${trial.number}: its mistakes are not those that the journal keeps`,
    );
  }
  return logits;
}

/**
 * The model of a trial's last epoch, after a check that settings, seed, data and epoch in its metadata are those of the
 * trial.
 * @throws WorldError when the file is damaged or belongs to another run.
 */
export function trialModel(folder: RunFolder, trial: Trial, dataHash: string): LoadedModel {
  const { modelPath } = folder;
  const loaded = loadModel(folder.path);
  const { record } = loaded;
  const expected = hyperparametersOf({ ...trial.configuration, seed: trial.seed });
  // The file records the run's number of epochs only where the weights depend on it.
  const isPlanned = dependsOnEpochs({ name: expected.schedule, warmUp: expected.warmUp });
  const names = hyperparameterNames.filter((name) => name !== 'epochs' || isPlanned);
  const differs = (what: string, is: unknown, was: unknown) =>
    new WorldError(`${modelPath} is not of trial ${trial.number}: its ${what} is ${is}, the trial's is ${was}`);
  const { hyperparameters: found } = loaded;
  if (!record.has('hyperparameters') || !found) throw differs('origin', 'unknown', 'this study');
  const other = names.find((name) => found[name] !== expected[name]);
  if (other !== undefined) throw differs(other, found[other], expected[other]);
  const last = trial.curve.at(-1)?.epoch;
  if (record.get('epoch') !== `${last}`) throw differs('epoch', record.get('epoch'), last);
  const hash = record.get('dataHash') ?? '';
  if (hash !== dataHash) throw differs('data', `hash ${shortHash(hash)}`, shortHash(dataHash));
  return loaded;
}

/** Checks that the last line of metrics.jsonl is the trial's last epoch in the journal. @throws WorldError. */
function checkMetrics(folder: RunFolder, { number, curve }: Trial): void {
  const [line, last] = [folder.readMetrics(folder.readConfig()).at(-1), curve.at(-1)];
  const [is, was] = [line && evaluatedMetrics(line), last?.selection];
  if (line && line.epoch === last?.epoch && is?.loss === was?.loss && is?.accuracy === was?.accuracy) return;
  throw new WorldError(
    `${folder.metricsPath} is not of trial ${number}: its last epoch is not the one that the journal keeps`,
  );
}

/** The state of a complete trial's results: whole, lost or damaged. The model is not evaluated. */
export function inspectTrial(
  folder: RunFolder,
  trial: Trial,
  { labels, dataHash }: { readonly labels: Uint8Array; readonly dataHash: string },
): TrialResults {
  const missing = [folder.modelPath, folder.predictionsPath, folder.metricsPath].filter((path) => !existsSync(path));
  if (missing.length > 0) {
    return { state: 'lost', why: `${missing.map((path) => basename(path)).join(', ')} is lost` };
  }
  return soundOr(() => {
    checkMetrics(folder, trial);
    trialLogits(folder, trial, labels);
    trialModel(folder, trial, dataHash);
  });
}

/** `whole`, or `damaged` with the message of the UsageError or WorldError that the check throws. */
export function soundOr(check: () => void): TrialResults {
  try {
    check();
    return { state: 'whole' };
  } catch (error) {
    if (error instanceof WorldError || error instanceof UsageError) return { state: 'damaged', why: error.message };
    throw error;
  }
}
