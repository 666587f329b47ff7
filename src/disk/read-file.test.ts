/** Only regular files are read, and only up to a size. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { mostFileBytes, mostTextBytes, readBytes, readPieces, readText } from './read-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lenet-read-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

async function inPieces(path: string, mostBytes?: number): Promise<{ bytes: Uint8Array; pieces: number }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readPieces(path, mostBytes)) pieces.push(piece);
  return { bytes: new Uint8Array(Buffer.concat(pieces)), pieces: pieces.length };
}

/** More than two pieces of different content. */
const large = Uint8Array.from({ length: 9_000_001 }, (_, i) => (i * 2_654_435_761) >>> 24);

test.each([
  ['nothing', new Uint8Array(0), 0],
  ['one byte', Uint8Array.of(7), 1],
  ['exactly one piece', large.subarray(0, 2 ** 20), 1],
  ['more than two pieces', large, 9],
])('a file of %s comes back, whole and in pieces', async (_, content, pieces) => {
  writeFileSync(at('file'), content);
  expect(Buffer.compare(readBytes(at('file')), content)).toBe(0);
  const read = await inPieces(at('file'));
  expect(Buffer.compare(read.bytes, content)).toBe(0);
  expect(read.pieces).toBe(pieces);
});

test('text is UTF-8, and a link leads to its file', () => {
  writeFileSync(at('text'), 'Größe 5 µm');
  symlinkSync('text', at('link'));
  expect(readText(at('link'))).toBe('Größe 5 µm');
});

test.runIf(process.platform === 'linux')('a file whose size the system does not tell is read to its end', async () => {
  expect(readText('/proc/self/mounts')).toContain(' proc ');
  expect((await inPieces('/proc/self/mounts')).bytes.length).toBeGreaterThan(10);
  expect(() => readBytes('/proc/self/mounts', 10)).toThrow(/has [\d,]+ bytes; at most 10 are read here/);
});

describe.skipIf(process.platform === 'win32')('what is no file is refused at once', () => {
  test.each([
    ['a pipe', () => execFileSync('mkfifo', [at('pipe')]), 'pipe'],
    ['a folder', () => mkdirSync(at('folder')), 'folder'],
    ['a link to a pipe', () => symlinkSync('pipe', at('piped')), 'piped', 'a pipe'],
  ])('%s', async (kind, make, name, said = kind) => {
    make();
    const message = `cannot read ${at(name)}: it is ${said}; expected a regular file`;
    expect(() => readBytes(at(name))).toThrow(new WorldError(message));
    await expect(inPieces(at(name))).rejects.toThrow(new WorldError(message));
  });

  test('a device', () => {
    expect(() => readBytes('/dev/zero')).toThrow('cannot read /dev/zero: it is a device; expected a regular file');
  });

  test('a socket', async () => {
    const server = createServer().listen(at('socket'));
    await new Promise((listening) => server.once('listening', listening));
    expect(() => readBytes(at('socket'))).toThrow('it is a socket; expected a regular file');
    await new Promise((closed) => server.close(closed));
  });
});

test('a missing file is named', async () => {
  expect(() => readBytes(at('none'))).toThrow(new WorldError(`cannot read ${at('none')}: it does not exist`));
  await expect(inPieces(at('none'))).rejects.toThrow(`cannot read ${at('none')}: it does not exist`);
});

test('a file above the limit is refused before it is read; a file of exactly the limit is read', async () => {
  writeFileSync(at('three'), 'abc');
  expect(readText(at('three'), 3)).toBe('abc');
  const message = `cannot read ${at('three')}: it has 3 bytes; at most 2 are read here`;
  expect(() => readBytes(at('three'), 2)).toThrow(new WorldError(message));
  await expect(inPieces(at('three'), 2)).rejects.toThrow(new WorldError(message));
  // A sparse file takes no space on the disk.
  writeFileSync(at('sparse'), '');
  truncateSync(at('sparse'), mostFileBytes + 1);
  expect(() => readBytes(at('sparse'))).toThrow('it has 2,000,000,001 bytes; at most 2,000,000,000 are read here');
  truncateSync(at('sparse'), mostTextBytes + 1);
  expect(() => readText(at('sparse'))).toThrow('it has 500,000,001 bytes; at most 500,000,000 are read here');
});

test('a reader that stops after the first piece closes the file', async () => {
  writeFileSync(at('file'), large);
  for await (const piece of readPieces(at('file'))) {
    expect(piece.length).toBe(2 ** 20);
    break;
  }
  rmSync(at('file'));
  await expect(inPieces(at('file'))).rejects.toThrow('it does not exist');
});
