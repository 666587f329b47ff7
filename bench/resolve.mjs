// `npm run bench -- resolve`: how often "as many seeds as the question needs" returns a level that is good enough, and
// what it costs. Simulated studies, played by the product's own Elimination. Options: --runs N (default 10000), --seed
// N (default 1).
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/base/random.js';
import { Elimination } from '../dist/study/elimination.js';
import { keep, machineLine, printTable, say } from './measurement.mjs';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const resolve = 0.1; // points of accuracy
const [atLeast, atMost] = [3, 30];

// Level 0 is the best (in `tied`, one of the best). True means by level, in units of `resolve`.
const meansOf = {
  tied: (k) => Array.from({ length: k }, () => 0),
  'ahead by 1': (k) => Array.from({ length: k }, (_, i) => (i ? -1 : 0)),
  'ahead by 2': (k) => Array.from({ length: k }, (_, i) => (i ? -2 : 0)),
  'ahead by 10': (k) => Array.from({ length: k }, (_, i) => (i ? -10 : 0)),
  'ladder 1/2': (k) => Array.from({ length: k }, (_, i) => -i / 2),
  'ladder 1/3': (k) => Array.from({ length: k }, (_, i) => -i / 3),
  // Half of the others good enough, half just not.
  'near and far': (k) => Array.from({ length: k }, (_, i) => (i ? (i % 2 ? -1 : -1 / 2) : 0)),
};
// Standard deviations by level, in units of the quiet levels' own.
const spreadsOf = {
  equal: (k) => Array.from({ length: k }, () => 1),
  'best 3': (k) => Array.from({ length: k }, (_, i) => (i === 0 ? 3 : 1)),
  'another 3': (k) => Array.from({ length: k }, (_, i) => (i === 1 ? 3 : 1)),
  'others 3': (k) => Array.from({ length: k }, (_, i) => (i ? 3 : 1)),
};

