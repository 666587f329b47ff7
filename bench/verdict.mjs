// `npm run bench -- verdict`: simulates how often the verdict on a stage wrongly rejects the level that is truly the
// best.
// Options: --stages N (default 10000) of each case; --calibrate prints the factors of src/study/widening.ts instead,
// found by 300,000 to 1,000,000 stages of each case (ten minutes); --calibrate --stages N takes N.
import { parseArgs } from 'node:util';
import { randomStream } from '../dist/base/random.js';
import { criticalDunnett } from '../dist/study/dunnett.js';
import { compareWithBest } from '../dist/study/mcb.js';
import { compareOnOtherImages, compareTheseNetworks } from '../dist/study/new-images.js';
import { normalProbability } from '../dist/study/normal.js';
import { keep, machineLine, printTable, say } from './measurement.mjs';

const { values } = parseArgs({
  options: { stages: { type: 'string' }, calibrate: { type: 'boolean', default: false } },
});
const stages = values.stages === undefined ? undefined : Number(values.stages);
console.log(machineLine);
if (values.calibrate) calibrate();
else simulate(stages ?? 10_000);

/**
 * Tied levels are the worst case of a true best: the lead of another level over it is largest where that level is no
 * worse, and the margin depends on residuals alone, which no mean changes. Level 0 stands for the best.
 */
