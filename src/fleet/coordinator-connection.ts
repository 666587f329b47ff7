/** How a coordinator comes to the database: tables, queue and roles are made where they are missing. */
import { connect, type Database, type Patience, patiently } from './database.ts';
import { NotConnected } from './not-connected.ts';
import { openQueue, type Queue } from './queue.ts';
import { installSchema } from './sql/install.ts';

/**
 * Waits where the database goes away after its first answer.
 * @throws UsageError for missing packages and tables of another format, WorldError for a database that does not answer,
 * {@link NotConnected} for a signal.
 */
export async function connectCoordinator(
  address: string,
  patience: Patience = {},
): Promise<{ readonly database: Database; readonly queue: Queue }> {
  try {
    const database = await connect(address, { connections: 4 }, patience);
    try {
      return { database, queue: await openCoordinatorQueue(address, database, patience) };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    throw patience.signal?.aborted ? new NotConnected('stopped before the database answered', { cause: error }) : error;
  }
}

async function openCoordinatorQueue(address: string, database: Database, patience: Patience): Promise<Queue> {
  const queue = await openQueue(address, 'coordinator', patience);
  try {
    await patiently(() => installSchema(database), patience);
    return queue;
  } catch (error) {
    await queue.close();
    throw error;
  }
}
