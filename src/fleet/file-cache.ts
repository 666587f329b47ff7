/** Files that many trainings need, by SHA-256: kept on this machine, fetched from the database once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from '../base/errors.ts';
import { shortHash } from '../base/format.ts';
import { makeFolder, writeFileAtomically } from '../disk/atomic-file.ts';
import { readBytes } from '../disk/read-file.ts';
import { sha256Of } from '../disk/sha256.ts';

/**
 * The path of a file with these bytes. A file of the cache that is damaged is fetched again.
 * @param fetch gets the bytes from elsewhere, verified. @throws WorldError where nobody has the file.
 */
export async function cachedFile(
  folder: string,
  name: string,
  fetch: () => Promise<Uint8Array | undefined>,
): Promise<string> {
  const path = join(folder, 'fleet', `${name}.bin`);
  if (existsSync(path) && sha256Of(readBytes(path)) === name) return path;
  const bytes = await fetch();
  if (!bytes) throw new WorldError(`the database has no file ${shortHash(name)}, which the study needs`);
  makeFolder(join(folder, 'fleet'));
  writeFileAtomically(path, bytes);
  return path;
}
