/** What an error of the database, or of the way to it, means. */
import { UsageError, WorldError } from '../base/errors.ts';
import { leastNode } from './node-version.ts';

/** The error for a missing optional package; other errors unchanged. */
export function missingPeers(error: unknown): unknown {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  if (!isMissing) return error;
  return new UsageError(
    `the fleet needs two packages that are not installed: npm install pg pg-boss@^12.38 (pg-boss asks for Node ${leastNode} or later)`,
  );
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
export function databaseError(error: unknown): unknown {
  if (error instanceof WorldError || error instanceof UsageError) return error;
  return new WorldError(`the fleet's database: ${messageOf(error)}`, { cause: error });
}

/** How pg and its pool say that the other end did not answer while they connected. */
const unanswered = /due to connection timeout|timeout exceeded when trying to connect/;

/** What is wrong, without saying whose fault it is. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  if (error instanceof WorldError && error.cause !== undefined) return messageOf(error.cause);
  const message = error instanceof Error ? error.message : String(error);
  return unanswered.test(message) ? 'it does not answer' : message;
}
