/** Threads to train with, as the code that trains sees them: Node's and a browser's are made elsewhere. */
import type { CrewPlan } from './crew-plan.ts';

/** Threads that have started and wait for the plan. */
export interface Helpers {
  /** How many there are; fewer than were asked for where the machine allows no more. */
  readonly count: number;
  /**
   * Hands the plan to each: they serve it (crew.ts), numbered from 1. Resolves when the calling thread may wait for them at a barrier,
   * where it handles no messages.
   */
  begin(plan: CrewPlan): Promise<void>;
  /** Whether all of them still run, as far as this can be told without waiting. */
  areAlive(): boolean;
  /** Why one of them has ended, once that is known: `ran out of memory`. */
  failure(): Promise<string | undefined>;
  /** Resolves when all have ended, as they do on the order to stop. */
  close(): Promise<unknown>;
  /** Ends them at once. */
  kill(): Promise<unknown>;
}

/**
 * Threads to share the work of one model with; the thread that calls is one of them. `nodeThreads()` of
 * `lenet-lab/node` makes them.
 */
export interface Threads {
  /** The most that take part. */
  readonly count: number;
  /** Starts so many threads beside the calling one. @throws WorldError when they cannot be started at all. */
  start(helpers: number): Promise<Helpers>;
}