/** Standard normal numbers: Marsaglia and Bray's polar method (SIAM Review 6, 1964). */
function normals(random) {
  let spare;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = (random.next() + 0.5) / 2 ** 31 - 1;
      const y = (random.next() + 0.5) / 2 ** 31 - 1;
      const square = x * x + y * y;
      if (square >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
}

/** Student's t with 5 degrees of freedom, scaled to standard deviation 1: seeds that now and then go wrong. */
function heavyTailed(normal) {
  return () => {
    let square = 0;
    for (let i = 0; i < 5; i++) square += normal() ** 2;
    return (normal() / Math.sqrt(square / 5)) * Math.sqrt(3 / 5);
  };
}

/**
 * The smallest fixed number of seeds whose best mean is level 0 in 95 %, if level 0 is ahead of all others by `resolve`
 * and the spreads are known: the mean of n seeds is right if sqrt(n) > max(sd_i z_i) - sd_0 z_0, so n is a quantile.
 */
function fixedSeeds(deviations, normal) {
  const needed = Array.from({ length: 20_000 }, () => {
    const first = deviations[0] * normal();
    return Math.max(...deviations.slice(1).map((deviation) => deviation * normal())) - first;
  }).sort((a, b) => a - b);
  return Math.max(1, Math.ceil(Math.max(0, needed[Math.floor(0.95 * needed.length)]) ** 2));
}

function simulate({ k, means, spread, sd, noise = 'normal', step, floor, most = atMost }) {
  const random = randomStream(seed, 'resolve', k, means, spread, sd, noise, step ?? 0, most);
  const normal = normals(random);
  const draw = noise === 'normal' ? normal : heavyTailed(normal);
  const truth = meansOf[means](k);
  const deviations = spreadsOf[spread](k).map((factor) => factor * sd);
  const bestOfOthers = truth.map((_, i) => Math.max(...truth.filter((_, j) => j !== i)));
  const isAhead = bestOfOthers[0] <= -1;
  const rule = { atLeast, atMost: most, resolve, goal: 'maximize', ...(floor === undefined ? {} : { floor }) };
  const scores = new Float64Array(k);
  const count = { within: 0, open: 0, decidedWithin: 0, bestLeft: 0, bestWorse: 0, anyBestWorse: 0, intervals: 0 };
  let rounds = 0;
  let trainings = 0;
  for (let run = 0; run < runs; run++) {
    const elimination = new Elimination(k, rule);
    while (!elimination.finished) {
      // A seed helps or harms all levels alike by as much as it does the quiet ones of them alone: correlation 1/2.
      const shared = sd * normal();
      for (const level of elimination.in) {
        const score = 99 + resolve * (truth[level] + shared + deviations[level] * draw());
        scores[level] = step === undefined ? score : Math.round(score / step) * step;
      }
      trainings += elimination.in.length;
      elimination.play(scores);
    }
    const { leader, left, worse, differences, in: levels } = elimination.state();
    // A level that is worse than the best by exactly `resolve` counts as wrong.
    const within = truth[leader] > -1 + 1e-9;
    const open = levels.length > 1;
    rounds += elimination.rounds;
    count.within += within;
    count.open += open;
    count.decidedWithin += !open && within;
    count.bestLeft += left[0] !== undefined;
    count.bestWorse += worse[0];
    count.anyBestWorse += worse.some((isWorse, level) => isWorse && truth[level] === 0);
    count.intervals += differences.every(([low, high], level) => {
      const difference = (truth[level] - bestOfOthers[level]) * resolve;
      return low <= difference + 1e-9 && difference - 1e-9 <= high;
    });
  }
  const decided = runs - count.open;
  const seeds = fixedSeeds(deviations, normal);
  return {
    k,
    means,
    spread,
    sd,
    noise,
    step,
    floor,
    atMost: most,
    within: count.within / runs,
    decidedWrong: (decided - count.decidedWithin) / runs,
    decidedWithin: decided > 0 ? count.decidedWithin / decided : undefined,
    bestLeft: isAhead ? count.bestLeft / runs : undefined,
    open: count.open / runs,
    bestWorse: count.bestWorse / runs,
    anyBestWorse: count.anyBestWorse / runs,
    intervals: count.intervals / runs,
    rounds: rounds / runs,
    trainings: trainings / runs,
    fixedSeeds: seeds,
    fixedTrainings: seeds * k,
  };
}

const main = [2, 3, 5, 10].flatMap((k) =>
  Object.keys(spreadsOf).flatMap((spread) =>
    [0.5, 1, 2].flatMap((sd) => Object.keys(meansOf).map((means) => ({ k, spread, sd, means }))),
  ),
);
const aheadAndTied = ['ahead by 1', 'tied'];
const more = [
  // Spreads between those of the grid, where errors are most frequent: the study almost always ends just before 30
  // seeds.
  ...[2, 3, 5, 10].flatMap((k) =>
    [
      { k, spread: 'equal', sd: 1.4 },
      { k, spread: 'best 3', sd: 0.7 },
      { k, spread: 'others 3', sd: 0.7 },
    ].map((one) => ({ ...one, means: 'ahead by 1' })),
  ),
  ...[2, 5].flatMap((k) => [
    // Nothing is cut off at 30 seeds.
    ...['equal', 'best 3', 'others 3'].flatMap((spread) =>
      aheadAndTied.map((means) => ({ k, spread, sd: 2, means, most: 1000 })),
    ),
    ...['equal', 'best 3'].flatMap((spread) =>
      aheadAndTied.map((means) => ({ k, spread, sd: 1, means, noise: 'heavy-tailed' })),
    ),
    // 1,000 and 500 images: a step is as large as `resolve`, or twice that.
    ...[0.1, 0.2].flatMap((step) =>
      [0, step].map((floor) => ({ k, spread: 'equal', sd: 1, means: 'ahead by 1', step, floor })),
    ),
  ]),
];

const simulateAll = (cases, what) =>
  cases.map((one, index) => {
    if (index % 24 === 0) say(`${what}: case ${index + 1} of ${cases.length}`);
    return simulate(one);
  });
const began = performance.now();
const results = simulateAll(main, 'grid');
const others = simulateAll(more, 'other cases');
const seconds = (performance.now() - began) / 1000;
say('');

const percent = (share) => (Number.isFinite(share) ? (100 * share).toFixed(1) : '');
const least = (list, key) => Math.min(...list.map((one) => one[key] ?? Number.POSITIVE_INFINITY));
const most = (list, key) => Math.max(...list.map((one) => one[key] ?? 0));
console.log(`${machineLine}`);
console.log(
  `${runs} studies a case; atLeast ${atLeast}, atMost ${atMost}, resolve ${resolve}; ${seconds.toFixed(0)} s`,
);
console.log('sd: of the quiet levels, in units of resolve. Chances in %, the worst over the sets of means:');
console.log('  within: the level returned is less than resolve from the best, open studies included');
console.log('  wrong: one level was left, and is resolve or more from the best');
console.log('  of decided: the same as a share of the studies in which one level was left, however few these are');
console.log('  best left: the best is ahead by resolve or more, and left');
console.log('  best worse: one true best, or any of the tied, was called worse; intervals: all of them true');
console.log('Trainings: means; fixed: seeds for all levels if the spreads were known (best ahead by resolve, 95 %)\n');
const groups = groupByName(results);
printTable([
  [
    'k, spread, sd',
    'within',
    'wrong',
    'of decided',
    'best left',
    'open',
    'best worse',
    'any',
    'intervals',
    'tied',
    'ahead 1',
    '2',
    '10',
    'ladder',
    'fixed',
    `all ${atMost}`,
  ],
  ...[...groups].map(([name, list]) => {
    const trainings = (means) => list.find((one) => one.means === means).trainings.toFixed(0);
    return [
      name,
      percent(least(list, 'within')),
      percent(most(list, 'decidedWrong')),
      percent(1 - least(list, 'decidedWithin')),
      percent(most(list, 'bestLeft')),
      percent(most(list, 'open')),
      percent(most(list, 'bestWorse')),
      percent(most(list, 'anyBestWorse')),
      percent(least(list, 'intervals')),
      trainings('tied'),
      trainings('ahead by 1'),
      trainings('ahead by 2'),
      trainings('ahead by 10'),
      trainings('ladder 1/2'),
      `${list[0].fixedTrainings}`,
      `${list[0].k * atMost}`,
    ];
  }),
]);
console.log('');
printTable([
  ['k, spread, sd, means, what', 'within', 'wrong', 'best left', 'open', 'best worse', 'rounds', 'trainings', 'fixed'],
  ...others.map((one) => [
    `${groupName(one)}, ${one.means}, ${one.step ? `steps of ${one.step}, floor ${one.floor}` : `${one.noise}, atMost ${one.atMost}`}`,
    ...[percent(one.within), percent(one.decidedWrong), percent(one.bestLeft), percent(one.open)],
    ...[percent(one.bestWorse), one.rounds.toFixed(1), one.trainings.toFixed(0), `${one.fixedTrainings}`],
  ]),
]);
const summary = {
  decidedWrong: most(results, 'decidedWrong'),
  bestLeft: most(results, 'bestLeft'),
  bestWorse: most(results, 'bestWorse'),
  intervals: least(results, 'intervals'),
};
console.log(
  `\nWorst of ${results.length} cases: wrong ${percent(summary.decidedWrong)} %, best left ${percent(summary.bestLeft)} %, ` +
    `best worse ${percent(summary.bestWorse)} %, all intervals true ${percent(summary.intervals)} %`,
);
keep('resolve', { runs, seed, atLeast, atMost, resolve, seconds, summary, results, others });

function groupName({ k, spread, sd }) {
  return `${k}, ${spread}, ${sd}`;
}

function groupByName(list) {
  const groups = new Map();
  for (const one of list) groups.set(groupName(one), [...(groups.get(groupName(one)) ?? []), one]);
  return groups;
}
