/** Event files of other writers, against what TensorBoard itself reads from them (test/golden/make_event_files.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { EventFileReader, type ScalarPoint } from './event-file.ts';
import { fileVersion, scalarEvent } from './tensorboard.ts';

type Scalars = Readonly<Record<string, readonly (readonly [step: number, value: number | null, wallTime: number])[]>>;
const golden: Readonly<Record<string, { readonly file: string; readonly scalars: Scalars }>> = JSON.parse(
  readFileSync(new URL('../../test/golden/event-files.json', import.meta.url), 'utf8'),
);
const bytesOf = (name: string) => new Uint8Array(Buffer.from(golden[name]!.file, 'base64'));

function byTag(points: readonly ScalarPoint[]): Scalars {
  const found: Record<string, [number, number | null, number][]> = {};
  for (const { tag, step, value, wallTime } of points) {
    found[tag] ??= [];
    found[tag].push([step, Number.isFinite(value) ? value : null, wallTime]);
  }
  return found;
}

describe.each(Object.keys(golden))('a file of %s', (name) => {
  const { scalars } = golden[name]!;

  test('has the scalars that TensorBoard reads', () => {
    const reader = new EventFileReader('f');
    const bytes = bytesOf(name);
    const { points, length } = reader.read(bytes);
    expect(byTag(points)).toEqual(scalars);
    expect(length).toBe(bytes.length);
    expect(reader.damaged).toBe(0);
  });

  test('has the same scalars when it is read in pieces that end anywhere', () => {
    const bytes = bytesOf(name);
    for (const size of [1, 7, 100, 1000]) {
      const reader = new EventFileReader('f');
      const points: ScalarPoint[] = [];
      let offset = 0;
      for (let end = size; offset < bytes.length; end += size) {
        const found = reader.read(bytes.subarray(offset, end));
        points.push(...found.points);
        offset += found.length;
      }
      expect(byTag(points)).toEqual(scalars);
    }
  });

  test('is read without the records whose checksum does not match', () => {
    const bytes = bytesOf(name);
    // The first byte of the data of the second record.
    const second = 16 + new DataView(bytes.buffer).getUint32(0, true);
    bytes[second + 14]! ^= 1;
    const reader = new EventFileReader('f');
    const { points } = reader.read(bytes);
    expect(reader.damaged).toBe(1);
    const [whole, rest] = [Object.values(scalars).flat().length, points.length];
    expect([whole, whole - 1]).toContain(rest);
  });
});

test('titles of curves are those that the writer gave', () => {
  const reader = new EventFileReader('f');
  reader.read(bytesOf('new_style'));
  expect(reader.titles.get('float32')).toBe('As float32');
});

test('a damaged length is an error that names the file, since nothing after it can be found', () => {
  const bytes = bytesOf('old_style');
  bytes[0]! ^= 1;
  expect(() => new EventFileReader('runs/a/events').read(bytes)).toThrow(WorldError);
  expect(() => new EventFileReader('runs/a/events').read(bytes)).toThrow(/^runs\/a\/events is damaged/);
});

test('our own event files are read like those of others', () => {
  const bytes = Buffer.concat([fileVersion(1), scalarEvent(2, 3, { 'train/loss': 0.5, 'test/acc': 0.25 })]);
  const { points } = new EventFileReader('f').read(bytes);
  expect(points).toEqual([
    { tag: 'train/loss', step: 3, value: 0.5, wallTime: 2 },
    { tag: 'test/acc', step: 3, value: 0.25, wallTime: 2 },
  ]);
});
