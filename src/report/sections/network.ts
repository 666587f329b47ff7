/** The network as the study's first level has it; where levels change the network itself, the last level's too. */
import { drawModel } from '../../drawing/network.ts';
import { describeModel, layerTable, type Model } from '../../nn/model.ts';
import { type Block, heading } from '../block.ts';
import type { Section } from '../section.ts';
import type { TextTable } from '../table.ts';
import { labelOf } from '../words/names.ts';

export const network: Section = (facts, source) => {
  const levels = facts.stages.flatMap((stage) => stage.levels);
  const [first, last] = [levels[0], levels.at(-1)];
  if (!source.model || !first || !last) return [];
  const models = [first, last].map((level) => ({
    model: source.model!(level.view.configuration),
    label: labelOf(level, facts),
  }));
  const [one, other] = models.map(({ model }) => describeModel(model));
  const shown = one === other ? models.slice(0, 1) : models;
  return [
    heading(2, 'Network'),
    ...shown.flatMap(({ model, label }, index): Block[] => {
      const caption = shown.length > 1 ? `${model.name}, ${label}` : model.name;
      const name = index === 0 ? `network-${model.name}` : `network-${model.name}-last`;
      const alt = `Drawing of ${caption}: ${model.layers.map((layer) => layer.name).join(', ')}`;
      const layers = tableOf(model, caption);
      const figure = { name, content: { drawing: drawModel(model) }, caption, alt, numbers: layers };
      return [
        { kind: 'figures', size: 'large', figures: [figure] },
        { kind: 'table', table: layers },
      ];
    }),
  ];
};

function tableOf(model: Model, caption: string): TextTable {
  const [head = [], ...rows] = layerTable(model);
  return {
    caption: `Layers of ${caption}`,
    names: 0,
    columns: head.map((title, column) => ({
      head: title,
      cells: rows.map((row) => row[column]!),
      ...(column >= 3 ? { align: 'right' as const } : {}),
    })),
  };
}
