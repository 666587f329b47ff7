/** Notes on one level: the level that it shares its trials with, and which of the trials failed or were pruned. */
import { isSeedRule, seedsOfStage } from '../../study/definition.ts';
import type { Trial } from '../../study/trial.ts';
import { type LevelFacts, levelAt, type StageFacts, type StudyFacts } from '../facts.ts';
import { fullName } from './names.ts';

/** In words, without a full stop. */
export function levelNotes(level: LevelFacts, stage: StageFacts, facts: StudyFacts): string[] {
  return [...sameNotes(level, stage, facts), ...level.failures.map((trial) => `seed ${trial.seed} ${endText(trial)}`)];
}

/** `is the same training as batchSize 32 of stage 1: AdamW with weight decay 0 is Adam`. */
export function sameNotes({ sameAs }: LevelFacts, stage: StageFacts, facts: StudyFacts): string[] {
  if (!sameAs) return [];
  const other = facts.stages[sameAs.stage]!;
  const twin = fullName(levelAt(facts, sameAs), other, facts);
  const where = sameAs.stage === stage.index ? twin : `${twin} of stage ${sameAs.stage + 1}`;
  const why = sameAs.reason === undefined ? '' : `: ${sameAs.reason}`;
  return hasOwnSeeds(stage, sameAs.stage, facts)
    ? [`has the settings of ${where}, but seeds of its own${why}`]
    : [`is the same training as ${where}, done once${why}`];
}

/** Under a seed rule each stage has seeds of its own. */
function hasOwnSeeds({ index }: StageFacts, other: number, { definition }: StudyFacts): boolean {
  return isSeedRule(definition.seeds) && seedsOfStage(definition, index)[0] !== seedsOfStage(definition, other)[0];
}

/**
 * `failed: the loss is NaN`, `was pruned`. Of a reason the first line is shown; the trial's own record has the rest.
 */
export function endText({ state, reason }: Pick<Trial, 'state' | 'reason'>): string {
  const end = state === 'pruned' ? 'was pruned' : state;
  return reason === undefined ? end : `${end}: ${reason.split('\n')[0]}`;
}
