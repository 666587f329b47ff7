// `npm run bench -- epoch`: seconds per epoch by arithmetic, width, threads and batch size, interleaved, with medians, spread
// and ratios. The time is that of the second epoch of a process. The first epoch, which V8's compilers slow down, has
// its own column.
// Options: --rounds N (default 3), --batches 32,128,512, --threads 1,2, --widths quads,octs (default: both where V8 can
// widen the kernels), --pytorch (adds PyTorch; needs python3-torch).
import { parseArgs } from 'node:util';
import { keep, machineLine, median, printTable, run, say, summary } from './measurement.mjs';
import { epochCommand, usableWidths } from './settings.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    batches: { type: 'string', default: '32,128,512' },
    threads: { type: 'string', default: '1,2' },
    widths: { type: 'string' },
    pytorch: { type: 'boolean', default: false },
  },
});
const list = (text) => text.split(',').map(Number);
const widths = values.widths?.split(',') ?? usableWidths();

const settings = list(values.batches).flatMap((batch) =>
  list(values.threads).flatMap((threads) => [
    ...['strict', 'fused'].flatMap((arithmetic) =>
      widths.map((width) => ({
        name: `${arithmetic} ${width}`,
        batch,
        threads,
        command: epochCommand({ batch, threads, arithmetic, width }),
      })),
    ),
    ...(values.pytorch ? [{ name: 'PyTorch', batch, threads, command: pytorch(batch, threads) }] : []),
  ]),
);

function pytorch(batch, threads) {
  return ['/usr/bin/python3', 'bench/pytorch.py', '--batch', `${batch}`, '--threads', `${threads}`];
}

const samples = new Map(settings.map((setting) => [setting, []]));
const rounds = Number(values.rounds);
for (let round = 1; round <= rounds; round++) {
  for (const setting of settings) {
    say(`round ${round} of ${rounds}: ${setting.name}, batch ${setting.batch}, ${setting.threads} threads`);
    samples.get(setting).push(run(setting.command));
  }
}
console.log(`${machineLine}; medians of ${rounds}\n`);

const baseline = (batch, threads) =>
  settings.find(
    (s) =>
      s.name === (values.pytorch ? 'PyTorch' : 'strict quads') &&
      s.batch === batch &&
      s.threads === (values.pytorch ? threads : 1),
  );
const results = settings.map((setting) => {
  const runs = samples.get(setting);
  const train = runs.map(({ trainSeconds }) => trainSeconds);
  const reference = median(
    samples.get(baseline(setting.batch, setting.threads)).map(({ trainSeconds }) => trainSeconds),
  );
  return {
    who: runs[0].who,
    batchSize: setting.batch,
    threads: setting.threads,
    trainSeconds: summary(train),
    ...(runs[0].firstSeconds ? { firstSeconds: median(runs.map(({ firstSeconds }) => firstSeconds)) } : {}),
    evaluateSeconds: median(runs.map(({ evaluateSeconds }) => evaluateSeconds)),
    timesAsFast: reference / median(train),
    megabytes: median(runs.map(({ megabytes }) => megabytes)),
  };
});
const against = values.pytorch ? 'x PyTorch' : 'x strict quads/1';
const rows = [
  ['who', 'batch', 'threads', 'train s/epoch', '(least-most)', 'first epoch', 'evaluate s', against, 'MB'],
  ...results.map((r) => [
    ...[r.who, `${r.batchSize}`, `${r.threads}`, r.trainSeconds.median.toFixed(2)],
    `${r.trainSeconds.least.toFixed(2)}-${r.trainSeconds.most.toFixed(2)}`,
    r.firstSeconds?.toFixed(2) ?? '',
    ...[r.evaluateSeconds.toFixed(2), r.timesAsFast.toFixed(2), `${r.megabytes}`],
  ]),
];
printTable(rows);
keep('epoch', { rounds, results });
