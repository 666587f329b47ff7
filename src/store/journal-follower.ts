/**
 * Follows a journal that other processes write: reads what was appended, and tells which trials changed after a place in
 * the file. It never writes, and takes no lock.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { WorldError } from '../base/errors.ts';
import { codeOf } from '../disk/platform.ts';
import { mostTextBytes } from '../disk/read-file.ts';
import { Replay } from './replay.ts';

/** Bytes of one read. Between two reads other work of this process gets its turn. */
const pieceBytes = 2 ** 20;

/**
 * Bytes before a place that its digest covers. Our lines end with a digest of all our lines so far, which is among
 * them.
 */
const provedBytes = 256;

/** How long a look without a limit reads before others get their turn [milliseconds]. */
const turnMs = 50;

/** What a look at the file has found. `replaced`: the file is another one now, or is gone; everything read before is void. */
export type Look = 'same' | 'grown' | 'replaced';

export class JournalFollower {
  readonly path: string;
  #replayed: Replay;
  /** The bytes before the offset, as many as a digest covers. */
  #end = Buffer.alloc(0);
  #offset = 0;
  #file: { readonly ino: number; readonly dev: number; readonly mtimeMs: number } | undefined;
  /** By trial: the offset after its last line. */
  readonly #trials = new Map<number, number>();
  /** By study of the journal: the offset after its last line that is about no trial. */
  readonly #studies = new Map<number, number>();
  #looking: Promise<Look> | undefined;
  #generation = 0;
  #isBehind = false;
  #damage: unknown;

  constructor(path: string) {
    this.path = path;
    this.#replayed = this.#start();
  }

  /** Studies and trials after the lines so far. */
  get replayed(): Replay {
    return this.#replayed;
  }

  /** Grows when the file turns out to be another one, and everything read before is void. */
  get generation(): number {
    return this.#generation;
  }

