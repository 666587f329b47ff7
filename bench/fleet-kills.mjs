// Kills workers, the coordinator and the database of a fleet with real trainings at random moments (SIGKILL; the
// database as a crash, SIGQUIT), starts each again, and compares record and models with those of one undisturbed machine.
//   npm run bench -- fleet-kills --kills 40 --trials 32 --seed 1
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
    kills: { type: 'string', default: '40' },
    trials: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
  },
});
const random = randomStream(Number(values.seed), 'fleet-kills');
const folder = mkdtempSync(join(tmpdir(), 'lenet-fleet-kills-'));
chmodSync(folder, 0o755);
const file = join(folder, 'small.yaml');
writeFileSync(
  file,
  `name: small\nprotocol: post\nbase: { epochs: 6, trainLimit: 3000, testLimit: 300, batchSize: 25 }\ngrid: { l2: [0, 1e-2, 1e-3, 1e-4] }\nseeds: ${Math.ceil(Number(values.trials) / 4)}\n`,
);
const server = await startLocalServer(join(folder, 'postgres'));

function lenet(...args) {
  const child = spawn(process.execPath, [join(root, 'dist/cli/lenet.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LENET_DATABASE: server.address, LENET_CACHE: join(folder, 'cache') },
  });
  const started = { child, text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      started.text += piece;
    });
  }
  started.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
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
const total = () => kills.worker + kills.coordinator + kills.database;
const workers = [];
let coordinator;
try {
  const alone = join(folder, 'alone');
  const reference = lenet('study', 'run', file, '--jobs', '1', '--out', alone);
  if ((await reference.ended) !== 0) throw new Error(reference.text);
  const expected = await found(alone);
  const wanted = Number(values.kills);
  let studies = 0;
  let same = 0;
  while (total() < wanted) {
    const out = join(folder, `study-${studies}`);
    const begin = () => lenet('study', 'run', file, '--fleet', '--out', out);
    coordinator = begin();
    while (workers.length < 3) workers.push(lenet('worker', '--jobs', '1'));
    const isOver = () => coordinator.child.exitCode !== null;
    while (!isOver()) {
      await Promise.race([coordinator.ended, wait(300 + random.below(3_000))]);
      if (isOver() || total() >= wanted) {
        await coordinator.ended;
        break;
      }
      const dice = random.below(10);
      if (dice < 6) {
        const index = random.below(workers.length);
        workers[index].child.kill('SIGKILL');
        await workers[index].ended;
        workers[index] = lenet('worker', '--jobs', '1');
        kills.worker++;
      } else if (dice < 8) {
        coordinator.child.kill('SIGKILL');
        await coordinator.ended;
        coordinator = begin();
        kills.coordinator++;
      } else {
        await server.stop('SIGQUIT');
        await wait(random.below(2_000));
        await server.start();
        kills.database++;
      }
      // What found no database at its start has ended, as a service does that is started again.
      for (const [index, { child }] of workers.entries()) {
        if (child.exitCode !== null) workers[index] = lenet('worker', '--jobs', '1');
      }
      if (coordinator.child.exitCode === 1) coordinator = begin();
      say(`${total()} kills`);
    }
    const code = await coordinator.ended;
    studies++;
    if (code === 0 && (await found(out)) === expected) same++;
    else console.log(`study ${studies} ended with ${code} or differs: ${coordinator.text.slice(-2_000)}`);
  }
  say('');
  printTable([
    ['studies', 'kills of workers', 'of the coordinator', 'of the database', 'same record and models'],
    [`${studies}`, `${kills.worker}`, `${kills.coordinator}`, `${kills.database}`, `${same}`],
  ]);
  keep('fleet-kills', { seed: Number(values.seed), ...kills, studies, same });
} finally {
  const all = [...workers, ...(coordinator ? [coordinator] : [])].filter(({ child }) => child.exitCode === null);
  for (const { child } of all) child.kill('SIGKILL');
  await Promise.all(all.map(({ ended }) => ended));
  await server.stop('SIGQUIT');
  rmSync(folder, { recursive: true, force: true });
}
