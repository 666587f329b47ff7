// `npm run bench -- latency`: microseconds of predicting one image inside a process, with the library's predictor.
// Options: --rounds N (default 5).
import { parseArgs } from 'node:util';
import { keep, machineLine, printTable, run, say, summary } from './measurement.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const rounds = Number(values.rounds);
const runs = [];
for (let round = 1; round <= rounds; round++) {
  say(`round ${round} of ${rounds}`);
  runs.push(run([process.execPath, 'bench/latency-once.mjs']));
}
say('');
const results = ['microseconds', 'percentile99'].map((key) => ({ key, ...summary(runs.map((each) => each[key])) }));
console.log(`${machineLine}; medians of ${rounds}\n`);
printTable([
  ['one image', 'µs', '(least-most)'],
  ...results.map(({ key, median, least, most }) => [
    ...[key === 'microseconds' ? 'half are faster than' : '99 in 100 are faster than', median.toFixed(1)],
    `${least.toFixed(1)}-${most.toFixed(1)}`,
  ]),
]);
keep('latency', { rounds, results });