function simulate(count) {
  const spreads = {
    equal: () => 1,
    'best 3:1': (level) => (level === 0 ? 3 : 1),
    'another 3:1': (level) => (level === 1 ? 3 : 1),
  };
  const tied = [];
  for (const [name, spread] of Object.entries(spreads)) {
    for (const k of [2, 3, 5, 10]) {
      for (const n of [2, 3, 5, 10]) {
        say(`tied levels, ${name}, k = ${k}, n = ${n}`);
        const normal = normals('tied', name, k, n);
        const wrong = { ruledOut: 0, pooled: 0, twoSided: 0, noisy: 0 };
        for (let stage = 0; stage < count; stage++) {
          const verdict = compareWithBest(scoresOf({ k, n, normal, spread }), { goal: 'maximize' });
          const [best] = verdict.levels;
          if (best.standing === 'worse') wrong.ruledOut++;
          if (best.difference + verdict.margin / verdict.widening <= 0) wrong.pooled++;
          if (verdict.levels.some(({ twoSided: [low, high] }) => low > 0 || high < 0)) wrong.twoSided++;
          if (verdict.levels.some(({ noisy }) => noisy)) wrong.noisy++;
        }
        tied.push({ spreads: name, k, n, ...shares(wrong, count) });
      }
    }
  }
  console.log(
    `\nTied levels, ${count} stages a case, in %: the best is ruled out (5 asked for, 6 allowed); the same if the margin`,
  );
  console.log('were not widened; some two-sided interval misses; some level is called noisy.\n');
  printTable([
    ['spreads', 'k', 'n', 'ruled out', 'not widened', 'two-sided', 'called noisy'],
    ...tied.map(({ spreads: name, k, n, ruledOut, pooled, twoSided, noisy }) => [
      ...[name, `${k}`, `${n}`, ...[ruledOut, pooled, twoSided, noisy].map(percent)],
    ]),
  ]);

  const ladder = [];
  for (const [name, spread] of Object.entries(spreads)) {
    for (const [k, n] of [
      [3, 2],
      [5, 3],
      [10, 3],
    ]) {
      say(`ladder, ${name}, k = ${k}, n = ${n}`);
      const normal = normals('ladder', name, k, n);
      const wrong = { constrained: 0, twoSided: 0 };
      for (let stage = 0; stage < count; stage++) {
        // Level 0 leads by one standard deviation, the others follow in steps of one.
        const verdict = compareWithBest(scoresOf({ k, n, normal, spread, mean: (level) => -level }), {
          goal: 'maximize',
        });
        const truth = verdict.levels.map((_, level) => (level === 0 ? 1 : -level));
        const misses = (kind) =>
          verdict.levels.some((level, i) => !(level[kind][0] <= truth[i] && truth[i] <= level[kind][1]));
        if (misses('constrained')) wrong.constrained++;
        if (misses('twoSided')) wrong.twoSided++;
      }
      ladder.push({ spreads: name, k, n, ...shares(wrong, count) });
    }
  }
  console.log(
    '\nA ladder in steps of one standard deviation, in %: some interval of the stage misses (5 asked for).\n',
  );
  printTable([
    ['spreads', 'k', 'n', 'constrained', 'two-sided'],
    ...ladder.map(({ spreads: name, k, n, constrained, twoSided }) => [
      ...[name, `${k}`, `${n}`, percent(constrained), percent(twoSided)],
    ]),
  ]);

  const chained = [];
  for (const k of [2, 3, 5, 10]) {
    for (const n of [2, 3, 5, 10]) {
      say(`chained stages, k = ${k}, n = ${n}`);
      chained.push({ k, n, ...chain({ k, n, count }) });
    }
  }
  console.log(
    '\nTwo stages of k tied levels; the level with the best mean is carried on. By how many standard deviations its mean is',
  );
  console.log(
    'too high, and in % how often a given new level is ruled out in the second stage: with the scores that the carried level',
  );
  console.log('was selected for, and with fresh seeds for it; and both if the margin were not widened.\n');
  printTable([
    ['k', 'n', 'too high', 'selected scores', 'fresh seeds', 'not widened: selected', 'fresh'],
    ...chained.map(({ k, n, excess, selected, fresh, selectedPooled, freshPooled }) => [
      ...[`${k}`, `${n}`, excess.toFixed(2), ...[selected, fresh, selectedPooled, freshPooled].map(percent)],
    ]),
  ]);

  const otherImages = [];
  for (const [k, n] of [
    [2, 2],
    [2, 3],
    [3, 2],
    [3, 3],
    [3, 10],
    [5, 3],
  ]) {
    say(`other images, k = ${k}, n = ${n}`);
    otherImages.push({ k, n, ...onOtherImages({ k, n, count: Math.ceil(count / 5) }) });
  }
  console.log(
    `\nOther images and other seeds, ${Math.ceil(count / 5)} stages of 500 images, in %: the interval of a level misses, some`,
  );
  console.log(
    'interval of a stage of unequal levels misses, the best of tied levels is ruled out (5 asked for, each);',
  );
  console.log('the last again by the margin for these images, and by that for these networks.\n');
  printTable([
    ['k', 'n', 'level', 'stage', 'ruled out', 'these images', 'these networks'],
    ...otherImages.map(({ k, n, level, stage, ruledOut, theseImages, theseNetworks }) => [
      ...[`${k}`, `${n}`, ...[level, stage, ruledOut, theseImages, theseNetworks].map(percent)],
    ]),
  ]);
  say('');
  keep('verdict', { count, tied, ladder, chained, otherImages });
}

/** The level with the best of k tied means goes on to a second stage with k - 1 new levels, tied with it in truth. */
function chain({ k, n, count }) {
  const normal = normals('chain', k, n);
  const wrong = { selected: 0, fresh: 0, selectedPooled: 0, freshPooled: 0 };
  let excess = 0;
  for (let stage = 0; stage < count; stage++) {
    const first = scoresOf({ k, n, normal, seedSpread: 0 });
    const means = first.map((row) => row.reduce((sum, score) => sum + score, 0) / n);
    const carried = first[means.indexOf(Math.max(...means))];
    excess += Math.max(...means) / count;
    // All levels share the seeds, so the effect of a seed on every score cancels and is omitted here.
    const second = scoresOf({ k, n, normal, seedSpread: 0 });
    for (const [name, rows] of [
      ['selected', [...second.slice(0, -1), carried]],
      ['fresh', second],
    ]) {
      const { levels, margin, widening } = compareWithBest(rows, { goal: 'maximize' });
      if (levels[0].standing === 'worse') wrong[name]++;
      if (levels[0].difference + margin / widening <= 0) wrong[`${name}Pooled`]++;
    }
  }
  return { excess, ...shares(wrong, count) };
}

