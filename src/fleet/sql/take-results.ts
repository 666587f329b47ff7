/** Takes results that the coordinator has not read, the oldest first. */
import type { Database } from '../database.ts';

export interface ResultRow {
  readonly id: string;
  readonly key: string;
  readonly worker: string;
  readonly digest: string;
  readonly body: string;
}

const sql = `
with fresh as (
  select id from lenet.result where study = $1 and not taken order by at, id limit $2
), taken as (
  update lenet.result set taken = true from fresh where result.id = fresh.id
  returning result.id, key, worker, digest, body, at
)
select id, key, worker, digest, body from taken order by at, id`;

export function takeResults(database: Database, study: string, most: number): Promise<readonly ResultRow[]> {
  return database.query<ResultRow>(sql, [study, most]);
}
