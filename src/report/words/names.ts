/** The names of stages, levels and measures. */
import { capitalized, listed } from '../../base/format.ts';
import { objectives } from '../../study/definition.ts';
import type { LevelFacts, Measure, StageFacts, StudyFacts } from '../facts.ts';
import { levelLabel, shortLabel } from '../naming.ts';

/** A level in tables. */
export function labelOf({ view }: LevelFacts, { naming }: Pick<StudyFacts, 'naming'>): string {
  return levelLabel(view.level, naming);
}

/** A level in sentences and charts. */
export function shortName({ view }: LevelFacts, { naming }: Pick<StudyFacts, 'naming'>): string {
  return shortLabel(view.level, naming);
}

/** `batchSize 32`; in a stage with several factors, the level's own name already holds the factors' names. */
export function fullName(
  level: LevelFacts,
  { factors }: Pick<StageFacts, 'factors'>,
  facts: Pick<StudyFacts, 'naming'>,
): string {
  const name = shortName(level, facts);
  return factors.length === 1 ? `${factors[0]} ${name}` : name;
}

/** Of more levels than this a sentence gives only the number; the table lists all of them. */
const mostNamed = 6;

/** `64`, `64 and 128`, or `12 other levels`. */
export function namesOf(levels: readonly LevelFacts[], facts: Pick<StudyFacts, 'naming'>): string {
  return levels.length > mostNamed
    ? `${levels.length} other levels`
    : listed(levels.map((level) => shortName(level, facts)));
}

/** Whether a sentence names these levels one by one. */
export function areNamed(levels: readonly LevelFacts[]): boolean {
  return levels.length <= mostNamed;
}

/** `batchSize`, `learningRate x batchSize`. */
export function factorsText({ factors }: Pick<StageFacts, 'factors'>): string {
  return factors.join(' x ');
}

/** `Stage 1: batchSize`, or the factors alone where there is one stage. */
export function stageTitle(stage: StageFacts, { definition }: Pick<StudyFacts, 'definition'>): string {
  const { plan } = definition;
  const single = plan.kind !== 'stages' || plan.stages.length === 1;
  return single ? factorsText(stage) : `Stage ${stage.index + 1}: ${factorsText(stage)}`;
}

/** `Testing accuracy`, `Validation loss`, `Score`. */
export function measureName({ set, objective }: Measure): string {
  const { name } = objectives[objective];
  if (!set) return capitalized(name);
  return `${set === 'test' ? 'Testing' : 'Validation'} ${name}`;
}

/** `Testing accuracy (%)`. */
export function measureHead(measure: Measure): string {
  const unit = objectives[measure.objective].unit.trim();
  return `${measureName(measure)}${unit && ` (${unit})`}`;
}

/** `after 10 epochs`. */
export function epochsText({ epochs }: Measure): string {
  if (epochs === undefined) return 'after the last epoch';
  return `after ${epochs === 1 ? '1 epoch' : `${epochs} epochs`}`;
}
