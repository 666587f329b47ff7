import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { sha256Of } from '../src/disk/sha256.ts';
import { connectCoordinator } from '../src/fleet/coordinator-connection.ts';
import { connect } from '../src/fleet/database.ts';
import type { FleetEvent } from '../src/fleet/fleet-event.ts';
import { pretendedResult, pretendPerformer } from '../src/fleet/pretend-performer.ts';
import type { WorkResult } from '../src/fleet/result.ts';
import type { FleetJob, WorkOrder } from '../src/fleet/work-order.ts';
import { work } from '../src/fleet/worker.ts';
import { startFleet, type TestFleet, fleetTest as test, until, withoutTimes } from './fleet.ts';
import { engine, type PretendedStudy, pretendedStudy, pretendWorker } from './pretended-study.ts';

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await startFleet();
  const { database, queue } = await connectCoordinator(fleet.server.address);
  await Promise.all([database.close(), queue.close()]);
});
// A study that was stopped leaves its jobs to the workers.
beforeEach(() => fleet.database.query('delete from pgboss.job'));
afterAll(() => fleet?.close());

const study = (how: Omit<PretendedStudy, 'address'> = {}) => pretendedStudy({ address: fleet.server.address, ...how });
const worker = (how: Partial<Parameters<typeof pretendWorker>[0]> = {}) =>
  pretendWorker({ address: fleet.server.address, ...how });

test('any number of workers and places gives the record of one, and no warning of Node', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error) => warnings.push(warning);
  process.on('warning', hear);
  const first = study({ jobs: 1 });
  const one = await worker();
  const expected = withoutTimes(await first);
  const [two, three] = [await worker({ slots: 300 }), await worker()];
  expect(withoutTimes(await study({ jobs: 30 }))).toEqual(expected);
  await Promise.all([one, two, three].map(({ stop }) => stop()));
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});

test('the last word on a study says that it has ended', async () => {
  const one = await worker();
  await study();
  const [row] = await fleet.database.query('select status from lenet.study order by began desc limit 1');
  expect(row).toMatchObject({ status: { wanted: 0, left: 0, ended: 30 } });
  await one.stop();
});

test('a training that comes back from a worker is the next to be taken', async () => {
  const { database, queue } = await connectCoordinator(fleet.server.address);
  const study = crypto.randomUUID();
  const jobs = Array.from({ length: 20 }, (_, seed): FleetJob => {
    const [key, run] = [sha256Of(`key ${seed}`), sha256Of(`run ${seed}`)];
    return { study, key, run, kind: 'training', notBy: null, configuration: {}, seed, until: null };
  });
  await queue.send(jobs);
  const [first] = await queue.take(1);
  await queue.giveBack(first!);
  await until(
    async () => (await database.query("select from pgboss.job where state = 'retry' and priority > 0")).length === 1,
    () => 'a priority',
  );
  const [next, other] = [await queue.take(1), await queue.take(1)];
  expect(next).toEqual([{ ...first, retryCount: 1 }]);
  expect(other).toMatchObject([{ retryCount: 0 }]);
  await Promise.all([queue.close(), database.close()]);
});

test('with --audit 1 every training is done twice, by different workers, and ends once', async () => {
  const workers = [await worker(), await worker()];
  const record = await study({ trials: 12, audit: 1 });
  expect(record.trials.filter(({ state }) => state === 'complete')).toHaveLength(12);
  const sql = `select count(*)::int as results, count(distinct worker)::int as workers from lenet.result
    where study = (select id from lenet.study order by began desc limit 1) group by key`;
  const rows = await fleet.database.query<{ results: number; workers: number }>(sql);
  expect(rows).toEqual(Array(12).fill({ results: 2, workers: 2 }));
  await Promise.all(workers.map(({ stop }) => stop()));
});

test('a worker whose digests differ stops the study, and both are named', async () => {
  const lie = (order: WorkOrder): WorkResult => ({ ...pretendedResult(order), points: [{ epoch: 1, score: 99 }] });
  const workers = [await worker({ slots: 1 }), await worker({ slots: 1, result: lie })];
  await expect(study({ trials: 12, audit: 1 })).rejects.toThrow(
    /worker test \(\w{8}\) and worker test \(\w{8}\) gave different results for trial \d+/,
  );
  await Promise.all(workers.map(({ stop }) => stop()));
});

test('a result that is none is refused, and its training is sent again', async () => {
  let isFirst = true;
  const torn = (order: WorkOrder): WorkResult => {
    const result = pretendedResult(order);
    if (!isFirst) return result;
    isFirst = false;
    return { ...result, points: [...result.points, ...result.points] };
  };
  const events: FleetEvent[] = [];
  const one = await worker({ result: torn });
  const record = await study({ trials: 5, tell: (event) => events.push(event) });
  expect(record.trials.filter(({ state }) => state === 'complete')).toHaveLength(5);
  expect(events).toContainEqual({ type: 'refused result', why: expect.stringContaining('out of order') });
  await one.stop();
});

