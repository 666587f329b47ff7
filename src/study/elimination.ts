/**
 * Decides which levels of a study get another seed: Kim and Nelson's sequential elimination with variances from all
 * seeds so far.
 */
import { significance } from './statistics.ts';
import { criticalT } from './student-t.ts';

/** Two seeds would be too few: with a variance from two seeds the best level left in up to 6 % of simulated studies. */
export const fewestSeeds = 3;

export interface EliminationRule {
  /** No level leaves before it has this many seeds; at least {@link fewestSeeds}. */
  readonly atLeast: number;
  /** No level gets more seeds than this. */
  readonly atMost: number;
  /** Indifference zone: two levels that differ by no more are equally good. In units of the score, above 0. */
  readonly resolve: number;
  readonly goal: 'maximize' | 'minimize';
  /**
   * A lower bound of the standard deviation of a difference, in units of the score; default 0.
   * Scores count images, so a few scores can agree by chance: one image is a sensible bound.
   */
  readonly floor?: number;
}

export interface Departure {
  /** The number of seeds after which the level left. */
  readonly round: number;
  /** Index of the level that was ahead: the best mean among the levels that it was compared with. */
  readonly behind: number;
}

export interface EliminationState {
  /** Complete rounds: every level that is still in has this many seeds. */
  readonly rounds: number;
  /** By level: when it left, because it is worse or not better by more than `resolve`; undefined while it is in. */
  readonly left: readonly (Departure | undefined)[];
  /** By level: the round in which it got no score (its trial failed), after which it is out. */
  readonly withdrawn: readonly (number | undefined)[];
  /** Indices of the levels that are still in, ascending. */
  readonly in: readonly number[];
  /** Index of the best mean among the levels that are still in; undefined without a level or a complete round. */
  readonly leader: number | undefined;
  /**
   * By level: interval of the level minus the best of the others, in units of the score; holds for all levels at all
   * rounds together.
   */
  readonly differences: readonly (readonly [low: number, high: number])[];
  /** By level: the interval in `differences` excludes that this level is the best. Every such level has left. */
  readonly worse: readonly boolean[];
  /**
   * No level gets another seed: one is left, or `atMost` is reached. Several levels that are still in are then open.
   */
  readonly finished: boolean;
}

/** The critical values of one look at the scores. */
interface Look {
  /** Kim and Nelson's h². */
  readonly h2: number;
  /** Student's t. */
  readonly t: number;
}

/**
 * The critical values of every look. They depend on the number of levels and on `atLeast` alone, so many eliminations
 * share them.
 */
class CriticalValues {
  readonly #competitors: number;
  readonly #atLeast: number;
  /** By round. */
  readonly #kept: Look[] = [];

  constructor(levels: number, { atLeast }: Pick<EliminationRule, 'atLeast'>) {
    // At least 1: a single level has nothing to be compared with, and no value is used.
    this.#competitors = Math.max(1, levels - 1);
    this.#atLeast = atLeast;
  }

  at(round: number): Look {
    const kept = this.#kept[round];
    if (kept !== undefined) return kept;
    const degrees = round - 1;
    const chance = significance / this.#competitors;
    const h2 = degrees * (chance ** (-2 / degrees) - 1);
    // 1/(1 2) + 1/(2 3) + 1/(3 4) + ... = 1: all looks together spend the whole chance of error, whatever `atMost` is.
    const before = round - this.#atLeast;
    const spent = chance / ((before + 1) * (before + 2));
    const look = { h2, t: criticalT(1 - 2 * spent, degrees) };
    this.#kept[round] = look;
    return look;
  }
}

/** A cache: a study needs the same values after every round, and computing one takes longer than a round. */
const known = new Map<string, CriticalValues>();

function criticalValues(levels: number, rule: EliminationRule): CriticalValues {
  const key = `${levels}/${rule.atLeast}`;
  const found = known.get(key) ?? new CriticalValues(levels, rule);
  known.set(key, found);
  return found;
}

