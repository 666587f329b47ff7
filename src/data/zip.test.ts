/** Archives are unpacked no further than their content allows. */
import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32Of } from '../base/digest.ts';
import { checkNpyStart, mostNpyStart } from './npy.ts';
import { zipEntries } from './zip.ts';

/** An archive of one deflated file. */
function archiveOf(name: string, content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const packed = deflateRawSync(content);
  const file = Buffer.from(name);
  const header = (signature: number, bytes: number, at: number) => {
    const head = Buffer.alloc(bytes);
    head.writeUInt32LE(signature);
    head.writeUInt16LE(8, at + 4);
    head.writeUInt32LE(crc32Of(content), at + 10);
    head.writeUInt32LE(packed.length, at + 14);
    head.writeUInt32LE(content.length, at + 18);
    head.writeUInt16LE(file.length, at + 22);
    return head;
  };
  const local = Buffer.concat([header(0x04034b50, 30, 4), file, packed]);
  const central = Buffer.concat([header(0x02014b50, 46, 6), file]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(local.length, 16);
  return Uint8Array.from(Buffer.concat([local, central, end]));
}

function npy(shape: string, bytes: number): Uint8Array<ArrayBuffer> {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }\n`;
  const file = new Uint8Array(10 + header.length + bytes);
  file.set(Buffer.from('\x93NUMPY\x01\x00', 'latin1'));
  file[8] = header.length;
  file.set(Buffer.from(header), 10);
  return file;
}

const check = (size: number, seen: number[]) => ({
  bytes: mostNpyStart,
  run(first: Uint8Array<ArrayBuffer>) {
    seen.push(first.length);
    checkNpyStart(first, size, 'x');
  },
});

test('a file that is larger than its array is refused before it is unpacked', async () => {
  const [entry] = zipEntries(archiveOf('x.npy', npy('2, 3', 20_000_000)), 'set.npz');
  const seen: number[] = [];
  // A failure must not print 20 million numbers.
  const whole = entry!.read(check(entry!.size, seen)).then(({ length }) => length);
  await expect(whole).rejects.toThrow('x is damaged: its shape [2, 3] needs 6 bytes, it has 20,000,000');
  expect(seen).toHaveLength(1);
  expect(seen[0]).toBeLessThan(mostNpyStart + 200_000);
});

test('a sound file is checked once and read whole', async () => {
  const content = npy('200000,', 200_000);
  content.fill(7, content.length - 200_000);
  const [entry] = zipEntries(archiveOf('x.npy', content), 'set.npz');
  const seen: number[] = [];
  expect(Buffer.from(content).equals(await entry!.read(check(entry!.size, seen)))).toBe(true);
  expect(seen).toHaveLength(1);
});
