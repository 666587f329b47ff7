/**
 * A model card: a README.md whose front matter follows the Hugging Face Hub's model-index, with every number beside its seeds and its protocol.
 * Source: huggingface.co/docs/hub/model-cards.
 */
import { stringify } from 'yaml';
import { counted, percent, shortHash } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { type Model, parameterCount } from '../nn/model.ts';
import type { Hyperparameters } from '../tasks/lenet/hyperparameters.ts';
import type { ModelInput } from '../tasks/lenet/model-input.ts';
import { type Block, heading, paragraph } from './block.ts';
import { renderMarkdown } from './markdown.ts';

/** The accuracies of one configuration on one set of images. */
export interface CardResult {
  readonly split: 'test' | 'validation';
  /** With the accuracy of each, a fraction. */
  readonly seeds: readonly { readonly seed: number; readonly accuracy: number }[];
  /** The 95 % interval of the mean over seeds; undefined with one seed. */
  readonly interval?: readonly [number, number] | undefined;
  /** What the images were used for, in a sentence. */
  readonly protocol: string;
}

/** What a card tells. */
export interface CardFacts {
  readonly model: Model;
  readonly input: ModelInput;
  readonly data: { readonly name: string; readonly hash: string };
  readonly results: readonly CardResult[];
  /** The settings that differ from the defaults, and the length of the training. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Under `fused`, equal settings give equal bits on processors of one kind only. */
  readonly arithmetic: Hyperparameters['arithmetic'];
  /** How the network was chosen, in sentences. */
  readonly selection: readonly string[];
  readonly version: string;
}

/** The card as Markdown. */
export function modelCard(facts: CardFacts): string {
  const matter = stringify(frontMatter(facts), { lineWidth: 0 });
  return `---\n${matter}---\n\n${renderMarkdown(blocksOf(facts), '')}`;
}

function frontMatter({ model, data, results }: CardFacts): object {
  const name = `${visible(model.name)}-${visible(data.name)}`;
  return {
    library_name: 'lenet-lab',
    pipeline_tag: 'image-classification',
    tags: ['image-classification', 'lenet-lab', 'onnx'],
    datasets: [visible(data.name)],
    metrics: ['accuracy'],
    'model-index': [
      {
        name,
        results: results.map(({ split, seeds }) => ({
          task: { type: 'image-classification' },
          dataset: { name: visible(data.name), type: visible(data.name), split },
          metrics: [{ type: 'accuracy', value: Number(meanOf(seeds).toFixed(6)), name: seedsName(seeds) }],
        })),
      },
    ],
  };
}

function seedsName(seeds: CardResult['seeds']): string {
  return seeds.length === 1 ? `seed ${seeds[0]!.seed}` : `mean of ${seeds.length} seeds`;
}

function meanOf(seeds: CardResult['seeds']): number {
  return seeds.reduce((sum, { accuracy }) => sum + accuracy, 0) / seeds.length;
}

function blocksOf({ model, input, data, results, settings, arithmetic, selection, version }: CardFacts): Block[] {
  const { normalization, classNames, ground, framing } = input;
  const treatment = {
    mnist: 'the ink is brought into a box of 20 x 20 pixels, with its centre of mass in the middle of 28 x 28',
    fit: 'the whole picture is fitted in',
    fill: 'its middle is cut to the frame',
    stretch: 'it is stretched to the frame',
  }[framing];
  const grounds = { dark: 'light on dark', light: 'dark on light', any: 'photographs, never inverted' }[ground];
  const standardized = normalization
    ? ` The network itself standardizes them (mean ${normalization.mean.map(short).join(', ')}; deviation ${normalization.deviation.map(short).join(', ')}).`
    : '';
  return [
    heading(1, `${model.name} for ${data.name}`),
    paragraph(
      `A network of ${counted(parameterCount(model))} parameters that tells ${classNames.length} classes apart: ${classNames.slice(0, 20).join(', ')}${classNames.length > 20 ? ', ...' : ''}. Trained by lenet-lab ${version}.`,
    ),
    heading(2, 'Accuracy'),
    ...results.flatMap(resultBlocks),
    ...selection.map(paragraph),
    heading(2, 'Input'),
    paragraph(
      `Float32 [N, ${model.input.join(', ')}], pixels from 0 to 1, ${grounds}. Of a picture, ${treatment}.${standardized}`,
    ),
    heading(2, 'Training'),
    paragraph(`Data: ${data.name}, SHA-256 ${shortHash(data.hash)}.`),
    { kind: 'list', items: settings.map(([name, value]) => `${name}: ${value}`) },
    paragraph(
      `The same data, settings and seed give the same bits on ${arithmetic === 'strict' ? 'every machine' : 'processors of the same kind'}.`,
    ),
  ];
}

function short(value: number): string {
  return `${Number(value.toPrecision(4))}`;
}

function resultBlocks({ split, seeds, interval, protocol }: CardResult): Block[] {
  const set = split === 'test' ? 'test set' : 'held-out part of the training set';
  const range = interval ? `, 95 % interval of the mean ${percent(interval[0])} to ${percent(interval[1])} %` : '';
  const single = seeds.length === 1 ? ' One seed says nothing about others.' : '';
  return [
    paragraph(`${percent(meanOf(seeds))} % on the ${set} (${seedsName(seeds)}${range}). ${protocol}${single}`),
    {
      kind: 'table',
      table: {
        caption: `Accuracy by seed, ${set}`,
        names: 0,
        columns: [
          { head: 'seed', cells: seeds.map(({ seed }) => `${seed}`), align: 'right' },
          { head: 'accuracy', cells: seeds.map(({ accuracy }) => `${percent(accuracy)} %`), align: 'right' },
        ],
      },
    },
  ];
}
