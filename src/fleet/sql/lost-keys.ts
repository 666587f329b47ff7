/** Which of the wanted trainings neither the queue nor the table of results knows. */
import type { Database } from '../database.ts';
import { singletonKey } from '../work-order.ts';
import { queueName } from './names.ts';

const sql = `
select wanted.key from unnest($2::text[], $3::text[]) as wanted (key, singleton)
where not exists (select from lenet.result where study = $1 and result.key = wanted.key)
  and not exists (
    select from pgboss.job
    where name = '${queueName}' and state <= 'active' and policy = 'exclusive'
      and coalesce(singleton_key, '') = wanted.singleton)`;

export async function lostKeys(database: Database, study: string, keys: readonly string[]): Promise<readonly string[]> {
  if (keys.length === 0) return [];
  const jobs = keys.map((key) => singletonKey({ study, key, kind: 'training' }));
  return (await database.query<{ key: string }>(sql, [study, keys, jobs])).map(({ key }) => key);
}
