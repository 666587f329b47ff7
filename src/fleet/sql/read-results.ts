/** Results that a coordinator has read before: without their bodies, which are read one at a time. */
import type { Database } from '../database.ts';
import type { ResultRow } from './take-results.ts';

const all = 'select id, key, worker, digest from lenet.result where study = $1 and taken order by at, id';
const one = 'select id, key, worker, digest, body from lenet.result where id = $1';
const last = `
select id, key, worker, digest, body from lenet.result
where study = $1 and key = $2 order by at desc, id limit 1`;

export function readTakenResults(database: Database, study: string): Promise<readonly Omit<ResultRow, 'body'>[]> {
  return database.query<Omit<ResultRow, 'body'>>(all, [study]);
}

export async function readResult(database: Database, id: string): Promise<ResultRow | undefined> {
  return (await database.query<ResultRow>(one, [id]))[0];
}

/** The newest result of a key. */
export async function readResultOf(database: Database, study: string, key: string): Promise<ResultRow | undefined> {
  return (await database.query<ResultRow>(last, [study, key]))[0];
}
