/** Trials that other programs added to the record: shown, and left alone. */
import { heading, paragraph } from '../block.ts';
import { foreignTable } from '../foreign-table.ts';
import type { Section } from '../section.ts';
import { countText } from '../words/numbers.ts';

const mostListed = 50;

export const foreign: Section = (facts) => {
  const { length } = facts.foreign;
  if (length === 0) return [];
  return [
    heading(2, 'Trials of other programs'),
    paragraph(
      `Another program added ${countText(length, 'trial')} to the journal. They take no part in any verdict and are left alone.`,
    ),
    { kind: 'table', table: foreignTable(facts, mostListed) },
  ];
};
