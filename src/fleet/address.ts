/** Where the fleet's database is: from the environment or a file that nobody else may read, never from arguments. */
import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { platform } from '../disk/platform.ts';
import { readText } from '../disk/read-file.ts';

/** The place of the file: `$XDG_CONFIG_HOME` or `~/.config`, with `lenet-lab/database` in it. */
export function addressFile(environment: NodeJS.ProcessEnv = process.env): string {
  const { LENET_DATABASE_FILE: own, XDG_CONFIG_HOME: shared } = environment;
  return own || join(shared || join(homedir(), '.config'), 'lenet-lab', 'database');
}

/**
 * The address (`postgresql://user:password@host:port/database`) from LENET_DATABASE, else from the file.
 * @throws UsageError where there is none or it is no such address; WorldError for a file that others may read. No message
 * holds the address.
 */
export function databaseAddress(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment.LENET_DATABASE?.trim();
  if (given) return checked(given, 'LENET_DATABASE');
  const file = addressFile(environment);
  if (!existsSync(file)) {
    throw new UsageError(
      `the fleet needs the address of a PostgreSQL database: set LENET_DATABASE to postgresql://user:password@host/database, or write it into ${file} (mode 600)`,
    );
  }
  const mode = statSync(file).mode & 0o777;
  if (platform.hasModes && (mode & 0o077) !== 0) {
    throw new WorldError(
      `${file} holds a password and may be read by others (mode ${mode.toString(8)}); run: chmod 600 ${platform.quote(file)}`,
    );
  }
  return checked(readText(file).trim(), file);
}

function checked(address: string, where: string): string {
  if (/^postgres(?:ql)?:\/\//.test(address) && URL.canParse(address)) return address;
  throw new UsageError(`${where}: expected an address like postgresql://user:password@host/database`);
}

/** The address without user and password, for messages. */
export function placeOf(address: string): string {
  const { hostname, port, pathname, searchParams } = new URL(address);
  const host = hostname || searchParams.get('host') || 'localhost';
  return `${host}${port ? `:${port}` : ''}${pathname}`;
}
