/**
 * A study's results as JSON. There are no times in it, so equal studies give equal bytes. Accuracy scores, their means
 * and differences have 12 significant digits. Intervals of accuracies are cut at 0 and 100 %, intervals of their
 * differences at -100 and 100 points.
 */
import type { GridVariance } from '../study/grid-variance.ts';
import { contests, type LevelFacts, type StageFacts, type StudyFacts } from './facts.ts';
import { searchJson } from './search-json.ts';
import { labelOf } from './words/names.ts';
import { levelNotes } from './words/notes.ts';
import { exactScore } from './words/numbers.ts';
import { remarks } from './words/remarks.ts';
import { verdict } from './words/verdict.ts';

export function showJson(facts: StudyFacts): object {
  const { definition, data, dataHash, finished, counts, winner, looks, foreign } = facts;
  const { name, protocol, heldOut, heldOutSplit, distill, objective, plan, seeds } = definition;
  return {
    name,
    data: data ? { name: data.name, hash: dataHash } : null,
    protocol: protocol ?? null,
    ...(heldOut === undefined ? {} : { heldOut }),
    ...(heldOutSplit === undefined ? {} : { heldOutSplit }),
    ...(distill ? { distill: { ...distill, teachers: distill.teachers.map(({ sha256 }) => sha256) } } : {}),
    objective,
    plan: plan.kind,
    seeds,
    finished,
    trials: { ended: counts.ended, expected: counts.expected },
    stages: contests(facts).map((stage) => stageJson(stage, facts)),
    ...(facts.search ? { search: searchJson(facts.search, facts) } : {}),
    winner: winner
      ? {
          configuration: winner.id,
          settings: winner.view.settings,
          summary: winner.summary
            ? {
                ...winner.summary,
                mean: exactScore(winner.summary.mean, objective),
                interval: winner.judgement.mean,
              }
            : null,
        }
      : null,
    looks: looks.map(({ trial, seed, id, accuracy, loss }) => ({
      trial,
      seed,
      configuration: id ?? null,
      accuracy,
      loss,
    })),
    foreignTrials: foreign.length,
  };
}

function stageJson(stage: StageFacts, facts: StudyFacts): object {
  const { factors, seeds, selected, finished, judgement, levels, timeline } = stage;
  const { method, spread, margin, resolve, seedsNeeded } = judgement;
  return {
    factors,
    seeds,
    finished,
    method,
    spread: spread ?? null,
    margin: margin ?? null,
    resolve,
    seedsNeeded: seedsNeeded ?? null,
    rounds: timeline?.rounds ?? null,
    levels: levels.map((level) => levelJson(level, stage, facts)),
    selected: selected === undefined ? null : levels[selected]!.view.level.label,
    steps: stage.steps.map(({ level, difference, p, adjusted }) => ({
      level: levels[level]!.view.level.label,
      mean: difference ? exactScore(difference.mean, facts.definition.objective) : null,
      interval: difference?.interval ?? null,
      p,
      adjusted,
    })),
    verdict: verdict(stage, facts),
    remarks: remarks(stage, facts),
    ...(stage.variance ? { variance: varianceJson(stage.variance) } : {}),
  };
}

/** The analysis of variance of a grid, row by row. */
function varianceJson({ rows, seeds, isOrthogonal }: GridVariance): object {
  return {
    seeds,
    orthogonal: isOrthogonal,
    rows: rows.map(({ kind, names, within, sumOfSquares, degrees, meanSquare, f, p, adjusted, share, interval }) => ({
      kind,
      names,
      within,
      sumOfSquares,
      degrees,
      meanSquare,
      f: f ?? null,
      p: p ?? null,
      adjusted: adjusted ?? null,
      share,
      interval: interval ?? null,
    })),
  };
}

/** `scores` by the stage's seeds; intervals are [low, high]; `shown`: the label as in tables. */
function levelJson(level: LevelFacts, stage: StageFacts, facts: StudyFacts): object {
  const { id, view, scores, summary, judgement, isSelected } = level;
  const { standing, scope, difference, differenceToBest, bothEnds, otherImages, mean, departure } = judgement;
  const exact = (score: number | undefined) =>
    score === undefined ? null : exactScore(score, facts.definition.objective);
  return {
    configuration: id,
    label: view.level.label,
    shown: labelOf(level, facts),
    settings: view.settings,
    standing,
    scope,
    selected: isSelected,
    scores: scores.map(exact),
    mean: exact(summary?.mean),
    standardDeviation: summary?.sd ?? null,
    meanInterval: mean ?? null,
    difference: exact(difference),
    differenceToBest: differenceToBest ?? null,
    bothEnds: bothEnds ?? null,
    otherImages: otherImages
      ? { mean: otherImages.mean, differenceToBest: otherImages.differenceToBest ?? null }
      : null,
    noisy: judgement.isNoisy,
    leftAfter: departure?.round ?? null,
    notes: levelNotes(level, stage, facts),
  };
}
