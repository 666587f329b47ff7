// `npm run bench -- memory`: peak memory of `lenet train`, its whole process, by arithmetic and threads, after one
// epoch.
// Options: --rounds N (default 3), --threads 1,2, --batch N (default 32).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keep, machineLine, printTable, run, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1,2' },
    batch: { type: 'string', default: '32' },
  },
});
const rounds = Number(values.rounds);
const settings = values.threads
  .split(',')
  .flatMap((threads) => ['strict', 'fused'].map((arithmetic) => ({ arithmetic, threads: Number(threads), runs: [] })));
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));
try {
  for (let round = 1; round <= rounds; round++) {
    for (const { arithmetic, threads, runs } of settings) {
      say(`round ${round} of ${rounds}: ${arithmetic}, ${threads} threads`);
      const out = join(folder, `${round}-${arithmetic}-${threads}`);
      const train = ['dist/cli/lenet.js', 'train', '--epochs', '1', '--batch-size', values.batch, '--out', out];
      const how = ['--arithmetic', arithmetic, '--threads', `${threads}`];
      const command = [process.execPath, '--import', './bench/report-memory.mjs', ...train, ...how];
      runs.push(run(command, { from: 'stderr' }).megabytes);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
say('');
const results = settings.map(({ runs, ...setting }) => ({ ...setting, megabytes: summary(runs) }));
console.log(`${machineLine}; medians of ${rounds}\n`);
printTable([
  ['lenet train', 'threads', 'MB', '(least-most)'],
  ...results.map(({ arithmetic, threads, megabytes: { median, least, most } }) => [
    ...[arithmetic, `${threads}`, `${median}`, `${least}-${most}`],
  ]),
]);
keep('memory', { rounds, batchSize: Number(values.batch), results });
