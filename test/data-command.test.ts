/** `lenet data`: text, JSON, contact sheet and pictures, as a user sees them. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { freshFolder, lenet, lenetIn } from './lenet.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

const folder = freshFolder();
const tiny = join(folder, 'tiny');
writeTinyMnist(tiny, 512, 100);
// The classes of the first 512 training labels, by NumPy: np.bincount(labels[:512]).
const counts = [50, 69, 52, 52, 52, 41, 46, 54, 40, 56];
const recipe = (shift: number) =>
  `name: mine\nsentence: Mine\nsettings: { rotation: 10, shift: ${shift}, elastic: 0.7 }\n`;
writeFileSync(join(folder, 'augmented.yaml'), recipe(0.5));
writeFileSync(join(folder, 'wide.yaml'), recipe(40));

describe('lenet data', () => {
  test('says what is there, without pictures where there is no terminal', () => {
    const { code, stdout, stderr } = lenet('data', tiny);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^tiny: 512 training and 100 test images of 28 x 28, grey, 10 classes, hash [0-9a-f]{12}\n/);
    expect(stdout).toContain('Every image occurs once.');
    expect(stdout).not.toContain('@');
  });

  test('--pictures prints plain characters where there is no terminal', () => {
    expect(lenet('data', tiny, '--pictures').stdout).toMatch(/\n0 +1 +2 +3 +4 +5\n[\s\S]*@/);
  });

  test('--json prints one object, and --sheet writes a picture with a row for each class', () => {
    const { code, stdout, stderr } = lenetIn(folder, 'data', tiny, '--json', '--sheet', 'sheet.png');
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found.classes.map(({ train }: { train: number }) => train)).toEqual(counts);
    expect(found).toMatchObject({ name: 'tiny', shape: [1, 28, 28], folder: tiny, pixels: 'bytes' });
    expect(stderr).toContain('"sheet.png"');
    const { width, height, channels } = decode(readFileSync(join(folder, 'sheet.png')));
    expect([width, height, channels]).toEqual([10 * 30 + 2, 10 * 30 + 2, 1]);
  });

  test('--augment shows an image of each class as it is, and nine different versions', () => {
    const { code, stderr } = lenetIn(folder, 'data', tiny, '--augment', 'augmented.yaml', '--sheet', 'augmented.png');
    expect([code, stderr]).toEqual([0, expect.stringContaining('as the network sees it in epochs 1 to 9: "augmented')]);
    const { width, height, data } = decode(readFileSync(join(folder, 'augmented.png')));
    expect([width, height]).toEqual([10 * 30 + 2, 10 * 30 + 2]);
    const cell = (row: number, column: number) =>
      Array.from(
        { length: 784 },
        (_, i) => data[(row * 30 + 2 + Math.floor(i / 28)) * width + column * 30 + 2 + (i % 28)],
      );
    // The first 0 of the training set.
    const [labels, images] = ['labels-idx1', 'images-idx3'].map((part) =>
      readFileSync(join(tiny, `train-${part}-ubyte`)),
    );
    const first = labels!.subarray(8).indexOf(0);
    expect(cell(0, 0)).toEqual([...images!.subarray(16 + first * 784, 16 + (first + 1) * 784)]);
    const versions = Array.from({ length: 10 }, (_, column) => cell(0, column).join());
    expect(new Set(versions).size).toBe(10);
  });

  test.each([
    [['--augment', 'augmented.yaml'], /^error: --augment needs --sheet/],
    [['--augment', 'baseline', '--sheet', 'no.png'], /^error: --augment: recipe baseline has no augmentation\n$/],
    [
      ['--augment', 'wide.yaml', '--sheet', 'no.png'],
      /^error: shift 40: more pixels than the images have \(28x28\)\n$/,
    ],
  ])('%j is refused', (options, message) => {
    const { code, stdout, stderr } = lenetIn(folder, 'data', tiny, ...options);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
    expect(existsSync(join(folder, 'no.png'))).toBe(false);
  });

  test('a folder that does not exist is one line, and no sheet is written', () => {
    const { code, stdout, stderr } = lenetIn(folder, 'data', 'nowhere', '--sheet', 'none.png');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: [^\n]*nowhere[^\n]*\n$/);
    expect(existsSync(join(folder, 'none.png'))).toBe(false);
  });
});
