/** What must be said of a stage beside its verdict: the margin, noisy levels, selected scores, levels that train the same. */
import { mostSeedsAdvised } from '../../study/statistics.ts';
import { distinctLevels, type LevelFacts, levelAt, type StageFacts, type StudyFacts } from '../facts.ts';
import { factorsText, fullName, namesOf } from './names.ts';
import { sameNotes } from './notes.ts';
import { capitalized, listed, resolveText, sizeText } from './numbers.ts';
import { behind } from './verdict.ts';

/** Sentences on a stage, the most important first. */
export function remarks(stage: StageFacts, facts: StudyFacts): string[] {
  return [
    ...marginRemark(stage, facts),
    ...intervalRemark(stage, facts),
    ...noisyRemark(stage, facts),
    ...carriedRemark(stage, facts),
    ...sameRemarks(stage, facts),
    ...referenceRemarks(stage, facts),
  ];
}

/** The margin, and what would bring it to what matters. */
function marginRemark({ judgement, seeds, finished }: StageFacts, { definition }: StudyFacts): string[] {
  const { margin, resolve, seedsNeeded } = judgement;
  if (margin === undefined || !finished) return [];
  const { objective } = definition;
  const size = `A level is worse when its mean is more than ${sizeText(margin, objective)} behind the best mean (the margin).`;
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

/** Which interval stands where. */
function intervalRemark(stage: StageFacts, facts: StudyFacts): string[] {
  const distinct = distinctLevels(stage);
  const hasBest = distinct.some(({ judgement }) => judgement.differenceToBest);
  const hasBoth = distinct.some(
    ({ judgement }) => judgement.standing === 'worse' && judgement.bothEnds && behind(judgement.bothEnds, facts)[0] > 0,
  );
  if (!hasBest) return [];
  const constrained =
    'Differences to the best have Hsu’s intervals (95 %, for all levels of the stage at once), which for a worse level say “by up to”';
  return [hasBoth ? `${constrained}; “by a to b” are Edwards and Hsu’s.` : `${constrained}.`];
}

function noisyRemark(stage: StageFacts, facts: StudyFacts): string[] {
  const noisy = distinctLevels(stage).filter(({ judgement }) => judgement.isNoisy);
  if (noisy.length === 0) return [];
  return [
    `The scores of ${namesOf(noisy, facts)} vary plainly more from seed to seed than the others’. The margin allows for a level that varies up to three times as much.`,
  ];
}

/** A level that came with the scores it was selected for. */
function carriedRemark(stage: StageFacts, facts: StudyFacts): string[] {
  const carried = stage.levels.find(({ isCarried }) => isCarried);
  if (!carried) return [];
  const from = carried.sameAs && facts.stages[carried.sameAs.stage]!;
  const origin = from
    ? `, which is ${fullName(levelAt(facts, carried.sameAs!), from, facts)} of stage ${from.index + 1},`
    : '';
  return [
    `${fullName(carried, stage, facts)}${origin} came with the scores it was selected for: they are likely a little too good, so a level that is barely worse than it here may be as good. Fresh seeds would tell.`,
  ];
}

/** Levels that share a configuration. */
function sameRemarks(stage: StageFacts, facts: StudyFacts): string[] {
  return stage.levels.flatMap((level) => {
    if (level.isCarried && level.sameAs?.reason === undefined) return [];
    return sameNotes(level, stage, facts).map((note) => `${fullName(level, stage, facts)} ${note}.`);
  });
}

function referenceRemarks({ levels }: StageFacts, { reference }: StudyFacts): string[] {
  if (!reference) return [];
  const said = new Set(levels.flatMap((level) => (level.sameAs && level.reference?.remark) || []));
  const otherwise = new Set(levels.flatMap((level: LevelFacts) => level.reference?.otherwise ?? []));
  return [
    ...said,
    ...(otherwise.size > 0
      ? [
          `${capitalized(reference.name)}’s values marked with * were trained with ${listed([...otherwise])}, which this study did not carry on.`,
        ]
      : []),
  ];
}

/** Head of the steps' table. */
export function stepsHead(stage: StageFacts): string {
  return `Each ${factorsText(stage)} against the one before it, paired by seed`;
}
