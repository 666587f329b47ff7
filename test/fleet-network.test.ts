/** Networks that are cut between a worker or the coordinator and the database: pretended trainings, real connections. */
import { afterAll, beforeAll, expect } from 'vitest';
import type { StudyRecord } from '../src/store/store.ts';
import { type Fault, layWire } from './broken-wire.ts';
import { startFleet, type TestFleet, fleetTest as test, until, withoutTimes } from './fleet.ts';
import { pretendedStudy, pretendWorker } from './pretended-study.ts';

let fleet: TestFleet;
let expected: unknown;
const trials = 40;

beforeAll(async () => {
  fleet = await startFleet();
  const { address } = fleet.server;
  const alone = pretendedStudy({ address, trials, jobs: 1 });
  const worker = await pretendWorker({ address });
  expected = withoutTimes(await alone);
  await worker.stop();
});
afterAll(() => fleet?.close());

const faults: readonly Fault[] = ['cut', 'silent', 'deaf'];
const sides = ['a worker', 'the coordinator'] as const;

test.each(sides.flatMap((side) => faults.map((fault) => [side, fault] as const)))(
  'a network between %s and the database that goes %s loses nothing and counts nothing twice',
  async (side, fault) => {
    const [near, far] = await Promise.all([1, 2].map(() => layWire(fleet.server.address, 1_000)));
    const wire = side === 'a worker' ? far! : near!;
    let ended = 0;
    const record: Promise<StudyRecord> = pretendedStudy({
      address: near!.address,
      trials,
      onEnd: () => {
        ended++;
      },
    });
    const worker = await pretendWorker({ address: far!.address, slots: 3, ms: 20 });
    await until(
      () => ended >= 8,
      () => 'some trials',
    );
    wire.break(fault);
    const before = wire.broken;
    // Somebody has noticed and tried again.
    await until(
      () => wire.broken > before,
      () => 'another connection',
    );
    wire.mend();
    expect(withoutTimes(await record)).toEqual(expected);
    const sql = `select count(distinct key)::int as keys from lenet.result
      where study = (select id from lenet.study order by began desc limit 1)`;
    expect(await fleet.database.query(sql)).toEqual([{ keys: trials }]);
    await worker.stop();
    await Promise.all([near, far].map((wire) => wire!.close()));
  },
);

test('a coordinator and a worker that are stopped while the network is silent end within seconds', async () => {
  const wire = await layWire(fleet.server.address, 30_000);
  const stopper = new AbortController();
  let ended = 0;
  const { signal } = stopper;
  const onEnd = () => {
    ended++;
  };
  const record = pretendedStudy({ address: wire.address, trials: 2_000, signal, onEnd });
  const worker = await pretendWorker({ address: wire.address });
  await until(
    () => ended > 10,
    () => 'trials',
  );
  wire.break('silent');
  const began = performance.now();
  stopper.abort();
  const { trials } = await Promise.all([record, worker.stop()]).then(([found]) => found);
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(trials.filter(({ state }) => state === 'complete')).toHaveLength(ended);
  await wire.close();
});
