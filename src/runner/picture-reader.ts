/** Reads pictures for data sources: on all cores, and through a cache where they are many. */
import { WorldError } from '../base/errors.ts';
import type { PictureReader } from '../data/sources/source.ts';
import { cacheFile, cacheFolder, readCached, writeCached } from './picture-cache.ts';
import { decodePictures } from './picture-threads.ts';
import type { PictureOrder, PictureResult } from './picture-work.ts';

/** Sets of fewer pictures are decoded each time, which takes less than a second. */
const fewestForCache = 2_000;

/** The progress of decoding. */
export interface DecodingProgress {
  /** Pictures. */
  readonly done: number;
  readonly total: number;
}

export interface PictureReaderOptions {
  /** The path of a picture for messages and for reading. */
  readonly where: (path: string) => string;
  /** Whether decoded pictures are kept on disk. */
  readonly cache: boolean;
  /** The folder of the cache. Default: {@link cacheFolder}. */
  readonly folder?: string | undefined;
  readonly note: (sentence: string) => void;
  readonly onProgress: (progress: DecodingProgress) => void;
}

export function pictureReader(options: PictureReaderOptions): PictureReader {
  return {
    async survey(paths) {
      return (await read({ paths: paths.map(options.where), frame: undefined }, options)).facts;
    },
    frame: (paths, frame) => read({ paths: paths.map(options.where), frame }, options),
  };
}

async function read(
  order: PictureOrder,
  { cache, folder = cacheFolder(), note, onProgress }: PictureReaderOptions,
): Promise<PictureResult> {
  const total = order.paths.length;
  const decode = () => decodePictures(order, (done) => onProgress({ done, total }));
  if (!cache || total < fewestForCache) return decode();
  const file = cacheFile(folder, order);
  const kept = readCached(file, note);
  if (kept?.facts.length === total) return kept;
  const result = await decode();
  try {
    writeCached(folder, file, result);
  } catch (error) {
    if (!(error instanceof WorldError)) throw error;
    note(`the decoded pictures are not kept: ${error.message}`);
  }
  return result;
}
