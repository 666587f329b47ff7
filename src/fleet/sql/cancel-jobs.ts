/** Takes jobs out of the queue, those at work too: of some keys, or of a whole study. */
import type { Database } from '../database.ts';
import { jobKinds, singletonKey } from '../work-order.ts';
import { queueName } from './names.ts';

// The conditions are those of pg-boss's index of exclusive jobs. Jobs that their worker is completing now are skipped.
const ofKeys = `
delete from pgboss.job where name = '${queueName}' and id in (
  select id from pgboss.job
  where name = '${queueName}' and state <= 'active' and policy = 'exclusive' and coalesce(singleton_key, '') = any($1)
  for update skip locked)`;
const ofStudy = `delete from pgboss.job where name = '${queueName}' and singleton_key like $1::text || '/%'`;
const queued = `
select count(*) filter (where state < 'active')::int as queued, count(*) filter (where state = 'active')::int as active
from pgboss.job where name = '${queueName}' and state < 'completed'`;

export async function cancelJobs(database: Database, study: string, keys: readonly string[]): Promise<void> {
  await database.query(ofKeys, [keys.flatMap((key) => jobKinds.map((kind) => singletonKey({ study, key, kind })))]);
}

export async function cancelStudy(database: Database, study: string): Promise<void> {
  await database.query(ofStudy, [study]);
}

/** How many jobs of all studies wait, and how many are at work. */
export async function countJobs(database: Database): Promise<{ readonly queued: number; readonly active: number }> {
  const [row] = await database.query<{ queued: number; active: number }>(queued);
  return row ?? { queued: 0, active: 0 };
}
