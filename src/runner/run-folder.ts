/**
 * The run folder: the files of one training run. Files are written so that a crash cannot damage them.
 * Every file carries a digest and the identity of its run; both are checked when the file is read.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../base/digest.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import { appendToFile, isUnfinished, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { readBytes, readText } from '../disk/read-file.ts';
import { sessionEndRecord, sessionStartRecord } from '../formats/hparams.ts';
import { fileVersion, scalarEvent, wallTimes } from '../formats/tensorboard.ts';
import type { Model } from '../nn/model.ts';
import { modelText } from '../nn/model-data.ts';
import { type Hyperparameters, hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { ModelInput } from '../tasks/lenet/model-input.ts';
import { checkModelInput } from '../tasks/lenet/model-input-reader.ts';
import { recordedHyperparameters } from '../tasks/lenet/older-settings.ts';
import {
  decodeCheckpoint,
  decodeModel,
  decodePredictions,
  encodeCheckpoint,
  encodeModel,
  encodePredictions,
  type ModelFile,
  type ModelRecord,
  type Predictions,
} from '../train/checkpoint.ts';
import type { Checkpoint, EpochEvent } from '../train/fit.ts';
import { sessionOf } from './hparams.ts';
import {
  ForeignFileError,
  isDistillationRecord,
  type RunOrigin,
  requireSameRun,
  runIdentity,
  runRecord,
} from './run-identity.ts';
import { holdsStudy } from './study-journal.ts';

/** The content of config.json without the run's identity and the digest. */
export interface RunConfig extends RunOrigin {
  /** The format of the file. Format 1 has no identity and no digest. */
  readonly format: 1 | 2;
  /** The version of the software that started the run. */
  readonly version: string;
  /** What the model knows of its input. Absent in runs of older versions, whose data were MNIST's digits. */
  readonly input?: ModelInput;
  /** The weight of each class in the loss that is trained. Absent where all classes count alike. */
  readonly classWeights?: readonly number[];
  /** The run stops after so many epochs without a better accuracy on held-out images. Absent where it never does. */
  readonly patience?: number;
}

/** The evaluation set of a run: the test set, or held-out images of the training set. */
export type EvaluatedSet = 'test' | 'validation';

/** One line of metrics.jsonl. A set that was not evaluated after this epoch is absent. */
export interface MetricsLine {
  readonly epoch: number;
  readonly train?: Metrics;
  /** The metrics of the evaluation set: either `test` or `validation`. */
  readonly test?: Metrics;
  readonly validation?: Metrics;
  readonly seconds: { readonly train: number; readonly evaluate: number };
}

/** The metrics of the evaluation set. */
export function evaluatedMetrics({ test, validation }: MetricsLine): Metrics | undefined {
  return test ?? validation;
}

const eventPrefix = 'events.out.tfevents.';

export class RunFolder {
  readonly path: string;
  readonly #check: () => void;

  /**
   * @param check is called before each write, and prevents the write by throwing: another process has taken the folder
   * over.
   */
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

  /** @throws UsageError when the folder holds a run or a study. */
  requireFree(): void {
    if (this.isUsed) {
      throw new UsageError(
        `${this.path} already holds a run; continue it with --resume, or choose another folder with --out`,
      );
    }
    if (holdsStudy(this.path)) throw new UsageError(`${this.path} holds a study; choose another folder with --out`);
  }

  /** @throws UsageError when no run was started here. */
  requireRun(): void {
    if (!this.isUsed) throw new UsageError(`--resume: there is no run in ${this.path} (no config.json)`);
  }

  /** Removes the checkpoint, which only a run that continues needs. @throws WorldError when the disk refuses. */
  removeCheckpoint(): void {
    this.#remove([this.checkpointPath]);
  }

  /** Removes model, predictions and checkpoint; settings and metrics stay. @throws WorldError when the disk refuses. */
  removeResults(): void {
    this.#remove([this.modelPath, this.predictionsPath, this.checkpointPath]);
  }

