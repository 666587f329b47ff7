/**
 * The loop of a study as a pure function: state and message in, state and actions out. study-run.ts performs the
 * actions.
 */
import { isSameBytes } from '../base/bits.ts';
import type { TrialEnd } from '../store/store.ts';
import type { StageView, TrialRequest } from '../study/contest.ts';
import { isSeedRule } from '../study/definition.ts';
import type { StudyView } from '../study/strategy.ts';
import type { EpochPoint, Trial } from '../study/trial.ts';
import type { TrialMessage, TrialResults } from '../tasks/task.ts';

/** A complete trial whose results are to be made again, to the same bytes. */
export interface Restoration {
  readonly request: TrialRequest;
  readonly cause: RestorationCause;
}

/**
 * Why results are made again: they are lost or damaged, or were dropped and are needed now. `why` is a phrase for
 * messages.
 */
export type RestorationCause =
  | Exclude<TrialResults, { state: 'whole' }>
  | { readonly state: 'dropped'; readonly why: string };

interface Running {
  /** The trial's record when this process started it. */
  readonly trial: Trial;
  readonly request: TrialRequest;
  readonly threads: number;
  /** Set for a complete trial whose results are made again; its epochs and end are not recorded twice. */
  readonly restored: RestorationCause | undefined;
  /** The finished share of the trial, 0 to 1. */
  readonly share: number;
  /** The last recorded epoch; -1 before the first. */
  readonly epoch: number;
}

export interface LoopState {
  /** The most trials that run at once. */
  readonly jobs: number;
  /** Threads that all trials share; a trial has at least one. */
  readonly threads: number;
  readonly view: StudyView;
  /**
   * Trials whose results are to be made again; they start before the queue. `nextLost` is the index of the first that
   * was not started.
   */
  readonly lost: readonly Restoration[];
  readonly nextLost: number;
  /** The trials that the strategy asked for last; `next` is the index of the first that was not started. */
  readonly queue: readonly TrialRequest[];
  readonly next: number;
  /** Trials whose start action was given and whose `started` message has not come yet. */
  readonly starting: number;
  readonly running: ReadonlyMap<number, Running>;
  readonly stopping: boolean;
  /** Reported stages, and reported rounds of the current stage. */
  readonly toldStages: number;
  readonly toldRounds: number;
  /** Trials that have ended, including those of earlier processes. */
  readonly ended: number;
}

/** An input of the loop. */
export type LoopMessage =
  | { readonly type: 'followed'; readonly view: StudyView }
  | { readonly type: 'started'; readonly trial: Trial; readonly start: StartAction }
  | { readonly type: 'said'; readonly number: number; readonly message: TrialMessage }
  | { readonly type: 'recorded'; readonly trial: Trial; readonly request: TrialRequest }
  | { readonly type: 'restore'; readonly lost: readonly Restoration[] }
  | { readonly type: 'stop' };

interface StartAction {
  readonly type: 'start';
  readonly request: TrialRequest;
  readonly threads: number;
  readonly restored: RestorationCause | undefined;
}

/** An output of the loop. Actions are performed in their order. */
export type LoopAction =
  | StartAction
  | { readonly type: 'record epoch'; readonly number: number; readonly point: EpochPoint }
  | { readonly type: 'record end'; readonly number: number; readonly end: UnscoredEnd; readonly request: TrialRequest }
  /** The results of a complete trial have been made again. */
  | { readonly type: 'made again'; readonly number: number }
  /** Ask the strategy for the next trials. */
  | { readonly type: 'follow' }
  | { readonly type: 'stop'; readonly number: number }
  | { readonly type: 'tell'; readonly event: LoopEvent }
  /** End the study with an error. */
  | { readonly type: 'give up'; readonly message: string };

/** The end of a trial without its score: the score is that of the last epoch. */
type UnscoredEnd =
  | { readonly state: 'complete'; readonly wrong?: Uint8Array | undefined }
  | Exclude<TrialEnd, { state: 'complete' }>;

/** What the loop reports to the user. */
export type LoopEvent =
  | {
      readonly type: 'trial-start';
      readonly number: number;
      readonly request: TrialRequest;
      readonly restored: RestorationCause | undefined;
      readonly view: StudyView;
    }
  | { readonly type: 'progress'; readonly number: number; readonly share: number; readonly score?: number }
  | {
      readonly type: 'trial-end';
      readonly trial: Trial;
      readonly request: TrialRequest;
      readonly restored: RestorationCause | undefined;
      readonly ended: number;
      readonly view: StudyView;
    }
  /** A trial has reached the epoch at which it pauses. */
  | { readonly type: 'trial-pause'; readonly number: number; readonly request: TrialRequest; readonly view: StudyView }
  /** The machine had no room for one more trial; from now on at most `jobs` run at once. */
  | { readonly type: 'fewer jobs'; readonly jobs: number; readonly because: string }
  /** After a complete round of a stage with a seed rule. */
  | { readonly type: 'round'; readonly stage: StageView; readonly view: StudyView }
  | { readonly type: 'stage'; readonly stage: StageView; readonly view: StudyView };

