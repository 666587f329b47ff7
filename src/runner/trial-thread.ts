/** The program of a study's worker thread: trains one trial in its run folder and tells what happens. */
import { existsSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { onesInBytes } from '../base/bits.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { completeHyperparameters, hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import { RunFolder } from './run-folder.ts';
import { trainRun } from './train-run.ts';
import { readLogits, removeRun, wrongAnswers } from './trial-results.ts';
import type { ThreadMessage, ThreadOrder } from './trial-threads.ts';

const { hyperparameters, out, threads, data, again }: ThreadOrder = workerData;
const say = (message: ThreadMessage) => parentPort?.postMessage(message);
const stopper = new AbortController();
parentPort?.on('message', () => stopper.abort());

/** Share of the trial that is done; an epoch's evaluation counts with its training. */
function share(epoch: number, part: number): number {
  return hyperparameters.epochs === 0 ? part : Math.min(1, Math.max(0, (epoch - 1 + part) / hyperparameters.epochs));
}

async function work(): Promise<ThreadMessage> {
  const folder = new RunFolder(out);
  if (again && !isPartlyMade(folder)) removeRun(folder);
  const resume = existsSync(folder.configPath);
  // Without its results a finished run's checkpoint is of no use: the run is made again, to the same bytes.
  const lost = [folder.modelPath, folder.predictionsPath].some((path) => !existsSync(path));
  if (resume && lost) {
    const finished = folder.readCheckpoint()?.checkpoint.epoch === hyperparameters.epochs;
    if (finished) rmSync(folder.checkpointPath);
  }
  let told = 0;
  const events = trainRun({
    ...{ hyperparameters, given: new Set(hyperparameterNames), data, out, resume, threads },
    ...{ checkpointEvery: 1, signal: stopper.signal },
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
      for (const line of folder.readMetrics()) say({ type: 'epoch', line, share: share(line.epoch, 1) });
    } else if (event.type === 'epoch') {
      say({ type: 'epoch', line: event.line, share: share(event.line.epoch, 1) });
    } else if (event.type === 'interrupted') {
      return { type: 'interrupted' };
    } else if (event.type === 'diverged') {
      const { epoch, batch, loss } = event.event;
      const place = batch === undefined ? `after epoch ${epoch}` : `in epoch ${epoch}, batch ${batch}`;
      return { type: 'failed', kind: 'trial', message: `diverged: the loss is ${loss} ${place}` };
    }
  }
  return { type: 'finished', wrong: answersOf(folder) };
}

/** Whether an earlier process had begun to make this very run again, and can be continued. */
function isPartlyMade(folder: RunFolder): boolean {
  try {
    const begun = completeHyperparameters(folder.readConfig().hyperparameters);
    const isSame = hyperparameterNames.every((name) => begun[name] === hyperparameters[name]);
    const epoch = folder.readCheckpoint()?.checkpoint.epoch;
    return isSame && epoch !== undefined && epoch < hyperparameters.epochs;
  } catch (error) {
    // Damaged, or another run's: it is made from the beginning.
    if (error instanceof WorldError || error instanceof UsageError) return false;
    throw error;
  }
}

/** Which images of the evaluated set the last epoch's network gets wrong. @throws WorldError where that does not make its accuracy. */
function answersOf(folder: RunFolder): Uint8Array {
  const { logits, images, classes } = readLogits(folder);
  const wrong = wrongAnswers(logits, classes, data.test.labels);
  const last = folder.readMetrics().at(-1);
  const accuracy = (last?.test ?? last?.validation)?.accuracy;
  if (accuracy !== (images - onesInBytes(wrong)) / images) {
    throw new WorldError(
      `${folder.predictionsPath} does not belong to the run's last epoch; remove ${out} and try again`,
    );
  }
  return wrong;
}

function failure(error: unknown): ThreadMessage {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WorldError) return { type: 'failed', kind: 'world', message };
  if (error instanceof UsageError) return { type: 'failed', kind: 'trial', message };
  const outOfMemory = error instanceof RangeError && /memory|allocation|array buffer/i.test(message);
  return {
    type: 'failed',
    kind: 'trial',
    message: outOfMemory ? `out of memory: ${message}` : `${error instanceof Error ? error.stack : error}`,
  };
}

say(await work().catch(failure));
parentPort?.close();
