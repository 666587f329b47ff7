// `npm run bench -- fleet`: a fleet whose workers only pretend to train, on a PostgreSQL server of this machine.
// 1. Trials a second at 1, 10, 100 and 1,000 workers (places of one process) of 10 ms a trial, through the whole chain:
//    queue, result, journal on disk. 2. How long it takes until another worker goes on after kill -9. 3. Worker processes
//    killed at random moments during one study, whose record must be that of an undisturbed one.
// Options: --trials N (instead of as many as fit the time; above 10,000 with keep: winners) --workers 1,10,100,1000 --seconds 10 --kills 100 --takeovers 3 --seed 1.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectCoordinator } from '../dist/fleet/coordinator-connection.js';
import { connect } from '../dist/fleet/database.js';
import { startLocalServer } from '../dist/fleet/local-server.js';
import { pretendedResult } from '../dist/fleet/pretend-performer.js';
import { pretendTask } from '../dist/fleet/pretend-task.js';
import { randomStream, runStudy } from '../dist/index.js';
import { JournalStore } from '../dist/node.js';
import { keep, machineLine, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,10,100,1000' },
    seconds: { type: 'string', default: '10' },
    kills: { type: 'string', default: '100' },
    takeovers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    trials: { type: 'string' },
  },
});
const random = randomStream(Number(values.seed), 'fleet');
const engine = { version: 'bench', recordFormat: '2', bits: '0'.repeat(64) };
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-fleet-'));
chmodSync(folder, 0o755);
const server = await startLocalServer(join(folder, 'postgres'));
// Makes the tables.
const prepared = await connectCoordinator(server.address);
await Promise.all([prepared.queue.close(), prepared.database.close()]);
const database = await connect(server.address, { connections: 2 });

