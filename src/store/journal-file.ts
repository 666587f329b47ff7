/** A journal on disk: appended under Optuna's lock, forced to disk, its torn tail mended. */
import { existsSync, statSync, truncateSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { AppendLock } from '../disk/append-lock.ts';
import { appendToFile, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { mostTextBytes, readBytes } from '../disk/read-file.ts';
import { parsePythonJson } from './python-json.ts';

/** Other writers hold the lock for one append only. */
const patienceMs = 60_000;

export class JournalFile {
  readonly path: string;
  readonly #lock: AppendLock;
  readonly #check: () => void;
  #broken = false;
  /** Bytes that this process has read or written. */
  #known = 0;

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
      this.#known = bytes.length;
      return bytes.toString('utf8');
    } catch (error) {
      throw worldError('read', this.path, error);
    }
  }

  /**
   * Appends objects, one a line, all or (after a crash) a whole number of them and a torn line.
   * @param make gives them; it is told what other programs have appended since this one last read or wrote.
   * @throws WorldError.
   */
  append(make: (foreign: string) => readonly object[]): void {
    // After a torn line the file must not be appended to; the next process mends it.
    if (this.#broken) {
      throw new WorldError(
        `${this.path} could not be written before, and nothing more is appended; run the same command again`,
      );
    }
    this.#lock.acquire(patienceMs);
    try {
      const lines = make(this.#foreign());
      this.#beforeWrite();
      appendToFile(this.path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      this.#known = statSync(this.path).size;
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

  #foreign(): string {
    if (!this.exists || statSync(this.path).size === this.#known) return '';
    const text = this.#bytes().subarray(this.#known).toString('utf8');
    if (text.endsWith('\n')) return text;
    throw new WorldError(
      `${this.path}: another program left a piece of a line; go on with the same command, which mends it`,
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

function isJson(text: string): boolean {
  try {
    parsePythonJson(text);
    return true;
  } catch {
    return false;
  }
}