export interface Step {
  readonly state: LoopState;
  readonly actions: readonly LoopAction[];
}

export function beginLoop(
  view: StudyView,
  { jobs, threads = jobs, lost }: Pick<LoopState, 'jobs' | 'lost'> & { readonly threads?: number },
): LoopState {
  return {
    jobs,
    threads,
    view,
    lost,
    nextLost: 0,
    queue: [],
    next: 0,
    starting: 0,
    running: new Map(),
    stopping: false,
    toldStages: 0,
    toldRounds: 0,
    ended: endedIn(view),
  };
}

/** Trials that have ended. One that paused counts, too, whether it goes on later or not. */
function endedIn({ trials, search }: StudyView): number {
  const paused = new Set(search?.proposals.flatMap(({ trial, scores }) => (scores.length > 0 ? [trial] : [])));
  return trials.filter((trial) => trial.state !== 'running' || paused.has(trial)).length;
}

/** Whether nothing is running and nothing will be started. */
export function isIdle(state: LoopState): boolean {
  return state.running.size === 0 && state.starting === 0 && (state.stopping || waitingIn(state) === 0);
}

/** How many trials wait for their start. */
function waitingIn({ lost, nextLost, queue, next }: Pick<LoopState, 'lost' | 'nextLost' | 'queue' | 'next'>): number {
  return lost.length - nextLost + queue.length - next;
}

export function step(state: LoopState, message: LoopMessage): Step {
  switch (message.type) {
    case 'followed':
      return followed(state, message.view);
    case 'started':
      return started(state, message);
    case 'said':
      return said(state, message.number, message.message);
    case 'recorded':
      return recorded(state, message.trial, message.request);
    case 'restore':
      return fill({ ...state, lost: [...state.lost, ...message.lost] });
    case 'stop': {
      const stops = [...state.running.keys()].map((number) => ({ type: 'stop' as const, number }));
      return { state: { ...state, stopping: true }, actions: stops };
    }
  }
}

function followed(state: LoopState, view: StudyView): Step {
  const working = new Set([...state.running.values()].map(({ request }) => placeOf(request)));
  const queue = view.pending.filter((request) => !working.has(placeOf(request)));
  const told: LoopAction[] = [];
  let { toldStages, toldRounds } = state;
  // No level can leave before every level has run its first seeds, so earlier rounds are not reported.
  const { seeds } = view.definition;
  const leastRounds = isSeedRule(seeds) ? seeds.atLeast : 0;
  for (const stage of view.stages.slice(toldStages)) {
    const rounds = stage.rounds?.rounds ?? 0;
    if (rounds > toldRounds && rounds >= leastRounds)
      told.push({ type: 'tell', event: { type: 'round', stage, view } });
    toldRounds = rounds;
    if (!stage.finished) break;
    toldStages++;
    toldRounds = 0;
    told.push({ type: 'tell', event: { type: 'stage', stage, view } });
  }
  const ended = endedIn(view);
  const next = fill({ ...state, view, queue, next: 0, toldStages, toldRounds, ended });
  return { state: next.state, actions: [...told, ...next.actions] };
}

function started(state: LoopState, { trial, start }: LoopMessage & { type: 'started' }): Step {
  const { request, threads, restored } = start;
  const running = new Map(state.running);
  running.set(trial.number, { trial, request, threads, restored, share: 0, epoch: trial.curve.at(-1)?.epoch ?? -1 });
  const { number } = trial;
  const event: LoopEvent = { type: 'trial-start', number, request, restored, view: state.view };
  const stop: LoopAction[] = state.stopping ? [{ type: 'stop', number }] : [];
  return {
    state: { ...state, running, starting: state.starting - 1 },
    actions: [{ type: 'tell', event }, ...stop],
  };
}

