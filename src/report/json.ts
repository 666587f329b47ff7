/**
 * A study's results as JSON without times: equal studies give equal bytes. Intervals of accuracies end at 0 and 100 %, those of
 * differences at -100 and 100 points.
 */
import type { LevelFacts, StageFacts, StudyFacts } from './facts.ts';
import { levelNotes } from './words/notes.ts';
import { remarks } from './words/remarks.ts';
import { verdict } from './words/verdict.ts';

export function showJson(facts: StudyFacts): object {
  const { definition, finished, counts, winner, looks, foreign } = facts;
  const { name, protocol, objective, plan, seeds } = definition;
  return {
    ...{ name, protocol: protocol ?? null, objective, plan: plan.kind, seeds, finished },
    trials: { ended: counts.ended, expected: counts.expected },
    stages: facts.stages.map((stage) => stageJson(stage, facts)),
    winner: winner
      ? {
          ...{ configuration: winner.id, settings: winner.view.settings },
          summary: winner.summary ? { ...winner.summary, interval: winner.judgement.mean } : null,
        }
      : null,
    looks: looks.map(({ trial, seed, id, accuracy, loss }) => ({
      ...{ trial, seed, configuration: id ?? null, accuracy, loss },
    })),
    foreignTrials: foreign.length,
  };
}

function stageJson(stage: StageFacts, facts: StudyFacts): object {
  const { factors, seeds, selected, finished, judgement, levels, timeline } = stage;
  const { method, spread, margin, resolve, seedsNeeded } = judgement;
  return {
    ...{ factors, seeds, finished, method },
    ...{ spread: spread ?? null, margin: margin ?? null, resolve, seedsNeeded: seedsNeeded ?? null },
    rounds: timeline?.rounds ?? null,
    levels: levels.map((level) => levelJson(level, stage, facts)),
    selected: selected === undefined ? null : levels[selected]!.view.level.label,
    steps: stage.steps.map(({ level, difference, p, adjusted }) => ({
      ...{
        level: levels[level]!.view.level.label,
        mean: difference?.mean ?? null,
        interval: difference?.interval ?? null,
      },
      ...{ p, adjusted },
    })),
    verdict: verdict(stage, facts),
    remarks: remarks(stage, facts),
  };
}

/** `scores` by the stage's seeds; intervals are [low, high]. */
function levelJson(level: LevelFacts, stage: StageFacts, facts: StudyFacts): object {
  const { id, view, scores, summary, judgement, isSelected } = level;
  const { standing, scope, difference, differenceToBest, bothEnds, otherImages, mean, departure } = judgement;
  return {
    ...{
      configuration: id,
      label: view.level.label,
      settings: view.settings,
      standing,
      scope,
      selected: isSelected,
    },
    scores: scores.map((score) => score ?? null),
    mean: summary?.mean ?? null,
    standardDeviation: summary?.sd ?? null,
    meanInterval: mean ?? null,
    difference: difference ?? null,
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