  #remove(paths: readonly string[]): void {
    this.#check();
    for (const path of paths) {
      try {
        rmSync(path, { force: true });
      } catch (error) {
        throw worldError('remove', path, error);
      }
    }
  }

  /** Removes the run's files and no others. @throws WorldError when the disk refuses. */
  clear(): void {
    if (!existsSync(this.path)) return;
    const own = [this.configPath, this.metricsPath, this.modelPath, this.predictionsPath, this.checkpointPath];
    const events = readdirSync(this.path).filter((name) => name.startsWith(eventPrefix) || isUnfinished(name));
    this.#remove([...own, ...events.map((name) => join(this.path, name))]);
  }

  /** Writes config.json in the newest format. */
  writeConfig(config: RunConfig): void {
    this.#write(this.configPath, `${JSON.stringify(configRecord(config), null, 2)}\n`);
  }

  /** @throws UsageError without a run in the folder; WorldError when config.json is damaged. */
  readConfig(): RunConfig {
    if (!existsSync(this.configPath)) throw new UsageError(`there is no run in ${this.path} (no config.json)`);
    return parseConfig(readText(this.configPath), this.configPath);
  }

  /** The checkpoint and its metadata; undefined where there is none. @throws WorldError when it is damaged. */
  readCheckpoint(): { checkpoint: Checkpoint; record: ReadonlyMap<string, string> } | undefined {
    if (!existsSync(this.checkpointPath)) return undefined;
    return decodeCheckpoint(readBytes(this.checkpointPath), this.checkpointPath);
  }

  /** The checkpoint also holds the content of config.json, so that a lost config.json can be made again. */
  writeCheckpoint(checkpoint: Checkpoint, model: Model, config: RunConfig): void {
    const record = { ...modelRecord(model, config), config: JSON.stringify(configRecord(config)) };
    this.#write(this.checkpointPath, encodeCheckpoint(checkpoint, record));
  }

  /** Writes the model and the predictions, and last the checkpoint, with which the other two are compared on resume. */
  save({ epoch, checkpoint, weights, evaluation }: EpochEvent, model: Model, config: RunConfig): void {
    this.writeModel({ weights, epoch }, model, config);
    if (evaluation)
      this.writePredictions(evaluation.logits, { epoch: checkpoint.epoch, classes: model.classes }, config);
    this.writeCheckpoint(checkpoint, model, config);
  }

  writeModel({ weights, epoch }: Pick<Checkpoint, 'weights' | 'epoch'>, model: Model, config: RunConfig): void {
    this.#write(this.modelPath, encodeModel(weights, { ...modelRecord(model, config), epoch: `${epoch}` }));
  }

  /** @param logits of the evaluation set, row-major [images, classes]. */
  writePredictions(
    logits: Float32Array,
    { epoch, classes }: { epoch: number; classes: number },
    config: RunConfig,
  ): void {
    const tensor = { shape: [logits.length / classes, classes], data: logits };
    this.#write(this.predictionsPath, encodePredictions({ logits: tensor, epoch }, runRecord(config)));
  }

  /**
   * The weights after the last saved epoch.
   * @throws WorldError when the file is missing or damaged; ForeignFileError when it belongs to another run, or does
   * not name its run.
   */
  readModel(config: RunConfig): ModelFile {
    const model = decodeModel(readBytes(this.modelPath), this.modelPath);
    if (!model.record.has('hyperparameters')) {
      throw new ForeignFileError(`${this.modelPath} does not say which run it belongs to. Move it out of this folder`);
    }
    requireSameRun(model.record, config, this.modelPath);
    return model;
  }

  /**
   * The logits of the evaluation set. Predictions of our first versions do not name their run, so compare their
   * accuracy with the metrics.
   * @throws WorldError when the file is missing or damaged; ForeignFileError when it belongs to another run.
   */
  readPredictions(config: RunConfig): Predictions {
    const predictions = decodePredictions(readBytes(this.predictionsPath), this.predictionsPath);
    requireSameRun(predictions.record, config, this.predictionsPath);
    return predictions;
  }

  /** Appends an epoch to metrics.jsonl and to TensorBoard's file. @param wallTime seconds since 1970. */
  append(line: MetricsLine, config: RunConfig, wallTime: number): void {
    this.#append(this.metricsPath, metricsText(line, config));
    const file = this.#eventFile() ?? this.#newEventFile(wallTime);
    if (!existsSync(file)) this.#append(file, beginningOf(config, wallTime));
    this.#append(file, eventOf(line, wallTime));
  }

  /** Appends the end of the run to TensorBoard's file. @param wallTime seconds since 1970. */
  appendEnd(status: 'success' | 'failure', wallTime: number): void {
    const file = this.#eventFile();
    if (file !== undefined) this.#append(file, sessionEndRecord(wallTime, status));
  }

  /**
   * The recorded epochs. A last line without a line break was cut short by a crash and is ignored.
   * @param most the number of lines to read.
   * @throws WorldError for a line that is damaged or out of order; ForeignFileError for a line of another run.
   */
  readMetrics(config: RunConfig, most = Number.POSITIVE_INFINITY): MetricsLine[] {
    return this.#metricsLines()
      .slice(0, most)
      .map((text, index) => {
        const what = `${this.metricsPath}, line ${index + 1},`;
        const { line, run } = parseMetrics(text, what);
        if (line.epoch !== index) throw new WorldError(`${what} is of epoch ${line.epoch}, not of epoch ${index}`);
        if (run === undefined && config.format > 1)
          throw new WorldError(`${what} does not say which run it belongs to`);
        if (run !== undefined) requireSameRun(new Map([['run', run]]), config, what);
        return line;
      });
  }

  /** Ignores damaged lines. @throws ForeignFileError for a sound line of another run. */
  refuseForeignMetrics(config: RunConfig): void {
    for (const [index, text] of this.#metricsLines().entries()) {
      const what = `${this.metricsPath}, line ${index + 1},`;
      const read = attempt(() => parseMetrics(text, what));
      const run = 'value' in read ? read.value.run : undefined;
      if (run !== undefined) requireSameRun(new Map([['run', run]]), config, what);
    }
  }

  #metricsLines(): string[] {
    if (!existsSync(this.metricsPath)) return [];
    const text = readText(this.metricsPath);
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '');
  }

  /**
   * Cuts metrics and TensorBoard's file back to the epochs of the checkpoint, and removes temporary files that a killed
   * process left behind. TensorBoard's file is made again from the metrics, except for its times, which are read from
   * it.
   */
  rewind(lines: readonly MetricsLine[], config: RunConfig, wallTime: number): void {
    this.#check();
    for (const name of readdirSync(this.path)) if (isUnfinished(name)) rmSync(join(this.path, name));
    this.#write(this.metricsPath, lines.map((line) => metricsText(line, config)).join(''));
    const existing = this.#eventFile();
    if (existing === undefined && lines.length === 0) return;
    const [begun = wallTime, ...times] = existing === undefined ? [] : wallTimes(readBytes(existing));
    const events = lines.map((line, index) => eventOf(line, times[index] ?? wallTime));
    this.#write(existing ?? this.#newEventFile(wallTime), Buffer.concat([beginningOf(config, begun), ...events]));
  }

  #newEventFile(wallTime: number): string {
    return join(this.path, `${eventPrefix}${Math.floor(wallTime)}.lenet-lab`);
  }

  /** Removes the files that a new run has written before its first epoch was recorded. */
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

