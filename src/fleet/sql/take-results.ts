/** Takes results that the coordinator has not read, the oldest first. */
import type { Database } from '../database.ts';

export interface ResultRow {
  readonly id: string;
  readonly key: string;
  readonly worker: string;
  readonly digest: string;
  readonly body: string;
}

// The answer may be lost on its way. So a result counts as taken only when the coordinator says that it has heard it.
const sql = `
with heard as (
  update lenet.result set taken = true where study = $1 and id = any($2::uuid[]) and not taken
)
select id, key, worker, digest, body from lenet.result
where study = $1 and not taken and not id = any($2::uuid[])
order by at, id limit $3`;

/** @param heard the ids of those that were taken last. */
export function takeResults(
  database: Database,
  study: string,
  { heard, most }: { readonly heard: readonly string[]; readonly most: number },
): Promise<readonly ResultRow[]> {
  return database.query<ResultRow>(sql, [study, heard, most]);
}
