/** How a coordinator comes to the database: tables, queue and roles are made where they are missing. */
import { connect, type Database, type Patience, patiently } from './database.ts';
import { openQueue, type Queue } from './queue.ts';
import { installSchema } from './sql/install.ts';

/**
 * Waits where the database goes away after its first answer.
 * @throws UsageError for missing packages and tables of another format, WorldError for a database that does not answer.
 */
export async function connectCoordinator(
  address: string,
  patience: Patience = {},
): Promise<{ readonly database: Database; readonly queue: Queue }> {
  const database = await connect(address, { connections: 4 });
  try {
    const queue = await openQueue(address, 'coordinator', patience);
    try {
      await patiently(() => installSchema(database), patience);
    } catch (error) {
      await queue.close();
      throw error;
    }
    return { database, queue };
  } catch (error) {
    await database.close();
    throw error;
  }
}