/** The first records of TensorBoard's file: its version, and the run's hyperparameters. */
function beginningOf(config: RunConfig, wallTime: number): Uint8Array {
  return Buffer.concat([fileVersion(wallTime), sessionStartRecord(wallTime, sessionOf(config))]);
}

/** An epoch's record in TensorBoard's file. */
function eventOf(line: MetricsLine, wallTime: number): Uint8Array {
  const sets = ['train', 'test', 'validation'] as const;
  const scalars = sets.flatMap((set): (readonly [string, number])[] => {
    const metrics = line[set];
    if (!metrics) return [];
    return [
      [`${set}/loss`, metrics.loss],
      [`${set}/acc`, metrics.accuracy],
      ...(metrics.balancedAccuracy === undefined ? [] : [[`${set}/balanced_acc`, metrics.balancedAccuracy] as const]),
    ];
  });
  return scalarEvent(wallTime, line.epoch, Object.fromEntries(scalars));
}

function metricsText(line: MetricsLine, config: RunConfig): string {
  return `${JSON.stringify(sealed({ ...line, run: runIdentity(config) }))}\n`;
}

/** @param what names the line in errors. @throws WorldError when the line is damaged. */
function parseMetrics(text: string, what: string): { line: MetricsLine; run: string | undefined } {
  const { run, digest: _, epoch, train, test, validation, seconds, ...unknown } = unsealed<MetricsLine>(text, what);
  const [name] = Object.keys(unknown);
  const numbers = [epoch, seconds?.train, seconds?.evaluate];
  // Our first versions, whose lines do not name their run, evaluated both sets after every epoch.
  const isWhole = run === undefined;
  for (const metrics of [train, test ?? validation]) {
    if (isWhole || metrics !== undefined) numbers.push(metrics?.loss, metrics?.accuracy);
    if (metrics?.balancedAccuracy !== undefined) numbers.push(metrics.balancedAccuracy);
  }
  if (!numbers.every(Number.isFinite) || name !== undefined) {
    throw new WorldError(
      `${what} is damaged: ${name === undefined ? 'a number is missing' : `"${name}" is not a part of it`}`,
    );
  }
  const ofTrain = train ? { train } : {};
  const evaluated = test ? { test } : validation ? { validation } : {};
  return { line: { epoch: epoch!, ...ofTrain, ...evaluated, seconds: seconds! }, run };
}

