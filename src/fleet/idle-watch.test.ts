import { expect, test } from 'vitest';
import type { Database } from './database.ts';
import { IdleWatch } from './idle-watch.ts';

/** A database with these studies whose coordinators are alive. */
function databaseOf(studies: object[]): Database {
  return {
    query: <Row extends object>() => Promise.resolve(studies as Row[]),
    listen: () => {},
    close: () => Promise.resolve(),
  };
}

test('a worker that is idle for five seconds hears once what its studies have in flight, and again when that changes', async () => {
  const studies: object[] = [];
  const told: unknown[] = [];
  const watch = new IdleWatch(databaseOf(studies), (event) => told.push(event.studies.map(({ name }) => name)));
  await watch.look(0);
  await watch.look(4_900);
  expect(told).toEqual([]);
  await watch.look(5_000);
  await watch.look(9_000);
  expect(told).toEqual([[]]);
  studies.push({ id: 'a', name: 'digits', status: { wanted: 4, parallel: 4 } });
  watch.end();
  await watch.look(20_000);
  await watch.look(24_900);
  expect(told).toHaveLength(1);
  await watch.look(25_000);
  watch.end();
  await watch.look(40_000);
  await watch.look(50_000);
  expect(told).toEqual([[], ['digits']]);
});

test('a worker that had work in between was not idle', async () => {
  const told: unknown[] = [];
  const watch = new IdleWatch(databaseOf([]), (event) => told.push(event));
  for (const now of [0, 4_000, 8_000, 12_000]) {
    await watch.look(now);
    watch.end();
  }
  expect(told).toEqual([]);
});
