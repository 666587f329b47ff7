/** Takes jobs out of the queue, those at work too: of some keys, or of a whole study. */
import type { Database } from '../database.ts';

const ofKeys = `
delete from pgboss.job
where name = 'lenet' and state < 'completed' and singleton_key = any(
  select $1::text || '/' || key || '/' || kind from unnest($2::text[]) as k (key), unnest($3::text[]) as j (kind))`;
const ofStudy = `delete from pgboss.job where name = 'lenet' and singleton_key like $1::text || '/%'`;
const queued = `
select count(*) filter (where state < 'active')::int as queued, count(*) filter (where state = 'active')::int as active
from pgboss.job where name = 'lenet' and state < 'completed'`;

export async function cancelJobs(
  database: Database,
  study: string,
  keys: readonly string[],
  kinds: readonly string[],
): Promise<void> {
  await database.query(ofKeys, [study, keys, kinds]);
}

export async function cancelStudy(database: Database, study: string): Promise<void> {
  await database.query(ofStudy, [study]);
}

/** How many jobs of all studies wait, and how many are at work. */
export async function countJobs(database: Database): Promise<{ readonly queued: number; readonly active: number }> {
  const [row] = await database.query<{ queued: number; active: number }>(queued);
  return row ?? { queued: 0, active: 0 };
}
