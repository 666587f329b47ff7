/** A journal file: appends under Optuna's lock, forces lines to disk, and repairs a torn last line. */
import { closeSync, existsSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { AppendLock } from '../disk/append-lock.ts';
import { appendToFile, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { mostTextBytes, readBytes } from '../disk/read-file.ts';
import { isTorn } from './digest.ts';
import { parsePythonJson } from './python-json.ts';

/** The longest wait for other writers, each of which holds the lock for one append only. */
const patienceMs = 60_000;

export class JournalFile {
  readonly path: string;
  readonly #lock: AppendLock;
  readonly #check: () => void;
  #broken = false;
  /** The part of the file that this process has read or written: its length (bytes) and its last bytes. */
  #known: { readonly length: number; readonly end: Buffer } = { length: 0, end: Buffer.alloc(0) };

  /** @param check is called before each write, and prevents the write by throwing. */
  constructor(path: string, check: () => void = () => {}) {
    this.path = path;
    this.#check = check;
    this.#lock = new AppendLock(`${path}.lock`);
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** @throws WorldError when the file cannot be read. */
  read(): string {
    try {
      const bytes = this.#bytes();
      this.#known = knownOf(bytes.length, bytes);
      return bytes.toString('utf8');
    } catch (error) {
      throw worldError('read', this.path, error);
    }
  }

  /**
   * Appends lines and forces them to disk. A crash may leave only the first lines and a torn line after them.
   * @param make returns the lines without line breaks. Its argument is the text that other programs have appended since
   * the last read or append of this process.
   * @throws WorldError when the disk refuses, and when the file was removed, replaced or cut short meanwhile.
   */
  append(make: (foreign: string) => readonly string[]): void {
    // After a torn line the file must not be appended to. The next process repairs it.
    if (this.#broken) {
      throw new WorldError(
        `an earlier write to ${this.path} failed, so nothing more is appended; run the same command again`,
      );
    }
    this.#refuseIfRemoved();
    this.#lock.acquire(patienceMs);
    try {
      this.#refuseIfRemoved();
      const foreign = this.#foreign();
      const text = Buffer.from(
        make(foreign.toString('utf8'))
          .map((line) => `${line}\n`)
          .join(''),
      );
      this.#beforeWrite();
      // A file that was removed just now must not start again without its first lines.
      appendToFile(this.path, text, { create: this.#known.length === 0 });
      this.#known = knownOf(this.#known.length + foreign.length + text.length, this.#known.end, foreign, text);
    } catch (error) {
      this.#broken = true;
      throw worldError('write', this.path, error);
    } finally {
      this.#lock.release();
    }
  }

  #beforeWrite(): void {
    this.#check();
    if (this.#lock.isHeld) return;
    throw new WorldError(
      `another program took ${this.#lock.path} over while this process was suspended; nothing was written. Run the same command again`,
    );
  }

  #bytes(): Buffer {
    const { buffer, byteOffset, byteLength } = readBytes(this.path, mostTextBytes);
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  #refuseIfRemoved(): void {
    if (this.#known.length > 0 && !this.exists) throw this.#changed('removed');
  }

  /** The bytes that other programs have appended to the known part. */
  #foreign(): Buffer {
    if (!this.exists) return Buffer.alloc(0);
    const { length, end } = this.#known;
    const file = openSync(this.path, 'r');
    try {
      const { size } = fstatSync(file);
      if (size < length) throw this.#changed('cut short');
      const found = Buffer.alloc(end.length + size - length);
      readSync(file, found, 0, found.length, length - end.length);
      if (!found.subarray(0, end.length).equals(end)) throw this.#changed('replaced');
      const foreign = found.subarray(end.length);
      if (foreign.length === 0 || foreign.at(-1) === 0x0a) return foreign;
      throw new WorldError(
        `${this.path}: another program left a piece of a line. Run the same command again, which repairs it`,
      );
    } finally {
      closeSync(file);
    }
  }

  #changed(how: string): WorldError {
    return new WorldError(
      `${this.path} was ${how} while this process was using it, so nothing more is written; restore it from a copy, then run the same command again`,
    );
  }

  /**
   * Repairs a file whose last line has no line break: a whole line gets one; a torn line is moved to a file beside the
   * journal. Without this, Optuna would append its next line to the piece (optuna#5138). @returns the path of the moved
   * line; undefined where there was none.
   */
  repair(): string | undefined {
    this.#lock.acquire(patienceMs);
    try {
      const bytes = this.#bytes();
      if (bytes.length === 0 || bytes.at(-1) === 0x0a) return undefined;
      this.#beforeWrite();
      const whole = bytes.lastIndexOf(0x0a) + 1;
      const tail = bytes.subarray(whole);
      // More than a piece of one line is damage, which is reported when the file is read.
      if (!isTorn(tail.toString('utf8')) && !isJson(tail.toString('utf8'))) return undefined;
      if (isJson(tail.toString('utf8'))) {
        appendToFile(this.path, '\n');
        return undefined;
      }
      let aside = `${this.path}.torn`;
      for (let number = 2; existsSync(aside); number++) aside = `${this.path}.torn-${number}`;
      writeFileAtomically(aside, tail);
      truncateSync(this.path, whole);
      return aside;
    } catch (error) {
      throw worldError('repair', this.path, error);
    } finally {
      this.#lock.release();
    }
  }
}

/**
 * Bytes at the end of the known part that are compared before an append. The digest of our last line, which is among
 * them, depends on all our lines.
 */
const comparedBytes = 4096;

function knownOf(length: number, ...pieces: readonly Buffer[]): { length: number; end: Buffer } {
  return { length, end: Buffer.from(Buffer.concat(pieces).subarray(-comparedBytes)) };
}

function isJson(text: string): boolean {
  try {
    parsePythonJson(text);
    return true;
  } catch {
    return false;
  }
}
