/** Makes the fleet's tables and roles, and refuses tables of another format. */
import { UsageError } from '../../base/errors.ts';
import type { Database } from '../database.ts';
import { stateOf } from '../database-error.ts';
import { rolesSql } from './roles.ts';
import { schemaFormat, schemaSql } from './schema.ts';

/** Two coordinators that start at once must not make the tables at once. */
const lock = 'select pg_advisory_xact_lock(7305128)';
const format = 'select format from lenet.format';
const exists = "select to_regclass('lenet.format') is not null as exists";

/** PostgreSQL's code for what a role may not do. */
const insufficientPrivilege = '42501';

/**
 * Makes tables and the role of workers where they are missing, after the queue was made. A login that may not make roles
 * leaves them to the owner of the server. @throws UsageError for tables of another format.
 */
export async function installSchema(database: Database): Promise<void> {
  try {
    await database.query(`begin; ${lock}; ${schemaSql} ${rolesSql} commit;`);
  } catch (error) {
    if (stateOf(error) !== insufficientPrivilege) throw error;
    await database.query(`begin; ${lock}; ${schemaSql} commit;`);
  }
  await requireSchema(database);
}

/** Whether a coordinator has made the tables. */
export async function hasSchema(database: Database): Promise<boolean> {
  const [found] = await database.query<{ exists: boolean }>(exists);
  return found?.exists ?? false;
}

/** @throws UsageError where there are no tables, or tables of another format. */
export async function requireSchema(database: Database): Promise<void> {
  if (!(await hasSchema(database))) {
    throw new UsageError(
      'this database has no fleet yet: start a study there first, with: npx lenet study run FILE --fleet',
    );
  }
  const [row] = await database.query<{ format: number }>(format);
  if (row?.format === schemaFormat) return;
  throw new UsageError(
    `the fleet's tables have format ${row?.format}, this version needs ${schemaFormat}; use the same version everywhere`,
  );
}
