/** Which of the wanted trainings neither the queue nor the table of results knows. */
import type { Database } from '../database.ts';

const sql = `
select wanted.key from unnest($2::text[]) as wanted (key)
where not exists (select from lenet.result where study = $1::uuid and result.key = wanted.key)
  and not exists (
    select from pgboss.job
    where name = 'lenet' and state < 'completed' and singleton_key like $1::text || '/' || wanted.key || '/%')`;

export async function lostKeys(database: Database, study: string, keys: readonly string[]): Promise<readonly string[]> {
  if (keys.length === 0) return [];
  return (await database.query<{ key: string }>(sql, [study, keys])).map(({ key }) => key);
}
