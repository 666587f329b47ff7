/** A study at work: proposes trials, runs them on worker threads, reports to the journal, and decides stage by stage. */
import { existsSync } from 'node:fs';
import { UsageError, WorldError } from '../base/errors.ts';
import { datasetSize, takeFirst } from '../data/dataset.ts';
import { holdOut } from '../data/hold-out.ts';
import { StudyLog, type StudyRecord, type TestLook } from '../journal/study-log.ts';
import {
  type Configuration,
  completeSettings,
  identifyConfiguration,
  optunaParameters,
} from '../lenet/configuration.ts';
import { completeHyperparameters, makeLoss, makeModel } from '../lenet/hyperparameters.ts';
import { checkExtends, type Settings, type StudyDefinition } from '../study/definition.ts';
import {
  type EpochPoint,
  followStudy,
  type Identify,
  type StageView,
  type StudyView,
  scoreOf,
  selectedLevels,
  type Trial,
  type TrialRequest,
} from '../study/plan.ts';
import { evaluate } from '../train/evaluate.ts';
import { environment } from './environment.ts';
import { Mailbox } from './mailbox.ts';
import { loadMnist } from './mnist-files.ts';
import { loadModel } from './model-file.ts';
import { enableFused } from './relaxed-simd.ts';
import type { MetricsLine } from './run-folder.ts';
import type { StudyFolder } from './study-folder.ts';
import { nodeThreads } from './threads.ts';
import type { RunData } from './train-run.ts';
import { type RunningTrial, shareDataset, startTrial, type TrialMessage } from './trials.ts';

