/**
 * The answers of the winner's network: confusion matrix, first filters, and the images that it gets wrong most
 * confidently.
 */
import { encode } from 'fast-png';
import type { Dataset } from '../../data/dataset.ts';
import { mostLikely, softmax } from '../../train/evaluate.ts';
import { type Block, heading, paragraph } from '../block.ts';
import { confusionChart, filtersChart } from '../charts/confusion.ts';
import { settingsText } from '../naming.ts';
import type { Answers, Section } from '../section.ts';

export const winner: Section = async (facts, source) => {
  const trial = facts.winner?.view.trials.find((found) => found?.state === 'complete');
  if (!facts.winner || !trial || !source.answers) return [];
  const title = `${settingsText(facts.winner.view.settings, facts.naming)}, seed ${trial.seed}`;
  const found = await source.answers(trial.number);
  if (typeof found === 'string') return [heading(2, 'The winner'), paragraph(`${title}. ${found}`)];
  const { counts, misses } = mistakesOf(found);
  const { set, filters } = found;
  const images = set.labels.length.toLocaleString('en-US');
  return [
    heading(2, 'The winner'),
    paragraph(`${title}: ${misses.length} of ${images} ${facts.measure.set ?? ''} images are wrong.`),
    {
      kind: 'figures',
      size: 'middle',
      figures: [
        {
          name: 'confusion',
          content: { svg: confusionChart(counts) },
          caption: 'Confusion matrix: one row per class, one column per answer',
        },
        ...(filters.length > 0
          ? [
              {
                name: 'filters',
                content: { svg: filtersChart(filters) },
                caption: 'First-layer filters: positive weights are blue, negative weights orange',
              },
            ]
          : []),
      ],
    },
    ...worst(misses, set),
  ];
};

interface Miss {
  readonly image: number;
  readonly answer: number;
  readonly label: number;
  /** The network's probability of the wrong answer. */
  readonly probability: number;
}

/** `counts`: answers by class. `misses`: the wrong answers, the most confident first. */
export function mistakesOf({ set, logits }: Pick<Answers, 'set' | 'logits'>): { counts: number[][]; misses: Miss[] } {
  const counts = Array.from({ length: set.classes }, () => Array.from({ length: set.classes }, () => 0));
  const misses: Miss[] = [];
  for (const [image, label] of set.labels.entries()) {
    const row = logits.subarray(image * set.classes, (image + 1) * set.classes);
    const answer = mostLikely(row);
    counts[label]![answer]!++;
    if (answer !== label) misses.push({ image, answer, label, probability: softmax(row)[answer]! });
  }
  misses.sort((a, b) => b.probability - a.probability || a.image - b.image);
  return { counts, misses };
}

/** Maximum number of mistakes shown. */
const mostShown = 12;

function worst(misses: readonly Miss[], set: Dataset): Block[] {
  if (misses.length === 0 || set.shape[0] !== 1) return [];
  return [
    heading(3, 'Most confidently wrong'),
    {
      kind: 'figures',
      size: 'small',
      figures: misses.slice(0, mostShown).map(({ image, answer, label, probability }) => ({
        name: `miss-${image}`,
        content: { png: picture(set, image) },
        caption: `a ${label}, taken for ${answer} (${(100 * probability).toFixed(1)} %), image ${image}`,
        alt: `Image ${image}, a ${label} taken for ${answer}`,
      })),
    },
  ];
}

/** One grey image as a PNG file, dark ink on white. */
function picture({ images, shape }: Dataset, image: number): Uint8Array {
  const [, height, width] = shape;
  const pixels = images.subarray(image * height * width, (image + 1) * height * width);
  const scale = images instanceof Float32Array ? 255 : 1;
  return encode({ width, height, channels: 1, data: Uint8Array.from(pixels, (ink) => 255 - Math.round(ink * scale)) });
}
