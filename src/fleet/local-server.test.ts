import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { findPostgres, requirePostgres } from './local-server.ts';

const debian = mkdtempSync(join(tmpdir(), 'lenet-debian-'));

test('without any PostgreSQL one sentence says what is missing, and how to install it', () => {
  const places = { system: 'plan9-mips', debian: join(debian, 'nowhere') };
  expect(findPostgres(places)).toBeUndefined();
  expect(() => requirePostgres(places)).toThrow(UsageError);
  expect(() => requirePostgres(places)).toThrow(/^no PostgreSQL is installed here: .*apt-get install postgresql/);
});

test('the newest PostgreSQL of the system with its programs is taken where the npm package has none', () => {
  for (const version of ['9', '15', '16']) mkdirSync(join(debian, version, 'bin'), { recursive: true });
  for (const version of ['9', '15']) writeFileSync(join(debian, version, 'bin', 'initdb'), '');
  expect(findPostgres({ system: 'plan9-mips', debian })).toBe(join(debian, '15', 'bin'));
});
