// `npm run bench -- journal`: seconds to replay the journal of a large study, and to show it with the command line.
// Options: --trials N (default 10000), --epochs N (default 10), --rounds N (default 5).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readStudy } from '../dist/store/journal-store.js';
import { writeLargeJournal } from './large-journal.mjs';
import { keep, machineLine, printTable, root, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
  },
});
const [trials, epochs, rounds] = [Number(values.trials), Number(values.epochs), Number(values.rounds)];
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));
const path = join(folder, 'study.journal');

try {
  await writeLargeJournal(path, { trials, epochs });
  const megabytes = statSync(path).size / 1e6;

  const samples = { 'replay of the journal': [], 'lenet study show': [] };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    const began = performance.now();
    const record = readStudy(path);
    samples['replay of the journal'].push((performance.now() - began) / 1000);
    if (record.trials.length !== trials || record.trials.some(({ state }) => state !== 'complete')) {
      throw new Error('the journal was not read in full');
    }
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ['dist/cli/lenet.js', 'study', 'show', folder], {
      cwd: root,
      maxBuffer: 2 ** 30,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    samples['lenet study show'].push((performance.now() - start) / 1000);
  }
  say('');
  const results = Object.entries(samples).map(([what, seconds]) => ({ what, seconds: summary(seconds) }));
  console.log(`${machineLine}; medians of ${rounds}`);
  console.log(`${trials} trials x ${epochs} epochs, ${megabytes.toFixed(0)} MB\n`);
  printTable([
    ['what', 's', '(least-most)'],
    ...results.map(({ what, seconds: { median, least, most } }) => [
      ...[what, median.toFixed(2), `${least.toFixed(2)}-${most.toFixed(2)}`],
    ]),
  ]);
  keep('journal', { trials, epochs, megabytes, rounds, results });
} finally {
  rmSync(folder, { recursive: true });
}
