// `npm run bench -- online`: seconds for a pass of 60,000 updates on single images, LeNet-5 of 1998 with its second
// derivatives, one thread.
// Options: --rounds N (default 3).
import { parseArgs } from 'node:util';
import { keep, machineLine, median, printTable, run, say, summary } from './measurement.mjs';
import { epochCommand } from './settings.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);
const samples = new Map(['strict', 'fused'].map((arithmetic) => [arithmetic, []]));
for (let round = 1; round <= rounds; round++) {
  for (const [arithmetic, runs] of samples) {
    say(`round ${round} of ${rounds}: ${arithmetic}`);
    runs.push(run(epochCommand({ model: 'lenet5-1998', batch: 1, threads: 1, arithmetic })));
  }
}
say('');
const results = [...samples].map(([arithmetic, runs]) => ({
  arithmetic,
  pass: summary(runs.map(({ trainSeconds }) => trainSeconds)),
  first: median(runs.map(({ firstSeconds }) => firstSeconds)),
}));
console.log(`${machineLine}; medians of ${rounds}; one thread, batch 1, sdlm\n`);
printTable([
  ['LeNet-5 (1998)', 's/pass', '(least-most)', 'first pass', 'µs/update'],
  ...results.map(({ arithmetic, pass, first }) => [
    ...[arithmetic, pass.median.toFixed(1), `${pass.least.toFixed(1)}-${pass.most.toFixed(1)}`, first.toFixed(1)],
    ((pass.median / 60_000) * 1e6).toFixed(0),
  ]),
]);
keep('online', { rounds, results });
