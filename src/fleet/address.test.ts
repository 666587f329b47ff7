import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError, WorldError } from '../base/errors.ts';
import { databaseAddress, placeOf } from './address.ts';
import { databaseError, isAway, messageOf, missingPeers } from './database-error.ts';

const address = 'postgresql://me:secret@db.example:5433/fleet?sslmode=verify-full';

test('the address comes from the environment, else from a file that nobody else may read', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lenet-address-')), 'database');
  writeFileSync(file, `${address}\n`, { mode: 0o600 });
  expect(databaseAddress({ LENET_DATABASE: address, LENET_DATABASE_FILE: '/nowhere' })).toBe(address);
  expect(databaseAddress({ LENET_DATABASE_FILE: file })).toBe(address);
  for (const mode of [0o640, 0o604, 0o644]) {
    chmodSync(file, mode);
    expect(() => databaseAddress({ LENET_DATABASE_FILE: file })).toThrow(WorldError);
    expect(() => databaseAddress({ LENET_DATABASE_FILE: file })).toThrow(/chmod 600/);
  }
});

test('without an address, and with one that is none, the user is told what is expected, and no secret', () => {
  expect(() => databaseAddress({ LENET_DATABASE_FILE: '/nowhere' })).toThrow(/set LENET_DATABASE to postgresql:/);
  for (const given of ['me:secret@db', 'mysql://me:secret@db/x', 'postgresql://me:secret@:x']) {
    expect(() => databaseAddress({ LENET_DATABASE: given })).toThrow(UsageError);
    expect(() => databaseAddress({ LENET_DATABASE: given })).not.toThrow(/secret/);
  }
});

test('messages name host and database, neither user nor password', () => {
  expect(placeOf(address)).toBe('db.example:5433/fleet');
  expect(placeOf('postgresql:///fleet?host=/run/postgresql')).toBe('/run/postgresql/fleet');
});

test('a missing package is named with the command that installs it', () => {
  const missing = Object.assign(new Error("Cannot find package 'pg'"), { code: 'ERR_MODULE_NOT_FOUND' });
  expect(missingPeers(missing)).toEqual(expect.objectContaining({ name: 'UsageError' }));
  expect(`${missingPeers(missing)}`).toContain('npm install pg pg-boss@^12.38');
  const other = new Error('other');
  expect(missingPeers(other)).toBe(other);
});

test('a database that does not answer is said in the same words by every query', () => {
  for (const message of [
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
  ]) {
    expect(messageOf(databaseError(new Error(message)))).toBe('it does not answer');
  }
  expect(messageOf(databaseError(new Error('the disk is full')))).toBe('the disk is full');
});

const withCode = (code: string) => Object.assign(new Error('refused'), { code });

test.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300', '53100', '40P01', '40001'])(
  '%s says that the database is away for now',
  (code) => {
    expect(isAway(withCode(code))).toBe(true);
    expect(isAway(new WorldError('wrapped', { cause: withCode(code) }))).toBe(true);
    expect(isAway(new AggregateError([withCode(code)]))).toBe(true);
  },
);

test.each(['42501', '42601', '23505', '28P01'])('%s is not worth another try', (code) => {
  expect(isAway(withCode(code))).toBe(false);
});
