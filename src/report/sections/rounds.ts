/** The rounds of a stage with a seed rule: which levels were in, and when the others left. */
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
