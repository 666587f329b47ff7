/** What the user of a coordinator may want to know. */
import type { OutageEvent } from './outage.ts';
import type { WorkerSeen } from './sql/workers.ts';

export type FleetEvent =
  | { readonly type: 'worker came' | 'worker left'; readonly worker: WorkerSeen; readonly workers: number }
  /** The study waits, and no worker is there. */
  | { readonly type: 'no worker' }
  | { readonly type: 'straggler'; readonly number: number }
  | { readonly type: 'refused result'; readonly why: string }
  /** `parallel`: the most trainings that the study's search has in flight; null for other studies. */
  | { readonly type: 'idle'; readonly places: number; readonly wanted: number; readonly parallel: number | null }
  | OutageEvent;
