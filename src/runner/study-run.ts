/**
 * Running a study: asks the strategy for trials, runs them in the task's pool and records them in the store, until all
 * stages are decided.
 */
import { checkFlag, checkInteger, checkMethods, checkOptions, checkRecord, checkSignal } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import type { Environment, ResultsRecord, StudyRecord, StudyStore } from '../store/store.ts';
import type { TrialRequest } from '../study/contest.ts';
import type { StudyDefinition } from '../study/definition.ts';
import { candidateTrials } from '../study/kept.ts';
import { isMeasured, measuredBudget, withMeasuredBudget } from '../study/search-budget.ts';
import { recordedParameters } from '../study/space.ts';
import { checkDefinition, checkExtends, followStudy, plannedLevels } from '../study/strategies.ts';
import { type StudyView, selectedTrials } from '../study/strategy.ts';
import { type CompleteTrial, isComplete, secondsOf, type Trial, TrialTable } from '../study/trial.ts';
import type { OpenTask, RunningTrial, Task } from '../tasks/task.ts';
import { type Forecast, Forecaster } from './forecast.ts';
import {
  beginLoop,
  isIdle,
  type LoopAction,
  type LoopEvent,
  type LoopMessage,
  type Restoration,
  step,
} from './loop.ts';
import { Mailbox } from './mailbox.ts';
import { refuseOlderWords } from './older-records.ts';

