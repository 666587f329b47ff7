/** What the page knows of the lab, as signals. */
import { batch, computed, signal } from '@preact/signals';
import type { StateDict } from '../../../src/base/tensor.ts';
import type { Settings } from '../../../src/study/definition.ts';
import type { ContestView, TestDigits } from '../lab/protocol.ts';
import { resetClock } from './clock.ts';

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
/** The settings and seeds that are compared, or were last. */
export const comparedWith = signal<Comparison | undefined>(undefined);

export interface Comparison {
  readonly settings: readonly [Settings, Settings];
  readonly seeds: readonly number[];
}

/** Before a training: no progress, no curves. The weights of the last one stay. */
export function forgetProgress(): void {
  resetClock();
  batch(() => {
    progress.value = undefined;
    losses.value = [];
    tests.value = [];
    predicted.value = undefined;
    fingerprint.value = undefined;
    seconds.value = 0;
  });
}