/**
 * An answer is wrong where a sum of normal effects exceeds a threshold: of the image, the image at this level, the
 * seed, the seed at this level, and all three. The true accuracy is known, and images and seeds can be drawn again.
 */
function onOtherImages({ k, n, count }) {
  const images = 500;
  const effects = { image: 1, imageAtLevel: 0.5, seed: 0.05, seedAtLevel: 0.1, all: 0.4 };
  const total = Math.sqrt(Object.values(effects).reduce((sum, effect) => sum + effect ** 2, 0));
  const normal = normals('images', k, n);
  const draw = (thresholds) => {
    const byImage = Float64Array.from({ length: images }, () => effects.image * normal());
    const bySeed = Float64Array.from({ length: n }, () => effects.seed * normal());
    return thresholds.map((threshold) => {
      const atLevel = byImage.map((effect) => effect + effects.imageAtLevel * normal());
      return Array.from(bySeed, (effect) => {
        const bits = new Uint8Array(Math.ceil(images / 8));
        const shift = effect + effects.seedAtLevel * normal();
        for (let image = 0; image < images; image++) {
          if (atLevel[image] + shift + effects.all * normal() > threshold) bits[image >> 3] |= 1 << (image & 7);
        }
        return bits;
      });
    });
  };
  const accuracy = (threshold) => 100 * normalProbability(threshold / total);
  const holds = ([low, high], truth) => low <= truth && truth <= high;
  const wrong = { level: 0, stage: 0, ruledOut: 0, theseImages: 0, theseNetworks: 0 };
  const equal = Array.from({ length: k }, () => 2);
  const unequal = equal.map((threshold, level) => threshold - 0.1 * level);
  const truth = unequal.map(accuracy);
  for (let stage = 0; stage < count; stage++) {
    const answers = draw(unequal);
    const { levels } = compareOnOtherImages(answers, images);
    if (!holds(levels[0].interval, truth[0])) wrong.level++;
    const differences = truth.map((one, level) => one - (level === 0 ? truth[1] : truth[0]));
    if (levels.some(({ constrained }, level) => !holds(constrained, differences[level]))) wrong.stage++;
    const tied = draw(equal);
    if (compareOnOtherImages(tied, images).levels[0].standing === 'worse') wrong.ruledOut++;
    if (compareTheseNetworks(tied, images).levels[0].standing === 'worse') wrong.theseNetworks++;
    const scores = tied.map((level) => level.map((bits) => 100 - (100 * ones(bits)) / images));
    if (compareWithBest(scores, { goal: 'maximize', images }).levels[0].standing === 'worse') wrong.theseImages++;
  }
  return shares(wrong, count);
}

function ones(bits) {
  let count = 0;
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}

/**
 * The factor that a case needs is the 95 % quantile of (largest lead over the best) / (pooled margin). Cases: m of the
 * other levels have three times the spread, m = 0 to k - 1, and the best has it or not. All are scored on the same
 * drawings. In the space of levels each of the n - 1 contrasts of seeds is one vector, whose squared length about its
 * mean is what the residuals of that contrast add.
 */
function calibrate() {
  for (const sides of [1, 2]) {
    console.log(
      `\n${sides}-sided: the largest factor of all cases at n = 2, 3, 5, 10 and with a known spread, and its case\n`,
    );
    for (const k of [3, 4, 5, 6, 8, 10, 15, 20, 50, 100]) {
      const usual = k <= 10 ? 1_000_000 : k <= 20 ? 300_000 : 100_000;
      const cells = [2, 3, 5, 10, Number.POSITIVE_INFINITY].map((n) => {
        say(`${sides}-sided, k = ${k}, n = ${n}`);
        const { factor, where } = largestFactor({ k, n, sides, count: stages ?? usual });
        return `${factor.toFixed(4)} (${where})`;
      });
      say('');
      console.log([`${k}:`, ...cells].join('  '));
    }
  }
}

