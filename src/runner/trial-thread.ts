/** The program of a study's worker thread: trains one trial in its run folder and tells what happens. */
import { existsSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { UsageError, WorldError } from '../base/errors.ts';
import { readSafetensors } from '../base/safetensors.ts';
import { assertHeld } from '../disk/lock.ts';
import { hyperparameterNames } from '../tasks/lenet/hyperparameters.ts';
import { mostLikely } from '../train/evaluate.ts';
import { type MetricsLine, RunFolder, readBytes } from './run-folder.ts';
import { trainRun } from './train-run.ts';
import type { ThreadMessage, ThreadOrder } from './trial-threads.ts';

const { hyperparameters, out, threads, data, dataFolder, claim }: ThreadOrder = workerData;
/** Throws when another process has taken the study over. */
const check = () => {
  if (claim) assertHeld(claim, `the study of ${out}`);
};
const say = (message: ThreadMessage) => parentPort?.postMessage(message);
const stopper = new AbortController();
parentPort?.on('message', () => stopper.abort());

/** Share of the trial that is done; an epoch's evaluation counts with its training. */
function share(epoch: number, part: number): number {
  return hyperparameters.epochs === 0 ? part : Math.min(1, Math.max(0, (epoch - 1 + part) / hyperparameters.epochs));
}

async function work(): Promise<ThreadMessage> {
  const folder = new RunFolder(out, check);
  const resume = existsSync(folder.configPath);
  // Without its results a finished run's checkpoint is of no use: the run is made again, to the same bytes.
  const lost = [folder.modelPath, folder.predictionsPath].some((path) => !existsSync(path));
  if (resume && lost) {
    const finished = folder.readCheckpoint()?.checkpoint.epoch === hyperparameters.epochs;
    if (finished) {
      check();
      rmSync(folder.checkpointPath);
    }
  }
  let told = 0;
  const events = trainRun({
    ...{ hyperparameters, given: new Set(hyperparameterNames), data, dataFolder, out, resume, threads, check },
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
  return { type: 'finished', wrong: wrongAnswers(folder) };
}

/** One bit an image of the evaluated set: 1 where the most likely class is not the label. */
function wrongAnswers(folder: RunFolder): Uint8Array {
  const { tensors } = readSafetensors(readBytes(folder.predictionsPath), folder.predictionsPath);
  const logits = tensors.get('logits');
  const [images = 0, classes = 0] = logits?.shape ?? [];
  const wrong = new Uint8Array(Math.ceil(images / 8));
  let count = 0;
  for (let image = 0; image < images; image++) {
    const row = logits!.data.subarray(image * classes, (image + 1) * classes);
    if (mostLikely(row) === data.test.labels[image]) continue;
    wrong[image >> 3]! |= 1 << (image & 7);
    count++;
  }
  const last: MetricsLine | undefined = folder.readMetrics().at(-1);
  const accuracy = (last?.test ?? last?.validation)?.accuracy;
  if (accuracy !== (images - count) / images) {
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