  /** The number of bytes that have been read, up to the end of a line. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether the last look ended before the end of the file, because its time was over. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** The offset with a digest of the bytes before it, `123456-1a2b3c4d`: a place that another process can find again. */
  get position(): string {
    return positionOf(this.#offset, this.#end);
  }

  /** The trials that lines after the offset are about, in ascending order. */
  trialsAfter(offset: number): number[] {
    const found: number[] = [];
    for (const [id, at] of this.#trials) if (at > offset) found.push(id);
    return found.sort((a, b) => a - b);
  }

  /** Whether a line after the offset is about the study itself. */
  studyAfter(id: number, offset: number): boolean {
    return (this.#studies.get(id) ?? 0) > offset;
  }

  /**
   * Reads the lines that were appended. A last line without a line break is left for the next look: its writer may be
   * at work, or was killed.
   * @param mostMs after this time a look ends behind the file's end: what is known of a large journal can be shown while
   * the rest is read. Without a limit it goes in turns, so that nobody who asks for less waits for all.
   * @throws WorldError when the file is damaged or cannot be read, again at every look until the file is another one.
   */
  async look(mostMs = Number.POSITIVE_INFINITY): Promise<Look> {
    if (Number.isFinite(mostMs)) return this.#turn(mostMs);
    let all: Look = 'same';
    do {
      const found = await this.#turn(turnMs);
      if (all !== 'replaced' && found !== 'same') all = found;
    } while (this.#isBehind);
    return all;
  }

  /** A turn that is under way is shared by all who ask. */
  #turn(mostMs: number): Promise<Look> {
    this.#looking ??= this.#look(performance.now() + mostMs).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /**
   * Whether the place lies in this file, so that the stream can go on after it. @returns its offset, or undefined for a
   * place in another file, or one after the end.
   */
  async find(position: string): Promise<number | undefined> {
    const [, digits] = /^(\d{1,15})-[0-9a-f]{8}$/.exec(position) ?? [];
    const offset = Number(digits);
    if (digits === undefined || offset > this.#offset) return undefined;
    if (offset === this.#offset) return position === this.position ? offset : undefined;
    const file = await this.#open();
    try {
      const end = file && (await endAt(file, offset));
      return end && positionOf(offset, end) === position ? offset : undefined;
    } finally {
      await file?.close();
    }
  }

  async #look(until: number): Promise<Look> {
    const file = await this.#open();
    if (!file) return this.#lost();
    try {
      const { ino, dev, size, mtimeMs } = await file.stat();
      const before = this.#file;
      const isChanged = before?.mtimeMs !== mtimeMs || size !== this.#offset;
      const isOther = before !== undefined && (before.ino !== ino || before.dev !== dev || size < this.#offset);
      // A damaged file may have been repaired at any place.
      const isSound = this.#damage === undefined && (await this.#goesOn(file));
      if (isOther || (isChanged && !isSound)) {
        this.#void();
        this.#file = { ino, dev, mtimeMs };
        await this.#readOn(file, until);
        return 'replaced';
      }
      this.#file = { ino, dev, mtimeMs };
      if (this.#damage !== undefined) throw this.#damage;
      return (await this.#readOn(file, until)) ? 'grown' : 'same';
    } finally {
      await file.close();
    }
  }

  async #open(): Promise<FileHandle | undefined> {
    try {
      return await open(this.path, 'r');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new WorldError(`cannot read ${this.path}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  #lost(): Look {
    if (this.#file === undefined) return 'same';
    this.#void();
    return 'replaced';
  }

  #void(): void {
    this.#generation++;
    this.#offset = 0;
    this.#end = Buffer.alloc(0);
    this.#file = undefined;
    this.#damage = undefined;
    this.#trials.clear();
    this.#studies.clear();
    this.#replayed = this.#start();
  }

  /** Whether the file still has the bytes that were read last. */
  async #goesOn(file: FileHandle): Promise<boolean> {
    return this.#end.equals(await endAt(file, this.#offset));
  }

  /** Replays whole lines to the end of the file, or until the time is over. @returns whether there were any. */
  async #readOn(file: FileHandle, until: number): Promise<boolean> {
    const before = this.#offset;
    this.#isBehind = false;
    let rest = Buffer.alloc(0);
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const { bytesRead } = await file.read(piece, 0, pieceBytes, this.#offset + rest.length);
      if (bytesRead === 0) return this.#offset > before;
      const found =
        rest.length === 0 ? piece.subarray(0, bytesRead) : Buffer.concat([rest, piece.subarray(0, bytesRead)]);
      const whole = found.lastIndexOf(0x0a) + 1;
      if (this.#offset + found.length > mostTextBytes) {
        throw new WorldError(`${this.path} is larger than the ${mostTextBytes} bytes that are read here`);
      }
      if (whole > 0) this.#replay(found.subarray(0, whole));
      rest = Buffer.from(found.subarray(whole));
      if (whole > 0 && performance.now() > until) {
        this.#isBehind = true;
        return true;
      }
    }
  }

  #replay(bytes: Buffer): void {
    const text = bytes.toString('utf8');
    this.#bytesTo = byteCounter(text, bytes.length);
    try {
      this.#replayed.read(text);
    } catch (error) {
      this.#damage = error;
      throw error;
    }
    this.#offset += bytes.length;
    this.#end = Buffer.from(Buffer.concat([this.#end, bytes.subarray(-provedBytes)]).subarray(-provedBytes));
  }

  #bytesTo: (characters: number) => number = (characters) => characters;

  #start(): Replay {
    return new Replay(this.path, {
      onTrial: (id, end) => this.#trials.set(id, this.#offset + this.#bytesTo(end)),
      onStudy: (id, end) => this.#studies.set(id, this.#offset + this.#bytesTo(end)),
    });
  }
}

/** The offset that a place names, without a look at the file. */
export function offsetOf(position: string): number {
  return Number(position.split('-')[0]);
}

function positionOf(offset: number, end: Buffer): string {
  return `${offset}-${crc32(end).toString(16).padStart(8, '0')}`;
}

/** The bytes before the offset, as many as a digest covers. */
async function endAt(file: FileHandle, offset: number): Promise<Buffer> {
  const length = Math.min(provedBytes, offset);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset - length);
  return buffer.subarray(0, bytesRead);
}

/** Turns numbers of characters of the text, which must ascend, into numbers of bytes. */
function byteCounter(text: string, bytes: number): (characters: number) => number {
  if (text.length === bytes) return (characters) => characters;
  let [at, counted] = [0, 0];
  return (characters) => {
    counted += Buffer.byteLength(text.slice(at, characters));
    at = characters;
    return counted;
  };
}
