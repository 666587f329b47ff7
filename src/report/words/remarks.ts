/** Remarks on a stage beside its verdict: the margin, noisy levels, selected scores, levels that share their trials. */
import { mostSeedsAdvised } from '../../study/statistics.ts';
import { distinctLevels, levelAt, type StageFacts, type StudyFacts } from '../facts.ts';
import { factorsText, fullName, namesOf, shortName } from './names.ts';
import { sameNotes } from './notes.ts';
import { resolveText, sizeText } from './numbers.ts';

/** Sentences on a stage, the most important first. */
export function remarks(stage: StageFacts, facts: StudyFacts): string[] {
  return [
    ...marginRemark(stage, facts),
    ...noisyRemark(stage, facts),
    ...carriedRemark(stage, facts),
    ...sameRemarks(stage, facts),
    ...stepRemarks(stage, facts),
    ...referenceRemarks(stage),
  ];
}

/** The margin, and what would bring it to what matters. */
function marginRemark({ judgement, levels, seeds, finished }: StageFacts, { definition }: StudyFacts): string[] {
  const { margin, resolve, seedsNeeded } = judgement;
  if (margin === undefined || !finished) return [];
  const { objective } = definition;
  const isByNetworks = levels.some(({ judgement: own }) => own.standing === 'worse' && own.scope === 'these networks');
  const rule = `when its mean is more than ${sizeText(margin, objective)} behind the best mean (the margin).`;
  const size = isByNetworks
    ? `A level is worse over seeds ${rule} “Worse (these networks)” does not use this margin, so such a level may lie within it.`
    : `A level is worse ${rule}`;
  const aim = resolveText(resolve, objective);
  if (margin <= resolve) return [`${size} That is finer than ${aim}, the smallest difference that matters here.`];
  if (seedsNeeded === 'many') {
    return [
      `${size} To bring the margin to ${aim} would take more seeds than are practical (over ${mostSeedsAdvised} a level).`,
    ];
  }
  if (seedsNeeded === undefined || seedsNeeded <= seeds.length) return [size];
  return [`${size} About ${seedsNeeded} seeds a level would bring the margin to ${aim}.`];
}

function noisyRemark(stage: StageFacts, facts: StudyFacts): string[] {
  const noisy = distinctLevels(stage).filter(({ judgement }) => judgement.isNoisy);
  if (noisy.length === 0) return [];
  return [
    `The scores of ${namesOf(noisy, facts)} vary plainly more from seed to seed than the others’. The margin allows for a level that varies up to three times as much.`,
  ];
}

/** A level whose scores selected it in an earlier stage. */
function carriedRemark(stage: StageFacts, facts: StudyFacts): string[] {
  const carried = stage.levels.find(({ isCarried }) => isCarried);
  if (!carried || !stage.finished) return [];
  const from = carried.sameAs && facts.stages[carried.sameAs.stage]!;
  const origin = from
    ? ` in stage ${from.index + 1} (as ${fullName(levelAt(facts, carried.sameAs!), from, facts)})`
    : '';
  return [
    `${fullName(carried, stage, facts)} has the scores that it was selected for${origin}. Such scores are likely a little too good, so a level that is barely worse here may be as good; fresh seeds would tell.`,
  ];
}

/** Levels that share a configuration. */
function sameRemarks(stage: StageFacts, facts: StudyFacts): string[] {
  return stage.levels.flatMap((level) => {
    if (level.isCarried && level.sameAs?.reason === undefined) return [];
    return sameNotes(level, stage, facts).map((note) => `${fullName(level, stage, facts)} ${note}.`);
  });
}

/** The reference's remarks on its runs that stand beside a level. */
function referenceRemarks({ levels }: StageFacts): string[] {
  return [...new Set(levels.flatMap(({ reference }) => reference?.remark ?? []))];
}

/** The steps that the table of steps lacks. */
function stepRemarks({ levels, steps, factors, finished }: StageFacts, facts: StudyFacts): string[] {
  if (facts.definition.compare !== 'previous' || !finished) return [];
  const compared = new Set(steps.map(({ level }) => level));
  return levels.flatMap((level, position) => {
    if (position === 0 || compared.has(position)) return [];
    const name = fullName(level, { factors }, facts);
    return [
      `${name} cannot be compared with ${shortName(levels[position - 1]!, facts)}: they have no finished trial with a common seed.`,
    ];
  });
}

/** Head of the steps' table. */
export function stepsHead(stage: StageFacts): string {
  const head = `Each ${factorsText(stage)} against the one before it`;
  if (stage.steps.some(({ test }) => test === 't')) return `${head}, paired by seed`;
  return stage.steps.some(({ test }) => test === 'mcnemar')
    ? `${head}, one seed, by McNemar’s test on the images`
    : `${head}, one seed, which allows no test`;
}
