import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { sha256Of } from '../src/disk/sha256.ts';
import { countJobs } from '../src/fleet/sql/cancel-jobs.ts';
import { readStudies } from '../src/fleet/sql/studies.ts';
import { fleetStatusFile } from '../src/runner/fleet-status.ts';
import { StudyFolder } from '../src/runner/study-folder.ts';
import { completeTrials } from '../src/study/trial.ts';
import {
  type FleetProcess,
  modelsIn,
  recordIn,
  startFleet,
  type TestFleet,
  fleetTest as test,
  until,
  writeStudy,
} from './fleet.ts';
import { freshFolder } from './lenet.ts';
import { writeTinyMnist } from './tiny-mnist.ts';

/** A disk with room for nothing that a training writes. */
const disk = freshFolder();
const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
const canMount = mount('-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', disk);
afterAll(() => {
  if (canMount) spawnSync('umount', [disk]);
});

let fleet: TestFleet;
let file: string;
/** The study on one machine, one trial after the other. */
let alone: string;

beforeAll(async () => {
  fleet = await startFleet();
  file = writeStudy(fleet.folder);
  alone = join(fleet.folder, 'alone');
  const process = fleet.lenet('study', 'run', file, '--jobs', '1', '--out', alone);
  expect(await process.ended, process.text()).toBe(0);
});
afterAll(() => fleet?.close());

/** The environment of a process whose clock goes wrong by so many days. */
function clockWrongBy(days: number): Readonly<Record<string, string>> {
  const program = `const right = Date.now; Date.now = () => right() + ${days * 86_400_000};`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(program)}` };
}

test('three workers, two with wrong clocks, give the journal of one machine, but for times, and its models byte for byte', async () => {
  const out = join(fleet.folder, 'three');
  const coordinator = fleet.lenet('study', 'run', file, '--fleet', '--out', out);
  await coordinator.says(/Everything goes to/);
  const clocks = [{}, clockWrongBy(400), clockWrongBy(-400)];
  const workers = clocks.map((variables) => fleet.lenetWith(variables, 'worker', '--jobs', '1'));
  expect(await coordinator.ended, coordinator.text()).toBe(0);
  expect(recordIn(out)).toEqual(recordIn(alone));
  expect(modelsIn(out)).toEqual(modelsIn(alone));
  const { password } = new URL(fleet.server.address);
  for (const path of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(out, path)).isFile()) expect(readFileSync(join(out, path)).includes(password), path).toBe(false);
  }
  for (const { child } of workers) child.kill('SIGTERM');
  expect(await Promise.all(workers.map(({ ended }) => ended))).toEqual([143, 143, 143]);
});

/** A long study: two trainings of several checkpoints. */
function longStudy(): string {
  return writeStudy(fleet.folder, { epochs: 8, images: 3000, isLong: true });
}

async function hasCheckpoint(): Promise<boolean> {
  const [row] = await fleet.database.query<{ count: number }>('select count(*)::int as count from lenet.progress');
  return row!.count > 0;
}

async function stop(...workers: FleetProcess[]): Promise<void> {
  for (const { child } of workers) child.kill('SIGKILL');
  await Promise.all(workers.map(({ ended }) => ended));
}

test('after kill -9 of a worker and a coordinator others go on from the last checkpoint, to the same bytes', async () => {
  const long = longStudy();
  const expected = join(fleet.folder, 'long-alone');
  expect(await fleet.lenet('study', 'run', long, '--jobs', '1', '--out', expected).ended).toBe(0);
  const out = join(fleet.folder, 'killed');
  const command = ['study', 'run', long, '--fleet', '--out', out];
  const first = fleet.lenet(...command);
  await first.says(/Everything goes to/);
  const victim = fleet.lenet('worker', '--jobs', '1');
  await victim.says(/begins/);
  await until(hasCheckpoint, () => `a checkpoint: ${victim.text()}`);
  await stop(victim, first);
  const coordinator = fleet.lenet(...command);
  const heir = fleet.lenet('worker', '--jobs', '1');
  await heir.says(/begins after epoch [1-9]/);
  expect(await coordinator.ended, coordinator.text()).toBe(0);
  expect(recordIn(out)).toEqual(recordIn(expected));
  expect(modelsIn(out)).toEqual(modelsIn(expected));
  await stop(heir);
});

test('a worker that was suspended finds its training done by another; its late result is a check and no second end', async () => {
  const long = longStudy();
  const out = join(fleet.folder, 'suspended');
  const coordinator = fleet.lenet('study', 'run', long, '--fleet', '--out', out);
  await coordinator.says(/Everything goes to/);
  const zombie = fleet.lenet('worker', '--jobs', '1');
  await zombie.says(/begins/);
  await until(hasCheckpoint, () => `a checkpoint: ${zombie.text()}`);
  zombie.child.kill('SIGSTOP');
  const other = fleet.lenet('worker', '--jobs', '1');
  await other.says(/begins after epoch/);
  zombie.child.kill('SIGCONT');
  expect(await coordinator.ended, coordinator.text()).toBe(0);
  expect(recordIn(out)).toEqual(recordIn(join(fleet.folder, 'long-alone')));
  await stop(zombie, other);
});

(canMount ? test : test.skip)(
  'a worker whose disk is full gives its training back, and does it when there is room',
  async () => {
    const out = join(fleet.folder, 'full');
    const coordinator = fleet.lenet('study', 'run', file, '--fleet', '--out', out);
    await coordinator.says(/Everything goes to/);
    const worker = fleet.lenetWith({ TMPDIR: disk }, 'worker', '--jobs', '1');
    await worker.says(/given back: .*the disk is full/);
    expect(mount('-o', 'remount,size=50m', disk)).toBe(true);
    expect(await coordinator.ended, coordinator.text()).toBe(0);
    expect(recordIn(out)).toEqual(recordIn(alone));
    expect(modelsIn(out)).toEqual(modelsIn(alone));
    await stop(worker);
  },
);

test('a restart of the database in the middle loses nothing', async () => {
  const long = longStudy();
  const out = join(fleet.folder, 'restarted');
  const coordinator = fleet.lenet('study', 'run', long, '--fleet', '--out', out);
  await coordinator.says(/Everything goes to/);
  const workers = [1, 2].map(() => fleet.lenet('worker', '--jobs', '1'));
  await Promise.all(workers.map((worker) => worker.says(/begins/)));
  await fleet.server.stop('SIGQUIT');
  await coordinator.says(/database is away/);
  await fleet.server.start();
  expect(await coordinator.ended, coordinator.text()).toBe(0);
  expect(recordIn(out)).toEqual(recordIn(join(fleet.folder, 'long-alone')));
  expect(modelsIn(out)).toEqual(modelsIn(join(fleet.folder, 'long-alone')));
  await stop(...workers);
});

test.each([
  ['before the coordinator read it', false],
  ['after the coordinator read it', true],
])(
  'a result that was delivered %s and not recorded counts after the restart, without another training',
  async (how, isTaken) => {
    const out = join(fleet.folder, `between-${how.split(' ')[0]}`);
    const command = ['study', 'run', file, '--fleet', '--out', out];
    const first = fleet.lenet(...command);
    await first.says(/Everything goes to/);
    await until(
      () => existsSync(join(out, 'fleet.json')),
      () => 'fleet.json',
    );
    const study = JSON.parse(readFileSync(join(out, 'fleet.json'), 'utf8')).study as string;
    const count = async (): Promise<number> => {
      const sql = 'select count(*)::int as count from lenet.result where study = $1';
      return (await fleet.database.query<{ count: number }>(sql, [study]))[0]!.count;
    };
    // The jobs are in the queue; the coordinator hears no more.
    await until(
      async () => (await countJobs(fleet.database)).queued === 4,
      () => 'jobs',
    );
    first.child.kill('SIGSTOP');
    const worker = fleet.lenet('worker', '--jobs', '2');
    await until(
      async () => (await count()) === 4,
      () => `results: ${worker.text()}`,
    );
    await stop(first);
    if (isTaken) await fleet.database.query('update lenet.result set taken = true where study = $1', [study]);
    const coordinator = fleet.lenet(...command);
    expect(await coordinator.ended, coordinator.text()).toBe(0);
    expect(recordIn(out)).toEqual(recordIn(alone));
    expect(await count()).toBe(6);
    await stop(worker);
  },
);

test('a search that pauses trainings, with a teacher, data of its own and held-out images, is the same on workers without these files', async () => {
  const data = join(fleet.folder, 'own');
  writeTinyMnist(data, 600, 120);
  const teacher = join(fleet.folder, 'teacher');
  const taught = fleet.lenet('train', '--data', data, '--epochs', '1', '--out', teacher);
  expect(await taught.ended, taught.text()).toBe(0);
  const search = join(fleet.folder, 'search.yaml');
  writeFileSync(
    search,
    `name: searched