/** A process of workers that pretend. `events` grows; `is` waits for an event of a type. */
function workers(slots, milliseconds, { quiet = false } = {}) {
  const env = {
    ...process.env,
    LENET_DATABASE: server.address,
    SLOTS: `${slots}`,
    MILLISECONDS: `${milliseconds}`,
    ENGINE: JSON.stringify(engine),
    ...(quiet ? { QUIET: '1' } : {}),
  };
  const child = spawn(process.execPath, [join(root, 'bench/fleet-worker.mjs')], {
    env,
    // The worker ends with this process: its standard input closes then.
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const events = [];
  let rest = '';
  child.stdout.on('data', (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop();
    for (const line of lines) events.push({ ...JSON.parse(line), at: performance.now() });
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const is = async (type) => {
    while (!events.some((event) => event.type === type)) {
      if (child.exitCode !== null) throw new Error(`a process of workers ended before ${type}`);
      await wait(5);
    }
    return events.find((event) => event.type === type);
  };
  return { child, events, ended, is };
}

async function end(process) {
  process.child.kill('SIGTERM');
  await process.ended;
}

/** A study of many levels. @returns its trials, by number, and how long it took from the first end of a trial. */
async function study(trials, jobs, name) {
  const levels = Array.from({ length: trials }, (_, x) => ({ label: `${x}`, settings: { x } }));
  const seeds = trials > 10_000 ? Array.from({ length: Math.ceil(trials / 10_000) }, (_, i) => i + 1) : [1];
  const plan = { kind: 'stages', stages: [{ factors: ['x'], levels: levels.slice(0, 10_000) }] };
  const definition = {
    name,
    objective: 'score',
    base: {},
    plan,
    space: {},
    seeds,
    ...(trials > 10_000 ? { keep: 'winners' } : {}),
  };
  const connection = await connectCoordinator(server.address);
  const task = pretendTask({ connection, study: crypto.randomUUID(), engine });
  const store = new JournalStore(join(folder, `${name}.journal`));
  let first;
  let ended = 0;
  const cpu = process.cpuUsage();
  for await (const { type } of runStudy({ definition, task, store, jobs })) {
    if (type !== 'trial-end') continue;
    first ??= performance.now();
    ended++;
  }
  const seconds = (performance.now() - first) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { trials: found } = await new JournalStore(join(folder, `${name}.journal`)).read();
  return { found, ended, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Whether every trial has the score of its settings, and none is missing. */
function isRight({ found }, trials) {
  const scores = found.map(({ configuration, seed, score, state }) => {
    const [point] = pretendedResult({ configuration, seed, until: null }).points;
    return state === 'complete' && score === point.score;
  });
  return found.length === trials && scores.every(Boolean);
}

try {
  const throughput = [];
  for (const count of values.workers.split(',').map(Number)) {
    const given = values.trials === undefined ? undefined : Number(values.trials);
    const trials = given ?? Math.max(100, Math.min(5000, Math.round(count * 50 * Number(values.seconds))));
    say(`${count} workers: ${trials} trials`);
    const process = workers(count, 10, { quiet: true });
    await process.is('ready');
    const result = await study(trials, Math.max(16, Math.min(2000, 2 * count)), `workers-${count}`);
    await end(process);
    const [{ bytes }] = await database.query(
      "select (pg_total_relation_size('lenet.result')::float8 / greatest(1, (select count(*) from lenet.result))) as bytes",
    );
    throughput.push({
      workers: count,
      trials,
      isRight: isRight(result, trials),
      perSecond: trials / result.seconds,
      coordinatorMs: (1000 * result.cpuSeconds) / trials,
      bytesPerResult: bytes,
    });
  }

  const takeovers = [];
  for (let turn = 0; turn < Number(values.takeovers); turn++) {
    say(`takeover ${turn + 1} of ${values.takeovers}`);
    const running = study(1, 1, `takeover-${turn}`);
    const victim = workers(1, 60_000);
    await victim.is('began');
    const heir = workers(1, 10);
    await heir.is('ready');
    victim.child.kill('SIGKILL');
    const killed = performance.now();
    takeovers.push(((await heir.is('began')).at - killed) / 1000);
    await running;
    await end(heir);
  }

  const kills = { wanted: Number(values.kills), done: 0, trials: 0, isRight: true, seconds: 0 };
  if (kills.wanted > 0) {
    kills.trials = kills.wanted * 6;
    let isOver = false;
    const running = study(kills.trials, 64, 'kills').finally(() => {
      isOver = true;
    });
    const alive = Array.from({ length: 3 }, () => workers(2, 200, { quiet: true }));
    await alive[0].is('ready');
    const began = performance.now();
    while (!isOver && kills.done < kills.wanted) {
      await Promise.race([running, wait(100 + random.below(800))]);
      if (isOver) break;
      const victim = random.below(alive.length);
      alive[victim].child.kill('SIGKILL');
      await alive[victim].ended;
      kills.done++;
      say(`${kills.done} kills`);
      alive[victim] = workers(2, 200, { quiet: true });
    }
    kills.isRight = isRight(await running, kills.trials);
    kills.seconds = (performance.now() - began) / 1000;
    await Promise.all(alive.map(end));
  }

  say('');
  console.log(`${machineLine}\n`);
  printTable([
    ['workers', 'trials', 'trials a second', 'ms of the coordinator a trial', 'bytes a result', 'record is right'],
    ...throughput.map((row) => [
      ...[`${row.workers}`, `${row.trials}`, row.perSecond.toFixed(0), row.coordinatorMs.toFixed(2)],
      ...[row.bytesPerResult.toFixed(0), `${row.isRight}`],
    ]),
  ]);
  console.log(`\nkill -9 to takeover: ${takeovers.map((s) => `${s.toFixed(1)} s`).join(', ')}`);
  console.log(`${kills.done} kills of workers in a study of ${kills.trials} trials: record is right: ${kills.isRight}`);
  keep('fleet', { seed: Number(values.seed), throughput, takeovers, kills });
} finally {
  await database.close();
  await server.stop('SIGQUIT');
  rmSync(folder, { recursive: true, force: true });
}
