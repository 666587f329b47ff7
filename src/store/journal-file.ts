/** A journal on disk: appended under Optuna's lock, forced to disk, its torn tail mended. */
import { closeSync, existsSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { AppendLock } from '../disk/append-lock.ts';
import { appendToFile, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { mostTextBytes, readBytes } from '../disk/read-file.ts';
import { isTorn } from './digest.ts';
import { parsePythonJson } from './python-json.ts';

/** Other writers hold the lock for one append only. */
const patienceMs = 60_000;

export class JournalFile {
  readonly path: string;
  readonly #lock: AppendLock;
  readonly #check: () => void;
  #broken = false;
  /** What this process has read or written: its length in bytes, and its end. */
  #known: { readonly length: number; readonly end: Buffer } = { length: 0, end: Buffer.alloc(0) };

  /** @param check is called before each write, and may prevent it by throwing. */
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
   * Appends lines, all or (after a crash) a whole number of them and a torn line.
   * @param make gives the lines, without line breaks; it is told what other programs have appended since this one last read or wrote.
   * @throws WorldError, also where the file is not the one that this process knows: removed, replaced, cut short.
   */
  append(make: (foreign: string) => readonly string[]): void {
    // After a torn line the file must not be appended to; the next process mends it.
    if (this.#broken) {
      throw new WorldError(
        `${this.path} could not be written before, and nothing more is appended; run the same command again`,
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
      // A file that is gone by now must not begin anew without its head.
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
      `another program took ${this.#lock.path} over while this process was suspended; nothing was written, go on with the same command`,
    );
  }

  #bytes(): Buffer {
    const { buffer, byteOffset, byteLength } = readBytes(this.path, mostTextBytes);
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  #refuseIfRemoved(): void {
    if (this.#known.length > 0 && !this.exists) throw this.#changed('removed');
  }

  /** What stands after the bytes that this process knows. */
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
        `${this.path}: another program left a piece of a line; go on with the same command, which mends it`,
      );
    } finally {
      closeSync(file);
    }
  }

  #changed(how: string): WorldError {
    return new WorldError(
      `${this.path} was ${how} while this process worked on it, and nothing more is written; restore it from a copy, then run the same command again`,
    );
  }

  /**
   * Mends a file whose last line a crash cut off: a whole line gets its line break, a piece is cut away and kept beside.
   * Optuna's own writer would glue its next line on (optuna#5138). @returns where the piece went, if there was one.
   */
  repair(): string | undefined {
    this.#lock.acquire(patienceMs);
    try {
      const bytes = this.#bytes();
      if (bytes.length === 0 || bytes.at(-1) === 0x0a) return undefined;
      this.#beforeWrite();
      const whole = bytes.lastIndexOf(0x0a) + 1;
      const tail = bytes.subarray(whole);
      // More than a piece of one line is damage, which is refused by name when the file is read.
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
      throw worldError('mend', this.path, error);
    } finally {
      this.#lock.release();
    }
  }
}

/** So many bytes at the end of the file are compared before an append. Our last line's digest, which is among them, depends on all lines before. */
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
