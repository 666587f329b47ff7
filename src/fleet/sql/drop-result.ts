/** Removes a result that is no result: the training is sent again. */
import type { Database } from '../database.ts';

const sql = 'delete from lenet.result where id = $1';

export async function dropResult(database: Database, id: string): Promise<void> {
  await database.query(sql, [id]);
}
