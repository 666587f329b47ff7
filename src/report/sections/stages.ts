/** The stages: of each its tables, verdict and charts. */
import { type Block, heading, paragraph, strong } from '../block.ts';
import { dotPlot } from '../charts/dot-plot.ts';
import { learningCurves } from '../charts/learning-curves.ts';
import type { StageFacts, StudyFacts } from '../facts.ts';
import type { Section } from '../section.ts';
import { detailTable, stageTable, stepTable } from '../stage-tables.ts';
import { factorsText, measureName, stageTitle } from '../words/names.ts';
import { remarks } from '../words/remarks.ts';
import { verdict } from '../words/verdict.ts';
import { rounds } from './rounds.ts';

export const stages: Section = (facts) => facts.stages.flatMap((stage) => stageBlocks(stage, facts));

function stageBlocks(stage: StageFacts, facts: StudyFacts): Block[] {
  const detail = detailTable(stage, facts);
  return [
    heading(2, stageTitle(stage, facts)),
    { kind: 'table', table: stageTable(stage, facts) },
    strong(verdict(stage, facts).join(' ')),
    ...dots(stage, facts),
    ...rounds(stage, facts),
    ...(stage.steps.length > 0 ? [{ kind: 'table', table: stepTable(stage, facts) } satisfies Block] : []),
    ...remarks(stage, facts).map(paragraph),
    ...(detail ? [{ kind: 'table', table: detail } satisfies Block] : []),
    ...curves(stage, facts),
  ];
}

function dots(stage: StageFacts, facts: StudyFacts): Block[] {
  const svg = dotPlot(stage, facts);
  if (svg === undefined) return [];
  const caption = `${measureName(facts.measure)} by ${factorsText(stage)}`;
  return [
    { kind: 'figures', size: 'large', figures: [{ name: `stage-${stage.index + 1}`, content: { svg }, caption }] },
  ];
}

function curves(stage: StageFacts, facts: StudyFacts): Block[] {
  const { charts, leftOut } = learningCurves(stage, facts);
  if (charts.length === 0) return [];
  return [
    heading(3, 'Learning curves'),
    {
      kind: 'figures',
      size: 'middle',
      figures: charts.map(({ title, svg }, position) => ({
        name: `stage-${stage.index + 1}-curves-${position + 1}`,
        content: { svg },
        caption: title,
      })),
    },
    ...(leftOut > 0
      ? [paragraph(`The best ${charts.length}; ${leftOut.toLocaleString('en-US')} more are left out.`)]
      : []),
  ];
}
