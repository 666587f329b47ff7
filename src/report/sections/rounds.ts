/** The rounds of a stage with a seed rule: who was in at each, and who left when. */
import type { Block } from '../block.ts';
import { roundsChart } from '../charts/rounds-chart.ts';
import type { StageFacts, StudyFacts } from '../facts.ts';

export function rounds(stage: StageFacts, facts: StudyFacts): Block[] {
  const svg = roundsChart(stage, facts);
  if (svg === undefined) return [];
  const figure = {
    name: `stage-${stage.index + 1}-rounds`,
    content: { svg },
    caption: 'Rounds: one seed for every level still in',
  };
  return [{ kind: 'figures', size: 'large', figures: [figure] }];
}