protocol: held-out
data: own
base: { epochs: 3 }
distill: { teachers: [teacher], temperature: 3, weight: 0.5 }
search:
  trainings: 12
  finalists: 2
  confirm: 3
  parallel: 3
  earlyStopping: halving
  space:
    batchSize: [20, 40, 80]
    learningRate: { low: 1e-4, high: 1e-2, log: true }
keep: winners
`,
  );
  const [own, shared] = [join(fleet.folder, 'search-alone'), join(fleet.folder, 'search-fleet')];
  const single = fleet.lenet('study', 'run', search, '--jobs', '1', '--out', own);
  expect(await single.ended, single.text()).toBe(0);
  const coordinator = fleet.lenet('study', 'run', search, '--fleet', '--out', shared);
  const workers = [1, 2].map(() => fleet.lenet('worker', '--jobs', '1'));
  expect(await coordinator.ended, coordinator.text()).toBe(0);
  expect(recordIn(shared)).toEqual(recordIn(own));
  expect(keptModelsIn(shared)).toEqual(keptModelsIn(own));
  await stop(...workers);
  const { study } = JSON.parse(readFileSync(join(shared, 'fleet.json'), 'utf8')) as { study: string };
  const seen = (await readStudies(fleet.database)).find(({ id }) => id === study);
  expect(seen).toMatchObject({ status: { wanted: 0, left: 0 } });
  // What the page reads says the same.
  expect(JSON.parse(readFileSync(fleetStatusFile(shared), 'utf8'))).toMatchObject({ pace: { wanted: 0, left: 0 } });
  const finish = fleet.lenet('study', 'finish', shared);
  expect(await finish.ended, finish.text()).toBe(0);
  for (const table of ['result', 'blob', 'progress']) {
    const sql = `select count(*)::int as count from lenet.${table} where study = $1`;
    expect(await fleet.database.query(sql, [study]), table).toEqual([{ count: 0 }]);
  }
});

/** The models of the trials that a study with `keep: winners` keeps, by number. A paused trial's model is not final. */
function keptModelsIn(folder: string): Readonly<Record<string, string>> {
  const study = new StudyFolder(folder);
  const kept = completeTrials(study.read().trials).filter(({ results }) => results !== 'dropped');
  expect(kept.length).toBeGreaterThan(2);
  return Object.fromEntries(kept.map(({ number }) => [number, sha256Of(readFileSync(study.trial(number).modelPath))]));
}
