/** The connection to PostgreSQL: queries, notifications, and patience while the database is away. */
import type { Client, Pool } from 'pg';
import { WorldError } from '../base/errors.ts';
import { placeOf } from './address.ts';
import { databaseError, isAway, messageOf, missingPeers } from './database-error.ts';
import { endsAfter, pause } from './pause.ts';
import { trackSockets } from './sockets.ts';

/** A value of a query's parameter. */
export type Parameter = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[];

/** A PostgreSQL database. */
export interface Database {
  /** @throws WorldError; {@link isAway} tells whether it is worth trying again. */
  query<Row extends object>(sql: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>;
  /** Calls `hear` for each notification, and after each new connection, since notifications may have been missed. */
  listen(channel: string, hear: (payload: string) => void): void;
  close(): Promise<void>;
}

/**
 * When the network counts as cut (ms): after this wait for a connection, or for the answer to a query, or without a sign
 * of life of an idle connection. An address may say another `query_timeout`, since it goes over these.
 */
export const networkPatience = {
  connectionTimeoutMillis: 5_000,
  query_timeout: 30_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const;
/** How long a query may go on after the signal of its {@link Patience} (ms). */
const lateMs = 1_000;
/** After how long people hear that a database has not answered yet (ms). */
const slowMs = 1_000;
/** How long a lost connection for notifications waits before the next try (ms). */
const listenRetryMs = 1_000;

/** @throws UsageError where the package is not installed. */
async function loadPg() {
  try {
    return (await import('pg')).default;
  } catch (error) {
    throw missingPeers(error);
  }
}

/**
 * @param connections the most at once. @param patience how long the first answer is waited for, and who hears that it is late.
 * @throws WorldError when the database cannot be reached, or the signal comes before its first answer.
 */
export async function connect(
  address: string,
  { connections }: { readonly connections: number },
  patience: Patience = {},
): Promise<Database> {
  const pg = await loadPg();
  const sockets = trackSockets();
  const { stream } = sockets;
  const config = { connectionString: address, ...networkPatience, application_name: 'lenet-lab', stream };
  const pool: Pool = new pg.Pool({ ...config, max: connections });
  // Idle connections that break are replaced by the next query.
  pool.on('error', () => {});
  let isClosed = false;
  const listeners = new Set<Client>();
  try {
    await firstAnswer(pool.query('select 1'), patience);
  } catch (error) {
    // Nothing is connected that could end in order.
    pool.end().catch(() => {});
    await sockets.close(Promise.resolve());
    throw new WorldError(`the database at ${placeOf(address)} cannot be used: ${messageOf(error)}`, { cause: error });
  }
  return {
    async query<Row extends object>(sql: string, parameters: readonly Parameter[] = []) {
      try {
        const { rows } = await pool.query<Row>(sql, parameters.map(asSent));
        return rows;
      } catch (error) {
        throw databaseError(error);
      }
    },
    listen(channel, hear) {
      const open = async () => {
        if (isClosed) return;
        const client = new pg.Client(config);
        listeners.add(client);
        let isOver = false;
        const again = () => {
          if (isOver) return;
          isOver = true;
          listeners.delete(client);
          client.end().catch(() => {});
          if (!isClosed) setTimeout(open, listenRetryMs).unref();
        };
        client.on('error', again);
        client.on('end', again);
        client.on('notification', ({ payload = '' }) => hear(payload));
        try {
          await client.connect();
          await client.query(`listen ${channel}`);
          hear('');
        } catch {
          again();
        }
      };
      void open();
    },
    async close() {
      isClosed = true;
      await sockets.close(Promise.all([...[...listeners].map((client) => client.end().catch(() => {})), pool.end()]));
    },
  };
}

async function firstAnswer(answer: Promise<unknown>, { signal, onAway, onBack }: Patience): Promise<void> {
  const slow = setTimeout(() => onAway?.('it has not answered yet'), slowMs);
  try {
    await (signal ? endsAfter(answer, signal, { ms: 0, late: tooLate }) : answer);
    onBack?.();
  } finally {
    clearTimeout(slow);
  }
}

function asSent(parameter: Parameter): unknown {
  if (!(parameter instanceof Uint8Array)) return parameter;
  return Buffer.from(parameter.buffer, parameter.byteOffset, parameter.byteLength);
}

/** How long a query is tried again, and who hears that the database is away. */
export interface Patience {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called once for each query that meets an outage, with the reason. */
  readonly onAway?: ((why: string) => void) | undefined;
  /** Called when it answers again. */
  readonly onBack?: (() => void) | undefined;
}

/**
 * Calls `act` until the database answers. @throws other errors than {@link isAway} at once, and the last error soon
 * after the signal is aborted.
 */
export async function patiently<T>(act: () => Promise<T>, { signal, onAway, onBack }: Patience = {}): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      const answer = await (signal ? endsAfter(act(), signal, { ms: lateMs, late: tooLate }) : act());
      if (tries > 0) onBack?.();
      return answer;
    } catch (error) {
      if (!isAway(error) || signal?.aborted) throw databaseError(error);
      if (tries === 0) onAway?.(messageOf(error));
      await pause(Math.min(2_000, 100 * 2 ** tries), signal);
    }
  }
}

function tooLate(): WorldError {
  return new WorldError('the database did not answer before the end');
}
