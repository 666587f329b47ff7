/** Makes the fleet's tables and roles, and refuses tables of another format. */
import { UsageError } from '../../base/errors.ts';
import { type Database, stateOf } from '../database.ts';
import { rolesSql } from './roles.ts';
import { schemaFormat, schemaSql } from './schema.ts';

/** Two coordinators that start at once must not make the tables at once. */
const lock = 'select pg_advisory_xact_lock(7305128)';
const format = 'select format from lenet.format';
const exists = "select to_regclass('lenet.format') is not null as exists";

/** PostgreSQL's code for what a role may not do. */
const insufficientPrivilege = '42501';

/** Makes the tables where they are missing. */
export async function installSchema(database: Database): Promise<void> {
  await database.query(`begin; ${lock}; ${schemaSql} commit;`);
  await requireSchema(database);
}

/** Makes the role of workers, after the queue was made. A login that may not make roles leaves that to its owner. */
export async function installRoles(database: Database): Promise<boolean> {
  try {
    await database.query(`begin; ${lock}; ${rolesSql} commit;`);
    return true;
  } catch (error) {
    if (stateOf(error) === insufficientPrivilege) return false;
    throw error;
  }
}

/** @throws UsageError where there are no tables, or tables of another format. */
export async function requireSchema(database: Database): Promise<void> {
  const [found] = await database.query<{ exists: boolean }>(exists);
  if (!found?.exists) {
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
