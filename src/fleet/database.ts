/** The connection to PostgreSQL: queries, notifications, and patience while the database is away. */
import type { Client, Pool } from 'pg';
import { UsageError, WorldError } from '../base/errors.ts';
import { placeOf } from './address.ts';
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

/** The error for a missing optional package; other errors unchanged. */
export function missingPeers(error: unknown): unknown {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  if (!isMissing) return error;
  return new UsageError(
    'the fleet needs two packages that are not installed: npm install pg pg-boss@^12.38 (pg-boss asks for Node 22.12 or later)',
  );
}

/** @param connections the most at once. @throws WorldError when the database cannot be reached. */
export async function connect(address: string, { connections }: { readonly connections: number }): Promise<Database> {
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
    await pool.query('select 1');
  } catch (error) {
    await sockets.close(pool.end());
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

function asSent(parameter: Parameter): unknown {
  if (!(parameter instanceof Uint8Array)) return parameter;
  return Buffer.from(parameter.buffer, parameter.byteOffset, parameter.byteLength);
}

/** Network errors of Node, and messages of pg without a code. */
const awayCodes =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|ENOENT)$/;
/**
 * Classes of SQLSTATE: connection exceptions, transactions that another one made fail (a deadlock), insufficient
 * resources (a full disk, too many connections), operator intervention (a shutdown, a start, a terminated backend).
 */
const awayStates = /^(?:08|40|53|57)/;
const awayMessages = /connection terminated|timeout|not queryable|connection ended/i;

/** Whether an error says that the database is away for now: the same query may succeed later. */
export function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isAway);
  if (error instanceof WorldError && error.cause !== undefined) return isAway(error.cause);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return awayCodes.test(code) || awayStates.test(code) || awayMessages.test(error.message);
}

/** The code that PostgreSQL gives an error (SQLSTATE); undefined for errors of other kinds. */
export function stateOf(error: unknown): string | undefined {
  const cause = error instanceof WorldError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

/** An error of the database or of the way to it, in words. */
function databaseError(error: unknown): unknown {
  if (error instanceof WorldError || error instanceof UsageError) return error;
  return new WorldError(`the fleet's database: ${messageOf(error)}`, { cause: error });
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
  const late = () => new WorldError('the database did not answer before the end');
  for (let tries = 0; ; tries++) {
    try {
      const answer = await (signal ? endsAfter(act(), signal, { ms: lateMs, late }) : act());
      if (tries > 0) onBack?.();
      return answer;
    } catch (error) {
      if (!isAway(error) || signal?.aborted) throw databaseError(error);
      if (tries === 0) onAway?.(messageOf(error));
      await pause(Math.min(2_000, 100 * 2 ** tries), signal);
    }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
