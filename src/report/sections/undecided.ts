/** Stages in which several levels may be the best. */
import { heading, paragraph } from '../block.ts';
import { rivals } from '../facts.ts';
import type { Section } from '../section.ts';
import { factorsText, shortName } from '../words/names.ts';

export const undecided: Section = (facts) => {
  const items = facts.stages.flatMap((stage) => {
    const others = rivals(stage);
    if (others.length === 0) return [];
    const names = [stage.levels[stage.selected!]!, ...others].map((level) => shortName(level, facts));
    const mostListed = 20;
    const more = names.length > mostListed ? ` and ${(names.length - mostListed).toLocaleString('en-US')} more` : '';
    return [`${factorsText(stage)}: ${names.slice(0, mostListed).join(', ')}${more}`];
  });
  if (items.length === 0) return [];
  return [
    heading(2, 'Not settled'),
    paragraph('Any of these levels may be the best of its stage; more seeds may tell them apart.'),
    { kind: 'list', items },
  ];
};
