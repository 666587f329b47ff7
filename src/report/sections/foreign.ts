/** Trials that other programs added to the record: shown, and left alone. */
import { heading, paragraph } from '../block.ts';
import type { Section } from '../section.ts';
import { countText } from '../words/numbers.ts';

const mostListed = 50;

export const foreign: Section = ({ foreign: all }) => {
  if (all.length === 0) return [];
  const shown = all.slice(0, mostListed);
  const left = all.length - shown.length;
  return [
    heading(2, 'Trials of other programs'),
    paragraph(
      `Another program added ${countText(all.length, 'trial')} to the journal. They take no part in any verdict and are left alone.`,
    ),
    {
      kind: 'table',
      table: {
        caption: 'Trials of other programs',
        names: 0,
        columns: [
          { head: 'trial', cells: shown.map(({ number }) => `${number}`) },
          { head: 'state', cells: shown.map(({ state }) => state) },
          { head: 'value', cells: shown.map(({ value }) => (value === undefined ? '' : `${value}`)), align: 'right' },
          {
            head: 'settings',
            cells: shown.map(({ settings }) =>
              Object.entries(settings)
                .map(([name, value]) => `${name} ${value}`)
                .join(', '),
            ),
          },
        ],
        ...(left > 0 ? { note: `${left.toLocaleString('en-US')} more are left out.` } : {}),
      },
    },
  ];
};
