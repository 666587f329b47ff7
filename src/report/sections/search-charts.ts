/** Pictures of a search: its history and rungs, each hyperparameter, and which of them matter. */
import { type Block, type Figure, heading, paragraph } from '../block.ts';
import { importancesChart } from '../charts/importances.ts';
import { searchCells, searchCellsChart } from '../charts/search-cells.ts';
import { searchHistory } from '../charts/search-history.ts';
import { searchParallel } from '../charts/search-parallel.ts';
import { searchRungs } from '../charts/search-rungs.ts';
import { searchSlices } from '../charts/search-slices.ts';
import type { StudyFacts } from '../facts.ts';
import type { SearchFacts } from '../search-facts.ts';
import type { Section } from '../section.ts';
import { measureName } from '../words/names.ts';
import { comparedText, importanceSentences } from '../words/search.ts';

export const searchCharts: Section = (facts) => {
  const { search } = facts;
  if (!search) return [];
  return [...history(facts, search), ...settings(facts, search), ...importances(facts, search)];
};

function history(facts: StudyFacts, search: SearchFacts): Block[] {
  const measure = measureName(facts.measure);
  const figures = [
    figure('search-history', searchHistory(facts, search), `${measure} of each setting with the search’s one seed`),
    figure(
      'search-rungs',
      searchRungs(facts, search),
      `${measure} by epoch: which settings were promoted at the rungs`,
    ),
  ].flat();
  return titled('How the search went', figures, 'large');
}

function settings(facts: StudyFacts, search: SearchFacts): Block[] {
  const slices = searchSlices(facts, search).map(
    ({ name, svg }, index): Figure => ({ name: `search-slice-${index + 1}`, content: { svg }, caption: name }),
  );
  const parallel = figure(
    'search-parallel',
    searchParallel(facts, search),
    `All settings: a line for each, from its hyperparameters to its score${comparedText(search)}`,
  );
  return [
    ...titled(`Scores by hyperparameter${comparedText(search)}`, slices, 'middle'),
    ...(parallel.length > 0 ? [{ kind: 'figures', size: 'large', figures: parallel } as const] : []),
  ];
}

function importances(facts: StudyFacts, search: SearchFacts): Block[] {
  if (!search.importances) return [];
  const rows = search.importances.rows.map(({ name, share, interval }) => ({ label: name, share, interval }));
  const cells = searchCells(facts, search);
  return [
    heading(3, 'What matters'),
    paragraph(importanceSentences(search).join(' ')),
    {
      kind: 'figures',
      size: 'large',
      figures: [
        {
          name: 'search-importances',
          content: { svg: importancesChart(rows, 'share of the importance') },
          caption: 'What distinguishes the best tenth of the settings (PED-ANOVA)',
        },
        ...figure(
          'search-cells',
          searchCellsChart(facts, search),
          `The two most important together: median scores by ${cells?.names[0]} (across) and ${cells?.names[1]} (up)${comparedText(search)}`,
        ),
      ],
    },
  ];
}

function figure(name: string, svg: string | undefined, caption: string): Figure[] {
  return svg === undefined ? [] : [{ name, content: { svg }, caption }];
}

function titled(title: string, figures: readonly Figure[], size: 'large' | 'middle'): Block[] {
  return figures.length === 0 ? [] : [heading(3, title), { kind: 'figures', size, figures }];
}
