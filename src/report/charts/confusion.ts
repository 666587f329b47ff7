/** The confusion matrix of one network, and the filters of its first layer. */
import * as Plot from '@observablehq/plot';
import { confusionsOf, cutName } from '../words/classes.ts';
import { countText } from '../words/numbers.ts';
import { colours, draw, integerTicks, sheet, textWidth } from './draw.ts';

/** Up to this many classes, cells show their counts and every class is named. */
export const mostCountedClasses = 16;
/** The most classes that are named at an axis. */
const mostNamed = 32;
/** The most characters of a name. */
const longestName = 14;
const fontSize = 12;

/**
 * Answers (columns) by class (rows). Up to 16 classes cells show their counts; beyond, only colours, and some of the
 * classes are named.
 * @param names of the classes; long names are cut.
 */
export function confusionChart(counts: readonly (readonly number[])[], names: readonly string[]): string {
  const cells = counts.flatMap((row, label) => row.map((count, answer) => ({ label, answer, count })));
  const mistakes = cells.filter(({ label, answer, count }) => label !== answer && count > 0);
  const most = Math.max(1, ...mistakes.map(({ count }) => count));
  const classes = counts.map((_, i) => i);
  const isLarge = classes.length > mostCountedClasses;
  const shownNames = names.map((name) => cutName(name, longestName));
  const longest = Math.max(...shownNames.map((name) => textWidth(name, fontSize)));
  const isTurned = longest > (isLarge ? 14 : 26);
  const ticks = integerTicks(0, classes.length - 1, isLarge ? mostNamed : classes.length + 1);
  const axis = {
    tickSize: 0,
    domain: classes,
    ticks,
    tickFormat: (label: number) => shownNames[label]!,
    labelAnchor: 'center',
  } as const;
  const side = isLarge ? 560 : 370;
  const [left, below] = [longest + 34, isTurned ? longest + 28 : 42];
  return draw({
    alt: confusionAlt(counts, names),
    legend: [
      { sample: { kind: 'band', colour: colours.ours }, text: 'right' },
      { sample: { kind: 'band', colour: colours.other, opacity: 0.6 }, text: 'mistakes' },
    ],
    options: {
      width: side + left + 10,
      height: side + 8 + below,
      marginLeft: left,
      marginRight: 10,
      marginTop: 8,
      marginBottom: below,
      padding: classes.length > 64 ? 0 : 0.04,
      style: { fontSize: `${fontSize}px` },
      x: { ...axis, label: 'answer', tickRotate: isTurned ? -90 : 0, labelOffset: below - 6 },
      y: { ...axis, label: 'class', labelOffset: left - 8 },
      marks: [
        Plot.cell(
          cells.filter(({ label, answer }) => label === answer),
          { x: 'answer', y: 'label', fill: colours.ours, fillOpacity: isLarge ? 0.3 : 0.14 },
        ),
        Plot.cell(mistakes, {
          x: 'answer',
          y: 'label',
          fill: colours.other,
          fillOpacity: ({ count }) => (isLarge ? 0.25 : 0.12) + (0.6 * count) / most,
        }),
        ...(isLarge
          ? [Plot.frame({ strokeOpacity: 0.3 })]
          : [
              Plot.text(
                cells.filter(({ count }) => count > 0),
                { x: 'answer', y: 'label', text: ({ count }) => `${count}`, fill: 'currentColor', fontSize: 11 },
              ),
            ]),
      ],
    },
  });
}

/** `Confusion matrix: 114 of 10,000 images wrong; most often 9 taken for 4 (7 times).` */
export function confusionAlt(counts: readonly (readonly number[])[], names: readonly string[]): string {
  const confusions = confusionsOf(counts);
  const wrong = confusions.reduce((sum, { count }) => sum + count, 0);
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const [worst] = confusions;
  const often = worst
    ? `; most often ${names[worst.label]} taken for ${names[worst.answer]} (${countText(worst.count, 'time')})`
    : '';
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
