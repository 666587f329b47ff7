/** The list of the parts of a data set, data/mnist.json. */
import { WorldError } from '../../../src/base/errors.ts';

/** A file with some of the images: gzip of the form of src/data/sparse-images.ts. */
export interface PartFile {
  /** Its name has a hash of its content, so that a browser may keep it for ever. */
  readonly file: string;
  readonly images: number;
  readonly bytes: number;
}

export interface Manifest {
  readonly test: readonly PartFile[];
  readonly train: readonly PartFile[];
}

/**
 * The list in a text. Some hosts answer with their first page where a file is missing.
 * @param what names the file in errors. @throws WorldError for another text.
 */
export function parseManifest(text: string, what: string): Manifest {
  const found = jsonOf(text);
  if (!isManifest(found)) throw new WorldError(`${what} is damaged: it does not list the parts of the digits`);
  return found;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null || !('test' in value) || !('train' in value)) return false;
  return [value.test, value.train].every((parts) => Array.isArray(parts) && parts.length > 0 && parts.every(isPart));
}

function isPart(part: Partial<PartFile> | null): boolean {
  return typeof part?.file === 'string' && [part.images, part.bytes].every((size) => Number.isSafeInteger(size));
}
