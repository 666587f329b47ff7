/** The limits of the study's numbers. */
import { heading } from '../block.ts';
import type { Section } from '../section.ts';
import { caveats as sentences } from '../words/caveats.ts';

export const caveats: Section = (facts) => {
  const items = sentences(facts);
  return items.length === 0 ? [] : [heading(2, 'Caveats'), { kind: 'list', items }];
};
