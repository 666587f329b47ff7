/** Reads comma-separated values row by row, without a text for every field. Source: RFC 4180. */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';

/** The most fields of a row: a colour picture of 256 x 256 has 196,608 pixels. */
export const mostFields = 200_000;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Separators by how often they are seen in files. */
const separators = [',', ';', '\t'].map((letter) => letter.charCodeAt(0));

/** A reader of a table in UTF-8. Its fields are those of the current row. */
export class CsvReader {
  readonly #bytes: Uint8Array;
  readonly #where: string;
  readonly #separator: number;
  #at: number;
  #ends: number[] = [];
  #starts: number[] = [];
  /** The number of the current row's line, from 1. */
  line = 0;
  #nextLine = 1;

  /** @param where names the file in errors. */
  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#where = where;
    const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    this.#at = hasMark ? 3 : 0;
    this.#separator = separatorOf(bytes, this.#at);
  }

  /** How many fields the current row has. */
  get fields(): number {
    return this.#starts.length;
  }

  /**
   * Goes to the next row that is not empty. @returns false at the end of the table. @throws WorldError for a quote that
   * is not closed, and for a row of more than {@link mostFields} fields.
   */
  next(): boolean {
    for (;;) {
      if (this.#at >= this.#bytes.length) return false;
      this.#readRow();
      if (this.#starts.length > 1 || this.#ends[0]! > this.#starts[0]!) return true;
    }
  }

  #readRow(): void {
    const bytes = this.#bytes;
    this.#starts = [];
    this.#ends = [];
    this.line = this.#nextLine;
    for (;;) {
      if (this.#starts.length === mostFields) {
        throw new WorldError(`${this.#where}, line ${this.line}: more than ${counted(mostFields)} fields`);
      }
      const start = this.#at;
      let at = start;
      if (bytes[at] === quote) at = this.#endOfQuoted(at);
      while (at < bytes.length && bytes[at] !== this.#separator && bytes[at] !== lineFeed) at++;
      const isLast = at >= bytes.length || bytes[at] === lineFeed;
      const hasReturn = isLast && at > start && bytes[at - 1] === carriageReturn;
      this.#starts.push(start);
      this.#ends.push(hasReturn ? at - 1 : at);
      this.#at = at + 1;
      if (isLast) break;
    }
    this.#nextLine++;
  }

  /** @param at of the opening quote. @returns the place after the closing quote. */
  #endOfQuoted(at: number): number {
    const bytes = this.#bytes;
    for (let end = at + 1; end < bytes.length; end++) {
      if (bytes[end] === lineFeed) this.#nextLine++;
      if (bytes[end] !== quote) continue;
      // Two quotes stand for one.
      if (bytes[end + 1] !== quote) return end + 1;
      end++;
    }
    throw new WorldError(`${this.#where}, line ${this.line}: a quote is not closed`);
  }

  /** A field as text, without the quotes around it and the white space around a field without quotes. */
  text(field: number): string {
    const [start, end] = [this.#starts[field]!, this.#ends[field]!];
    const text = new TextDecoder().decode(this.#bytes.subarray(start, end));
    const match = /^"((?:[^"]|"")*)"\s*$/.exec(text);
    return match ? match[1]!.replaceAll('""', '"') : text.trim();
  }

  /** A field as number, NaN where it is none. */
  number(field: number): number {
    const bytes = this.#bytes;
    const [start, end] = [this.#starts[field]!, this.#ends[field]!];
    if (end - start > 9 || end === start) return numberIn(this.text(field));
    let value = 0;
    for (let at = start; at < end; at++) {
      const digit = bytes[at]! - 48;
      if (digit < 0 || digit > 9) return numberIn(this.text(field));
      value = 10 * value + digit;
    }
    return value;
  }
}

function numberIn(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}

/** The first separator in the first line. */
function separatorOf(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length && bytes[at] !== lineFeed; at++) {
    if (separators.includes(bytes[at]!)) return bytes[at]!;
  }
  return separators[0]!;
}
