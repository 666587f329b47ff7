/** What can be asked of the lab. What it reports is in known.ts. */
import { batch } from '@preact/signals';
import type { Settings } from '../../../src/study/definition.ts';
import type { Neighbour, Order, Report } from '../lab/protocol.ts';
import { startClock } from './clock.ts';
import { drawnAndRested } from './drawing.ts';
import { hear, type Listeners } from './hear.ts';
import {
  type Comparison,
  comparedWith,
  contest,
  failure,
  forgetProgress,
  loadedShare,
  state,
  trainedWith,
  weights,
} from './known.ts';

let lab: Worker | undefined;
/** Who waits for an answer, by the number of the question. */
const questions = new Map<number, (neighbours: readonly Neighbour[]) => void>();
let nextQuestion = 0;

const listeners: Listeners = {
  looked: () => void drawnAndRested().then(() => order({ type: 'look' })),
  answered(id, neighbours) {
    questions.get(id)?.(neighbours);
    questions.delete(id);
  },
};

/** Starts the lab. It loads its data at once, so that the first training starts at once. */
export function openLab(): void {
  lab = new Worker(new URL('../lab/lab-program.ts', import.meta.url), { type: 'module', name: 'lab' });
  lab.addEventListener('message', ({ data }: MessageEvent<Report>) => report(data));
  lab.addEventListener('error', ({ message }) => {
    report({ type: 'failed', what: 'data', message: message || 'the program of the lab could not be loaded' });
  });
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

function report(message: Report): void {
  batch(() => hear(message, listeners));
}

function order(message: Order): void {
  lab?.postMessage(message);
}

/** Trains from the start. @param batches is held after so many. */
export function train(settings: Settings, batches?: number): void {
  batch(() => {
    forgetProgress();
    state.value = 'training';
    trainedWith.value = settings;
    failure.value = undefined;
  });
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
  batch(() => {
    forgetProgress();
    if (state.value !== 'loading' && state.value !== 'broken') state.value = 'idle';
    weights.value = undefined;
  });
}

export function startContest(comparison: Comparison): void {
  batch(() => {
    state.value = 'contest';
    failure.value = undefined;
    contest.value = undefined;
    comparedWith.value = comparison;
  });
  order({ type: 'contest', ...comparison });
}

/** The training digits that look most like an image. */
export function nearest(image: Uint8Array, count: number): Promise<readonly Neighbour[]> {
  const id = nextQuestion++;
  return new Promise((resolve) => {
    questions.set(id, resolve);
    order({ type: 'nearest', image, count, id });
  });
}