function largestFactor({ k, n, sides, count }) {
  const ratio = 3;
  const known = n === Number.POSITIVE_INFINITY;
  const degrees = known ? n : (k - 1) * (n - 1);
  const d = criticalDunnett(k, degrees, { sides });
  const normal = normals('calibrate', k, n, sides);
  const cases = [false, true].flatMap((bestNoisy) => Array.from({ length: k }, (_, m) => ({ bestNoisy, m })));
  const factors = cases.map(() => new Float32Array(count));
  const squares = new Float64Array(cases.length);
  const means = new Float64Array(k);
  const draw = new Float64Array(k);
  const [most, fewest] = [new Float64Array(k), new Float64Array(k)];
  for (let stage = 0; stage < count; stage++) {
    for (let i = 0; i < k; i++) means[i] = normal();
    for (const [index, { bestNoisy, m }] of known ? cases.entries() : []) {
      squares[index] = (k + (ratio ** 2 - 1) * (m + (bestNoisy ? 1 : 0))) / k;
    }
    if (!known) squares.fill(0);
    for (let contrast = 1; contrast < n && !known; contrast++) {
      let [square, sum] = [0, 0];
      for (let i = 0; i < k; i++) draw[i] = normal();
      for (let i = 1; i < k; i++) {
        square += draw[i] ** 2;
        sum += draw[i];
      }
      for (let m = 0; m < k; m++) {
        if (m > 0) {
          square += (ratio ** 2 - 1) * draw[m] ** 2;
          sum += (ratio - 1) * draw[m];
        }
        squares[m] += (square + draw[0] ** 2 - (sum + draw[0]) ** 2 / k) / degrees;
        squares[k + m] += (square + (ratio * draw[0]) ** 2 - (sum + ratio * draw[0]) ** 2 / k) / degrees;
      }
    }
    // The extremes of the quiet levels behind m, then those of the m noisy ones before.
    let [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let m = k - 1; m >= 0; m--) {
      [most[m], fewest[m]] = [high, low];
      [high, low] = [Math.max(high, means[m]), Math.min(low, means[m])];
    }
    [high, low] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let m = 0; m < k; m++) {
      if (m > 0) [high, low] = [Math.max(high, ratio * means[m]), Math.min(low, ratio * means[m])];
      for (const [index, best] of [
        [m, means[0]],
        [k + m, ratio * means[0]],
      ]) {
        const ahead = Math.max(high, most[m]) - best;
        const lead = sides === 1 ? ahead : Math.max(ahead, best - Math.min(low, fewest[m]));
        factors[index][stage] = lead / (d * Math.sqrt(2 * squares[index]));
      }
    }
  }
  let largest = { factor: 0, where: '' };
  for (const [index, { bestNoisy, m }] of cases.entries()) {
    const factor = factors[index].sort()[Math.floor(0.95 * count)];
    if (factor > largest.factor) largest = { factor, where: `${bestNoisy ? 'best' : 'not best'} + ${m}` };
  }
  return largest;
}

/** scores[level][seed] with a common effect of every seed, three standard deviations wide. */
function scoresOf({ k, n, normal, spread = () => 1, mean = () => 0, seedSpread = 3 }) {
  const bySeed = Array.from({ length: n }, () => seedSpread * normal());
  return Array.from({ length: k }, (_, level) =>
    bySeed.map((effect) => mean(level) + effect + spread(level) * normal()),
  );
}

/** Standard normal numbers of a seeded stream. Source: Marsaglia and Bray, SIAM Review 6 (1964). */
function normals(...purpose) {
  const random = randomStream(1, 'verdict', ...purpose);
  let spare;
  return () => {
    if (spare !== undefined) {
      const number = spare;
      spare = undefined;
      return number;
    }
    for (;;) {
      const [x, y] = [2 * random.uniform() - 1, 2 * random.uniform() - 1];
      const square = x * x + y * y;
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    }
  };
}

function shares(counts, count) {
  return Object.fromEntries(Object.entries(counts).map(([name, number]) => [name, number / count]));
}

function percent(share) {
  return (100 * share).toFixed(1);
}
