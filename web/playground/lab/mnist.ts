/** Loads MNIST in the compact form of scripts/build-playground.mjs: parts that are fetched side by side. */
import { WorldError } from '../../../src/base/errors.ts';
import type { Dataset } from '../../../src/data/dataset.ts';
import { sha256 } from '../../../src/data/hash.ts';
import { gunzip, type IdxPart } from '../../../src/data/idx.ts';
import { mnistSums } from '../../../src/data/mnist.ts';
import { type LabelledImages, unpackSparse } from '../../../src/data/sparse-images.ts';
import { type Manifest, type PartFile, parseManifest } from './manifest.ts';

/** Digits in bytes. */
export interface Digits extends Dataset {
  readonly images: Uint8Array;
}

export interface Mnist {
  readonly train: Digits;
  readonly test: Digits;
}

interface Listeners {
  /** Hears of the bytes that have arrived. */
  onBytes(done: number, total: number): void;
  /** Hears when the test digits are there, before the others. */
  onTest(test: Digits): void;
}

const pixels = 28 * 28;

/**
 * @param folder where the manifest is, with a slash at its end.
 * @throws WorldError when a part cannot be fetched, or is damaged.
 */
export async function loadMnistParts(folder: string, { onBytes, onTest }: Listeners): Promise<Mnist> {
  const manifest = await loadManifest(new URL('mnist.json', folder));
  const parts = [...manifest.test, ...manifest.train];
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const load = async (files: readonly PartFile[], name: string): Promise<Digits> => {
    const size = files.reduce((sum, { images }) => sum + images, 0);
    const set = {
      images: idxFile([size, 28, 28]).subarray(idxHead(3)),
      labels: idxFile([size]).subarray(idxHead(1)),
    };
    let first = 0;
    const loading = files.map(({ file, images }) => {
      const target = {
        images: set.images.subarray(first * pixels, (first + images) * pixels),
        labels: set.labels.subarray(first, first + images),
        width: 28,
      };
      first += images;
      return loadPart(new URL(file, folder), target, (bytes) => onBytes((done += bytes), total));
    });
    await Promise.all(loading);
    return { name, ...set, shape: [1, 28, 28], classes: 10 };
  };
  // The test digits first: the page shows them while the others arrive.
  const test = load(manifest.test, 'mnist test');
  const train = load(manifest.train, 'mnist train');
  train.catch(() => {});
  onTest(await test);
  return { train: await train, test: await test };
}

async function loadManifest(url: URL): Promise<Manifest> {
  return parseManifest(await (await fetched(url)).text(), url.pathname);
}

async function loadPart(url: URL, target: LabelledImages, onBytes: (count: number) => void): Promise<void> {
  const response = await fetched(url);
  const pieces: Uint8Array[] = [];
  for await (const piece of gunzip(counted(response, onBytes), url.pathname)) pieces.push(piece);
  unpackSparse(joined(pieces), target, url.pathname);
}

async function* counted(response: Response, onBytes: (count: number) => void): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes(value.length);
    yield value;
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new WorldError(`${url.pathname} cannot be loaded: the connection was lost`, { cause: error });
  });
  if (!response.ok) throw new WorldError(`${url.pathname} cannot be loaded: the server says ${response.status}`);
  return response;
}

/**
 * Whether the images and labels are MNIST's, byte for byte, as Node reads them. Undefined where the browser has no SHA-256: on a page
 * without https that is not on this machine.
 */
export async function isMnist({ train, test }: Mnist): Promise<boolean | undefined> {
  if (globalThis.crypto?.subtle === undefined) return undefined;
  const files: Readonly<Record<IdxPart, Uint8Array>> = {
    testLabels: test.labels,
    testImages: test.images,
    trainLabels: train.labels,
    trainImages: train.images,
  };
  for (const [part, { buffer }] of Object.entries(files) as [IdxPart, Uint8Array][]) {
    if ((await sha256(new Uint8Array(buffer))) !== mnistSums[part]) return false;
  }
  return true;
}

/** Bytes before the numbers of an IDX file: the magic number and the sizes. */
function idxHead(sizes: number): number {
  return 4 + 4 * sizes;
}

/** A file in the form in which MNIST was published, still without its numbers: so its sum can be told without another copy of 47 MB. */
function idxFile(sizes: readonly number[]): Uint8Array {
  const file = new Uint8Array(idxHead(sizes.length) + sizes.reduce((product, size) => product * size));
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x0800 + sizes.length);
  for (const [i, size] of sizes.entries()) view.setUint32(4 + 4 * i, size);
  return file;
}
