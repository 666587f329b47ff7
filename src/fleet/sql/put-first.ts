/** Puts jobs that were taken back from a worker, or that it gave back, before those that wait. */
import { queueName } from './names.ts';

/** The queue's side of the database. */
export interface QueueDatabase {
  executeSql(sql: string, parameters: unknown[]): Promise<unknown>;
}

// pg-boss keeps their place in time, but jobs that were sent together have the same. Rows that a worker takes now are
// skipped.
const sql = `
update pgboss.job set priority = $2 where name = '${queueName}' and id in (
  select id from pgboss.job where name = '${queueName}' and state = 'retry' and not blocked and priority = $1
  for update skip locked)`;

export async function putFirst(
  database: QueueDatabase,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await database.executeSql(sql, [from, to]);
}
