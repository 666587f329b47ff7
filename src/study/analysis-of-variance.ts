/**
 * Analysis of variance of a factorial experiment with seeds as blocks: which factors, and which pairs of them, explain
 * how much of the variance between trainings.
 */
import { noncentralityInterval, upperTailF } from './f-distribution.ts';
import { fitGroups, type Grouping } from './least-squares.ts';
import { confidence } from './statistics.ts';

/** A combination of the factors' levels, trained with every seed. */
export interface Treatment {
  /** The level of each factor, from 0 on; -1 where the factor does not count under the other factors' levels. */
  readonly levels: readonly number[];
  /** In the order of the seeds. */
  readonly scores: readonly number[];
}

export interface VarianceRow {
  /**
   * A factor or a pair of factors, with the factors that it is nested in; what more than two factors do together
   * (`higher`); the seeds, which are blocks; or the rest.
   */
  readonly source: readonly number[] | 'higher' | 'seeds' | 'rest';
  readonly sumOfSquares: number;
  readonly degrees: number;
  readonly meanSquare: number;
  /** The mean square in units of the rest's; undefined of the rest, and where the rest is 0. */
  readonly f: number | undefined;
  /** How often chance alone gives such an F. */
  readonly p: number | undefined;
  /**
   * Omega squared, from 0: the share of the variance of all trainings, without the part that chance adds. Source: Hays,
   * "Statistics for psychologists", 1963.
   */
  readonly share: number;
  /**
   * A 95 % interval of the share, for these levels and seeds. Undefined where the design is not orthogonal or the rest
   * is 0.
   */
  readonly interval: readonly [low: number, high: number] | undefined;
}

export interface AnalysisOfVariance {
  /** The terms in their order, then `higher` if there is such a row, `seeds` and `rest`. */
  readonly rows: readonly VarianceRow[];
  /** Of all trainings around their mean. */
  readonly sumOfSquares: number;
  readonly degrees: number;
  /** Whether the terms explain different parts of the variance, as in a complete grid; otherwise the parts overlap. */
  readonly isOrthogonal: boolean;
}

interface Part {
  readonly source: VarianceRow['source'];
  readonly sumOfSquares: number;
  readonly degrees: number;
}

/** Beyond this many steps of the least squares of one model, some three seconds for all, there is no analysis. */
const mostSteps = 2e7;

/**
 * The analysis of variance, by type II sums of squares: a term's is what it explains beyond all terms that do not
 * contain it. In a complete grid these are the classical ones. The rest is what the seeds do to some combinations and not
 * to others.
 * @param treatments at least two, each with the scores of the same two or more seeds.
 * @param terms the factors of each term as indices, ascending. No two terms are equal.
 * @returns undefined for an incomplete grid that is too large, and where all scores are equal.
 * Source: Montgomery, "Design and analysis of experiments", chapters 4 and 5; Langsrud, "ANOVA for unbalanced data: use
 * type II instead of type III sums of squares", Statistics and Computing 13, 2003.
 */
