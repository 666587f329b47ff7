/** Says to idle workers that there are jobs. */
import type { Database } from '../database.ts';
import { channels } from './names.ts';

const sql = `select pg_notify('${channels.jobs}', '')`;

export async function wakeWorkers(database: Database): Promise<void> {
  await database.query(sql);
}
