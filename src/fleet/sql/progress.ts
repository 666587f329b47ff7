/** The last checkpoint of a training that has not ended. */
import type { Database } from '../database.ts';

export interface SavedProgress {
  readonly epoch: number;
  /** The text of metrics.jsonl, with at least the epochs of the checkpoint. */
  readonly metrics: string;
  readonly checkpoint: Uint8Array;
}

// A worker that was suspended must not replace a later checkpoint by its own.
const save = `
insert into lenet.progress as before (study, run, epoch, worker, metrics, checkpoint)
select $1, $2, $3, $4, $5, $6 where exists (select from lenet.study where id = $1)
on conflict (study, run) do update
set epoch = excluded.epoch, worker = excluded.worker, metrics = excluded.metrics,
    checkpoint = excluded.checkpoint, at = now()
where before.epoch <= excluded.epoch`;
const read = 'select epoch, metrics, checkpoint from lenet.progress where study = $1 and run = $2';
const drop = 'delete from lenet.progress where study = $1 and run = any($2)';

export async function saveProgress(
  database: Database,
  { study, run, worker }: { readonly study: string; readonly run: string; readonly worker: string },
  { epoch, metrics, checkpoint }: SavedProgress,
): Promise<void> {
  await database.query(save, [study, run, epoch, worker, metrics, checkpoint]);
}

export async function readProgress(database: Database, study: string, run: string): Promise<SavedProgress | undefined> {
  return (await database.query<SavedProgress>(read, [study, run]))[0];
}

export async function dropProgress(database: Database, study: string, runs: readonly string[]): Promise<void> {
  await database.query(drop, [study, runs]);
}