export function analyzeVariance(
  treatments: readonly Treatment[],
  terms: readonly (readonly number[])[],
): AnalysisOfVariance | undefined {
  const seeds = treatments[0]!.scores.length;
  const all = treatments.flatMap(({ scores }) => scores);
  const center = mean(all);
  const means = treatments.map(({ scores }) => mean(scores) - center);
  const bySeed = Array.from(
    { length: seeds },
    (_, seed) => mean(treatments.map(({ scores }) => scores[seed]!)) - center,
  );
  const total = all.reduce((sum, score) => sum + (score - center) ** 2, 0);
  // Accuracies are counts of images: smaller sums are errors of rounding.
  const rounding = all.length * 1e-18 * Math.max(1, center ** 2);
  if (total <= rounding) return undefined;
  const parts = partsOf(means, { levels: treatments.map(({ levels }) => levels), terms, scale: seeds });
  if (!parts) return undefined;
  const between = seeds * sumOfSquares(means);
  const explained = parts.reduce((sum, part) => sum + part.sumOfSquares, 0);
  const ofSeeds = treatments.length * sumOfSquares(bySeed);
  const rest: Part = {
    source: 'rest',
    sumOfSquares: treatments.reduce(
      (sum, { scores }, i) =>
        sum + scores.reduce((own, score, s) => own + (score - center - means[i]! - bySeed[s]!) ** 2, 0),
      0,
    ),
    degrees: (treatments.length - 1) * (seeds - 1),
  };
  const isOrthogonal = Math.abs(explained - between) <= 1e-9 * between + rounding;
  return {
    rows: rowsOf([...parts, { source: 'seeds', sumOfSquares: ofSeeds, degrees: seeds - 1 }], {
      rest: rest.sumOfSquares <= rounding ? { ...rest, sumOfSquares: 0 } : rest,
      total,
      isOrthogonal,
    }),
    sumOfSquares: total,
    degrees: all.length - 1,
    isOrthogonal,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

interface Design {
  /** Of each treatment. */
  readonly levels: readonly (readonly number[])[];
  readonly terms: readonly (readonly number[])[];
  /** Trainings a treatment. */
  readonly scale: number;
}

/** The terms' sums of squares, and what more than two factors do together. @param means of the treatments, around 0. */
function partsOf(means: readonly number[], design: Design): readonly Part[] | undefined {
  const { levels, terms, scale } = design;
  const groupings = terms.map((term) => groupingOf(levels, term));
  const parts = isComplete(levels) ? byMeans(means, design, groupings) : byLeastSquares(means, design, groupings);
  if (!parts) return undefined;
  const degrees = means.length - parts.rank;
  if (degrees === 0) return parts.terms;
  return [...parts.terms, { source: 'higher', sumOfSquares: scale * parts.residual, degrees }];
}

/** The treatments by their levels of some factors. */
function groupingOf(levels: Design['levels'], term: readonly number[]): Grouping {
  const groups = new Map<string, number>();
  return levels.map((own) => {
    const key = term.map((factor) => own[factor]).join();
    const group = groups.get(key) ?? groups.size;
    groups.set(key, group);
    return group;
  });
}

/** Whether every combination of the factors' levels is there, once. */
function isComplete(levels: Design['levels']): boolean {
  const counts = levels[0]!.map((_, factor) => new Set(levels.map((own) => own[factor])).size);
  return counts.reduce((product, count) => product * count, 1) === levels.length;
}

interface Parts {
  readonly terms: readonly Part[];
  /** Of the means, left by all terms together. */
  readonly residual: number;
  /** Effects that all terms together have, the mean among them. */
  readonly rank: number;
}

/** In a complete grid a term's groups have means of equal weight, and the terms inside it explain a part of them. */
function byMeans(means: readonly number[], { terms, scale }: Design, groupings: readonly Grouping[]): Parts {
  const found: { term: readonly number[]; sum: number; degrees: number }[] = [];
  // A term comes after those inside it.
  for (const index of [...terms.keys()].sort((a, b) => terms[a]!.length - terms[b]!.length)) {
    const [term, grouping] = [terms[index]!, groupings[index]!];
    const sums = new Map<number, { sum: number; count: number }>();
    for (const [i, group] of grouping.entries()) {
      const own = sums.get(group) ?? { sum: 0, count: 0 };
      sums.set(group, { sum: own.sum + means[i]!, count: own.count + 1 });
    }
    const inside = found.filter((other) => other.term.every((factor) => term.includes(factor)));
    let sum = 0;
    for (const group of sums.values()) sum += group.sum ** 2 / group.count;
    for (const other of inside) sum -= other.sum;
    const degrees = inside.reduce((left, other) => left - other.degrees, sums.size - 1);
    found.push({ term, sum: Math.max(0, sum), degrees });
  }
  const ordered = terms.map((term) => found.find((own) => own.term === term)!);
  const explained = found.reduce((sum, own) => sum + own.sum, 0);
  return {
    terms: ordered.map(({ term, sum, degrees }) => ({ source: term, sumOfSquares: scale * sum, degrees })),
    residual: Math.max(0, sumOfSquares(means) - explained),
    rank: ordered.reduce((rank, { degrees }) => rank + degrees, 1),
  };
}

/** Every term beside the terms that do not contain it. */
function byLeastSquares(
  means: readonly number[],
  { terms, scale }: Design,
  groupings: readonly Grouping[],
): Parts | undefined {
  const columns = groupings.reduce((sum, grouping) => sum + new Set(grouping).size, 0);
  if (means.length * Math.min(columns, means.length) * columns > mostSteps) return undefined;
  const parts = terms.map((term, index): Part => {
    const others = groupings.filter((_, other) => !term.every((factor) => terms[other]!.includes(factor)));
    const [without, within] = [fitGroups(means, others), fitGroups(means, [...others, groupings[index]!])];
    return {
      source: term,
      sumOfSquares: scale * Math.max(0, without.residual - within.residual),
      degrees: within.rank - without.rank,
    };
  });
  return { terms: parts, ...fitGroups(means, groupings) };
}

interface Whole {
  readonly rest: Part;
  readonly total: number;
  readonly isOrthogonal: boolean;
}

function rowsOf(parts: readonly Part[], { rest, total, isOrthogonal }: Whole): VarianceRow[] {
  const noise = rest.sumOfSquares / rest.degrees;
  const trainings = 1 + rest.degrees + parts.reduce((sum, { degrees }) => sum + degrees, 0);
  const rows = parts.map((part): VarianceRow => {
    const { sumOfSquares: sum, degrees } = part;
    const meanSquare = degrees > 0 ? sum / degrees : 0;
    const f = noise > 0 && degrees > 0 ? meanSquare / noise : undefined;
    return {
      ...part,
      meanSquare,
      f,
      p: f === undefined ? undefined : upperTailF(f, degrees, rest.degrees),
      share: Math.max(0, sum - degrees * noise) / (total + noise),
      interval: undefined,
    };
  });
  const last: VarianceRow = {
    ...rest,
    meanSquare: noise,
    f: undefined,
    p: undefined,
    share: (trainings * noise) / (total + noise),
    interval: undefined,
  };
  if (!isOrthogonal || noise === 0) return [...rows, last];
  const intervals = shareIntervals(rows, { rest, trainings });
  return [...rows, last].map((row, i) => ({ ...row, interval: intervals[i]! }));
}

/**
 * Intervals of all shares, the rest's last. A share is a row's variance over that of all rows, in units of the rest's
 * variance. The row and all others together have Steiger's intervals, each with 97.5 % confidence (Bonferroni). The share
 * is least where its own variance is least and the others' is largest. The share of the rest depends on one sum only.
 */
function shareIntervals(
  rows: readonly VarianceRow[],
  { rest, trainings }: { readonly rest: Part; readonly trainings: number },
): (readonly [number, number])[] {
  const noise = rest.sumOfSquares / rest.degrees;
  const variance = (parts: readonly Part[], confidence: number): readonly [number, number] => {
    const first = parts.reduce((sum, { degrees }) => sum + degrees, 0);
    if (first === 0) return [0, 0];
    const f = parts.reduce((sum, { sumOfSquares: own }) => sum + own, 0) / first / noise;
    const [low, high] = noncentralityInterval(f, { first, second: rest.degrees, confidence });
    return [low / trainings, high / trainings];
  };
  const half = 1 - (1 - confidence) / 2;
  const all = variance(rows, confidence);
  return [
    ...rows.map((row): [number, number] => {
      const own = variance([row], half);
      const others = variance(
        rows.filter((other) => other !== row),
        half,
      );
      return [own[0] / (own[0] + others[1] + 1), own[1] / (own[1] + others[0] + 1)];
    }),
    [1 / (1 + all[1]), 1 / (1 + all[0])],
  ];
}
