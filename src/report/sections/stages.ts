/** Tables, verdict and charts of every stage. */
import { objectives } from '../../study/definition.ts';
import { type Block, heading, paragraph, strong } from '../block.ts';
import { dotPlot } from '../charts/dot-plot.ts';
import { learningCurves } from '../charts/learning-curves.ts';
import { contests, type StageFacts, type StudyFacts } from '../facts.ts';
import type { Section } from '../section.ts';
import { detailTable, stageTable, stepTable } from '../stage-tables.ts';
import { factorsText, measureName, stageTitle } from '../words/names.ts';
import { remarks } from '../words/remarks.ts';
import { verdict } from '../words/verdict.ts';
import { rounds } from './rounds.ts';

export const stages: Section = (facts) => contests(facts).flatMap((stage) => stageBlocks(stage, facts));

function stageBlocks(stage: StageFacts, facts: StudyFacts): Block[] {
  const detail = detailTable(stage, facts);
  const [headline = '', ...evidence] = verdict(stage, facts);
  return [
    heading(2, stageTitle(stage, facts)),
    strong(headline),
    { kind: 'table', table: stageTable(stage, facts) },
    ...(evidence.length > 0 ? [paragraph(evidence.join(' '))] : []),
    ...dots(stage, facts),
    ...rounds(stage, facts),
    ...(stage.steps.length > 0 ? [{ kind: 'table', table: stepTable(stage, facts) } satisfies Block] : []),
    ...remarks(stage, facts).map(paragraph),
    ...(detail ? [{ kind: 'table', table: detail } satisfies Block] : []),
    ...curves(stage, facts),
  ];
}

function dots(stage: StageFacts, facts: StudyFacts): Block[] {
  const chart = dotPlot(stage, facts);
  if (!chart) return [];
  const { svg, shown, total } = chart;
  const some = shown < total ? `, the best ${shown} of ${total.toLocaleString('en-US')} levels` : '';
  const caption = `${measureName(facts.measure)} by ${factorsText(stage)}${some}`;
  return [
    { kind: 'figures', size: 'large', figures: [{ name: `stage-${stage.index + 1}`, content: { svg }, caption }] },
  ];
}

function curves(stage: StageFacts, facts: StudyFacts): Block[] {
  const { charts, leftOut } = learningCurves(stage, facts);
  if (charts.length === 0) return [];
  return [
    heading(3, `Learning curves: ${objectives[facts.definition.objective].name}`),
    {
      kind: 'figures',
      size: 'middle',
      figures: charts.map(({ title, svg, numbers }, position) => ({
        name: `stage-${stage.index + 1}-curves-${position + 1}`,
        content: { svg },
        caption: title,
        numbers,
      })),
    },
    ...(leftOut > 0
      ? [paragraph(`The best ${charts.length}; ${leftOut.toLocaleString('en-US')} more are left out.`)]
      : []),
  ];
}
