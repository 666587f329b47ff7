/** Inserts results of a worker and wakes the coordinators. A delivery that is repeated changes nothing. */
import type { Database } from '../database.ts';
import { channels } from './names.ts';

/** A result on its way. */
export interface Delivery {
  readonly id: string;
  readonly study: string;
  readonly key: string;
  readonly worker: string;
  readonly digest: string;
  readonly body: string;
}

// A study that was finished meanwhile takes no results.
const sql = `
with arrived as (
  insert into lenet.result (id, study, key, worker, digest, body)
  select d.* from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[])
    as d (id, study, key, worker, digest, body)
  where exists (select from lenet.study where study.id = d.study)
  on conflict (id) do nothing
  returning study
)
select pg_notify('${channels.results}', study::text) from (select distinct study from arrived) as studies`;

export async function insertResults(database: Database, deliveries: readonly Delivery[]): Promise<void> {
  const column = (name: keyof Delivery) => deliveries.map((delivery) => delivery[name]);
  const columns = (['id', 'study', 'key', 'worker', 'digest', 'body'] as const).map(column);
  await database.query(sql, columns);
}
