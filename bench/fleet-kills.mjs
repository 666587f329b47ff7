// Kills workers at work, the coordinator and the database of a fleet with real trainings at random moments (SIGKILL; the
// database as a crash, SIGQUIT), starts each again, and compares record and models with those of one undisturbed machine.
//   npm run bench -- fleet-kills --kills 100 --minutes 60 --trials 32 --seed 1
// --kills: of workers, unless the minutes are over. For every nine of them, the coordinator is killed about twice and the
// database once.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startLocalServer } from '../dist/fleet/local-server.js';
import { randomStream } from '../dist/index.js';
import { keep, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '60' },
    trials: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
  },
});
const began = performance.now();
const minutes = () => (performance.now() - began) / 60_000;
const isEnough = () => kills.worker >= Number(values.kills) || minutes() > Number(values.minutes);
const trials = 4 * Math.ceil(Number(values.trials) / 4);
const random = randomStream(Number(values.seed), 'fleet-kills');
const folder = mkdtempSync(join(tmpdir(), 'lenet-fleet-kills-'));
chmodSync(folder, 0o755);
const file = join(folder, 'small.yaml');
writeFileSync(
  file,
  `name: small\nprotocol: post\nbase: { epochs: 6, trainLimit: 1500, testLimit: 300, batchSize: 25 }\ngrid: { l2: [0, 1e-2, 1e-3, 1e-4] }\nseeds: ${trials / 4}\n`,
);
const server = await startLocalServer(join(folder, 'postgres'));

function lenet(...args) {
  const child = spawn(process.execPath, [join(root, 'dist/cli/lenet.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LENET_DATABASE: server.address, LENET_CACHE: join(folder, 'cache') },
  });
  const started = { child, text: '', code: undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      started.text += piece;
    });
  }
  started.ended = new Promise((resolve) =>
    child.on('close', (code, signal) => {
      started.code = code ?? signal;
      resolve(started.code);
    }),
  );
  return started;
}

/** A study without times and machines. */
async function found(out) {
  const shown = lenet('study', 'show', out, '--json');
  if ((await shown.ended) !== 0) throw new Error(shown.text);
  const models = readdirSync(out)
    .filter((name) => existsSync(join(out, name, 'model.safetensors')))
    .sort()
    .map((name) => `${name} ${readFileSync(join(out, name, 'model.safetensors'), 'base64')}`);
  return `${shown.text}\n${models.join('\n')}`;
}

const kills = { worker: 0, coordinator: 0, database: 0 };
/** Processes that ended otherwise than by a kill, or because there was no database when they started. */
const surprises = [];
const workers = [];
const newWorker = () => lenet('worker', '--jobs', '1');
const isAtWork = ({ text }) => / begins(?:(?! begins| finished).)*$/s.test(text);
let coordinator;

/** Starts again what found no database at its start and ended, as a service is started again. */
function revive(begin) {
  const again = (process, start) => {
    if (process.code === undefined) return process;
    if (process.code !== 1 || !process.text.includes('cannot be used')) surprises.push(process.text.slice(-500));
    if (surprises.length > 20) throw new Error(surprises.join('\n\n'));
    return start();
  };
  for (const [index, worker] of workers.entries()) workers[index] = again(worker, newWorker);
  if (coordinator.code !== 0) coordinator = again(coordinator, begin);
}

async function kill(process) {
  process.child.kill('SIGKILL');
  await process.ended;
}

async function killSomething(begin) {
  const dice = random.below(12);
  if (dice === 0) {
    await server.stop('SIGQUIT');
    await wait(random.below(2_000));
    await server.start();
    kills.database++;
  } else if (dice <= 2) {
    await kill(coordinator);
    coordinator = begin();
    kills.coordinator++;
  } else {
    const atWork = [...workers.keys()].filter((index) => isAtWork(workers[index]));
    if (atWork.length === 0) return;
    const index = atWork[random.below(atWork.length)];
    await kill(workers[index]);
    workers[index] = newWorker();
    kills.worker++;
  }
}

try {
  const alone = join(folder, 'alone');
  const reference = lenet('study', 'run', file, '--jobs', '1', '--out', alone);
  if ((await reference.ended) !== 0) throw new Error(reference.text);
  // On a slow machine trainings take longer, and so do the times between kills.
  const mostMs = Math.round(Math.min(8_000, (120_000 * minutes()) / trials));
  const expected = await found(alone);
  let studies = 0;
  let same = 0;
  while (!isEnough()) {
    const out = join(folder, `study-${studies}`);
    const begin = () => lenet('study', 'run', file, '--fleet', '--out', out);
    coordinator = begin();
    while (workers.length < 3) workers.push(newWorker());
    while (coordinator.code !== 0) {
      await Promise.race([coordinator.ended, wait(random.below(mostMs))]);
      if (coordinator.code === 0) break;
      revive(begin);
      if (!isEnough()) await killSomething(begin);
      say(`study ${studies + 1}: ${kills.worker} kills of workers, ${surprises.length} surprises`);
    }
    studies++;
    if ((await found(out)) === expected) same++;
    else console.log(`study ${studies} differs: ${coordinator.text.slice(-2_000)}`);
  }
  say('');
  printTable([
    ['studies', 'kills of workers', 'of the coordinator', 'of the database', 'same record and models', 'surprises'],
    [studies, kills.worker, kills.coordinator, kills.database, same, surprises.length].map(String),
  ]);
  for (const text of surprises) console.log(`\n${text}`);
  keep('fleet-kills', { seed: Number(values.seed), trials, ...kills, studies, same, surprises, minutes: minutes() });
} finally {
  const all = [...workers, ...(coordinator ? [coordinator] : [])].filter(({ code }) => code === undefined);
  for (const { child } of all) child.kill('SIGKILL');
  await Promise.all(all.map(({ ended }) => ended));
  await server.stop('SIGQUIT');
  rmSync(folder, { recursive: true, force: true });
}
