/** A search in the JSON of a study: its phases, the claims of its confirmation, and importances. */
import { objectives } from '../study/definition.ts';
import type { Summary } from '../study/statistics.ts';
import type { StudyFacts } from './facts.ts';
import { configurationName, type SearchFacts } from './search-facts.ts';
import { exactScore } from './words/numbers.ts';
import { searchSummary } from './words/search.ts';

/** Scores as in the rest of the JSON. Proposals have numbers; proposal 0 is the base. */
export function searchJson(search: SearchFacts, facts: StudyFacts): object {
  const { view, trainings, comparedAt, baseOutside, importances } = search;
  const { objective } = facts.definition;
  const exact = (score: number | undefined) => (score === undefined ? null : exactScore(score, objective));
  const hasRungs = view.rungs.length > 1;
  return {
    phase: view.phase,
    summary: searchSummary(facts, search),
    planned: view.planned,
    exhausted: view.exhausted,
    baseOutside,
    trainings,
    rungs: hasRungs ? view.rungs : null,
    epochs: view.epochs ?? null,
    proposals: view.proposals.map(({ number, values, state, rung, scores, trial }) => ({
      number,
      configuration: configurationName(number),
      trial: trial?.number ?? null,
      values,
      state,
      ...(hasRungs ? { rung } : {}),
      scores: scores.map(exact),
    })),
    finals: finalsJson(search, exact),
    confirmation: confirmationJson(search, facts),
    claims: search.claims.map(({ against, comparison: { difference, test, p }, adjusted, gain }) => ({
      against,
      difference: exact(difference?.mean),
      interval: difference?.interval ?? null,
      seeds: difference?.n ?? 0,
      test,
      p,
      adjusted,
      gain: exact(gain?.mean),
    })),
    importances: importances
      ? { comparedAfterEpochs: comparedAt ?? null, goal: objectives[objective].goal, ...importances }
      : null,
  };
}

type Exact = (score: number | undefined) => number | null;

function finalsJson({ view, finalists }: SearchFacts, exact: Exact): object | null {
  if (!view.finals) return null;
  const { seeds, rounds, finished, finalists: own } = view.finals;
  return {
    finished,
    seeds,
    rounds: rounds.map(({ seeds: added, finalists: taking, trainings, resumed }) => ({
      seeds: added,
      proposals: taking.map((index) => own[index]!.proposal),
      trainings,
      ...(view.rungs.length > 1 ? { resumed } : {}),
    })),
    finalists: finalists.map(({ view: { proposal, dropped, trials }, id, found, finals, confirmed }) => ({
      proposal,
      configuration: id,
      scores: seeds.map((_, i) => exact(trials[i]?.score)),
      found: exact(found),
      finals: summaryJson(finals, exact),
      confirmed: summaryJson(confirmed, exact),
      dropped: dropped ? { afterRound: dropped.round + 1, by: dropped.by } : null,
    })),
  };
}

function confirmationJson({ view: { confirmation, proposals } }: SearchFacts, { stages, definition }: StudyFacts) {
  const [stage] = stages;
  if (!confirmation || !stage) return null;
  const exact: Exact = (score) => (score === undefined ? null : exactScore(score, definition.objective));
  const levelJson = (key: string | undefined) => {
    const level = stage.levels.find(({ view }) => view.key === key);
    if (!level) return null;
    return {
      proposal: proposals.find((proposal) => proposal.key === key)!.number,
      configuration: level.id,
      settings: level.view.settings,
      scores: level.scores.map(exact),
      mean: exact(level.summary?.mean),
      standardDeviation: level.summary?.sd ?? null,
      interval: level.judgement.mean ?? null,
    };
  };
  return {
    finished: confirmation.finished,
    seeds: confirmation.seeds,
    winner: levelJson(confirmation.winner.key),
    runnerUp: levelJson(confirmation.runnerUp?.key),
    base: levelJson(confirmation.base.key),
  };
}

function summaryJson(summary: Summary | undefined, exact: Exact): object | null {
  return summary ? { seeds: summary.n, mean: exact(summary.mean), standardDeviation: summary.sd ?? null } : null;
}
