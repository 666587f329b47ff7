/** What the confirmation of a search says, in sentences: what tuning was worth, the runner-up, and luck. */

import type { Claim } from '../../study/claims.ts';
import { objectives } from '../../study/definition.ts';
import type { Interval } from '../../study/judgement.ts';
import { significance } from '../../study/statistics.ts';
import type { StudyFacts } from '../facts.ts';
import { proposalName, type SearchFacts } from '../search-facts.ts';
import { countText, differenceRange, differenceText, pSentence, rangeText, scoreText, sizeText } from './numbers.ts';

/** What tuning was worth: the winner against the base. */
export function worth(facts: StudyFacts, { claims, isBaseBest }: SearchFacts): string {
  if (isBaseBest) return 'So tuning was worth nothing here.';
  const claim = claims.find(({ against }) => against === 'base');
  if (!claim?.gain) return 'What tuning was worth is not known: winner and base have no finished seed in common.';
  const { mean, interval, seeds } = claim.gain;
  const { objective } = facts.definition;
  const on = `on ${countText(seeds, 'fresh seed')}`;
  if (!interval) {
    return `With one common seed the winner is ${signed(mean, facts)} beside the base; one seed allows no interval, so what tuning was worth is not known.`;
  }
  const range = rangeText(interval, objective);
  if (isTooSmall(mean, interval, facts)) {
    return `Tuning was worth nothing that these decimals show: ${signed(mean, facts)}, ${on}.`;
  }
  if (interval[0] > 0) {
    return `Tuning was worth ${sizeText(mean, objective)} (${range}), ${on}.${counting(claim)}`;
  }
  if (interval[1] < 0) {
    const size = rangeText([-interval[1], -interval[0]], objective);
    return `Tuning did harm: ${on} the base is better than the winner by ${sizeText(-mean, objective)} (${size}).${counting(claim)}`;
  }
  return `Tuning was worth nothing that ${countText(seeds, 'seed')} can show: ${signed(mean, facts)} (${differenceRange(interval, objective)}).`;
}

/** Whether a difference is known not to be zero, but is zero in the decimals that the report writes. */
function isTooSmall(mean: number, [low, high]: Interval, { definition: { objective } }: StudyFacts): boolean {
  return (low > 0 || high < 0) && Number(Math.abs(mean).toFixed(objectives[objective].decimals)) === 0;
}

/** Where an interval excludes zero, but the two claims together do not. */
function counting({ adjusted }: Claim): string {
  return adjusted < significance
    ? ''
    : ` As one of two comparisons that may still be chance (${pSentence(adjusted)} by Holm).`;
}

/** The winner against the runner-up. */
export function beside(facts: StudyFacts, { claims, view, finalists }: SearchFacts): string[] {
  const { objective } = facts.definition;
  const runnerUp = finalists.find(({ view: { key } }) => key === view.confirmation?.runnerUp?.key);
  if (!runnerUp) return finalists[1]?.view.proposal === 0 ? ['The base is the runner-up of the finals.'] : [];
  const name = proposalName(runnerUp.view.proposal);
  const claim = claims.find(({ against }) => against === 'runner-up');
  if (!claim?.gain) return [];
  const { mean, interval, seeds } = claim.gain;
  if (!interval)
    return [`Beside the runner-up, ${name}, it is ${signed(mean, facts)} with one seed, which settles nothing.`];
  if (isTooSmall(mean, interval, facts))
    return [`The runner-up, ${name}, is as good: ${signed(mean, facts)} beside it.`];
  if (interval[0] > 0) {
    return [
      `It is better than the runner-up, ${name}, by ${sizeText(mean, objective)} (${rangeText(interval, objective)}).${counting(claim)}`,
    ];
  }
  if (interval[1] < 0) {
    const size = rangeText([-interval[1], -interval[0]], objective);
    return [
      `On fresh seeds the runner-up, ${name}, is better by ${sizeText(-mean, objective)} (${size}).${counting(claim)} The winner is still the one of the finals: to choose again by the confirmation would spoil it.`,
    ];
  }
  return [
    `Whether it is better than the runner-up, ${name}, is not settled by ${countText(seeds, 'seed')}: ${signed(mean, facts)} (${differenceRange(interval, objective)}).`,
  ];
}

/** The score that the winner was found with, beside its mean on fresh seeds. */
export function luck(facts: StudyFacts, { finalists, isBaseBest, view }: SearchFacts): string[] {
  const [winner] = finalists;
  if (!winner?.confirmed) return [];
  const { found, confirmed } = winner;
  const who = isBaseBest ? 'The base' : 'The winner';
  if (found === undefined) {
    const { rung } = view.proposals[winner.view.proposal]!;
    return [
      `In the search ${who.toLowerCase()} was trained for ${countText(view.rungs[rung]!, 'epoch')} only, so there is no first score beside the confirmed one.`,
    ];
  }
  const sign = facts.measure.goal === 'maximize' ? 1 : -1;
  const [first, then] = [scored(found, facts), scored(confirmed.mean, facts)];
  const isLucky = sign * (found - confirmed.mean) > 0 && first !== then;
  const verb = isBaseBest ? 'had' : 'was found with';
  return [
    `${who} ${verb} ${first}${isBaseBest ? ' in the search' : ''}; its confirmed mean is ${then}: the first number was ${isLucky ? 'luck in part' : 'not too good'}.`,
  ];
}

/** How much better finalists, the base apart, looked when they were found than on new seeds; undefined below two. */
export function luckOfFinalists(facts: StudyFacts, { finalists }: SearchFacts): string | undefined {
  // The base was not selected by its score.
  const both = finalists.flatMap(({ view, found, finals }) =>
    view.proposal === 0 || found === undefined || !finals ? [] : [found - finals.mean],
  );
  if (both.length < 2) return undefined;
  const sign = facts.measure.goal === 'maximize' ? 1 : -1;
  const mean = (sign * both.reduce((sum, each) => sum + each, 0)) / both.length;
  const { objective } = facts.definition;
  if (Number(differenceText(mean, objective)) === 0) {
    return 'On average the finalists’ first scores are as good as their means on the seeds of the finals.';
  }
  return `On average the finalists’ first scores are ${sizeText(Math.abs(mean), objective)} ${mean > 0 ? 'better' : 'less good'} than their means on the seeds of the finals.`;
}

/** A score with its unit: `99.12 %`. */
export function scored(score: number, { definition: { objective } }: Pick<StudyFacts, 'definition'>): string {
  return `${scoreText(score, objective)}${objectives[objective].unit}`;
}

/** A gain with its sign: `+0.02 points`. */
function signed(gain: number, { definition: { objective } }: Pick<StudyFacts, 'definition'>): string {
  return `${differenceText(gain, objective)}${objectives[objective].isPercentage ? ' points' : ''}`;
}
