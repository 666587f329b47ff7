// `npm run bench -- overhead`: the time that a study takes beside its trials, for 250 to 4,000 trials of a function
// that takes no time, in memory and with a journal on disk (which is synced three times for each trial). Option:
// --rounds N (default 3).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { functionTask, MemoryStore, runStudy } from '../dist/index.js';
import { JournalStore } from '../dist/node.js';
import { keep, machineLine, median, printTable, say } from './measurement.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const rounds = Number(values.rounds);
const sizes = [250, 500, 1000, 2000, 4000];
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));

/** Seconds for a study of `trials` trials: a stage of many levels with one seed, or 40 levels with many seeds. */
async function seconds(trials, seeds, store) {
  const task = functionTask({ parameters: { x: 0 }, run: ({ x }, { random }) => x + random.uniform() });
  const levels = Array.from({ length: trials / seeds.length }, (_, x) => ({ label: `${x}`, settings: { x } }));
  const plan = { kind: 'stages', stages: [{ factors: ['x'], levels }] };
  const definition = { name: 'overhead', objective: 'score', base: {}, plan, space: {}, seeds };
  const began = performance.now();
  let ended = 0;
  for await (const { type } of runStudy({ definition, task, store, jobs: 2 })) if (type === 'trial-end') ended++;
  if (ended !== trials) throw new Error(`${ended} of ${trials} trials ended`);
  return (performance.now() - began) / 1000;
}

/** Seconds for a study with a seed rule and 20 levels, none of which is eliminated: `trials` trials in rounds of 20. */
async function underRule(trials, store) {
  // The random numbers of a trial depend only on its seed, so that levels can be compared; here each level needs its
  // own.
  const task = functionTask({
    parameters: { x: 0 },
    run: ({ x }, { seed }) => Math.sin(12.9898 * x + 78.233 * seed ** 2),
  });
  const levels = Array.from({ length: 20 }, (_, x) => ({ label: `${x}`, settings: { x } }));
  const plan = { kind: 'stages', stages: [{ factors: ['x'], levels }] };
  const seeds = { atLeast: 3, atMost: Math.round(trials / 20), resolve: 1e-4 };
  const definition = { name: 'overhead', objective: 'score', base: {}, plan, space: {}, seeds };
  const began = performance.now();
  let ended = 0;
  for await (const { type } of runStudy({ definition, task, store, jobs: 2 })) if (type === 'trial-end') ended++;
  if (ended !== 20 * seeds.atMost) throw new Error(`${ended} trials ended, some level left`);
  return (performance.now() - began) / 1000;
}

try {
  const kinds = {
    'levels, one seed, memory': (trials) => seconds(trials, [1], new MemoryStore()),
    '25 seeds a level, memory': (trials) =>
      seconds(
        trials,
        Array.from({ length: 25 }, (_, i) => i + 1),
        new MemoryStore(),
      ),
    // The noise is as large as the differences, so that no level is eliminated for many rounds.
    'a seed rule, memory': (trials) => underRule(trials, new MemoryStore()),
    'levels, one seed, journal': (trials, run) =>
      seconds(trials, [1], new JournalStore(join(folder, `${trials}-${run}`))),
  };
  const results = [];
  for (const [kind, measure] of Object.entries(kinds)) {
    await measure(sizes[0], 'warm');
    for (const trials of sizes) {
      say(`${kind}: ${trials} trials`);
      const runs = [];
      for (let run = 0; run < rounds; run++) runs.push(await measure(trials, run));
      results.push({ kind, trials, seconds: median(runs), millisecondsPerTrial: (1000 * median(runs)) / trials });
    }
  }
  say('');
  console.log(`${machineLine}; medians of ${rounds}\n`);
  printTable([
    ['what', 'trials', 's', 'ms a trial'],
    ...results.map(({ kind, trials, seconds: s, millisecondsPerTrial }) => [
      ...[kind, `${trials}`, s.toFixed(3), millisecondsPerTrial.toFixed(3)],
    ]),
  ]);
  keep('overhead', { rounds, results });
} finally {
  rmSync(folder, { recursive: true });
}
