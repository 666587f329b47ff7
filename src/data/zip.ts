/** Reads ZIP archives: the list of their files, and one file at a time. Source: APPNOTE.TXT 6.3.10. */
import { crc32Of } from '../base/digest.ts';
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';

/** Looks at the first bytes of a file. */
export interface StartCheck {
  /** How many bytes it looks at; a file may have fewer. */
  readonly bytes: number;
  /** @throws WorldError when the file is none that is wanted. */
  run(first: Uint8Array<ArrayBuffer>): void;
}

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /**
   * Its bytes. @throws WorldError when they are damaged, or more or fewer than {@link ZipEntry.size}.
   * @param check may refuse the file by its first bytes, before the rest is unpacked.
   */
  read(check?: StartCheck): Promise<Uint8Array<ArrayBuffer>>;
}

const signatures = { end: 0x06054b50, central: 0x02014b50, local: 0x04034b50 } as const;
const methods = { stored: 0, deflated: 8 } as const;
const endBytes = 22;
const mostComment = 65_535;

/** The most files of an archive that are listed. */
const mostEntries = 10_000;

/** Set in the flags of an encrypted file. */
const isEncrypted = 1;

/**
 * The files in an archive, without their content. Nothing is unpacked.
 * @param where names the archive in errors. @throws WorldError when it is damaged, or larger than 4 GB.
 */
export function zipEntries(archive: Uint8Array<ArrayBuffer>, where: string): readonly ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = endOf(view, where);
  const count = view.getUint16(end + 10, true);
  if (count > mostEntries)
    throw new WorldError(`${where} holds ${counted(count)} files; at most ${counted(mostEntries)} are read`);
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let entry = 0; entry < count; entry++) {
    if (at + 46 > archive.length || view.getUint32(at, true) !== signatures.central) {
      throw damaged(where, 'its list of files is cut off');
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + 46 + nameBytes! + extraBytes! + commentBytes!;
    if (next > archive.length) throw damaged(where, 'its list of files is cut off');
    const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameBytes!));
    const packed: Packed = {
      where: `${name} in ${where}`,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      sum: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      header: view.getUint32(at + 42, true),
    };
    entries.push({ name, size: packed.size, read: (check) => unpack(archive, packed, check) });
    at = next;
  }
  return entries;
}

interface Packed {
  /** The file, for errors. */
  readonly where: string;
  readonly flags: number;
  readonly method: number;
  /** CRC-32 of the file, unpacked. */
  readonly sum: number;
  /** Sizes in bytes. */
  readonly packedSize: number;
  readonly size: number;
  /** The place of the file's own header. */
  readonly header: number;
}

async function unpack(
  archive: Uint8Array<ArrayBuffer>,
  packed: Packed,
  check?: StartCheck,
): Promise<Uint8Array<ArrayBuffer>> {
  const { where, flags, method, sum, packedSize, size, header } = packed;
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  if ((flags & isEncrypted) !== 0) throw new WorldError(`${where} is encrypted`);
  if (header + 30 > archive.length || view.getUint32(header, true) !== signatures.local) {
    throw damaged(where, 'its header is missing');
  }
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  if (start + packedSize > archive.length) throw damaged(where, 'it is cut off');
  const content = archive.subarray(start, start + packedSize);
  const bytes = method === methods.deflated ? await inflated(content, packed, check) : content;
  if (method !== methods.deflated && method !== methods.stored) {
    throw new WorldError(`${where} is packed by method ${method}; stored and deflated files are read here`);
  }
  if (bytes.length !== size)
    throw damaged(where, `it has ${counted(bytes.length)} bytes, its header says ${counted(size)}`);
  if (crc32Of(bytes) !== sum) throw damaged(where, 'its checksum is wrong');
  return bytes;
}

/** Unpacks no further than the size that the archive claims. */
async function inflated(
  content: Uint8Array<ArrayBuffer>,
  { size, where }: Packed,
  check?: StartCheck,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let unchecked = check;
  const reader = new Blob([content]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > size)
        throw damaged(where, `it unpacks to more than the ${counted(size)} bytes that its header says`);
      pieces.push(value);
      if (unchecked && length >= unchecked.bytes) {
        unchecked.run(joined(pieces, length));
        unchecked = undefined;
      }
    }
  } catch (error) {
    if (error instanceof WorldError) throw error;
    throw damaged(where, error instanceof Error ? error.message : String(error), error);
  } finally {
    await reader.cancel().catch(() => {});
  }
  return joined(pieces, length);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The place of the record at the end of the archive, before which a comment may stand. */
function endOf(view: DataView, where: string): number {
  const first = Math.max(0, view.byteLength - endBytes - mostComment);
  for (let at = view.byteLength - endBytes; at >= first; at--) {
    if (view.getUint32(at, true) === signatures.end) return at;
  }
  throw damaged(where, 'it is cut off, or no ZIP archive');
}

function damaged(where: string, problem: string, cause?: unknown): WorldError {
  return new WorldError(`${where} is damaged: ${problem}`, { cause });
}