test('a training that takes much longer than others gets a copy, and the first of both counts', async () => {
  const events: FleetEvent[] = [];
  const slow = await worker({ slots: 1, ms: 60_000 });
  const record = study({ trials: 6, jobs: 6, tell: (event) => events.push(event) });
  await until(
    () => slow.events.some(({ type }) => type === 'began'),
    () => 'the slow worker to begin',
  );
  const fast = await worker({ slots: 2, ms: 5 });
  const { trials } = await record;
  expect(trials.every(({ state }) => state === 'complete')).toBe(true);
  expect(events.some(({ type }) => type === 'straggler')).toBe(true);
  await Promise.all([slow, fast].map(({ stop }) => stop()));
});

test('a worker that was suspended finds its training done by another, and its late result is a check', async () => {
  const stopper = new AbortController();
  let ended = 0;
  const onEnd = () => {
    ended++;
  };
  const record = study({ trials: 2_000, jobs: 2, signal: stopper.signal, onEnd });
  const { server, folder } = fleet;
  const zombie = fleet.program(['bench/fleet-worker.mjs'], {
    LENET_DATABASE: server.address,
    LENET_CACHE: folder,
    ENGINE: JSON.stringify(engine),
    SLOTS: '1',
    MILLISECONDS: '3000',
  });
  await zombie.says(/"began"/);
  const { key } = JSON.parse(/\{"type":"began".*\}/.exec(zombie.text())![0]) as { readonly key: string };
  zombie.child.kill('SIGSTOP');
  const other = await worker({ slots: 2, ms: 100 });
  await until(
    () => other.events.some((event) => event.type === 'ended' && event.key === key),
    () => 'another worker to take the training over',
  );
  zombie.child.kill('SIGCONT');
  // Other studies of this file have trainings of the same names.
  const sql = `select count(*)::int as results, (select (status->>'checks')::int from lenet.study where id = result.study) as checks
    from lenet.result where key = $1 and study = (select id from lenet.study order by began desc limit 1) group by study`;
  await until(
    async () => ((await fleet.database.query<{ checks: number }>(sql, [key]))[0]?.checks ?? 0) >= 1,
    () => `a check: ${zombie.text()}`,
  );
  // The slow worker's next trainings may get copies, which are checks, too.
  const rows = await fleet.database.query<{ results: number }>(sql, [key]);
  expect(rows.map(({ results }) => results)).toEqual([2]);
  stopper.abort();
  const { trials } = await record;
  expect(trials.filter(({ state }) => state === 'complete')).toHaveLength(ended);
  zombie.child.kill('SIGKILL');
  await Promise.all([other.stop(), zombie.ended]);
});

test('a worker of another engine is told why at its first job, gives it back and ends', async () => {
  const one = await worker();
  const record = study({ trials: 3 });
  await record;
  await one.stop();
  const other = { ...engine, version: '9.9.9' };
  const pending = study({ trials: 3 });
  const refused = work({
    address: fleet.server.address,
    slots: 1,
    name: 'other',
    cpu: 'none',
    engine: other,
    performer: pretendPerformer(5),
    signal: new AbortController().signal,
    tell: () => {},
  });
  await expect(refused).rejects.toThrow('version 9.9.9, the study needs 0.1.0');
  const fit = await worker();
  expect((await pending).trials.every(({ state }) => state === 'complete')).toBe(true);
  await fit.stop();
});

test('the role of workers suffices for work, and may neither change nor delete results', async () => {
  const name = new URL(fleet.server.address);
  await fleet.database.query("create role machine login password 'secret' in role lenet_worker");
  name.username = 'machine';
  name.password = 'secret';
  const one = await worker({ address: name.href });
  const record = await study({ trials: 5 });
  expect(record.trials.every(({ state }) => state === 'complete')).toBe(true);
  await one.stop();
  const database = await connect(name.href, { connections: 1 });
  for (const sql of [
    "update lenet.result set digest = ''",
    'delete from lenet.result',
    'truncate lenet.result',
    'delete from lenet.blob',
    "update lenet.blob set bytes = ''",
    "update lenet.study set name = ''",
    'delete from lenet.study',
    'drop table lenet.result',
    'create table lenet.more (x integer)',
    'create table pgboss.more (x integer)',
  ]) {
    await expect(database.query(sql), sql).rejects.toThrow(/permission denied|must be owner/);
  }
  await database.close();
});
