/** The cache of decoded pictures keeps what was used last. */
import { existsSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFile, pruneCache, readCached, writeCached } from './picture-cache.ts';

const result = { facts: [{ width: 2, height: 1, isGrey: true }], images: Uint8Array.of(1, 2) };

function cacheWith(...names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-cache-'));
  mkdirSync(join(folder, 'pictures'));
  const files = names.map((name) => join(folder, 'pictures', name));
  // 100 bytes each, the first used longest ago.
  for (const [index, file] of files.entries()) {
    writeFileSync(file, new Uint8Array(100));
    utimesSync(file, 1000 + index, 1000 + index);
  }
  return { folder, files };
}

test('what was used longest ago leaves, until the rest fits', () => {
  const { folder, files } = cacheWith('d', 'c', 'b', 'a');
  pruneCache(folder, files[3]!, 250);
  expect(files.map((file) => existsSync(file))).toEqual([false, false, true, true]);
  pruneCache(folder, files[3]!, 200);
  expect(files.map((file) => existsSync(file))).toEqual([false, false, true, true]);
  pruneCache(folder, files[2]!, 10);
  expect(files.map((file) => existsSync(file))).toEqual([false, false, true, false]);
});

test('reading a result counts as its use', () => {
  const { folder, files } = cacheWith('old', 'later');
  const file = cacheFile(folder, { paths: [], frame: undefined });
  writeCached(folder, file, result);
  utimesSync(file, 900, 900);
  expect(readCached(file, () => {})).toEqual(result);
  pruneCache(folder, files[1]!, 250);
  expect([files[0]!, file].map((each) => existsSync(each))).toEqual([false, true]);
});
