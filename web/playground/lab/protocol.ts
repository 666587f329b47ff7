/** The messages between the page and its lab, the worker that loads the data and trains. */
import type { StateDict } from '../../../src/base/tensor.ts';
import type { Settings } from '../../../src/study/definition.ts';

/** What the page asks the lab to do. */
export type Order =
  /** Trains from the start. `batches`: is held after so many. */
  | { readonly type: 'train'; readonly settings: Settings; readonly batches?: number }
  | { readonly type: 'hold' }
  /** `batches`: hold again after so many. */
  | { readonly type: 'go'; readonly batches?: number }
  /** The page has drawn the last look at the network, and has time for another. */
  | { readonly type: 'look' }
  /** Ends training or contest. */
  | { readonly type: 'stop' }
  | { readonly type: 'contest'; readonly settings: readonly [Settings, Settings]; readonly seeds: readonly number[] }
  /** Which training digits look most like this image? */
  | { readonly type: 'nearest'; readonly image: Uint8Array; readonly count: number; readonly id: number };

/** The digits that networks are tested on, for the page. */
export interface TestDigits {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** A training digit that looks like an image. */
export interface Neighbour {
  readonly index: number;
  readonly label: number;
  readonly image: Uint8Array;
}

/** One of the two settings of a contest. */
export interface Contestant {
  /** The accuracy on the held-out digits [%] by seed; undefined where it has not ended. */
  readonly scores: readonly (number | undefined)[];
  readonly mean: number | undefined;
  /** The 95 % interval of the mean, from two seeds on. */
  readonly interval: readonly [number, number] | undefined;
}

/** Where a contest stands. */
export interface ContestView {
  readonly seeds: readonly number[];
  /** What distinguishes each setting, as the report writes it. */
  readonly names: readonly [string, string];
  readonly contestants: readonly [Contestant, Contestant];
  /** Seeds that both have ended: what the verdict is about. */
  readonly judged: number;
  /** The report's own sentences; empty before the first pair has ended. */
  readonly verdict: readonly string[];
  /** Both settings beside each other, in the sentences of `lenet study compare`. */
  readonly comparison: readonly string[];
  /** What runs: 0 or 1, its seed, and its part that is done. */
  readonly running: { readonly contestant: number; readonly seed: number; readonly share: number } | undefined;
  readonly isFinished: boolean;
}

/** What the lab says. */
export type Report =
  /** Bytes of the data that have arrived, of all. */
  | { readonly type: 'loading'; readonly done: number; readonly total: number }
  | { readonly type: 'test digits'; readonly digits: TestDigits }
  /** `isProven`: the sums of the files are MNIST's; undefined where the browser offers no SHA-256 (a page without https). */
  | { readonly type: 'ready'; readonly threads: number; readonly isProven: boolean | undefined }
  | {
      readonly type: 'progress';
      readonly epoch: number;
      readonly batch: number;
      readonly batches: number;
      readonly losses: readonly number[];
      /** A look at the network; absent once its loss is no longer a number. */
      readonly weights?: StateDict;
    }
  | {
      readonly type: 'evaluation';
      /** Epochs done, with the part of the present one. */
      readonly epochs: number;
      readonly accuracy: number;
      readonly loss: number;
      /** The digit that the network sees in each test image. */
      readonly predicted: Uint8Array;
    }
  | { readonly type: 'held' }
  /** The training has ended. `fingerprint`: of the bits of all weights, the same wherever these settings are trained. */
  | { readonly type: 'trained'; readonly fingerprint: string }
  | { readonly type: 'diverged'; readonly epoch: number; readonly batch: number | undefined }
  | { readonly type: 'contest'; readonly view: ContestView }
  /** Finished, or stopped. */
  | { readonly type: 'contest ended' }
  | { readonly type: 'nearest'; readonly id: number; readonly neighbours: readonly Neighbour[] }
  | { readonly type: 'failed'; readonly what: 'data' | 'work'; readonly message: string };
