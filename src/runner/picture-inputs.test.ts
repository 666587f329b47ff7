import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UsageError, WorldError } from '../base/errors.ts';
import { checkPicturePaths, picturesAt } from './picture-inputs.ts';
import { mostPictureBytes } from './picture-size.ts';

const folder = mkdtempSync(join(tmpdir(), 'lenet-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder means its pictures by name, without hidden files, other files and folders inside', async () => {
  for (const name of ['b.PNG', 'a.jpg', 'c.webp', '.d.png', 'Thumbs.db', 'notes.txt', 'é.jpeg']) {
    writeFileSync(join(folder, name), name);
  }
  mkdirSync(join(folder, 'inner.png'));
  const found = picturesAt(folder);
  expect(found.map(({ name }) => name)).toEqual(
    ['a.jpg', 'b.PNG', 'c.webp', 'é.jpeg'].map((name) => join(folder, name)),
  );
  expect(new TextDecoder().decode(await found[1]!.read())).toBe('b.PNG');
});

test('a file means itself, whatever its name, and is opened when it is read', async () => {
  const [picture] = picturesAt(join(folder, 'none.png'));
  await expect(picture!.read()).rejects.toThrow(`cannot read ${join(folder, 'none.png')}: it does not exist`);
  expect(picturesAt(join(folder, 'notes.txt')).map(({ name }) => name)).toEqual([join(folder, 'notes.txt')]);
});

test('a folder without pictures is refused', () => {
  const empty = join(folder, 'inner.png');
  expect(() => picturesAt(empty)).toThrow(WorldError);
  expect(() => picturesAt(empty)).toThrow(
    `${empty} is a folder without PNG, JPEG or WebP pictures; folders inside are not searched`,
  );
});

async function* pieces(...all: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

test('standard input is read whole, once, and no further than the largest file', async () => {
  const [picture] = picturesAt('-', pieces(Uint8Array.of(1, 2), Uint8Array.of(3)));
  expect(picture!.name).toBe('standard input');
  expect([...(await picture!.read())]).toEqual([1, 2, 3]);
  const half = new Uint8Array(mostPictureBytes / 2);
  const [endless] = picturesAt('-', pieces(half, half, Uint8Array.of(1), half));
  await expect(endless!.read()).rejects.toThrow('standard input has more than 200,000,000 bytes');
  expect(() => checkPicturePaths(['a.png', '-', '-'])).toThrow(UsageError);
  checkPicturePaths(['-', 'a.png']);
});
