/** What a worker tells its user. */
import type { OutageEvent } from './outage.ts';
import type { LiveStudy } from './sql/studies.ts';

export type WorkerEvent =
  /** No coordinator has used this database yet. */
  | { readonly type: 'waiting' }
  | { readonly type: 'ready'; readonly id: string }
  | { readonly type: 'began'; readonly key: string; readonly epoch: number }
  | { readonly type: 'ended'; readonly key: string; readonly seconds: number; readonly state: string }
  /** Nothing waits for it in the queue. `studies`: those whose coordinator is alive. */
  | { readonly type: 'idle'; readonly studies: readonly LiveStudy[] }
  /** Another worker has taken the training over, or nobody needs it any more. */
  | { readonly type: 'taken over'; readonly key: string }
  | { readonly type: 'gave back'; readonly key: string; readonly why: string }
  /** The worker ends and could not say so, since the database is away. Another takes it over after 10 s. */
  | { readonly type: 'left behind'; readonly key: string }
  | OutageEvent;
