/**
 * The digest at the end of each of our lines in a journal, which shows damaged, missing, repeated and swapped lines.
 */
import { crc32 } from 'node:zlib';
import type { Operation } from './optuna.ts';
import { isOurs } from './worker.ts';

/** The text before and after the eight hexadecimal digits. Optuna ignores unknown keys. */
const opening = ',"crc32":"';
const closing = '"}';
const endLength = opening.length + 8 + closing.length;
const sealedEnd = /,"crc32":"[0-9a-f]{8}"\}/;

/**
 * The keys of our lines up to format 4, which had no digest. A line with another key is a newer one whose digest is
 * damaged.
 */
const unsealedKeys: ReadonlySet<string> = new Set([
  'op_code',
  'worker_id',
  'study_id',
  'study_name',
  'directions',
  'user_attr',
  'trial_id',
  'state',
  'values',
  'datetime_start',
  'datetime_complete',
  'param_name',
  'param_value_internal',
  'distribution',
  'step',
  'intermediate_value',
]);

/**
 * The digests of the lines in one journal. A line's digest is the CRC-32 (ISO 3309, as in gzip) of the line's text
 * before the digest, started with the digest of our previous line, so it depends on all our lines so far. Other
 * programs' lines may stand between ours.
 */
export class DigestChain {
  /** The digest of our last line; undefined before the first line that has one. */
  #last: number | undefined;

  /** The text of our next line with its digest, without a line break. */
  seal(operation: Operation): string {
    const body = JSON.stringify(operation).slice(0, -1);
    return `${body}${opening}${this.#next(body)}${closing}`;
  }

  /**
   * Checks the next line of the journal. @param line without its line break. @param operation the parsed line.
   * @returns the fault in a few words; undefined for a sound line.
   */
  check(line: string, operation: Operation): string | undefined {
    const end = line.length - endLength;
    if (!line.startsWith(opening, end)) {
      if (!isOurs(operation.worker_id)) return undefined;
      const isOld = this.#last === undefined && Object.keys(operation).every((key) => unsealedKeys.has(key));
      return isOld ? undefined : 'the digest at its end is damaged or missing';
    }
    if (line.slice(end + opening.length) === `${this.#next(line.slice(0, end))}${closing}`) return undefined;
    return 'its digest does not match: the line is damaged, or a line before it is missing, repeated or in another place';
  }

  #next(body: string): string {
    this.#last = crc32(body, this.#last ?? 0);
    return this.#last.toString(16).padStart(8, '0');
  }
}

/** Whether a crash can have left this piece of a line: a piece that contains a whole digest is damage instead. */
export function isTorn(piece: string): boolean {
  return !sealedEnd.test(piece);
}
