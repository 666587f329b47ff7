/** The files of a data set, as a source reads them: a folder, or one file that the user named within its folder. */

/** An entry of a folder. */
export interface FileEntry {
  readonly name: string;
  /** Whether it is a folder. A link is what it leads to. */
  readonly isFolder: boolean;
}

/**
 * Paths are relative to the folder, with `/` between names; `''` is the folder itself. All functions throw a WorldError
 * that names the path.
 */
export interface Files {
  /** The name of the folder or file, without an extension: the set's own name. */
  readonly name: string;
  /** The place as the user gave it, for messages. */
  readonly place: string;
  /** The name of the one file that the user named; undefined where he named a folder. */
  readonly file: string | undefined;
  /** The entries of a folder in the order of their code points. */
  list(folder: string): Promise<readonly FileEntry[]>;
  /** The bytes of a file. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of a file, piece by piece. */
  pieces(path: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** The path for messages. */
  where(path: string): string;
}

/** Compares texts by their code points, as Python's `sorted` does. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let at = 0; at < left.length && at < right.length; at++) {
    const difference = left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
