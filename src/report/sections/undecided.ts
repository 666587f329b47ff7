/** Stages in which several levels may be the best, or in which other seeds may reverse the choice. */
import { heading, paragraph } from '../block.ts';
import { contests, isChosenByNetworks, rivals, type StudyFacts, seedsTrained } from '../facts.ts';
import type { Section } from '../section.ts';
import { factorsText, shortName } from '../words/names.ts';
import { countText } from '../words/numbers.ts';

export const undecided: Section = (facts) => {
  const items = openStages(facts);
  const reversible = reversibleStages(facts);
  if (items.length === 0 && reversible.length === 0) return [];
  return [
    heading(2, 'Not settled'),
    ...(items.length > 0
      ? [
          paragraph('Any of these levels may be the best of its stage; more seeds may tell them apart.'),
          { kind: 'list', items } as const,
        ]
      : []),
    ...(reversible.length > 0
      ? [
          paragraph('These choices are about the trained networks; more seeds may reverse them.'),
          { kind: 'list', items: reversible } as const,
        ]
      : []),
  ];
};

/** The levels that may be the best, by stage. */
function openStages(facts: StudyFacts): string[] {
  return contests(facts).flatMap((stage) => {
    const others = rivals(stage);
    if (others.length === 0) return [];
    const names = [stage.levels[stage.selected!]!, ...others].map((level) => shortName(level, facts));
    const mostListed = 20;
    const more = names.length > mostListed ? ` and ${(names.length - mostListed).toLocaleString('en-US')} more` : '';
    return [`${factorsText(stage)}: ${names.slice(0, mostListed).join(', ')}${more}`];
  });
}

/** `batchSize: 32 (one seed)`. */
function reversibleStages(facts: StudyFacts): string[] {
  return contests(facts)
    .filter(isChosenByNetworks)
    .map(
      (stage) =>
        `${factorsText(stage)}: ${shortName(stage.levels[stage.selected!]!, facts)} (${countText(seedsTrained(stage), 'seed')})`,
    );
}
