/** Notes on one level: with whom it shares its trials, and which of them failed. */
import { isSeedRule, seedsOfStage } from '../../study/definition.ts';
import { type LevelFacts, levelAt, type StageFacts, type StudyFacts } from '../facts.ts';
import { fullName } from './names.ts';

/** In words, without a full stop. */
export function levelNotes(level: LevelFacts, stage: StageFacts, facts: StudyFacts): string[] {
  return [
    ...sameNotes(level, stage, facts),
    ...level.failures.map(({ seed, reason }) => `seed ${seed} failed: ${firstLine(reason)}`),
  ];
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

/** The rest of a reason is for whoever looks at the trial itself. */
export function firstLine(text: string | undefined): string {
  return text?.split('\n')[0] ?? 'for no recorded reason';
}
