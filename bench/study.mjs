// `npm run bench -- study`: seconds for the whole study of the post with one seed, and the speed-up of two jobs over
// one, interleaved.
// Options: --rounds N of the comparison (default 3), --jobs N (default: the cores), --skip-post.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { readStudy } from '../dist/store/journal-store.js';
import { keep, machineLine, median, printTable, root, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: `${availableParallelism()}` },
    'skip-post': { type: 'boolean', default: false },
  },
});
const [rounds, jobs] = [Number(values.rounds), Number(values.jobs)];
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));

/** Wall seconds of the command from start to exit, report included, and what its trials spent. */
function timed(file, out, more) {
  const began = performance.now();
  const args = ['dist/cli/lenet.js', 'study', 'run', file, '--out', out, ...more];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const seconds = (performance.now() - began) / 1000;
  const { trials } = readStudy(join(out, 'study.journal'));
  const spent = trials.flatMap(({ curve }) => curve.map(({ seconds: { train, evaluate } }) => train + evaluate));
  return { seconds, trials: trials.length, trialSeconds: spent.reduce((sum, each) => sum + each, 0) };
}

try {
  console.log(`${machineLine}\n`);
  const post = [];
  for (const arithmetic of values['skip-post'] ? [] : ['strict', 'fused']) {
    say(`the whole study of the post, one seed, ${arithmetic}`);
    const study = parse(readFileSync(join(root, 'studies/post.yaml'), 'utf8'));
    const file = join(folder, `post-${arithmetic}.yaml`);
    writeFileSync(file, stringify({ ...study, base: { ...study.base, arithmetic }, seeds: 1 }));
    const { seconds, trials, trialSeconds } = timed(file, join(folder, arithmetic), ['--jobs', `${jobs}`]);
    post.push({ arithmetic, jobs, seconds, trials, trialSeconds });
    const spent = `${trials} trials, ${trialSeconds.toFixed(0)} s of training and evaluation`;
    console.log(
      `The post's study at one seed, ${arithmetic}, ${jobs} jobs: ${seconds.toFixed(0)} s from command to report (${spent})`,
    );
  }

  // Equal trials, so many that every job has the same number of them.
  const file = join(folder, 'equal.yaml');
  const seeds = 2 * jobs;
  writeFileSync(
    file,
    `name: equal\nprotocol: post\nbase: { epochs: 2 }\ngrid: { batchSize: [128] }\nseeds: ${seeds}\n`,
  );
  const samples = new Map([1, jobs].map((count) => [count, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [count, runs] of samples) {
      say(`round ${round} of ${rounds}: ${count} jobs`);
      runs.push(timed(file, join(folder, `${round}-${count}`), ['--jobs', `${count}`]));
    }
  }
  say('');
  const one = median(samples.get(1).map(({ seconds }) => seconds));
  const results = [...samples].map(([count, runs]) => ({
    jobs: count,
    seconds: summary(runs.map(({ seconds }) => seconds)),
    throughput: one / median(runs.map(({ seconds }) => seconds)),
  }));
  console.log(`${seeds} equal trials (batch 128, 2 epochs), medians of ${rounds}`);
  printTable([
    ['jobs', 's', '(least-most)', 'throughput'],
    ...results.map(({ jobs: count, seconds, throughput }) => [
      ...[`${count}`, seconds.median.toFixed(1), `${seconds.least.toFixed(1)}-${seconds.most.toFixed(1)}`],
      `${throughput.toFixed(2)}x`,
    ]),
  ]);
  keep('study', { rounds, post, results });
} finally {
  rmSync(folder, { recursive: true });
}
