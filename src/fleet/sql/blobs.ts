/** Files in the database, by the SHA-256 of their bytes, in slices. */
import { WorldError } from '../../base/errors.ts';
import { shortHash } from '../../base/format.ts';
import { sha256Of } from '../../disk/sha256.ts';
import type { Database } from '../database.ts';

/** Bytes of a slice: small enough to send again after an outage. */
const sliceBytes = 2 ** 22;

const insert = `
insert into lenet.blob (study, sha256, slice, slices, bytes) values ($1, decode($2, 'hex'), $3, $4, $5)
on conflict do nothing`;
const slices = `select slice, slices from lenet.blob where study = $1 and sha256 = decode($2, 'hex')`;
const slice = `select bytes from lenet.blob where study = $1 and sha256 = decode($2, 'hex') and slice = $3`;

/** Puts bytes, unless they are there. @returns their SHA-256 (hex). */
export async function putBlob(database: Database, study: string, bytes: Uint8Array): Promise<string> {
  const name = sha256Of(bytes);
  const count = Math.max(1, Math.ceil(bytes.length / sliceBytes));
  const rows = await database.query<{ slice: number }>(slices, [study, name]);
  const present = new Set(rows.map((row) => row.slice));
  for (let index = 0; index < count; index++) {
    if (present.has(index)) continue;
    const part = bytes.subarray(index * sliceBytes, (index + 1) * sliceBytes);
    await database.query(insert, [study, name, index, count, part]);
  }
  return name;
}

/** The bytes, verified; undefined where they are not or not wholly there. @throws WorldError for other bytes. */
export async function getBlob(database: Database, study: string, name: string): Promise<Uint8Array | undefined> {
  const rows = await database.query<{ slice: number; slices: number }>(slices, [study, name]);
  const count = rows[0]?.slices;
  if (count === undefined || rows.length < count) return undefined;
  const parts: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const [row] = await database.query<{ bytes: Buffer }>(slice, [study, name, index]);
    if (!row) return undefined;
    parts.push(row.bytes);
  }
  const bytes = Buffer.concat(parts);
  if (sha256Of(bytes) === name) return bytes;
  throw new WorldError(`the file ${shortHash(name)} in the database is damaged: its SHA-256 is another`);
}
