/** Numbers and lists of them as people read them. */
import { counted } from '../../base/format.ts';
import { type Objective, objectives } from '../../study/definition.ts';
import type { Interval } from '../../study/judgement.ts';

/**
 * A score for other programs. An accuracy is a count of images, so its last digits are errors of rounding: 12
 * significant digits remain.
 */
export function exactScore(score: number, objective: Objective): number {
  return objectives[objective].isPercentage ? Number(score.toPrecision(12)) : score;
}

/** A score: accuracies in percent with two decimals, losses with four. */
export function scoreText(score: number, objective: Objective): string {
  return rounded(score, objective);
}

/** `98.80 to 99.08`. */
export function rangeText([low, high]: Interval, objective: Objective): string {
  return `${scoreText(low, objective)} to ${scoreText(high, objective)}`;
}

/** A difference of scores with its sign; zero has none. */
export function differenceText(value: number, objective: Objective): string {
  const size = Math.abs(value).toFixed(objectives[objective].decimals);
  if (Number(size) === 0) return size;
  return `${value > 0 ? '+' : '−'}${size}`;
}

export function differenceRange([low, high]: Interval, objective: Objective): string {
  return `${differenceText(low, objective)} to ${differenceText(high, objective)}`;
}

/** The size of a difference: `0.24 points`, or `0.0100` of a loss. */
export function sizeText(size: number, objective: Objective): string {
  return withUnit(rounded(size, objective), objective);
}

/** A size that the user gave, as written: `0.1 points`. */
export function resolveText(resolve: number, objective: Objective): string {
  return withUnit(String(resolve), objective);
}

function withUnit(text: string, objective: Objective): string {
  if (!objectives[objective].isPercentage) return text;
  return text === '1' ? '1 point' : `${text} points`;
}

function rounded(value: number, objective: Objective): string {
  const size = Math.abs(value).toFixed(objectives[objective].decimals);
  return value < 0 && Number(size) !== 0 ? `−${size}` : size;
}

/** Below this a p value is no longer printed. */
const leastP = 0.001;

/** A p value in a column: `0.066`, `< 0.001`. */
export function pText(p: number): string {
  return p < leastP ? `< ${leastP}` : p.toFixed(3);
}

/** A p value in a sentence: `p = 0.066`, `p < 0.001`. */
export function pSentence(p: number): string {
  return p < leastP ? `p < ${leastP}` : `p = ${p.toFixed(3)}`;
}

/** A share in percent: `61 %`, `4.2 %`, `< 0.1 %`. */
export function shareText(share: number): string {
  return `${shareNumber(share)} %`;
}

/** An interval of a share: `52 to 70 %`. */
export function shareRange([low, high]: Interval): string {
  return `${shareNumber(low)} to ${shareNumber(high)} %`;
}

function shareNumber(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return '< 0.1';
  return percent < 9.95 && percent > 0 ? percent.toFixed(1) : percent.toFixed(0);
}

/** An F ratio with three digits: `0.42`, `31.2`, `1,254`. */
export function fText(f: number): string {
  return f < 99.95 ? f.toPrecision(3) : counted(f);
}

/** `one seed`, `3 seeds`. */
export function countText(count: number, noun: string): string {
  return count === 1 ? `one ${noun}` : `${counted(count)} ${noun}s`;
}