/**
 * The elimination, fed round by round. After r rounds, levels i and l have the mean difference D = mean_i - mean_l, and
 * S² is the variance of their differences seed by seed: seeds are blocks, so what a seed does to all levels alike
 * cancels. With k levels, α = 0.05 and ν = r - 1:
 *
 * - A level i is worse than l if D + t S / sqrt(r) < 0, with Student's t of ν degrees of freedom and a chance of error
 *   of α / ((k - 1) (m + 1) (m + 2)) on one side, where m is the number of looks before. By Bonferroni's inequality
 *   over looks and competitors, the best level is never called worse, with probability 1 - α at least. Nothing is
 *   assumed of the spreads, they may differ; the differences are taken to be normal.
 * - A level i leaves behind l if it is worse, or if mean_i <= mean_l and
 *     D + h² S² / (2 r resolve) + resolve / 2 <= resolve,  h² = ν ((α / (k - 1))^(-2/ν) - 1):
 *   not better by more than `resolve`. Source: S.-H. Kim and B. L. Nelson, "A fully sequential procedure for
 *   indifference-zone selection in simulation", ACM TOMACS 11 (2001), with two changes. They keep the variance of the
 *   first seeds; ours is estimated from all seeds, anew in every round, which saves seeds but gives the variance more
 *   chances to be too small. To pay for that our α stands where they have 2 α. That this suffices is no theorem, it is
 *   shown by simulation (`npm run bench -- resolve`): a best level that is ahead by `resolve` leaves in less than 5 %
 *   of studies; with 2 α it would be up to 8 %.
 */
export class Elimination {
  readonly #levels: number;
  readonly #rule: EliminationRule;
  readonly #critical: CriticalValues;
  /** 1 if higher scores are better, -1 if lower scores are better. */
  readonly #sign: number;
  #rounds = 0;
  #in: number[];
  readonly #left: (Departure | undefined)[];
  readonly #withdrawn: (number | undefined)[];
  readonly #sums: Float64Array;
  /**
   * By pair [i * levels + l], i < l: mean and summed squared deviations of the differences, by Welford's method
   * (Technometrics 4, 1962).
   */
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  /** By ordered pair [i * levels + l]: the smallest upper bound so far of i's advantage over l. */
  readonly #advantages: Float64Array;

  /** @throws RangeError if the rule's numbers make no sense. */
  constructor(levels: number, rule: EliminationRule) {
    const { atLeast, atMost, resolve, floor = 0 } = rule;
    if (!(Number.isInteger(atLeast) && atLeast >= fewestSeeds)) {
      throw new RangeError(`atLeast: expected an integer from ${fewestSeeds}, got ${atLeast}`);
    }
    if (!(Number.isInteger(atMost) && atMost >= atLeast)) {
      throw new RangeError(`atMost: expected an integer from atLeast = ${atLeast}, got ${atMost}`);
    }
    if (!(resolve > 0)) throw new RangeError(`resolve: expected a number above 0, got ${resolve}`);
    if (!(floor >= 0)) throw new RangeError(`floor: expected a number from 0, got ${floor}`);
    this.#levels = levels;
    this.#rule = rule;
    this.#critical = criticalValues(levels, rule);
    this.#sign = rule.goal === 'maximize' ? 1 : -1;
    this.#in = Array.from({ length: levels }, (_, level) => level);
    this.#left = Array.from({ length: levels }, () => undefined);
    this.#withdrawn = Array.from({ length: levels }, () => undefined);
    this.#sums = new Float64Array(levels);
    this.#means = new Float64Array(levels * levels);
    this.#squares = new Float64Array(levels * levels);
    this.#advantages = new Float64Array(levels * levels).fill(Number.POSITIVE_INFINITY);
  }

  get rounds(): number {
    return this.#rounds;
  }

  /** Indices of the levels that are still in, ascending. */
  get in(): readonly number[] {
    return this.#in;
  }

  get finished(): boolean {
    const { atLeast, atMost } = this.#rule;
    return this.#rounds >= atMost || (this.#rounds >= atLeast && this.#in.length === 1) || this.#in.length === 0;
  }

