/** A search: what it did, its finals, and its confirmation on fresh seeds. */
import { type Block, heading, paragraph } from '../block.ts';
import { searchLuckChart } from '../charts/search-luck.ts';
import { claimsTable, confirmationTable, finalsTable, valuesTable } from '../search-tables.ts';
import type { Section } from '../section.ts';
import type { TextTable } from '../table.ts';
import { roundSentences, searchSummary } from '../words/search.ts';
import { luckOfFinalists } from '../words/search-claims.ts';

export const search: Section = (facts) => {
  const { search: found } = facts;
  if (!found) return [];
  const finals = finalsTable(facts, found);
  const values = valuesTable(facts, found);
  const confirmation = confirmationTable(facts, found);
  const claims = claimsTable(facts, found);
  const chart = searchLuckChart(facts, found);
  const luck = luckOfFinalists(facts, found);
  return [
    heading(2, 'The search'),
    paragraph(searchSummary(facts, found).join(' ')),
    ...(confirmation ? [heading(3, 'Confirmation'), table(confirmation)] : []),
    ...(claims ? [table(claims)] : []),
    ...(finals
      ? [
          heading(3, 'Finals'),
          paragraph(roundSentences(found).join(' ')),
          table(finals),
          ...(values ? [table(values)] : []),
          paragraph('A finalist that left was not shown to be worse: its trainings were spent on others.'),
        ]
      : []),
    ...(chart
      ? [
          ...(luck === undefined ? [] : [paragraph(luck)]),
          {
            kind: 'figures',
            size: 'large',
            figures: [
              {
                name: 'search-luck',
                content: { svg: chart },
                caption: 'The score that each finalist was found with, and its means on other seeds',
              },
            ],
          } as const,
        ]
      : []),
  ];
};

function table(of: TextTable): Block {
  return { kind: 'table', table: of };
}
