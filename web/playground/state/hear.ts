/** What the page learns from a report of the lab. */
import type { Neighbour, Report } from '../lab/protocol.ts';
import { secondsNow, stopClock } from './clock.ts';
import {
  contest,
  failure,
  fingerprint,
  isProven,
  loadedShare,
  losses,
  predicted,
  progress,
  seconds,
  state,
  testDigits,
  tests,
  threads,
  weights,
} from './known.ts';

export interface Listeners {
  /** The network has been looked at: the next look may come when this one is drawn. */
  looked(): void;
  answered(id: number, neighbours: readonly Neighbour[]): void;
}

/** What a training reports; it may come after a reset. */
const ofTraining: readonly Report['type'][] = ['progress', 'evaluation', 'held', 'trained', 'diverged'];

export function hear(report: Report, { looked, answered }: Listeners): void {
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
      looked();
      const { epoch, batch, batches } = report;
      progress.value = { epoch, batch, batches };
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
    case 'diverged':
      stopClock();
      state.value = report.type;
      return;
    case 'trained':
      stopClock();
      seconds.value = secondsNow();
      state.value = 'trained';
      fingerprint.value = report.fingerprint;
      return;
    case 'contest ended':
      if (state.value === 'contest') state.value = afterWork();
      return;
    case 'contest':
      contest.value = report.view;
      return;
    case 'nearest':
      answered(report.id, report.neighbours);
      return;
    case 'failed':
      stopClock();
      state.value = report.what === 'data' ? 'broken' : afterWork();
      failure.value = report.message;
  }
}

function afterWork(): 'trained' | 'idle' {
  return weights.value ? 'trained' : 'idle';
}
