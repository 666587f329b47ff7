/** The table of the trials that other programs added to the record. */
import type { StudyFacts } from './facts.ts';
import type { TextTable } from './table.ts';

/** @param most the most trials that the table shows; its note counts the others. */
export function foreignTable({ foreign }: Pick<StudyFacts, 'foreign'>, most: number): TextTable {
  const shown = foreign.slice(0, most);
  const left = foreign.length - shown.length;
  return {
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
  };
}
