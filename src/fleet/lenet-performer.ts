/** Trains orders of our networks on this machine: in worker threads, with a run folder for each in a scratch folder. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { makeFolder, writeFileAtomically } from '../disk/atomic-file.ts';
import { readBytes, readText } from '../disk/read-file.ts';
import { sha256Of } from '../disk/sha256.ts';
import type { Width } from '../engine/kernels.ts';
import { epochPoint, trialData } from '../runner/lenet-task.ts';
import { loadData } from '../runner/load-data.ts';
import type { RunData } from '../runner/run-data.ts';
import { type MetricsLine, RunFolder } from '../runner/run-folder.ts';
import { type TrialWorkerMessage, TrialWorkers } from '../runner/trial-worker.ts';
import { hyperparametersOf } from '../tasks/lenet/configuration.ts';
import { decodeCheckpoint } from '../train/checkpoint.ts';
import { decodeData } from './data-file.ts';
import { cachedFile } from './file-cache.ts';
import { onAbort } from './pause.ts';
import type { Performed, Performer, PerformerTools } from './performer.ts';
import type { WorkResult } from './result.ts';
import type { SavedProgress } from './sql/progress.ts';
import { type Assignment, namesOf } from './work-order.ts';

/** Milliseconds between two checkpoints in the database; epochs that end sooner are left out. */
const saveEveryMs = 2_000;

export interface LenetPerformerOptions {
  /** Where run folders are made and removed. */
  readonly scratch: string;
  /** Where data and teachers are kept. */
  readonly cache: string;
  /** Threads of each training; results do not depend on it. */
  readonly threads: number;
  readonly width: Width;
}

export function lenetPerformer({ scratch, cache, threads, width }: LenetPerformerOptions): Performer {
  const workers = new TrialWorkers();
  /** The data of the last study; workers rarely change between studies. */
  let known: { readonly name: string; readonly data: Promise<RunData> } | undefined;
  const dataOf = (assignment: Assignment, tools: PerformerTools): Promise<RunData> => {
    const { data, protocol, heldOut, heldOutSplit } = assignment;
    const name = JSON.stringify([data, protocol, heldOut, heldOutSplit]);
    if (known?.name !== name) known = { name, data: load(assignment, tools, cache) };
    known.data.catch(() => {
      if (known?.name === name) known = undefined;
    });
    return known.data;
  };
  return {
    async perform(assignment, order, tools) {
      const hyperparameters = hyperparametersOf({ ...order.configuration, seed: order.seed });
      if (hyperparameters.arithmetic === 'fused') {
        throw new UsageError('fused arithmetic differs between processors, so a fleet does not train with it');
      }
      const data = await dataOf(assignment, tools);
      const { teachers, objective, evaluateTrain } = assignment;
      const places = await Promise.all(
        (teachers?.files ?? []).map((file) => cachedFile(cache, file, () => tools.fetch(file))),
      );
      const distill = teachers && {
        places,
        teachers: teachers.files.map((sha256, index) => ({ file: places[index]!, sha256 })),
        temperature: teachers.temperature,
        weight: teachers.weight,
      };
      const folder = new RunFolder(join(scratch, namesOf(assignment, order).key));
      rmSync(folder.path, { recursive: true, force: true });
      try {
        if (tools.saved) restore(folder, tools.saved);
        const balancedAccuracy = objective === 'balanced-accuracy';
        const how = { threads, width, evaluateTrain, balancedAccuracy, claim: undefined, again: false };
        const pause = order.until === null ? {} : { until: order.until };
        const taught = distill ? { distill } : {};
        const request = { hyperparameters, out: folder.path, ...how, data, ...taught, ...pause };
        return await new Training(folder, assignment, tools).run((listen) => workers.start(request, listen));
      } finally {
        rmSync(folder.path, { recursive: true, force: true });
      }
    },
    close: () => workers.close(),
  };
}

