// `npm run bench -- overhead`: the time that a study takes beside its trials, for 250 to 4,000 trials of a function
// that takes no time, in memory and with a journal on disk (which is synced three times for each trial), and a search
// of as many trainings. Options: --rounds N (default 3), --only TEXT (kinds whose name has the text).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { functionTask, MemoryStore, runStudy } from '../dist/index.js';
import { JournalStore } from '../dist/node.js';
import { keep, machineLine, median, printTable, say } from './measurement.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, only: { type: 'string', default: '' } },
});
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

/** Seconds for a search with so many trainings in its budget, in four dimensions. */
async function ofSearch(trainings, earlyStopping) {
  const epochs = 9;
  const task = functionTask({
    parameters: { x: 0, y: 0, z: 'a', w: 1, epochs },
    async run({ x, y, z, w }, { random, report }) {
      const score = (z === 'b') - (x - 3) ** 2 - y ** 2 - Math.log(w) ** 2 + random.uniform() / 10;
      for (let epoch = 1; epoch < epochs; epoch++) report(epoch, score - 1 / epoch);
      return score;
    },
  });
  const definition = {
    name: 'overhead',
    objective: 'score',
    base: { epochs },
    plan: { kind: 'search', sampler: 'tpe', trainings, earlyStopping, confirm: 5, parallel: 4, seed: 1 },
    space: {
      x: { kind: 'float', low: -5, high: 5 },
      y: { kind: 'float', low: -5, high: 5 },
      z: { kind: 'choices', values: ['a', 'b', 'c'] },
      w: { kind: 'float', low: 1e-3, high: 1e3, log: true },
    },
    seeds: [1],
  };
  const began = performance.now();
  for await (const event of runStudy({ definition, task, store: new MemoryStore(), jobs: 2 })) {
    if (event.type === 'finished') return (performance.now() - began) / 1000;
  }
  throw new Error('the search did not end');
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
    'a search, memory': (trials) => ofSearch(trials, 'none'),
    'a search that stops early, memory': (trials) => ofSearch(trials, 'halving'),
  };
  const results = [];
  for (const [kind, measure] of Object.entries(kinds).filter(([name]) => name.includes(values.only))) {
    await measure(sizes[0], 'warm');
    // A search computes a proposal from all results before it, which takes a minute for 4,000.
    for (const trials of kind.startsWith('a search') ? sizes.slice(0, 4) : sizes) {
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
