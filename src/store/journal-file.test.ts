/** The journal as a file: what an append reads of other programs' lines, and what a repair keeps. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WorldError } from '../base/errors.ts';
import { JournalFile } from './journal-file.ts';

const freshPath = () => join(mkdtempSync(join(tmpdir(), 'lenet-file-')), 'j');

test('an append gets exactly the bytes that others wrote since the last read or append', () => {
  const path = freshPath();
  const file = new JournalFile(path);
  const told: string[] = [];
  const append = (...lines: string[]) =>
    file.append((foreign) => {
      told.push(foreign);
      return lines;
    });
  append('a', 'b');
  appendFileSync(path, 'x\ny\n');
  append('c');
  append();
  // Longer than the end of the file that is compared.
  const long = `${'z'.repeat(9000)}\n`;
  appendFileSync(path, long);
  append('d');
  expect(file.read()).toBe(`a\nb\nx\ny\nc\n${long}d\n`);
  append('e');
  expect(told).toEqual(['', 'x\ny\n', '', long, '']);
  const another = new JournalFile(path);
  another.append((foreign) => {
    expect(foreign).toBe(readFileSync(path, 'utf8'));
    return ['f'];
  });
  expect(readFileSync(path, 'utf8').endsWith('d\ne\nf\n')).toBe(true);
});

test('a check that throws prevents this write and all later ones', () => {
  const path = freshPath();
  let calls = 0;
  const file = new JournalFile(path, () => {
    calls++;
    if (calls > 1) throw new WorldError('taken over');
  });
  file.append(() => ['a']);
  expect(() => file.append(() => ['b'])).toThrow('taken over');
  expect(() => file.append(() => ['b'])).toThrow('an earlier write to');
  expect([readFileSync(path, 'utf8'), calls, existsSync(`${path}.lock`)]).toEqual(['a\n', 2, false]);
});

test.each([
  ['', '', undefined],
  ['{"a":1}\n', '{"a":1}\n', undefined],
  ['{"a":1}\n{"b":', '{"a":1}\n', '{"b":'],
  ['{"b":', '', '{"b":'],
  // A whole line lacks its line break only.
  ['{"a":1}\n{"b":2}', '{"a":1}\n{"b":2}\n', undefined],
  ['{"a":1}\n{"b":NaN}', '{"a":1}\n{"b":NaN}\n', undefined],
  // Bytes after a whole line of ours are damage, which the repair leaves for the reader to refuse.
  ['{"a":1,"crc32":"01234567"}x', '{"a":1,"crc32":"01234567"}x', undefined],
])('%j is repaired to %j', (before, after, piece) => {
  const path = freshPath();
  writeFileSync(path, before);
  const aside = new JournalFile(path).repair();
  expect(readFileSync(path, 'utf8')).toBe(after);
  expect(aside).toBe(piece === undefined ? undefined : `${path}.torn`);
  if (piece !== undefined) expect(readFileSync(`${path}.torn`, 'utf8')).toBe(piece);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test('pieces of earlier crashes are kept', () => {
  const path = freshPath();
  const asides = ['{"a', '{"b', '{"c'].map((piece) => {
    writeFileSync(path, piece);
    return new JournalFile(path).repair()!;
  });
  expect(asides).toEqual([`${path}.torn`, `${path}.torn-2`, `${path}.torn-3`]);
  expect(asides.map((aside) => readFileSync(aside, 'utf8'))).toEqual(['{"a', '{"b', '{"c']);
});