/** The data by their hash: from the npm package, this machine's cache, or the database. */
async function load(
  { data, protocol, heldOut, heldOutSplit }: Assignment,
  tools: PerformerTools,
  cache: string,
): Promise<RunData> {
  const { hash, blob } = data;
  const loaded =
    blob === null
      ? await loadData()
      : decodeData(readBytes(await cachedFile(cache, blob, () => tools.fetch(blob))), 'the database');
  if (loaded.hash !== hash) throw new WorldError(`the data on this machine have the hash ${loaded.hash}, not ${hash}`);
  return trialData(loaded, {
    ...(protocol === null ? {} : { protocol }),
    ...(heldOut === null ? {} : { heldOut }),
    ...(heldOutSplit === null ? {} : { heldOutSplit }),
  });
}

/** Puts a checkpoint into a new run folder, from which the training goes on. */
function restore(folder: RunFolder, { checkpoint, metrics }: SavedProgress): void {
  makeFolder(folder.path);
  writeFileAtomically(folder.metricsPath, metrics);
  writeFileAtomically(folder.checkpointPath, checkpoint);
}

/** One training in its run folder. */
class Training {
  readonly #folder: RunFolder;
  readonly #assignment: Assignment;
  readonly #tools: PerformerTools;
  readonly #lines: MetricsLine[] = [];
  #savedAt = performance.now();
  #saving: Promise<void> = Promise.resolve();
  #isSaving = false;

  constructor(folder: RunFolder, assignment: Assignment, tools: PerformerTools) {
    this.#folder = folder;
    this.#assignment = assignment;
    this.#tools = tools;
  }

  run(start: (listen: (message: TrialWorkerMessage) => void) => { stop(): void }): Promise<Performed> {
    const { signal } = this.#tools;
    return new Promise<TrialWorkerMessage>((resolve) => {
      const running = start((message) => {
        if (message.type === 'progress') this.#tools.progress(message.share);
        else if (message.type === 'epoch') this.#hear(message.line, message.share);
        else resolve(message);
      });
      onAbort(signal, () => running.stop());
    }).then((end) => this.#ended(end));
  }

  #hear(line: MetricsLine, share: number): void {
    this.#lines.push(line);
    this.#tools.progress(share);
    if (this.#isSaving || performance.now() - this.#savedAt < saveEveryMs) return;
    this.#saving = this.#save();
  }

  /** Saves the last checkpoint, which may be older than the last line. */
  async #save(): Promise<void> {
    if (!existsSync(this.#folder.checkpointPath)) return;
    this.#isSaving = true;
    try {
      // In this order, so that the metrics have at least the epochs of the checkpoint.
      const checkpoint = readBytes(this.#folder.checkpointPath);
      const metrics = readText(this.#folder.metricsPath);
      const { epoch } = decodeCheckpoint(checkpoint, this.#folder.checkpointPath).checkpoint;
      await this.#tools.save({ epoch, metrics, checkpoint });
    } finally {
      this.#savedAt = performance.now();
      this.#isSaving = false;
    }
  }

  async #ended(message: TrialWorkerMessage): Promise<Performed> {
    await this.#saving.catch(() => {});
    const { objective } = this.#assignment;
    const points = this.#lines.map((line) => epochPoint(line, objective));
    const done = (end: WorkResult['end'], kept: Pick<WorkResult, 'files'> = {}, files: readonly Uint8Array[] = []) =>
      ({ type: 'done', result: { points, end, ...kept }, files }) as const;
    switch (message.type) {
      case 'finished': {
        const model = readBytes(this.#folder.modelPath);
        const predictions = readBytes(this.#folder.predictionsPath);
        const config = readText(this.#folder.configPath);
        const files = { config, model: sha256Of(model), predictions: sha256Of(predictions) };
        const wrong = message.wrong ? { wrong: Buffer.from(message.wrong).toString('base64') } : {};
        return done({ state: 'finished', ...wrong }, { files }, [model, predictions]);
      }
      case 'paused':
        await this.#save();
        return done({ state: 'paused' });
      case 'failed':
        if (message.kind === 'world') return { type: 'unable', why: message.message };
        return done({ state: 'failed', message: message.message });
      case 'interrupted':
        await this.#save();
        return { type: 'interrupted' };
      case 'refused':
        return { type: 'unable', why: message.message };
      default:
        throw new Error(`a training does not end with ${message.type}`);
    }
  }
}