export interface StudyRequest {
  readonly definition: StudyDefinition;
  /** The study file's text, to be kept in the folder. */
  readonly text: string;
  readonly folder: StudyFolder;
  /** Trials at once. */
  readonly jobs: number;
  readonly dataFolder?: string | undefined;
  /** Trials that failed are tried again. */
  readonly retryFailed?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export type StudyEvent =
  | {
      readonly type: 'start';
      readonly view: StudyView;
      readonly record: StudyRecord;
      readonly source: string;
      readonly train: number;
      readonly selection: number;
      /** Where the torn end of the journal was put, if it had one. */
      readonly torn: string | undefined;
    }
  | {
      readonly type: 'trial-start';
      readonly number: number;
      readonly request: TrialRequest;
      readonly restored: boolean;
      readonly view: StudyView;
    }
  | { readonly type: 'progress'; readonly number: number; readonly share: number; readonly accuracy?: number }
  | {
      readonly type: 'trial-end';
      readonly number: number;
      readonly trial: Trial;
      readonly request: TrialRequest;
      readonly restored: boolean;
      readonly view: StudyView;
    }
  | { readonly type: 'stage'; readonly stage: StageView; readonly view: StudyView }
  | { readonly type: 'interrupted'; readonly view: StudyView }
  | { readonly type: 'finished'; readonly view: StudyView };

/** A trial is as good as done, and its thread free, from this share on. */
const nearlyDone = 0.85;

interface Running {
  readonly request: TrialRequest;
  readonly threads: number;
  readonly worker: RunningTrial;
  /** A finished trial whose run folder was lost: made again, to the same bytes, without a word in the journal. */
  readonly restored: boolean;
  share: number;
}

/**
 * Runs a study or goes on with it. An interrupt and a failed trial are events, not exceptions.
 * @throws UsageError for a study that cannot be right or is another one; WorldError for data, disk, or another process.
 */
export async function* runStudy(request: StudyRequest): AsyncGenerator<StudyEvent, void, undefined> {
  const { definition, folder, jobs, signal } = request;
  const identify = rememberingIdentify();
  folder.take();
  const running = new Map<number, Running>();
  const mail = new Mailbox<{ number: number; message: TrialMessage } | 'stop'>();
  const onAbort = () => mail.put('stop');
  try {
    const data = await loadData(definition, request.dataFolder);
    checkLevels(definition, data.run);
    const log = new StudyLog(folder.journalPath);
    const { record, torn } = log.open(
      { definition, dataHash: data.run.hash, environment: environment(jobs) },
      (before) => {
        checkExtends(before.definition, definition);
        if (before.dataHash !== data.run.hash) {
          throw new UsageError(
            `the study in ${folder.path} is about other data (hash ${before.dataHash.slice(0, 12)}, this is ${data.run.hash.slice(0, 12)})`,
          );
        }
      },
    );
    folder.writeFile(request.text);
    const varied = [
      definition.base,
      ...definition.stages.flatMap(({ levels }) => levels.map(({ settings }) => settings)),
    ];
    if (varied.some(({ arithmetic }) => arithmetic === 'fused')) enableFused();
    const trials = new Map(record.trials.map((trial) => [trial.number, trial]));
    if (request.retryFailed) {
      for (const { number, state } of record.trials) if (state === 'failed') trials.delete(number);
    }
    const follow = () => followStudy(definition, [...trials.values()], identify);
    let view = follow();
    const { trainLimit, testLimit } = completeSettings(definition.base);
    const sizes = {
      train: Math.min(datasetSize(data.run.train), trainLimit ?? Number.POSITIVE_INFINITY),
      selection: Math.min(
        datasetSize(data.run.test),
        (definition.protocol === 'post' ? testLimit : null) ?? Number.POSITIVE_INFINITY,
      ),
    };
    yield { type: 'start', view, record, source: data.run.source, ...sizes, torn };

    const lost = view.trials
      .filter(({ state, number }) => state === 'complete' && !existsSync(folder.trial(number).modelPath))
      .map((trial): TrialRequest => ({ key: trial.key, seed: trial.seed, configuration: JSON.parse(trial.key) }));
    const variedNames = new Set(varied.slice(1).flatMap((settings) => Object.keys(settings)));
    const relevant = varied.map((settings) => pickNames(settings, variedNames));

    signal?.addEventListener('abort', onAbort);
    let told = 0;
    for (;;) {
      for (const stage of view.stages.slice(told)) {
        if (!stage.finished) break;
        told++;
        yield { type: 'stage', stage, view };
      }
      while (!signal?.aborted && running.size < jobs) {
        const waiting = [...lost, ...view.pending.filter((item) => !isRunning(running, item))];
        const next = waiting[0];
        if (!next) break;
        const restored = lost.length > 0;
        if (restored) lost.shift();
        const known = [...trials.values()].find(({ key, seed }) => key === next.key && seed === next.seed);
        const configuration = next.configuration as Configuration;
        const number =
          known?.number ?? log.startTrial(next.configuration, next.seed, optunaParameters(configuration, relevant));
        if (!known) trials.set(number, { number, key: next.key, seed: next.seed, state: 'running', curve: [] });
        const threads = threadsFor(jobs, running, waiting.length);
        const hyperparameters = completeHyperparameters({ ...configuration, seed: next.seed });
        const worker = startTrial(
          { hyperparameters, out: folder.trial(number).path, threads, data: data.run },
          (message) => mail.put({ number, message }),
        );
        running.set(number, { request: next, threads, worker, restored, share: 0 });
        yield { type: 'trial-start', number, request: next, restored, view };
      }
      if (running.size === 0) break;

      const letter = await mail.next();
      if (letter === 'stop') {
        for (const { worker } of running.values()) worker.stop();
        continue;
      }
      const { number, message } = letter;
      const work = running.get(number)!;
      const trial = trials.get(number)!;
      if (message.type === 'progress') {
        work.share = message.share;
        yield { type: 'progress', number, share: message.share };
      } else if (message.type === 'epoch') {
        work.share = message.share;
        const point = epochPoint(message.line);
        if (!work.restored && !trial.curve.some(({ epoch }) => epoch === point.epoch)) {
          const grown: Trial = { ...trial, curve: [...trial.curve, point] };
          log.reportEpoch(number, point, scoreOf(grown, definition.objective));
          trials.set(number, grown);
        }
        yield { type: 'progress', number, share: message.share, accuracy: point.selection.accuracy };
      } else {
        running.delete(number);
        if (message.type === 'interrupted') continue;
        if (message.type === 'failed' && message.kind === 'world') throw new WorldError(message.message);
        if (!work.restored) trials.set(number, endTrial(log, definition, trial, message));
        view = follow();
        yield {
          type: 'trial-end',
          number,
          trial: trials.get(number)!,
          request: work.request,
          restored: work.restored,
          view,
        };
      }
    }
    if (signal?.aborted) {
      yield { type: 'interrupted', view };
      return;
    }
    if (definition.protocol === 'held-out') await lookAtTest(log, folder, view, record.looks, data, jobs);
    yield { type: 'finished', view };
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all([...running.values()].map(({ worker }) => worker.kill()));
    folder.release();
  }
}

function endTrial(
  log: StudyLog,
  definition: StudyDefinition,
  trial: Trial,
  message: TrialMessage & { type: 'finished' | 'failed' },
): Trial {
  if (message.type === 'failed') {
    log.failTrial(trial.number, message.message);
    return { ...trial, state: 'failed', reason: message.message };
  }
  log.finishTrial(trial.number, scoreOf(trial, definition.objective), message.wrong);
  return { ...trial, state: 'complete', wrong: message.wrong };
}

/** Identifying a configuration checks every value of the table; a study asks for the same ones again and again. */
function rememberingIdentify(): Identify {
  const known = new Map<string, Settings>();
  return (settings) => {
    const key = JSON.stringify(settings);
    const found = known.get(key) ?? identifyConfiguration(settings);
    known.set(key, found);
    return found;
  };
}

function pickNames(settings: Settings, names: ReadonlySet<string>): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
}

