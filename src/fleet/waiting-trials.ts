/** The trials that the study waits for, by the key of their training: their jobs, and what the study hears of them. */
import { sha256Of } from '../disk/sha256.ts';
import type { TrialMessage, TrialOrder } from '../tasks/task.ts';
import type { WorkResult } from './result.ts';
import { type Assignment, type FleetJob, type JobKind, namesOf } from './work-order.ts';

type Listen = (message: TrialMessage) => void;

export interface WaitingTrial {
  readonly order: TrialOrder;
  /** The name of the training, whichever its rung. */
  readonly run: string;
  readonly listen: Listen;
}

export class WaitingTrials extends Map<string, WaitingTrial> {
  /** @returns the key of the trial's training. */
  add(order: TrialOrder, listen: Listen, assignment: Assignment): string {
    const { configuration, seed, until = null, again } = order;
    const { key: usual, run } = namesOf(assignment, { configuration, seed, until });
    // Results that are made again must not be those that were lost.
    const key = again ? sha256Of(`${usual} ${crypto.randomUUID()}`) : usual;
    this.set(key, { order, run, listen });
    return key;
  }

  /** The job of a training; undefined where the study does not wait for it any more. */
  job(
    { key, kind, notBy }: { readonly key: string; readonly kind: JobKind; readonly notBy?: string },
    study: string,
  ): FleetJob | undefined {
    const waiting = this.get(key);
    if (!waiting) return undefined;
    const { configuration, seed, until = null } = waiting.order;
    return { study, key, run: waiting.run, kind, notBy: notBy ?? null, configuration, seed, until };
  }

  /** Tells the study the result of a training, for which it then waits no more. */
  end(key: string, { points, end }: WorkResult): void {
    const waiting = this.get(key);
    if (!waiting) return;
    this.delete(key);
    for (const point of points) waiting.listen({ type: 'epoch', point, share: 1 });
    waiting.listen(endMessage(end));
  }

  /** Ends all trials with an error, and with them the study. */
  fail(message: string): void {
    const all = [...this.values()];
    this.clear();
    for (const { listen } of all) listen({ type: 'failed', kind: 'world', message });
  }
}

function endMessage(end: WorkResult['end']): TrialMessage {
  switch (end.state) {
    case 'finished':
      return end.wrong === undefined
        ? { type: 'finished' }
        : { type: 'finished', wrong: new Uint8Array(Buffer.from(end.wrong, 'base64')) };
    case 'paused':
      return { type: 'paused' };
    case 'failed':
      return { type: 'failed', kind: 'trial', message: end.message };
  }
}
