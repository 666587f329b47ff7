/** What matters: the analysis of variance of a grid. */
import { type Block, heading, paragraph } from '../block.ts';
import { importancesChart } from '../charts/importances.ts';
import type { StageFacts, StudyFacts } from '../facts.ts';
import type { Section } from '../section.ts';
import { sourceText, varianceFindings, varianceLimits, varianceTable } from '../words/importance.ts';

export const importance: Section = (facts) => facts.stages.flatMap((stage) => varianceBlocks(stage, facts));

function varianceBlocks(stage: StageFacts, facts: StudyFacts): Block[] {
  const table = varianceTable(stage);
  if (!stage.variance || !table) return [];
  const rows = stage.variance.rows.map((row) => ({
    label: sourceText(row),
    share: row.share,
    interval: row.interval,
    isOther: row.kind === 'seeds' || row.kind === 'rest',
  }));
  const figure = {
    name: 'importances',
    content: { svg: importancesChart(rows, 'share of the variance') },
    caption: 'What explains the variance between trainings',
  };
  return [
    heading(2, 'What matters'),
    paragraph(varianceFindings(stage).join(' ')),
    { kind: 'figures', size: 'large', figures: [figure] },
    { kind: 'table', table },
    paragraph(varianceLimits(stage, facts).join(' ')),
  ];
}