  get leader(): number | undefined {
    if (this.#rounds === 0) return undefined;
    return this.#in.find((level) => this.#in.every((other) => other === level || this.#isAhead(level, other)));
  }

  /**
   * One more seed for all levels that are still in.
   * @param scores by level; NaN: the level got no score, and is out. The scores of levels that left are not read.
   */
  play(scores: ArrayLike<number>): void {
    this.#rounds++;
    for (const level of this.#in) if (Number.isNaN(scores[level]!)) this.#withdrawn[level] = this.#rounds;
    this.#in = this.#in.filter((level) => this.#withdrawn[level] === undefined);
    for (const [position, level] of this.#in.entries()) {
      const score = scores[level]! * this.#sign;
      this.#sums[level]! += score;
      for (let next = position + 1; next < this.#in.length; next++) {
        const other = this.#in[next]!;
        this.#addDifference(level * this.#levels + other, score - scores[other]! * this.#sign);
      }
    }
    if (this.#rounds < this.#rule.atLeast) return;
    this.#boundAdvantages();
    this.#eliminate();
  }

  state(): EliminationState {
    const worse = this.#left.map((_, level) => this.#advantage(level) < 0);
    return {
      rounds: this.#rounds,
      left: [...this.#left],
      withdrawn: [...this.#withdrawn],
      in: [...this.#in],
      leader: this.leader,
      differences: worse.map((_, level) => this.#difference(level, worse)),
      worse,
      finished: this.finished,
    };
  }

  #addDifference(pair: number, difference: number): void {
    const before = difference - this.#means[pair]!;
    this.#means[pair]! += before / this.#rounds;
    this.#squares[pair]! += before * (difference - this.#means[pair]!);
  }

  #boundAdvantages(): void {
    const { t } = this.#critical.at(this.#rounds);
    for (const [position, level] of this.#in.entries()) {
      for (let next = position + 1; next < this.#in.length; next++) {
        const other = this.#in[next]!;
        const pair = level * this.#levels + other;
        const opposite = other * this.#levels + level;
        const width = t * Math.sqrt(this.#variance(pair) / this.#rounds);
        this.#advantages[pair] = Math.min(this.#advantages[pair]!, width + this.#means[pair]!);
        this.#advantages[opposite] = Math.min(this.#advantages[opposite]!, width - this.#means[pair]!);
      }
    }
  }

  #eliminate(): void {
    const staying: number[] = [];
    for (const level of this.#in) {
      let behind: number | undefined;
      for (const other of this.#in) {
        if (other === level || !this.#isAhead(other, level) || !this.#letsLeave(level, other)) continue;
        if (behind === undefined || this.#isAhead(other, behind)) behind = other;
      }
      if (behind === undefined) staying.push(level);
      else this.#left[level] = { round: this.#rounds, behind };
    }
    this.#in = staying;
  }

  /** Whether a level is worse than one that is ahead of it, or not better by more than `resolve`. */
  #letsLeave(level: number, ahead: number): boolean {
    if (this.#advantages[level * this.#levels + ahead]! < 0) return true;
    const { resolve } = this.#rule;
    const { h2 } = this.#critical.at(this.#rounds);
    const pair = Math.min(level, ahead) * this.#levels + Math.max(level, ahead);
    const difference = level < ahead ? this.#means[pair]! : -this.#means[pair]!;
    return difference + (h2 * this.#variance(pair)) / (2 * this.#rounds * resolve) + resolve / 2 <= resolve;
  }

  /** The variance of the differences of a pair of levels. */
  #variance(pair: number): number {
    const { floor = 0 } = this.#rule;
    return Math.max(this.#squares[pair]! / (this.#rounds - 1), floor * floor);
  }

  /** Whether the first of two levels that are in has the better mean. Of equal means, the earlier level is ahead. */
  #isAhead(level: number, other: number): boolean {
    const lead = this.#sums[level]! - this.#sums[other]!;
    return lead > 0 || (lead === 0 && level < other);
  }

  /** Upper bound of a level's lead over the best of the others. */
  #advantage(level: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < this.#levels; other++) {
      if (other !== level) least = Math.min(least, this.#advantages[level * this.#levels + other]!);
    }
    return least;
  }

  /**
   * Hsu's constrained interval (Annals of Statistics 12, 1984) with these bounds: a level is compared with
   * the levels that may be the best, and the interval always reaches 0.
   */
  #difference(level: number, worse: readonly boolean[]): readonly [low: number, high: number] {
    let low = Number.POSITIVE_INFINITY;
    for (let other = 0; other < this.#levels; other++) {
      if (other !== level && !worse[other]) low = Math.min(low, -this.#advantages[other * this.#levels + level]!);
    }
    low = Math.min(0, low);
    const high = Math.max(0, this.#advantage(level));
    // Adding 0 turns -0 into 0.
    return this.#sign > 0 ? [low + 0, high + 0] : [-high + 0, -low + 0];
  }
}

/**
 * Replays all complete rounds of the given scores. Pure: the decisions of a round depend only on scores up to this
 * round.
 * @param scores by level, then by seed in the common order of seeds; undefined: the trial ended without a score, and
 * the level is out after that round. A level that is out needs no more.
 * @throws RangeError on a score that is not finite, or a rule that makes no sense.
 */
export function followRounds(
  scores: readonly (readonly (number | undefined)[])[],
  rule: EliminationRule,
): EliminationState {
  const elimination = new Elimination(scores.length, rule);
  const round = new Float64Array(scores.length);
  while (!elimination.finished && elimination.in.every((level) => scores[level]!.length > elimination.rounds)) {
    for (const level of elimination.in) {
      const score = scores[level]![elimination.rounds];
      if (score !== undefined && !Number.isFinite(score)) {
        throw new RangeError(
          `score ${elimination.rounds + 1} of level ${level}: expected a finite number, got ${score}`,
        );
      }
      round[level] = score ?? Number.NaN;
    }
    elimination.play(round);
  }
  return elimination.state();
}