function said(state: LoopState, number: number, message: TrialMessage): Step {
  const work = state.running.get(number);
  if (!work) throw new Error(`trial ${number} is not running`);
  if (message.type === 'progress' || message.type === 'epoch') {
    const { share } = message;
    const running = new Map(state.running);
    if (message.type === 'progress') {
      running.set(number, { ...work, share });
      return { state: { ...state, running }, actions: [{ type: 'tell', event: { type: 'progress', number, share } }] };
    }
    const { point } = message;
    const before = work.trial.curve.find(({ epoch }) => epoch === point.epoch);
    if (work.restored && before && before.score !== point.score) {
      const differs = `in epoch ${point.epoch} (score ${point.score} instead of ${before.score})`;
      return { state, actions: [cameOutDifferently(work, differs)] };
    }
    const isNew = !work.restored && point.epoch > work.epoch;
    running.set(number, { ...work, share, epoch: Math.max(work.epoch, point.epoch) });
    const record: LoopAction[] = isNew ? [{ type: 'record epoch', number, point }] : [];
    const event: LoopEvent = { type: 'progress', number, share, score: point.score };
    return { state: { ...state, running }, actions: [...record, { type: 'tell', event }] };
  }
  const running = new Map(state.running);
  running.delete(number);
  const rest: LoopState = { ...state, running };
  const { request, restored } = work;
  if (message.type === 'interrupted') return { state: rest, actions: [] };
  if (message.type === 'paused') return paused(rest, work);
  if (message.type === 'refused') return refused(rest, work, message.message);
  if (message.type === 'failed' && message.kind === 'world') {
    return { state: rest, actions: [{ type: 'give up', message: message.message }] };
  }
  if (restored && message.type === 'failed') {
    const lost = `the results of trial ${number} were ${restored.state} and could not be made again: ${message.message}`;
    return { state: rest, actions: [{ type: 'give up', message: lost }] };
  }
  const end: UnscoredEnd =
    message.type === 'failed'
      ? { state: 'failed', reason: message.message }
      : { state: 'complete', wrong: message.wrong };
  if (!restored) return { state: rest, actions: [{ type: 'record end', number, end, request }] };
  const { wrong } = work.trial;
  if (wrong && end.state === 'complete' && end.wrong && !isSameBytes(wrong, end.wrong)) {
    return { state: rest, actions: [cameOutDifferently(work, '(it errs on other images)')] };
  }
  const next = fill(rest);
  const told = tellEnd(rest, work.trial, request, restored);
  return { state: next.state, actions: [{ type: 'made again', number }, told, ...next.actions] };
}

function cameOutDifferently({ trial, restored }: Running, how: string): LoopAction {
  const message = `trial ${trial.number}, whose results were ${restored?.state}, was run again with a different result ${how}. Fused arithmetic differs between processors; with strict arithmetic the data, the record or this machine is faulty`;
  return { type: 'give up', message };
}

/**
 * The machine had no room for the trial: it goes back to the head of its queue and waits until a running trial has
 * ended.
 */
function refused(state: LoopState, { request, restored }: Running, because: string): Step {
  if (state.stopping) return { state, actions: [] };
  const jobs = state.running.size;
  if (jobs === 0) return { state, actions: [{ type: 'give up', message: because }] };
  const line = restored
    ? { lost: [{ request, cause: restored }, ...state.lost.slice(state.nextLost)], nextLost: 0 }
    : { queue: [request, ...state.queue.slice(state.next)], next: 0 };
  return {
    state: { ...state, ...line, jobs },
    actions: [{ type: 'tell', event: { type: 'fewer jobs', jobs, because } }],
  };
}

function recorded(state: LoopState, trial: Trial, request: TrialRequest): Step {
  const counted: LoopState = { ...state, ended: state.ended + 1 };
  const next = goOn(counted);
  return { state: next.state, actions: [tellEnd(counted, trial, request, undefined), ...next.actions] };
}

function paused(state: LoopState, { trial: { number }, request }: Running): Step {
  const next = goOn(state);
  const event: LoopEvent = { type: 'trial-pause', number, request, view: state.view };
  return { state: next.state, actions: [{ type: 'tell', event }, ...next.actions] };
}

/** Asks the strategy when its queue is empty, else starts what waits. */
function goOn(state: LoopState): Step {
  const isExhausted = waitingIn(state) === 0 && !state.stopping;
  return isExhausted ? { state, actions: [{ type: 'follow' }] } : fill(state);
}

function tellEnd(
  state: LoopState,
  trial: Trial,
  request: TrialRequest,
  restored: RestorationCause | undefined,
): LoopAction {
  const { ended, view } = state;
  return { type: 'tell', event: { type: 'trial-end', trial, request, restored, ended, view } };
}

/** Starts trials while there is room. */
function fill(state: LoopState): Step {
  if (state.stopping) return { state, actions: [] };
  const { lost, queue } = state;
  let { nextLost, next, starting } = state;
  const actions: StartAction[] = [];
  const busy = [...state.running.values()].reduce(
    (sum, { share, threads }) => sum + (share < nearlyDone ? threads : 0),
    0,
  );
  let given = 0;
  while (state.running.size + starting < state.jobs) {
    const waiting = waitingIn({ lost, nextLost, queue, next });
    const first = lost[nextLost];
    const request = first ? first.request : queue[next];
    if (!request) break;
    if (first) nextLost++;
    else next++;
    // Where fewer trials are left than threads, the last trials share the spare threads.
    const threads = Math.max(1, Math.floor((state.threads - busy - given) / waiting));
    given += threads;
    starting++;
    actions.push({ type: 'start', request, threads, restored: first?.cause });
  }
  return { state: { ...state, nextLost, next, starting }, actions };
}

/** From this share on a trial counts as finished when threads are divided: its threads will be free soon. */
const nearlyDone = 0.85;

function placeOf({ key, seed }: TrialRequest): string {
  return `${seed}/${key}`;
}
