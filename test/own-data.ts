/** For tests: small data sets of a user's own, as files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';

/** Bright pixels of a picture of 28 x 28, by its class. */
const shapes: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  bars: (x) => x % 7 < 3,
  rings: (x, y) => Math.abs(Math.hypot(x - 14, y - 14) - 9) < 2,
};

/**
 * Writes PNG pictures of 28 x 28 in a folder for each of two classes, `bars` and `rings`.
 * @param each how many of each class; each differs from the others in one pixel.
 */
export function writePictures(folder: string, each = 24): void {
  for (const [name, isBright] of Object.entries(shapes)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let number = 0; number < each; number++) {
      const data = Uint8Array.from({ length: 784 }, (_, at) => (isBright(at % 28, Math.floor(at / 28)) ? 255 : 0));
      data[number % 784]! ^= 1 + (Math.floor(number / 784) % 255);
      writeFileSync(join(folder, name, `${number}.png`), encode({ width: 28, height: 28, channels: 1, data }));
    }
  }
}

/** Writes a table of 48 images of 28 x 28 with the classes `even` and `odd` in the column `label`. */
export function writeTable(file: string): void {
  const head = ['label', ...Array.from({ length: 784 }, (_, pixel) => `p${pixel}`)];
  const rows = Array.from({ length: 48 }, (_, row) => [
    row % 2 === 0 ? 'even' : 'odd',
    ...Array.from({ length: 784 }, (_, pixel) => (pixel % 2 === row % 2 ? 200 : (row * 5) % 40)),
  ]);
  writeFileSync(file, [head, ...rows].map((row) => row.join(',')).join('\n'));
}