function isRunning(running: ReadonlyMap<number, Running>, { key, seed }: TrialRequest): boolean {
  return [...running.values()].some(({ request }) => request.key === key && request.seed === seed);
}

/** Threads of a trial about to start: one, or more where fewer trials are left than there are jobs. */
function threadsFor(jobs: number, running: ReadonlyMap<number, Running>, waiting: number): number {
  const busy = [...running.values()].reduce((sum, { share, threads }) => sum + (share < nearlyDone ? threads : 0), 0);
  return Math.max(1, Math.floor((jobs - busy) / waiting));
}

function epochPoint({ epoch, train, test, validation, seconds }: MetricsLine): EpochPoint {
  return { epoch, train, selection: (test ?? validation)!, seconds };
}

interface StudyData {
  /** What trials get: under protocol held-out the validation set stands where the test set would. */
  readonly run: RunData;
  readonly test: RunData['test'];
}

async function loadData({ protocol }: StudyDefinition, dataFolder: string | undefined): Promise<StudyData> {
  const mnist = await loadMnist(dataFolder);
  const { train, test, hash } = mnist;
  if (protocol === 'post') {
    const run: RunData = { ...mnist, train: shareDataset(train), test: shareDataset(test), evaluatedOn: 'test' };
    return { run, test };
  }
  const split = holdOut(train, hash);
  const parts = { train: shareDataset(split.train), test: shareDataset(split.validation) };
  return { run: { ...mnist, ...parts, evaluatedOn: 'validation' }, test };
}

/** @throws UsageError when a level asks for more images than there are, or batches larger than the training set. */
function checkLevels({ base, stages }: StudyDefinition, { train, test, evaluatedOn }: RunData): void {
  for (const { settings, label } of stages.flatMap(({ levels }) => levels)) {
    const { batchSize, trainLimit, testLimit } = completeSettings({ ...base, ...settings });
    const images = Math.min(trainLimit ?? datasetSize(train), datasetSize(train));
    if (trainLimit !== null && trainLimit > datasetSize(train)) {
      throw new UsageError(
        `trainLimit: there are ${datasetSize(train)} training images, got ${trainLimit} (level ${label})`,
      );
    }
    if (evaluatedOn === 'test' && testLimit !== null && testLimit > datasetSize(test)) {
      throw new UsageError(`testLimit: there are ${datasetSize(test)} test images, got ${testLimit} (level ${label})`);
    }
    if (batchSize > images) {
      throw new UsageError(
        `batchSize: expected at most ${images} (the training images), got ${batchSize} (level ${label})`,
      );
    }
  }
}

/** The selected configurations, and they alone, are evaluated on the test set; each look is counted. */
async function lookAtTest(
  log: StudyLog,
  folder: StudyFolder,
  view: StudyView,
  before: readonly TestLook[],
  { test }: StudyData,
  jobs: number,
): Promise<void> {
  for (const { key, configuration, trials } of selectedLevels(view)) {
    for (const trial of trials) {
      if (trial?.state !== 'complete' || before.some((look) => look.trial === trial.number)) continue;
      const { weights } = loadModel(folder.trial(trial.number).path);
      const settings = completeSettings(configuration);
      const { arithmetic, testLimit } = settings;
      const loss = makeLoss(settings);
      const looked = testLimit === null ? test : takeFirst(test, testLimit);
      const metrics = await evaluate(makeModel(settings), weights, looked, {
        arithmetic,
        loss,
        threads: nodeThreads(jobs),
      });
      if (metrics === undefined) return;
      log.recordLook({ trial: trial.number, key, seed: trial.seed, loss: metrics.loss, accuracy: metrics.accuracy });
    }
  }
}
