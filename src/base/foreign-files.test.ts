/** Files of other software against PyTorch's, NumPy's and h5py's own (test/golden/make_safetensors.py). */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { kindOfFile } from './file-kind.ts';
import { readAnySafetensors, readSafetensors } from './safetensors.ts';

interface Golden {
  readonly patterns: Readonly<Record<'F16' | 'BF16', string>>;
  readonly converted: Readonly<Record<string, { readonly file: string; readonly float32: readonly number[] }>>;
  readonly others: string;
  readonly kinds: Readonly<Record<string, string>>;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/foreign-files.json', import.meta.url), 'utf8'),
);
const bytesOf = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** A file of one tensor in any type. */
function fileOf(type: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = JSON.stringify({ a: { dtype: type, shape, data_offsets: [0, data.length] } });
  const bytes = new Uint8Array(8 + header.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  bytes.set(data, 8 + header.length);
  return bytes;
}

describe('types of numbers', () => {
  test.each(Object.keys(golden.converted))('%s has the bits that PyTorch converts it to', (type) => {
    const { file, float32 } = golden.converted[type]!;
    const { tensors, converted, unread } = readAnySafetensors(bytesOf(file), 'f');
    const { shape, data } = tensors.get('a')!;
    expect(shape).toEqual([3, 4]);
    expect([...new Uint32Array(data.buffer)]).toEqual(float32);
    expect([...new Uint32Array(tensors.get('b')!.data.buffer)]).toEqual(float32.slice(0, 5));
    expect([...converted.values()]).toEqual(type === 'F32' ? [] : [type, type]);
    expect(unread.size).toBe(0);
  });

  test.each(['F16', 'BF16'] as const)('every one of the 65,536 numbers of %s', (type) => {
    const patterns = new Uint16Array(65_536).map((_, i) => i);
    const { data } = readAnySafetensors(fileOf(type, [65_536], new Uint8Array(patterns.buffer)), 'f').tensors.get('a')!;
    const sum = createHash('sha256').update(
      new Uint8Array(data.map((value) => (Number.isNaN(value) ? 0 : value)).buffer),
    );
    expect(sum.digest('hex')).toBe(golden.patterns[type]);
    expect(data.filter(Number.isNaN)).toHaveLength(type === 'F16' ? 2 * 1023 : 2 * 127);
  });

  test('F64 is rounded to the nearest; what float32 cannot hold becomes infinite', () => {
    const numbers = Float64Array.of(1 + 2 ** -24, 1 + 3 * 2 ** -24, 1e300);
    const { tensors } = readAnySafetensors(fileOf('F64', [3], new Uint8Array(numbers.buffer)), 'f');
    expect([...tensors.get('a')!.data]).toEqual([1, 1 + 2 ** -22, Number.POSITIVE_INFINITY]);
  });

  test('tensors of integers and booleans are listed with their type, but not read', () => {
    const { tensors, unread } = readAnySafetensors(bytesOf(golden.others), 'f');
    expect([...tensors.keys()]).toEqual(['weight']);
    expect(Object.fromEntries(unread)).toEqual({
      flag: 'BOOL',
      u8: 'U8',
      i8: 'I8',
      i16: 'I16',
      i32: 'I32',
      num_batches_tracked: 'I64',
    });
  });

  test('a tensor of an unknown type is listed; one of a known type must have as many bytes as its shape needs', () => {
    const data = new Uint8Array(3);
    expect(readAnySafetensors(fileOf('F4', [6], data), 'f').unread.get('a')).toBe('F4');
    expect(() => readAnySafetensors(fileOf('F16', [2], data), 'f')).toThrow(
      '[2] needs 4 bytes, its data_offsets give 3',
    );
  });

  test('our own reader accepts float32 only', () => {
    expect(() => readSafetensors(bytesOf(golden.converted.F16!.file), 'f')).toThrow('type F16; only F32 is read here');
    expect(() => readSafetensors(bytesOf(golden.others), 'f')).toThrow('only F32 is read here');
  });
});

describe('kinds of files', () => {
  const text = (content: string) => new TextEncoder().encode(content);
  const latin = (content: string) => Uint8Array.from(content, (character) => character.charCodeAt(0));
  const kinds: [string, Uint8Array][] = [
    ['a PyTorch file (.pt, .pth, .bin)', bytesOf(golden.kinds.pt!)],
    ['a PyTorch file of the old form (.pt, .pth)', bytesOf(golden.kinds['old pt']!)],
    ['a NumPy archive (.npz)', bytesOf(golden.kinds.npz!)],
    ['a NumPy array (.npy)', bytesOf(golden.kinds.npy!)],
    ['an ONNX model', bytesOf(golden.kinds.onnx!)],
    ['an HDF5 file (.h5)', gunzipSync(bytesOf(golden.kinds.h5!))],
    ['a gzip file', bytesOf(golden.kinds.gz!)],
    ['a ZIP archive', latin('PK\x03\x04 something else entirely')],
    ['an empty file', new Uint8Array()],
    ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 178\n')],
    ['an HTML page', text('\n<!DOCTYPE html><html><title>404</title>')],
    ['a JSON file', text('{"weights": [1, 2]}')],
    ['a PNG picture', latin('\x89PNG\r\n\x1a\n')],
    ['a JPEG picture', latin('\xff\xd8\xff\xe0\0\x10JFIF')],
    ['a GIF picture', text('GIF89a')],
    ['a WebP picture', latin('RIFF\x24\0\0\0WEBPVP8 ')],
    ['an AVIF picture', latin('\0\0\0\x20ftypavif')],
    ['an SVG drawing', text('<?xml version="1.0"?>\n<svg xmlns="x"/>')],
    ['an IDX file of images or labels', latin('\0\0\x08\x03\0\0\x27\x10')],
  ];
  test.each(kinds)('%s', (name, bytes) => {
    expect(kindOfFile(bytes)?.name).toBe(name);
    const message = bytes.length === 0 ? 'm is an empty file' : `m is no safetensors file but ${name}`;
    expect(() => readAnySafetensors(bytes, 'm')).toThrow(message);
  });

  test('bytes without a known signature have no kind', () => expect(kindOfFile(text('hello'))).toBeUndefined());

  test('a valid safetensors file is never taken for another kind, whatever the bytes of its header length are', () => {
    // A header of 640 bytes begins with 80 02, as a pickle does.
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }).padEnd(640, ' ');
    const bytes = new Uint8Array(8 + 640 + 4);
    new DataView(bytes.buffer).setBigUint64(0, 640n, true);
    bytes.set(text(header), 8);
    expect(kindOfFile(bytes)?.name).toBe('a Python pickle');
    expect(readAnySafetensors(bytes, 'f').tensors.get('a')!.data).toEqual(Float32Array.of(0));
  });
});
