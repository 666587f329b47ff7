import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { streamed } from './files.ts';
import { freshFolder } from './server.testing.ts';

const descriptors = '/proc/self/fd';

/** How many descriptors of this process lead to a file. */
function opened(place: string): number {
  const targets = readdirSync(descriptors).map((name) => {
    try {
      return readlinkSync(join(descriptors, name));
    } catch {
      // The descriptor of the listing itself.
      return '';
    }
  });
  return targets.filter((target) => target === place).length;
}

/** A file of several pieces. */
function largeFile(): string {
  const place = join(freshFolder(), 'large.bin');
  writeFileSync(place, new Uint8Array(2 ** 20));
  return place;
}

test.skipIf(process.platform !== 'linux').each([
  ['while it is opened', 0],
  ['after its first piece', 1],
])('an answer that nobody reads on leaves no file open: %s', async (_, pieces) => {
  const place = largeFile();
  const readers = await Promise.all(
    Array.from({ length: 10 }, async () => (await streamed(place, {})).body!.getReader()),
  );
  for (let piece = 0; piece < pieces; piece++) await Promise.all(readers.map((reader) => reader.read()));
  if (pieces > 0) expect(opened(place)).toBe(10);
  for (const reader of readers) void reader.read();
  for (const reader of readers) void reader.cancel();
  await vi.waitFor(() => expect(opened(place)).toBe(0));
});

test('an answer that is read to its end is the file', async () => {
  const place = largeFile();
  const answer = await streamed(place, { 'Content-Type': 'application/octet-stream' });
  expect((await answer.arrayBuffer()).byteLength).toBe(2 ** 20);
  expect(answer.headers.get('Content-Length')).toBe(`${2 ** 20}`);
});
