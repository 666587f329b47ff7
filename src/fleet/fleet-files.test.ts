import { expect, test } from 'vitest';
import { freshFolder } from '../../test/lenet.ts';
import type { Database } from './database.ts';
import { pretendAssignment } from './fleet.testing.ts';
import { FleetFiles } from './fleet-files.ts';
import { studyName } from './study-name.ts';

/** A database that nobody reaches. */
const away: Database = {
  query: () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
  listen: () => {},
  close: () => Promise.resolve(),
};

test('a signal ends the fetching of files while the database is away; what is lacking is told', async () => {
  const folder = freshFolder();
  studyName(folder, () => {});
  const stopper = new AbortController();
  let outages = 0;
  const onAway = () => {
    outages++;
    stopper.abort();
  };
  const files = new FleetFiles({
    ...{ folder, check: () => {}, assignment: pretendAssignment, database: away },
    data: { hash: 'data', folder: null, name: '', format: '', evaluatedOn: 'test', heldOut: undefined },
    definition: {},
    patience: { signal: stopper.signal, onAway },
  });
  const trials = [0, 1].map((number) => ({ number, seed: 1, configuration: {} }));
  expect(await files.fetchMissing(trials)).toEqual({ fetched: [], lacking: [0, 1] });
  expect(outages).toBe(1);
});
