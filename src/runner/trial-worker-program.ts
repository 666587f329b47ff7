/** The program of a trial's worker thread: trains trials in their run folders, one at a time, and reports to the main thread. */
import { parentPort } from 'node:worker_threads';
import { onesInBytes } from '../base/bits.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { assertHeld } from '../disk/lock.ts';
import { hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import { machineFailure } from './machine.ts';
import { tryToReadConfig } from './resume.ts';
import { attempt, evaluatedMetrics, type RunConfig, RunFolder } from './run-folder.ts';
import { requireSameRun, runRecord } from './run-identity.ts';
import { trainRun } from './train-run.ts';
import { trialOrigin } from './trial-origin.ts';
import { wrongAnswers } from './trial-results.ts';
import type { TrialWorkerMessage, TrialWorkerOrder, TrialWorkerRequest } from './trial-worker.ts';

const say = (message: TrialWorkerMessage) => parentPort?.postMessage(message);
let stopper = new AbortController();
parentPort?.on('message', async (request: TrialWorkerRequest) => {
  if (request === 'stop') {
    stopper.abort();
    return;
  }
  stopper = new AbortController();
  say(await work(request, stopper.signal).catch(failure));
});

/** Runs a trial. @returns the message about its end. */
async function work(order: TrialWorkerOrder, signal: AbortSignal): Promise<TrialWorkerMessage> {
  const { hyperparameters, out, threads, width, evaluateTrain, balancedAccuracy, data, distill, claim, again, until } =
    order;
  /** @throws WorldError when another process has taken the study over. */
  const check = () => {
    if (claim) assertHeld(claim, `the study of ${out}`);
  };
  const folder = new RunFolder(out, check);
  if (again && !isPartlyMade(folder, order)) folder.clear();
  const resume = prepare(folder, order);
  const share = (epoch: number, part: number) => shareOf(epoch, part, hyperparameters.epochs);
  let config: RunConfig | undefined;
  let told = 0;
  let epoch = 0;
  const events = trainRun({
    hyperparameters,
    given: new Set(hyperparameterNames),
    data,
    distill: distill && { teachers: distill.places, temperature: distill.temperature, weight: distill.weight },
    out,
    resume,
    threads,
    kernels: width,
    check,
    checkpointEvery: 1,
    evaluateTrain,
    balancedAccuracy,
    startAgain: true,
    signal,
    onProgress: ({ epoch, phase, done, total }) => {
      const now = performance.now();
      if (now - told < 100) return;
      told = now;
      say({
        type: 'progress',
        share: share(epoch, phase === 'train' ? (0.8 * done) / total : 0.8 + (0.2 * done) / total),
      });
    },
  });
  for await (const event of events) {
    if (event.type === 'start') {
      config = event.config;
      // A teacher may have changed since the study began.
      requireOwn(config, folder, order);
      const lines = folder.readMetrics(config);
      for (const line of lines) say({ type: 'epoch', line, share: share(line.epoch, 1) });
      epoch = lines.at(-1)?.epoch ?? 0;
      if (until !== undefined && epoch >= until) return { type: 'paused' };
    } else if (event.type === 'epoch') {
      epoch = event.line.epoch;
      say({ type: 'epoch', line: event.line, share: share(epoch, 1) });
    } else if (event.type === 'saved') {
      if (until !== undefined && epoch >= until) return { type: 'paused' };
    } else if (event.type === 'interrupted') {
      return { type: 'interrupted' };
    } else if (event.type === 'diverged') {
      const { epoch, batch, loss } = event.event;
      const place = batch === undefined ? `after epoch ${epoch}` : `in epoch ${epoch}, batch ${batch}`;
      return { type: 'failed', kind: 'trial', message: `diverged: the loss is ${loss} ${place}` };
    }
  }
  return { type: 'finished', wrong: answersOf(folder, config!, order) };
}

/**
 * The finished share of the trial, 0 to 1. @param part the finished share of the epoch: its training and its
 * evaluation.
 */
function shareOf(epoch: number, part: number, epochs: number): number {
  return epochs === 0 ? part : Math.min(1, Math.max(0, (epoch - 1 + part) / epochs));
}

/**
 * Whether the folder holds this trial's run, to be resumed. A folder is cleared if it has no readable config.json and no
 * checkpoint to make it again, or if it lacks scores: the trial is trained from the start, to the same numbers.
 * @throws ForeignFileError when another run lies there.
 */
function prepare(folder: RunFolder, order: TrialWorkerOrder): boolean {
  if (!folder.isUsed) return false;
  const found = tryToReadConfig(folder);
  if (found === undefined) {
    folder.clear();
    return false;
  }
  requireOwn(found, folder, order);
  if (lacksScores(folder, found, order)) {
    folder.clear();
    return false;
  }
  return true;
}

/**
 * Whether an epoch was recorded without its score, as `lenet train --resume --evaluate-every` does when a user continues
 * the trial of a study that does not run. The score may be the balanced accuracy.
 */
function lacksScores(folder: RunFolder, config: RunConfig, { balancedAccuracy }: TrialWorkerOrder): boolean {
  const metrics = attempt(() => folder.readMetrics(config));
  if (!('value' in metrics)) return false;
  return metrics.value.some((line) => {
    const found = evaluatedMetrics(line);
    return found === undefined || (balancedAccuracy && found.balancedAccuracy === undefined);
  });
}

/** @throws ForeignFileError when config.json belongs to another run. */
function requireOwn(found: RunConfig, folder: RunFolder, order: TrialWorkerOrder): void {
  requireSameRun(new Map(Object.entries(runRecord(found))), trialOrigin(order), folder.configPath);
}

/** Whether an earlier process had begun to make these results again and left a checkpoint to continue from. */
function isPartlyMade(folder: RunFolder, order: TrialWorkerOrder): boolean {
  if (!folder.isUsed) return false;
  try {
    const config = folder.readConfig();
    requireOwn(config, folder, order);
    const begun = folder.readCheckpoint();
    if (!begun || begun.checkpoint.epoch >= order.hyperparameters.epochs) return false;
    requireSameRun(begun.record, config, folder.checkpointPath);
    return true;
  } catch (error) {
    // Damaged files, or files of another run: the trial is trained from the start.
    if (error instanceof WorldError || error instanceof UsageError) return false;
    throw error;
  }
}

/**
 * Which images of the evaluation set the last epoch's network gets wrong. @throws WorldError when their number
 * contradicts the metrics.
 */
function answersOf(folder: RunFolder, config: RunConfig, { out, data }: TrialWorkerOrder): Uint8Array {
  const { logits } = folder.readPredictions(config);
  const [images = 0, classes = 0] = logits.shape;
  const wrong = wrongAnswers(logits.data, classes, data.evaluation.labels);
  const last = folder.readMetrics(config).at(-1);
  if (last === undefined || evaluatedMetrics(last)?.accuracy !== (images - onesInBytes(wrong)) / images) {
    throw new WorldError(
      `${folder.predictionsPath} does not belong to the run's last epoch; remove ${out} and try again`,
    );
  }
  return wrong;
}

function failure(error: unknown): TrialWorkerMessage {
  if (error instanceof WorldError) return { type: 'failed', kind: 'world', message: error.message };
  const expected = error instanceof UsageError ? error : machineFailure(error);
  if (expected) return { type: 'failed', kind: 'trial', message: expected.message };
  return { type: 'failed', kind: 'trial', message: `${error instanceof Error ? error.stack : error}` };
}
