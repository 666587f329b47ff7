/**
 * What the coordinator decides, as a pure function: state and messages in, state and actions out. pool.ts performs the
 * actions. Messages may come in any order, twice, or never.
 */
import { emptyLayers, type Layers, Overlay } from './layers.ts';
import type { JobKind } from './work-order.ts';

/** A result that arrived: who made it, and the digest of what the training determines. */
export interface Heard {
  /** The name of this delivery: the same delivery may be read twice. */
  readonly id: string;
  readonly worker: string;
  readonly digest: string;
}

interface Wanted {
  /** Whether two results must agree before the trial ends. */
  readonly isAudited: boolean;
  /** Whether a copy was sent because the first takes too long. */
  readonly hasCopy: boolean;
}

interface Known {
  readonly first: Heard;
  /** The deliveries of this key: one, rarely two or three. */
  readonly ids: readonly string[];
}

export interface CoordinatorState {
  /** What the study waits for, by key. */
  readonly wanted: ReadonlyMap<string, Wanted>;
  /** What is known of each key of the study, ended or not. */
  readonly known: Layers<Known>;
  /** The workers, and how many trainings each runs at once. */
  readonly workers: ReadonlyMap<string, number>;
  /** How many second results had the digest of the first. */
  readonly checks: number;
  /** Two results disagreed: nothing ends any more. */
  readonly isStopped: boolean;
}

export type CoordinatorMessage =
  /** The study wants a training. */
  | { readonly type: 'ordered'; readonly key: string; readonly isAudited: boolean }
  /** The study does not wait for it any more. */
  | { readonly type: 'withdrawn'; readonly key: string }
  | { readonly type: 'result'; readonly key: string; readonly heard: Heard }
  /** Neither the queue nor the table of results knows the key. */
  | { readonly type: 'lost'; readonly key: string }
  /** It takes much longer than others, while workers are idle. */
  | { readonly type: 'straggler'; readonly key: string }
  | { readonly type: 'worker came'; readonly worker: string; readonly slots: number }
  | { readonly type: 'worker left'; readonly worker: string };

export type CoordinatorAction =
  /** Put it into the queue, unless an equal job waits or runs. `notBy`: the worker that should leave it to others. */
  | { readonly type: 'send'; readonly key: string; readonly kind: JobKind; readonly notBy?: string }
  /** Tell the study this delivery, and take further jobs of the key from the queue. */
  | { readonly type: 'end'; readonly key: string; readonly heard: Heard }
  /** Stop the study: two workers gave different results. */
  | { readonly type: 'alarm'; readonly key: string; readonly first: Heard; readonly second: Heard };

export const emptyCoordinator: CoordinatorState = {
  wanted: new Map(),
  known: emptyLayers(),
  workers: new Map(),
  checks: 0,
  isStopped: false,
};

/** Takes messages in their order. */
export function coordinate(
  before: CoordinatorState,
  messages: readonly CoordinatorMessage[],
): { readonly state: CoordinatorState; readonly actions: readonly CoordinatorAction[] } {
  const wanted = new Map(before.wanted);
  // What is wanted and who works stays small; what is known grows with the study.
  const known = new Overlay(before.known);
  const workers = new Map(before.workers);
  let { checks, isStopped } = before;
  const actions: CoordinatorAction[] = [];
  for (const message of messages) {
    switch (message.type) {
      case 'ordered': {
        const { key, isAudited } = message;
        wanted.set(key, { isAudited, hasCopy: false });
        if (!goOn(key) && !known.has(key)) actions.push({ type: 'send', key, kind: 'training' });
        break;
      }
      case 'withdrawn':
        wanted.delete(message.key);
        break;
      case 'result':
        hear(message.key, message.heard);
        break;
      case 'lost': {
        const { key } = message;
        if (wanted.has(key) && !goOn(key) && !known.has(key)) actions.push({ type: 'send', key, kind: 'training' });
        break;
      }
      case 'straggler': {
        const { key } = message;
        const order = wanted.get(key);
        if (!order || order.hasCopy || known.has(key) || copies() >= mostCopies()) break;
        wanted.set(key, { ...order, hasCopy: true });
        actions.push({ type: 'send', key, kind: 'copy' });
        break;
      }
      case 'worker came':
        workers.set(message.worker, message.slots);
        break;
      case 'worker left':
        workers.delete(message.worker);
        break;
    }
  }
  return { state: { wanted, known: known.layers(), workers, checks, isStopped }, actions };

  function hear(key: string, heard: Heard): void {
    const found = known.get(key);
    if (found?.ids.includes(heard.id)) return;
    known.set(key, { first: found?.first ?? heard, ids: [...(found?.ids ?? []), heard.id] });
    if (found && found.first.digest !== heard.digest) {
      if (!isStopped) actions.push({ type: 'alarm', key, first: found.first, second: heard });
      isStopped = true;
      return;
    }
    if (found) checks++;
    goOn(key);
  }

  /** Ends a wanted training that is known, or asks for the second result of one that is audited. */
  function goOn(key: string): boolean {
    const order = wanted.get(key);
    const found = known.get(key);
    if (!order || !found || isStopped) return false;
    if (order.isAudited && found.ids.length < 2) {
      actions.push({ type: 'send', key, kind: 'audit', notBy: found.first.worker });
      return true;
    }
    wanted.delete(key);
    actions.push({ type: 'end', key, heard: found.first });
    return true;
  }

  function copies(): number {
    return [...wanted.values()].filter(({ hasCopy }) => hasCopy).length;
  }

  /** At most a tenth of the places, and at least one, work on copies. */
  function mostCopies(): number {
    const slots = [...workers.values()].reduce((sum, one) => sum + one, 0);
    return Math.max(1, Math.floor(slots / 10));
  }
}
