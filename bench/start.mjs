// `npm run bench -- start`: seconds from starting the command to its answer: `lenet --help` and the recipe
// of one epoch until they end, and `lenet train` until its first batch is done. Progress is visible only on a terminal, which util-linux's `script` provides:
// the bar of epoch 1 is drawn after the first slice of batches (one batch). Without `script` this row is left out.
// Options: --rounds N (default 7).
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keep, machineLine, printTable, root, say, summary } from './measurement.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);

/** Seconds until a command has ended. */
function secondsOf(...command) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['dist/cli/lenet.js', ...command], {
    cwd: root,
    encoding: 'utf8',
  });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(stderr);
  return seconds;
}

/** Seconds until the bar of epoch 1 stands on the terminal; the run is then stopped with Ctrl-C, as a user would. */
function firstBatchSeconds(options, out) {
  const train = [process.execPath, 'dist/cli/lenet.js', 'train', ...options, '--out', out];
  const command = `stty cols 100; exec ${train.map((word) => `'${word}'`).join(' ')}`;
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: root });
    let [seen, seconds] = ['', undefined];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      seen += text;
      if (seconds === undefined && /Epoch 1 [█░]/.test(seen)) {
        seconds = (performance.now() - began) / 1000;
        child.stdin.write('\x03');
      }
    });
    child.on('error', reject);
    child.on('close', () => (seconds === undefined ? reject(new Error(seen)) : resolve(seconds)));
  });
}

const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;
const oneEpoch = ['train', '--recipe', 'one-epoch'];
const measured = [
  { what: 'lenet --help, to its end', command: ['--help'], runs: [] },
  ...[[], ['--evaluate', 'test', '--evaluate-every', '0']].map((options) => {
    const command = [...oneEpoch, ...options];
    return { what: `lenet ${command.join(' ')}, to its end`, command, runs: [] };
  }),
];
if (hasScript) {
  for (const options of [[], ['--threads', '1']]) {
    measured.push({ what: `lenet ${['train', ...options].join(' ')}, to the first batch`, options, runs: [] });
  }
}
try {
  for (let round = 1; round <= rounds; round++) {
    for (const [index, { what, command, options, runs }] of measured.entries()) {
      say(`round ${round} of ${rounds}: ${what}`);
      const out = join(folder, `${round}-${index}`);
      if (options) runs.push(await firstBatchSeconds(options, out));
      else runs.push(secondsOf(...command, ...(command[0] === 'train' ? ['--out', out] : [])));
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
say('');
const results = measured.map(({ what, runs }) => ({ what, seconds: summary(runs) }));
console.log(`${machineLine}; medians of ${rounds}\n`);
printTable([
  ['from the start of', 's', '(least-most)'],
  ...results.map(({ what, seconds: { median, least, most } }) => [
    ...[what, median.toFixed(3), `${least.toFixed(3)}-${most.toFixed(3)}`],
  ]),
]);
keep('start', { rounds, results });