/** What {@link runStudy} runs, where it is kept, and how. */
export interface StudyRequest {
  readonly definition: StudyDefinition;
  readonly task: Task;
  readonly store: StudyStore;
  /** The most trials that run at once (default 1). Neither results nor the numbers of trials depend on it. */
  readonly jobs?: number | undefined;
  /** Threads that all trials share (default: one per job). Neither results nor the numbers of trials depend on it. */
  readonly threads?: number | undefined;
  /** Recorded with the session; results do not depend on it. */
  readonly environment?: Environment | undefined;
  /** Whether failed trials are run again. */
  readonly retryFailed?: boolean | undefined;
  /**
   * Numbers of finished trials whose models are kept under any `keep` of the definition. Dropped models are made again.
   */
  readonly keep?: readonly number[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link runStudy} yields. */
export type StudyEvent =
  | {
      readonly type: 'start';
      readonly view: StudyView;
      readonly record: StudyRecord;
      /** The training set and the evaluation set in words. */
      readonly summary: string;
      /** The file to which a torn last line of the record was moved; undefined where there was none. */
      readonly torn: string | undefined;
    }
  /** Comes once, after the first batches. */
  | { readonly type: 'forecast'; readonly forecast: Forecast; readonly view: StudyView }
  | LoopEvent
  | { readonly type: 'interrupted'; readonly view: StudyView }
  | { readonly type: 'finished'; readonly view: StudyView };

const storeMethods: readonly (keyof StudyStore)[] = [
  'read',
  'open',
  'redefine',
  'startTrial',
  'reportEpoch',
  'endTrial',
  'recordLook',
  'recordResults',
  'close',
];

const unknownEnvironment: Environment = {
  cpu: 'unknown',
  cores: 1,
  memoryBytes: 0,
  os: 'unknown',
  node: 'unknown',
  version: 'unknown',
  jobs: 1,
};

/**
 * Runs a study or continues it. An interrupt and a failed trial are events, not exceptions.
 * @throws UsageError, when the first event is asked for: values that cannot be right, unknown options, or another study than the store's; WorldError for data, disk, or another process.
 */
export async function* runStudy(request: StudyRequest): AsyncGenerator<StudyEvent, void, undefined> {
  checkOptions('runStudy()', request, {
    definition: true,
    task: true,
    store: true,
    jobs: true,
    threads: true,
    environment: true,
    retryFailed: true,
    keep: true,
    signal: true,
  });
  const { task, store, jobs = 1, threads = jobs, signal } = request;
  let { definition } = request;
  checkInteger('jobs', jobs, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('threads', threads, 1, Number.MAX_SAFE_INTEGER);
  checkSignal('signal', signal);
  if (request.retryFailed !== undefined) checkFlag('retryFailed', request.retryFailed);
  for (const number of request.keep ?? []) checkInteger('keep', number, 0, Number.MAX_SAFE_INTEGER);
  if (request.environment !== undefined) checkRecord('environment', request.environment);
  checkMethods('task', task, ['open'], 'a task, as functionTask() or lenetTask() make it');
  checkMethods('task.settings', task.settings, ['complete', 'canonical', 'whySame'], 'what settings mean to the task');
  checkMethods('store', store, storeMethods, 'a store, as new MemoryStore() or new JournalStore(path)');
  checkDefinition(definition);
  const planned = plannedLevels(definition);
  if (planned.length === 0 || planned.some((levels) => levels.length === 0)) {
    throw new UsageError('plan: expected at least one stage, and a level in each');
  }
  const opened = await task.open(definition);
  const running = new Map<number, RunningTrial>();
  const mail = new Mailbox<LoopMessage>();
  const onAbort = () => mail.put({ type: 'stop' });
  try {
    const { kernels } = opened;
    definition = withMeasuredBudget(definition, (await store.read())?.definition);
    const known = request.environment ?? { ...unknownEnvironment, jobs };
    const environment = kernels === undefined ? known : { ...known, kernels };
    const start = { definition, dataHash: opened.dataHash, ...(opened.data ? { data: opened.data } : {}) };
    const { record, torn } = await store.open({ ...start, environment }, (before) => {
      refuseOlderWords(before, task.settings);
      checkExtends(before.definition, definition);
      checkConfigurations(before.trials, task);
      if (before.dataHash === opened.dataHash) return;
      const [was, is] = [before.dataHash, opened.dataHash].map(shortHash);
      throw new UsageError(
        `the study was run on other data (hash ${was}, the hash of these is ${is}); choose another folder with --out`,
      );
    });
    const trials = new TrialTable(task.settings, record.trials);
    if (request.retryFailed) for (const trial of [...trials]) if (trial.state === 'failed') trials.delete(trial);
    const byNumber = new Map([...trials].map((trial) => [trial.number, trial]));
    const remember = (trial: Trial) => {
      trials.set(trial);
      byNumber.set(trial.number, trial);
    };
    let baseStarted: number | undefined;
    let baseEnded: number | undefined;
    /** Wall time of the search's base in this process (seconds); 0 where it was trained before. */
    const secondsOfBase = () =>
      baseStarted === undefined || baseEnded === undefined ? 0 : (baseEnded - baseStarted) / 1000;
    /** Trials whose results this process has made again. */
    const restored = new Set<number>();
    let view = await followed();
    yield { type: 'start', view, record, summary: opened.summary, torn };
    signal?.addEventListener('abort', onAbort);
    const lost = await lookAtResults();
    await dropResults(view);
    let state = beginLoop(view, { jobs, threads, lost });
    const forecaster = new Forecaster(jobs);
    const inbox: LoopMessage[] = [...(signal?.aborted ? [{ type: 'stop' } as const] : []), { type: 'followed', view }];
    for (;;) {
      const messages = inbox.length > 0 || isIdle(state) ? inbox.splice(0) : await mail.next();
      if (messages.length === 0) {
        const missing = state.stopping ? [] : await missingAtTheEnd(state.view);
        if (missing.length === 0) break;
        inbox.push({ type: 'restore', lost: missing });
        continue;
      }
      const actions: LoopAction[] = [];
      for (const message of messages) {
        const next = step(state, message);
        state = next.state;
        actions.push(...next.actions);
      }
      inbox.push(...(await carryOutAll(actions)));
      for (const action of actions) {
        if (action.type !== 'tell') continue;
        yield action.event;
        const forecast = forecaster.hear(action.event, state.view, opened);
        if (forecast) yield { type: 'forecast', forecast, view: state.view };
      }
    }
    view = state.view;
    if (state.stopping) {
      yield { type: 'interrupted', view };
      return;
    }
    if (definition.protocol === 'held-out') {
      const looked = await lookAtTest(store, unseen(view), opened, { objective: definition.objective, signal });
      if (!looked) {
        yield { type: 'interrupted', view };
        return;
      }
    }
    yield { type: 'finished', view };

    /**
     * Carries out actions at once, so that the store can write their lines together; those of one trial one after the
     * other. The strategy is asked last, and once. @returns the answers in the order of the actions.
     */
    async function carryOutAll(actions: readonly LoopAction[]): Promise<LoopMessage[]> {
      const latest = new Map<number, Promise<unknown>>();
      const answers: Promise<LoopMessage | undefined>[] = [];
      const end = actions.findIndex(({ type }) => type === 'give up');
      for (const action of end < 0 ? actions : actions.slice(0, end)) {
        if (action.type === 'tell' || action.type === 'follow') continue;
        const number = 'number' in action ? action.number : undefined;
        const before = number === undefined ? undefined : latest.get(number);
        const answer = before ? before.then(() => carryOut(action)) : carryOut(action);
        if (number !== undefined) latest.set(number, answer);
        answers.push(answer);
      }
      const found = (await Promise.all(answers)).flatMap((answer) => answer ?? []);
      const last = end < 0 ? actions.find(({ type }) => type === 'follow') : actions[end];
      if (last === undefined || last.type === 'tell') return found;
      return [...found, ...[await carryOut(last)].flatMap((answer) => answer ?? [])];
    }

    async function carryOut(action: Exclude<LoopAction, { type: 'tell' }>): Promise<LoopMessage | undefined> {
      switch (action.type) {
        case 'start': {
          const trial = await numbered(action.request);
          const { number } = trial;
          const { configuration, seed } = action.request;
          const again = action.restored !== undefined;
          const { until } = action.request;
          const pause = until === undefined ? {} : { until };
          const order = { number, configuration, seed, threads: action.threads, again, ...pause };
          if (action.request.proposal === 0) baseStarted ??= performance.now();
          running.set(
            number,
            opened.pool.start(order, (said) => mail.put({ type: 'said', number, message: said })),
          );
          return { type: 'started', trial, start: action };
        }
        case 'record epoch': {
          const { number, point } = action;
          await store.reportEpoch(number, point);
          const trial = byNumber.get(number)!;
          remember({ ...trial, curve: [...trial.curve, point] });
          return undefined;
        }
        case 'record end': {
          const { number, end, request: of } = action;
          running.delete(number);
          const trial = byNumber.get(number)!;
          const score = trial.curve.at(-1)?.score;
          const scored =
            end.state !== 'complete'
              ? end
              : score === undefined
                ? { state: 'failed' as const, reason: 'it reported no score' }
                : { ...end, score };
          await store.endTrial(number, scored);
          const ended: Trial = { ...trial, ...scored };
          remember(ended);
          if (of.proposal === 0) baseEnded = performance.now();
          // Not earlier: a trial whose end is not recorded continues from its checkpoint.
          opened.discard(number, 'checkpoint');
          return { type: 'recorded', trial: ended, request: of };
        }
        case 'made again': {
          running.delete(action.number);
          const trial = byNumber.get(action.number)!;
          restored.add(trial.number);
          opened.discard(trial.number, 'checkpoint');
          if (trial.results === 'dropped') await decide(trial, 'whole');
          return undefined;
        }
        case 'follow': {
          const next = await followed();
          await dropResults(next);
          return { type: 'followed', view: next };
        }
        case 'stop':
          running.get(action.number)?.stop();
          return undefined;
        case 'give up':
          throw new WorldError(action.message);
      }
    }

    /** Where the study stands, after what can be decided now is recorded. */
    async function followed(): Promise<StudyView> {
      const base = trials.proposed(0);
      if (isMeasured(definition, base)) {
        definition = measuredBudget(definition, Math.max(secondsOf(base), secondsOfBase()));
        await store.redefine(definition);
      }
      const now = followStudy(definition, trials);
      await Promise.all((now.toStop ?? []).map(stop));
      return now.toStop?.length ? followStudy(definition, trials) : now;
    }

    /** Ends a paused trial that cannot go on any more. */
    async function stop(trial: Trial): Promise<void> {
      const end = { state: 'pruned' as const, reason: 'stopped early: others were better' };
      await store.endTrial(trial.number, end);
      remember({ ...trial, ...end });
      opened.discard(trial.number, 'results');
    }

    async function decide(trial: Trial, results: ResultsRecord): Promise<Trial> {
      await store.recordResults(trial.number, results);
      const decided: Trial = { ...trial, results: results === 'whole' ? undefined : results };
      remember(decided);
      return decided;
    }

    /**
     * The trials whose results are to be made again, checked before any trial runs. Dropped results are among them
     * under `keep: all` or when asked for.
     */
    async function lookAtResults(): Promise<Restoration[]> {
      for (const number of request.keep ?? []) {
        const trial = byNumber.get(number);
        if (!isComplete(trial)) throw new UsageError(`keep: trial ${number} is not a finished trial of this study`);
        if (trial.results !== 'kept') await decide(trial, 'kept');
      }
      const wasDropped = new Set(
        record.trials.filter(({ results }) => results === 'dropped').map(({ number }) => number),
      );
      const candidates = candidateTrials(view);
      const found: Restoration[] = [];
      for (const { number } of view.trials) {
        const trial = byNumber.get(number);
        if (signal?.aborted) break;
        if (!isComplete(trial)) continue;
        // A process that was killed right after the trial's end, or an older version, may have left a checkpoint.
        opened.discard(number, 'checkpoint');
        const isDropped = trial.results === 'dropped' && definition.keep === 'winners';
        if (isDropped) opened.discard(number, 'results');
        else if (isKept(trial, candidates)) found.push(...(await notWhole(trial, wasDropped.has(number))));
      }
      return found;
    }

    function isKept({ number, results }: Trial, candidates: ReadonlySet<number>): boolean {
      return definition.keep !== 'winners' || results === 'kept' || candidates.has(number);
    }

    /**
     * Drops the results that are not kept. The drop is recorded before the files are removed: after a kill in between,
     * no file counts as lost.
     */
    async function dropResults(now: StudyView): Promise<void> {
      if (definition.keep !== 'winners') return;
      const candidates = candidateTrials(now);
      const dropped = now.trials
        .map(({ number }) => byNumber.get(number))
        .filter(isComplete)
        .filter((trial) => trial.results !== 'dropped' && !isKept(trial, candidates));
      await Promise.all(dropped.map((trial) => decide(trial, 'dropped')));
      for (const { number } of dropped) opened.discard(number, 'results');
    }

    /** The restoration that the trial needs; empty where its results are whole. */
    async function notWhole(
      trial: CompleteTrial,
      wasDropped: boolean,
      options?: { readonly evaluate: boolean },
    ): Promise<Restoration[]> {
      const { number, configuration, seed } = trial;
      const found = await opened.results(trial, options);
      if (found.state === 'whole') {
        if (trial.results === 'dropped') await decide(trial, 'whole');
        return [];
      }
      if (restored.has(number)) throw new WorldError(`trial ${number} was made again, but ${found.why}`);
      const canonical = trials.canonical(configuration);
      const again = { key: trials.keyOf(configuration), configuration: canonical, settings: canonical, seed };
      const cause = wasDropped && found.state === 'lost' ? { state: 'dropped' as const, why: 'it was dropped' } : found;
      return [{ request: again, cause }];
    }

    /** Selected trials that have not been evaluated on the test set. */
    function unseen(now: StudyView): CompleteTrial[] {
      const seen = new Set(record.looks.map(({ trial }) => trial));
      return opened.evaluateOnTest ? selectedTrials(now).filter(({ number }) => !seen.has(number)) : [];
    }

    /**
     * The missing results that the test set's evaluation and the report need: a level whose results were dropped may be
     * selected now.
     */
    async function missingAtTheEnd(now: StudyView): Promise<Restoration[]> {
      const looked = definition.protocol === 'held-out' ? unseen(now) : [];
      const missing: Restoration[] = [];
      for (const { number } of selectedTrials(now)) {
        const trial = byNumber.get(number);
        if (!isComplete(trial)) continue;
        const evaluate = looked.some((unseenTrial) => unseenTrial.number === number);
        const isDropped = trial.results === 'dropped';
        if (evaluate || isDropped) missing.push(...(await notWhole(trial, isDropped, { evaluate })));
      }
      return missing;
    }

    /** The recorded trial of a request, or a new one; a trial that was stopped early is not continued. */
    async function numbered({ key, seed, configuration, settings, proposal }: TrialRequest): Promise<Trial> {
      const known = trials.find(key, seed);
      if (known && known.state !== 'pruned') return known;
      const parameters = recordedParameters(definition.space, task.settings.complete(settings));
      const proposed = proposal === undefined ? {} : { proposal };
      const number = await store.startTrial({ configuration, seed, parameters, ...proposed });
      const trial: Trial = { number, configuration, seed, ...proposed, state: 'running', curve: [] };
      remember(trial);
      return trial;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await Promise.all([...running.values()].map((trial) => trial.kill()));
    await opened.pool.close?.();
    await store.close();
  }
}

/** @throws WorldError naming a recorded trial whose settings the task does not know. */
function checkConfigurations(trials: readonly Trial[], { settings }: Task): void {
  for (const { number, configuration } of trials) {
    try {
      settings.canonical(configuration);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new WorldError(`trial ${number} of the study: ${error.message}; its record is damaged`, { cause: error });
    }
  }
}

/**
 * Evaluates the selected trials on the test set and records each look. @returns false where the signal stopped it.
 */
async function lookAtTest(
  store: StudyStore,
  unseen: readonly CompleteTrial[],
  opened: OpenTask,
  { objective, signal }: Pick<StudyDefinition, 'objective'> & { readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  for (const trial of unseen) {
    if (!opened.evaluateOnTest) break;
    if (signal?.aborted) return false;
    const { loss, accuracy, balancedAccuracy } = await opened.evaluateOnTest(trial);
    const { number, configuration, seed } = trial;
    const balanced = objective === 'balanced-accuracy' && balancedAccuracy !== undefined ? { balancedAccuracy } : {};
    await store.recordLook({ trial: number, configuration, seed, loss, accuracy, ...balanced });
  }
  return true;
}
