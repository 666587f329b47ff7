// Kills a small study with SIGKILL at random moments until it is finished, and compares its results with an undisturbed
// study.
//   npm run bench -- study-kills --studies 5 --seed 1
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/index.js';
import { keep, printTable, root, say } from './measurement.mjs';

const { values } = parseArgs({
  options: { studies: { type: 'string', default: '5' }, seed: { type: 'string', default: '1' } },
});
const random = randomStream(Number(values.seed), 'kills');
const folder = mkdtempSync(join(tmpdir(), 'lenet-kills-'));
const file = join(folder, 'small.yaml');
writeFileSync(
  file,
  'name: small\nprotocol: post\nbase: { epochs: 2, trainLimit: 1000, testLimit: 200, batchSize: 25 }\nstages:\n  - batchSize: [25, 50]\n  - l2: [0, 1e-2, 1e-4]\nseeds: { atLeast: 3, atMost: 5, resolve: 0.5 }\n',
);
const command = (...args) => [process.execPath, [join(root, 'dist/cli/lenet.js'), ...args]];
const lenet = (...args) => spawnSync(...command(...args), { encoding: 'utf8' });
const found = (out) => lenet('study', 'show', out, '--json').stdout;

const undisturbed = join(folder, 'undisturbed');
const started = performance.now();
const reference = lenet('study', 'run', file, '--out', undisturbed, '--jobs', '2');
if (reference.status !== 0) throw new Error(reference.stderr);
const wholeMs = performance.now() - started;
const expected = found(undisturbed);
/** Every model that the study keeps, by its trial. */
const models = (out) =>
  readdirSync(out)
    .filter((name) => existsSync(join(out, name, 'model.safetensors')))
    .sort()
    .map((name) => `${name} ${readFileSync(join(out, name, 'model.safetensors'), 'base64')}`)
    .join('\n');

let kills = 0;
let same = 0;
for (let number = 0; number < Number(values.studies); number++) {
  const out = join(folder, `study-${number}`);
  for (let turn = 0; ; turn++) {
    say(`study ${number + 1} of ${values.studies}, start ${turn + 1}, ${kills} kills so far`);
    // Every ninth start is not killed, so that the study finishes even on a slow machine.
    const patience = turn % 9 === 8 ? Number.POSITIVE_INFINITY : 100 + random.below(Math.round(wholeMs / 2));
    const child = spawn(...command('study', 'run', file, '--out', out, '--jobs', `${1 + (turn % 3)}`), {
      stdio: 'ignore',
    });
    const end = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
    const ended = await Promise.race([end, ...(Number.isFinite(patience) ? [wait(patience)] : [])]);
    if (ended === undefined) child.kill('SIGKILL');
    const { code, signal } = await end;
    if (signal === 'SIGKILL') {
      kills++;
      continue;
    }
    if (code === 0 && found(out) === expected && models(out) === models(undisturbed)) same++;
    else console.log(`study ${number + 1} ended with ${code} and differs`);
    break;
  }
}
printTable([
  ['studies', 'kills', 'finished with the same result'],
  [values.studies, `${kills}`, `${same}`],
]);
rmSync(folder, { recursive: true, force: true });
keep('study-kills', { seed: Number(values.seed), studies: Number(values.studies), kills, same });