/** The metadata of files with a model's weights: the network is made again from them. */
function modelRecord(model: Model, config: RunConfig): ModelRecord {
  const network = modelText(model);
  return { ...runRecord(config), network, ...(config.input ? { input: JSON.stringify(config.input) } : {}) };
}

/** The content of config.json in the newest format. */
function configRecord({ format: _, ...config }: RunConfig): object {
  return sealed({ format: 2, run: runIdentity(config), ...config });
}

/**
 * Parses config.json. @param what names the file in errors. @throws WorldError when the text is damaged or of an
 * unknown format.
 */
export function parseConfig(text: string, what: string): RunConfig {
  const { run, digest: _, ...config } = unsealed<RunConfig>(text, what);
  const {
    format,
    version = 'unknown',
    hyperparameters: given,
    data,
    init,
    evaluatedOn,
    heldOut,
    heldOutSplit,
    keep,
    patience,
    distill,
    input,
    classWeights,
    ...unknown
  } = config;
  if ((format !== 1 && format !== 2) || !given || !data) {
    const isLater = typeof format === 'number' && format > 2;
    const why = `${what} is not the record of a run of format 1 or 2 (written by version ${version})`;
    throw isLater ? new ForeignFileError(why) : new WorldError(why);
  }
  const damaged = (why: string, cause?: unknown) => new WorldError(`${what} is damaged: ${why}`, { cause });
  const [name] = [...Object.keys(unknown), ...Object.keys(given).filter((key) => !(key in hyperparameters))];
  if (name !== undefined) throw damaged(`"${name}" is not a part of it`);
  if (!isHash(data.hash) || init === undefined || (init !== null && !isHash(init.sha256))) {
    throw damaged('the hash of its data or of its initial weights cannot be read');
  }
  if (evaluatedOn !== undefined && evaluatedOn !== 'validation') throw damaged(`evaluatedOn is ${evaluatedOn}`);
  const isCount = evaluatedOn !== undefined && Number.isSafeInteger(heldOut) && Number(heldOut) >= 1;
  if (heldOut !== undefined && !isCount) throw damaged(`heldOut is ${heldOut}`);
  const isSplit = evaluatedOn !== undefined && Number.isSafeInteger(heldOutSplit) && Number(heldOutSplit) >= 2;
  if (heldOutSplit !== undefined && !isSplit) throw damaged(`heldOutSplit is ${heldOutSplit}`);
  if (keep !== undefined && !(keep === 'best' && evaluatedOn)) throw damaged(`keep is ${keep}`);
  if (distill !== undefined && !isDistillationRecord(distill)) throw damaged('its teachers cannot be read');
  const isPatience = evaluatedOn !== undefined && Number.isSafeInteger(patience) && Number(patience) >= 1;
  if (patience !== undefined && !isPatience) throw damaged(`patience is ${patience}`);
  if (classWeights !== undefined && !isListOfNumbers(classWeights)) throw damaged('its class weights cannot be read');
  const origin = {
    data,
    init,
    ...(evaluatedOn ? { evaluatedOn } : {}),
    ...(heldOut === undefined ? {} : { heldOut }),
    ...(heldOutSplit === undefined ? {} : { heldOutSplit }),
    ...(keep ? { keep } : {}),
    ...(patience === undefined ? {} : { patience }),
    ...(distill ? { distill } : {}),
    ...(input ? { input: checkModelInput(input, what) } : {}),
    ...(classWeights ? { classWeights } : {}),
  };
  const read: RunConfig = { format, version, hyperparameters: complete(given), ...origin };
  if (run !== runIdentity(read) && (format > 1 || run !== undefined))
    throw damaged(`its settings are not those of its run`);
  return read;

  /** Fills in the default of a hyperparameter that is newer than the file. */
  function complete(values: Hyperparameters): Hyperparameters {
    try {
      return recordedHyperparameters({ ...values });
    } catch (error) {
      throw damaged(error instanceof Error ? error.message : String(error), error);
    }
  }
}

function isListOfNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every(Number.isFinite);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

/** The identity of the run and the digest in a JSON record. Records of our first versions have neither. */
interface Seal {
  readonly run?: string;
  readonly digest?: string;
}

/** The record with a digest of its other members as the last member. */
function sealed<T extends object>(record: T): T & Seal {
  return { ...record, digest: digestOf(JSON.stringify(record)) };
}

/**
 * Parses a record and checks its digest. @throws WorldError when the text is not a JSON object or its digest does not
 * match.
 */
function unsealed<T>(text: string, what: string): Partial<T> & Seal {
  const parsed: Partial<T> & Seal = parse(text, what);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new WorldError(`${what} is damaged: it is not a JSON object`);
  }
  const { digest, ...record } = parsed;
  // A record with `run` must have a digest too. Otherwise damage to the key `digest` itself would go unnoticed.
  if ((digest !== undefined || parsed.run !== undefined) && digest !== digestOf(JSON.stringify(record))) {
    throw new WorldError(`${what} is damaged: its content does not match its digest`);
  }
  return parsed;
}

/**
 * The result of `read`, or the message of the WorldError that it throws. @throws ForeignFileError as `read` does.
 */
export function attempt<T>(read: () => T): { readonly value: T } | { readonly damage: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof WorldError && !(error instanceof ForeignFileError)) return { damage: error.message };
    throw error;
  }
}

/** The model file of a path, which is a file or a run folder. */
export function modelFileAt(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory()) {
    const { modelPath } = new RunFolder(path);
    if (!existsSync(modelPath)) throw new WorldError(`${path} holds no model.safetensors`);
    return modelPath;
  }
  return path;
}

/**
 * The content of config.json in a folder; undefined for a file, or a folder without one. @throws WorldError when it is
 * damaged.
 */
export function runConfigAt(path: string): RunConfig | undefined {
  const folder = new RunFolder(path);
  return existsSync(folder.configPath) ? folder.readConfig() : undefined;
}

function parse<T>(text: string, path: string): T {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WorldError(`${path} is damaged: it is not valid JSON`, { cause: error });
  }
}
