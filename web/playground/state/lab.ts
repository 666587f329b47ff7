/** The lab as the page sees it: what it reports, as signals, and what can be asked of it. */
import { batch, computed, signal } from '@preact/signals';
import type { StateDict } from '../../../src/base/tensor.ts';
import type { Settings } from '../../../src/study/definition.ts';
import type { ContestView, Neighbour, Order, Report, TestDigits } from '../lab/protocol.ts';
import { drawnAndRested } from './drawing.ts';

/** What the lab is doing. `broken`: its data or its program could not be loaded. */
export type LabState = 'loading' | 'idle' | 'training' | 'held' | 'trained' | 'diverged' | 'contest' | 'broken';

/** One test of the network. */
export interface Test {
  readonly epochs: number;
  /** Of training, held times left out [s]. */
  readonly seconds: number;
  readonly accuracy: number;
  readonly loss: number;
}

export const state = signal<LabState>('loading');
/** The part of the data that has arrived. */
export const loadedShare = signal(0);
export const threads = signal<number | undefined>(undefined);
export const isProven = signal<boolean | undefined>(undefined);
export const testDigits = signal<TestDigits | undefined>(undefined);
/** What went wrong last, in a sentence. */
export const failure = signal<string | undefined>(undefined);

/** The weights of the network that was trained last; undefined before the first training. */
export const weights = signal<StateDict | undefined>(undefined);
/** The settings of the training that is under way or has ended, with its seed. */
export const trainedWith = signal<Settings | undefined>(undefined);
export const progress = signal<
  { readonly epoch: number; readonly batch: number; readonly batches: number } | undefined
>(undefined);
/** The mean loss of every batch, in their order. */
export const losses = signal<readonly number[]>([]);
export const tests = signal<readonly Test[]>([]);
/** The digit that the network sees in each test image. */
export const predicted = signal<Uint8Array | undefined>(undefined);
export const fingerprint = signal<string | undefined>(undefined);
/** Time of training [s], until now. */
export const seconds = signal(0);
export const lastTest = computed(() => tests.value.at(-1));

export const contest = signal<ContestView | undefined>(undefined);

let lab: Worker | undefined;
/** When the clock began to run [ms]; undefined while it stands. */
let since: number | undefined;
let secondsBefore = 0;
const questions = new Map<number, (neighbours: readonly Neighbour[]) => void>();

/** Starts the lab. It loads its data at once, so that the first training starts at once. */
export function openLab(): void {
  lab = new Worker(new URL('../lab/lab-program.ts', import.meta.url), { type: 'module', name: 'lab' });
  lab.addEventListener('message', ({ data }: MessageEvent<Report>) => batch(() => hear(data)));
  lab.addEventListener('error', ({ message }) => broken(message || 'the program of the lab could not be loaded'));
}

/** Starts the lab anew, after a failure to load the data. */
export function reopenLab(): void {
  lab?.terminate();
  batch(() => {
    state.value = 'loading';
    failure.value = undefined;
    loadedShare.value = 0;
  });
  openLab();
}

function order(message: Order): void {
  lab?.postMessage(message);
}

/** Trains from the start. @param batches is held after so many. */
export function train(settings: Settings, batches?: number): void {
  batch(() => {
    state.value = 'training';
    trainedWith.value = settings;
    failure.value = undefined;
    progress.value = undefined;
    losses.value = [];
    tests.value = [];
    predicted.value = undefined;
    fingerprint.value = undefined;
  });
  secondsBefore = 0;
  startClock();
  order({ type: 'train', settings, ...(batches === undefined ? {} : { batches }) });
}

export function hold(): void {
  order({ type: 'hold' });
}

/** Lets a held training go on. @param batches is held again after so many. */
export function goOn(batches?: number): void {
  state.value = 'training';
  startClock();
  order({ type: 'go', ...(batches === undefined ? {} : { batches }) });
}

export function stop(): void {
  order({ type: 'stop' });
}

/** Forgets the training, so that the next starts afresh. */
export function reset(): void {
  stop();
  stopClock();
  batch(() => {
    if (state.value !== 'loading' && state.value !== 'broken') state.value = 'idle';
    progress.value = undefined;
    losses.value = [];
    tests.value = [];
    predicted.value = undefined;
    fingerprint.value = undefined;
    seconds.value = 0;
    weights.value = undefined;
  });
}

export function startContest(settings: readonly [Settings, Settings], seeds: readonly number[]): void {
  batch(() => {
    state.value = 'contest';
    failure.value = undefined;
    contest.value = undefined;
  });
  order({ type: 'contest', settings, seeds });
}

/** The training digits that look most like an image. */
export function nearest(image: Uint8Array, count: number): Promise<readonly Neighbour[]> {
  const id = nextQuestion++;
  return new Promise((resolve) => {
    questions.set(id, resolve);
    order({ type: 'nearest', image, count, id });
  });
}
let nextQuestion = 0;

function startClock(): void {
  since = performance.now();
}

function stopClock(): void {
  secondsBefore = secondsNow();
  since = undefined;
}

function secondsNow(): number {
  return secondsBefore + (since === undefined ? 0 : (performance.now() - since) / 1000);
}

/** What a training reports; it may come after a reset. */
const ofTraining: readonly Report['type'][] = ['progress', 'evaluation', 'held', 'trained', 'diverged'];

function hear(report: Report): void {
  if (ofTraining.includes(report.type) && state.value !== 'training') return;
  switch (report.type) {
    case 'loading':
      loadedShare.value = report.done / report.total;
      return;
    case 'test digits':
      testDigits.value = report.digits;
      return;
    case 'ready':
      threads.value = report.threads;
      isProven.value = report.isProven;
      if (state.value === 'loading') state.value = 'idle';
      return;
    case 'progress': {
      drawnAndRested().then(() => order({ type: 'look' }));
      const { epoch, batch: done, batches } = report;
      progress.value = { epoch, batch: done, batches };
      losses.value = [...losses.value, ...report.losses];
      if (report.weights) weights.value = report.weights;
      seconds.value = secondsNow();
      return;
    }
    case 'evaluation': {
      const { epochs, accuracy, loss } = report;
      tests.value = [...tests.value, { epochs, accuracy, loss, seconds: secondsNow() }];
      predicted.value = report.predicted;
      return;
    }
    case 'held':
      stopClock();
      state.value = 'held';
      return;
    case 'trained':
      stopClock();
      seconds.value = secondsBefore;
      state.value = 'trained';
      fingerprint.value = report.fingerprint;
      return;
    case 'diverged':
      stopClock();
      state.value = 'diverged';
      return;
    case 'contest ended':
      if (state.value === 'contest') state.value = weights.value ? 'trained' : 'idle';
      return;
    case 'contest':
      contest.value = report.view;
      return;
    case 'nearest':
      questions.get(report.id)?.(report.neighbours);
      questions.delete(report.id);
      return;
    case 'failed':
      if (report.what === 'data') broken(report.message);
      else {
        stopClock();
        state.value = weights.value ? 'trained' : 'idle';
        failure.value = report.message;
      }
  }
}

function broken(message: string): void {
  state.value = 'broken';
  failure.value = message;
}
