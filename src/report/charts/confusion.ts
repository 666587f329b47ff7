/** The confusion matrix of one network, and the filters of its first layer. */
import * as Plot from '@observablehq/plot';
import { countText } from '../words/numbers.ts';
import { colours, draw, sheet } from './draw.ts';

/** @param counts of answers (columns) by class (rows). */
export function confusionChart(counts: readonly (readonly number[])[]): string {
  const cells = counts.flatMap((row, label) => row.map((count, answer) => ({ label, answer, count })));
  const mistakes = cells.filter(({ label, answer, count }) => label !== answer && count > 0);
  const most = Math.max(1, ...mistakes.map(({ count }) => count));
  const classes = counts.map((_, i) => i);
  return draw({
    alt: confusionAlt(counts),
    legend: [
      { sample: { kind: 'band', colour: colours.ours }, text: 'right' },
      { sample: { kind: 'band', colour: colours.other, opacity: 0.6 }, text: 'mistakes' },
    ],
    options: {
      width: 420,
      height: 420,
      marginLeft: 44,
      marginTop: 8,
      marginBottom: 42,
      padding: 0.04,
      style: { fontSize: '12px' },
      x: { label: 'answer', tickSize: 0, domain: classes, labelAnchor: 'center' },
      y: { label: 'class', tickSize: 0, domain: classes, labelAnchor: 'center' },
      marks: [
        Plot.cell(
          cells.filter(({ label, answer }) => label === answer),
          { x: 'answer', y: 'label', fill: colours.ours, fillOpacity: 0.14 },
        ),
        Plot.cell(mistakes, {
          x: 'answer',
          y: 'label',
          fill: colours.other,
          fillOpacity: ({ count }) => 0.12 + (0.6 * count) / most,
        }),
        Plot.text(
          cells.filter(({ count }) => count > 0),
          { x: 'answer', y: 'label', text: ({ count }) => `${count}`, fill: 'currentColor', fontSize: 11 },
        ),
      ],
    },
  });
}

/** `Confusion matrix: 114 of 10,000 images wrong; most often 9 taken for 4 (7 times).` */
export function confusionAlt(counts: readonly (readonly number[])[]): string {
  let [wrong, total] = [0, 0];
  let worst = { label: 0, answer: 0, count: 0 };
  for (const [label, row] of counts.entries()) {
    for (const [answer, count] of row.entries()) {
      total += count;
      if (label === answer) continue;
      wrong += count;
      if (count > worst.count) worst = { label, answer, count };
    }
  }
  const often =
    worst.count > 0 ? `; most often ${worst.label} taken for ${worst.answer} (${countText(worst.count, 'time')})` : '';
  return `Confusion matrix: ${wrong.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} images wrong${often}.`;
}

/**
 * Filters [count][height][width] as squares: positive weights are blue, negative weights orange, strong ones opaque.
 */
export function filtersChart(filters: readonly (readonly (readonly number[])[])[]): string {
  const most = Math.max(...filters.flat(2).map(Math.abs));
  const [cell, gap] = [16, 12];
  const [rows, columns] = [filters[0]!.length, filters[0]![0]!.length];
  const [size, across] = [rows * cell, columns * cell];
  const squares = filters.flatMap((filter, index) =>
    filter.flatMap((row, y) =>
      row.map((weight, x) => {
        const left = index * (across + gap) + x * cell;
        const fill = weight >= 0 ? colours.ours : colours.other;
        return `<rect x="${left}" y="${y * cell}" width="${cell}" height="${cell}" style="fill:${fill}" fill-opacity="${(Math.abs(weight) / most).toFixed(3)}"><title>${weight.toFixed(4)}</title></rect>`;
      }),
    ),
  );
  const frames = filters.map(
    (_, index) =>
      `<rect x="${index * (across + gap)}" y="0" width="${across}" height="${size}" fill="none" stroke="currentColor" stroke-opacity="0.4"/>`,
  );
  const width = filters.length * (across + gap) - gap;
  const alt = `The ${filters.length} filters of the first layer, ${rows} by ${columns} weights each.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${alt}" style="background:${sheet.background};color:${sheet.color}" viewBox="-1 -1 ${width + 2} ${size + 2}" width="${width + 2}" height="${size + 2}">${squares.join('')}${frames.join('')}</svg>`;
}
