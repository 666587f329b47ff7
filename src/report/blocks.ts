/** The report as a list of blocks, which HTML and Markdown set each in its way: both say the same. */
import { encode } from 'fast-png';
import { duration } from '../base/format.ts';
import { readSafetensors } from '../base/safetensors.ts';
import type { Dataset } from '../data/dataset.ts';
import { holdOut } from '../data/hold-out.ts';
import { drawModel } from '../nn/drawing.ts';
import { describeModel } from '../nn/model.ts';
import { loadMnist } from '../runner/mnist-files.ts';
import { loadModel } from '../runner/model-file.ts';
import { readBytes } from '../runner/run-folder.ts';
import type { StudyFolder } from '../runner/study-folder.ts';
import { completeSettings } from '../tasks/lenet/configuration.ts';
import { makeModel } from '../tasks/lenet/hyperparameters.ts';
import { mostLikely, softmax } from '../train/evaluate.ts';
import { confusionChart, dotPlot, epochTimeChart, filtersChart, learningCurves } from './charts.ts';
import { type Content, levelName, postText, rivals, type Section, settingsText } from './content.ts';
import { postLogs } from './post.ts';
import { stageTable, stepTable, type TextTable } from './tables.ts';

export interface Figure {
  /** File name without its ending, unique in the report. */
  readonly name: string;
  /** `drawing`: an SVG with a style sheet of its own. */
  readonly content: { readonly svg: string } | { readonly drawing: string } | { readonly png: Uint8Array };
  readonly caption: string;
}

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly strong?: boolean }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly table: TextTable }
  | { readonly kind: 'code'; readonly text: string }
  /** `small`: many beside each other. */
  | { readonly kind: 'figures'; readonly size: 'large' | 'middle' | 'small'; readonly figures: readonly Figure[] };

const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text });
const text = (content: string): Block => ({ kind: 'text', text: content });

export async function reportBlocks(content: Content, folder: StudyFolder): Promise<Block[]> {
  const { view } = content;
  return [
    ...opening(content),
    ...network(content),
    ...content.sections.flatMap((section) => stage(section, content)),
    ...(await winner(content, folder)),
    ...undecided(content),
    ...times(content),
    ...surroundings(content),
    heading(2, 'Caveats'),
    { kind: 'list', items: content.caveats },
    ...(view.trials.some(({ state }) => state === 'failed') ? failures(content) : []),
  ];
}

function opening(content: Content): Block[] {
  const { view, outcome, protocol } = content;
  const { name, plan, stages, seeds } = view.definition;
  const varied = stages.map((item) => item.name).join(', then ');
  const seedsText = seeds.length === 1 ? 'one seed' : `${seeds.length} seeds (${seeds.join(', ')})`;
  const how = {
    'one-factor-at-a-time': `${varied}, one after the other, each stage carrying on the best level of the one before`,
    grid: `every combination of ${varied}`,
    random: `${stages[0]!.levels.length} random settings of ${varied}`,
  }[plan];
  return [
    heading(1, `Study ${name}`),
    text(`Which settings train this network best? Varied: ${how}; every configuration trained with ${seedsText}.`),
    { kind: 'text', text: outcome.join(' '), strong: true },
    text(protocol),
  ];
}

/** The network as the study's first level has it; where levels change the network itself, the last level's too. */
function network({ view }: Content): Block[] {
  const levels = view.stages.flatMap((stage) => stage.levels);
  const ends = [levels[0]!, levels.at(-1)!].map((level) => {
    const model = makeModel(completeSettings(level.configuration));
    return { model, label: level.level.label, text: describeModel(model) };
  });
  const shown = ends[0]!.text === ends[1]!.text ? ends.slice(0, 1) : ends;
  return [
    heading(2, 'Network'),
    ...shown.flatMap(({ model, label, text: table }, index): Block[] => {
      const caption = shown.length > 1 ? `${model.name}, ${label}` : model.name;
      const name = index === 0 ? `network-${model.name}` : `network-${model.name}-last`;
      const figure: Figure = { name, content: { drawing: drawModel(model) }, caption };
      return [
        { kind: 'figures', size: 'large', figures: [figure] },
        { kind: 'code', text: table },
      ];
    }),
  ];
}

function stage(section: Section, content: Content): Block[] {
  const { index } = section.stage;
  const hasScores = section.rows.some(({ mean }) => mean !== '');
  const hasPost = section.rows.some((row) => postText(row, content.view) !== '');
  const seeds = content.view.definition.seeds.length;
  const curves = learningCurves(section, content);
  const evaluated = content.view.definition.protocol === 'post' ? 'test' : 'validation';
  const dots: Figure[] = hasScores
    ? [
        {
          name: `stage-${index + 1}`,
          content: { svg: dotPlot(section, content) },
          caption: `Dots: seeds. ${seeds > 1 ? 'Line and tick: 95 % interval (cut off at the frame) and mean. ' : ''}${hasPost ? 'Diamond: the post’s single run. ' : ''}Green: selected.`,
        },
      ]
    : [];
  return [
    heading(2, section.title),
    { kind: 'table', table: stageTable(section, content) },
    ...(section.steps.length > 0
      ? ([
          text('What each is worth over the one before it, paired by seed:'),
          { kind: 'table', table: stepTable(section, content) },
        ] satisfies Block[])
      : []),
    ...(section.rows.some((row) => postText(row, content.view).endsWith('*'))
      ? [text('* The post carried on other settings here; see below.')]
      : []),
    { kind: 'text', text: section.verdict, strong: true },
    ...section.remarks.map(text),
    ...(dots.length > 0 ? [{ kind: 'figures', size: 'large', figures: dots } as const] : []),
    ...(curves.length > 0
      ? ([
          {
            kind: 'figures',
            size: 'middle',
            figures: curves.map(({ label, svg }, position) => ({
              name: `stage-${index + 1}-curves-${position + 1}`,
              content: { svg },
              caption: levelName(section.stage, label),
            })),
          },
          text(
            `Learning curves: blue ${evaluated}, grey train${seeds > 1 ? ', means with the seeds’ range' : ''}${hasPost ? '; dashed the post’s (orange test, grey train)' : ''}.`,
          ),
        ] satisfies Block[])
      : []),
  ];
}

interface WinnersAnswers {
  readonly set: Dataset;
  /** Row-major [images, classes]. */
  readonly logits: Float32Array;
  readonly filters: number[][][];
}

async function winner(content: Content, folder: StudyFolder): Promise<Block[]> {
  const { view } = content;
  const trial = view.winner?.trials[0];
  if (!view.winner || !trial) return [];
  const title = `${settingsText(view.winner.settings, view)}, seed ${trial.seed}`;
  const found = await answersOf(content, folder, trial.number);
  if (typeof found === 'string') return [heading(2, 'The winner'), text(`${title}. ${found}`)];
  const { set, logits, filters } = found;
  const counts = Array.from({ length: set.classes }, () => Array.from({ length: set.classes }, () => 0));
  const misses: { image: number; answer: number; label: number; probability: number }[] = [];
  for (const [image, label] of set.labels.entries()) {
    const row = logits.subarray(image * set.classes, (image + 1) * set.classes);
    const answer = mostLikely(row);
    counts[label]![answer]!++;
    if (answer !== label) misses.push({ image, answer, label, probability: softmax(row)[answer]! });
  }
  misses.sort((a, b) => b.probability - a.probability || a.image - b.image);
  const name = view.definition.protocol === 'post' ? 'test' : 'validation';
  return [
    heading(2, 'The winner'),
    text(`${title}: ${misses.length} of ${set.labels.length} ${name} images are read wrongly.`),
    {
      kind: 'figures',
      size: 'middle',
      figures: [
        {
          name: 'confusion',
          content: { svg: confusionChart(counts) },
          caption: 'Confusion matrix: rows are digits, columns answers; orange are mistakes.',
        },
        {
          name: 'filters',
          content: { svg: filtersChart(filters) },
          caption: 'First-layer filters: blue adds, orange takes away.',
        },
      ],
    },
    heading(3, 'Most confidently wrong'),
    {
      kind: 'figures',
      size: 'small',
      figures: misses.slice(0, 12).map(({ image, answer, label, probability }) => ({
        name: `miss-${image}`,
        content: { png: picture(set, image) },
        caption: `a ${label}, read as ${answer} (${(100 * probability).toFixed(1)} %), image ${image}`,
      })),
    },
  ];
}

/** What the winner's run folder and the data hold, or a sentence on why they cannot be used. */
async function answersOf(
  { view, record }: Content,
  folder: StudyFolder,
  number: number,
): Promise<WinnersAnswers | string> {
  const run = folder.trial(number);
  try {
    const { data } = run.readConfig();
    const mnist = await loadMnist(data.folder ?? undefined);
    if (mnist.hash !== record.dataHash) return 'Its pictures are left out: the data here are not those of the study.';
    const selection = view.definition.protocol === 'post' ? mnist.test : holdOut(mnist.train, mnist.hash).validation;
    const logits = readSafetensors(readBytes(run.predictionsPath), run.predictionsPath).tensors.get('logits')!;
    const [images = 0] = logits.shape;
    const pixels = selection.shape[1] * selection.shape[2];
    const set = {
      ...selection,
      labels: selection.labels.subarray(0, images),
      images: selection.images.subarray(0, images * pixels),
    };
    const { model, weights } = loadModel(run.path);
    const conv = model.layers.find(({ layer }) => layer.type === 'conv2d');
    const kernel = conv && weights.get(`${conv.name}.weight`);
    return { set, logits: logits.data, filters: kernel ? filtersOf(kernel.shape, kernel.data) : [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `Its pictures are left out (${why}); lenet study run makes lost files again.`;
  }
}

function filtersOf(
  [count = 0, channels = 0, height = 0, width = 0]: readonly number[],
  data: Float32Array,
): number[][][] {
  const at = (f: number, y: number, x: number) => data[(f * channels * height + y) * width + x]!;
  const axis = (length: number) => Array.from({ length }, (_, i) => i);
  return axis(count).map((f) => axis(height).map((y) => axis(width).map((x) => at(f, y, x))));
}

/** One image as ink on white. */
function picture({ images, shape }: Dataset, image: number): Uint8Array {
  const [, height, width] = shape;
  const pixels = images.subarray(image * height * width, (image + 1) * height * width);
  const scale = images instanceof Float32Array ? 255 : 1;
  return encode({ width, height, channels: 1, data: Uint8Array.from(pixels, (ink) => 255 - Math.round(ink * scale)) });
}

function undecided({ sections }: Content): Block[] {
  const items = sections.flatMap(({ analysis, stage: found }) => {
    const others = rivals(found, analysis);
    if (others.length === 0) return [];
    return [
      `${found.name}: ${[found.selected!, ...others].map((index) => found.levels[index]!.level.label).join(', ')}`,
    ];
  });
  if (items.length === 0) return [];
  return [
    heading(2, 'Not distinguishable'),
    text('These levels share the first place; more seeds may part them.'),
    { kind: 'list', items },
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

function times({ view, record }: Content): Block[] {
  const bySize = new Map<number, number[]>();
  let comparable = true;
  for (const { key, curve } of view.trials) {
    const { batchSize, trainLimit } = completeSettings(JSON.parse(key));
    comparable &&= trainLimit === null && record.definition.protocol === 'post';
    const seconds = curve.filter(({ epoch }) => epoch > 0).map((point) => point.seconds.train);
    bySize.set(batchSize, [...(bySize.get(batchSize) ?? []), ...seconds]);
  }
  const rows = [...bySize]
    .filter(([, seconds]) => seconds.length > 0)
    .sort(([a], [b]) => a - b)
    .map(([batchSize, seconds]) => ({
      batchSize,
      ours: median(seconds),
      post: comparable ? postSeconds(batchSize) : undefined,
    }));
  if (rows.length === 0) return [];
  return [
    heading(2, 'Time per epoch'),
    {
      kind: 'figures',
      size: 'large',
      figures: [
        {
          name: 'epoch-time',
          content: { svg: epochTimeChart(rows) },
          caption: `Medians over all trials, batches alone, without evaluation; several trials ran at once, one core each.${comparable ? ' Blue ours; orange the post’s, on eight cores of an i7-9700.' : ''}`,
        },
      ],
    },
  ];
}

/** The post's median epoch; the first is left out, for it holds Julia's compilation. */
function postSeconds(batchSize: number): number | undefined {
  const runs = postLogs().runs.filter((run) => run.batchSize === batchSize && run.optimizer === 'ADAM' && run.l2 === 0);
  const seconds = runs.flatMap(({ epochs }) =>
    epochs.flatMap(({ epoch, trainSeconds }) => (epoch > 1 && trainSeconds !== undefined ? [trainSeconds] : [])),
  );
  return seconds.length > 0 ? median(seconds) : undefined;
}

function surroundings({ record, view, wallSeconds, coreSeconds }: Content): Block[] {
  const arithmetic = [
    ...new Set(view.trials.map(({ key }) => String(completeSettings(JSON.parse(key)).arithmetic))),
  ].join(', ');
  const rows = record.sessions.map(({ started, seconds, environment: e }) => [
    started.slice(0, 16).replace('T', ' '),
    duration(seconds),
    `${e.cpu}, ${e.cores} cores, ${Math.round(e.memoryBytes / 2 ** 30)} GiB`,
    `${e.os}, Node ${e.node.slice(1)}, lenet-lab ${e.version}`,
    `${e.jobs}`,
  ]);
  return [
    heading(2, 'Training environment'),
    { kind: 'table', table: { head: ['started', 'worked', 'machine', 'software', 'jobs'], rows, dispensable: [0, 4] } },
    text(
      `${view.trials.length} trials, ${arithmetic || 'strict'} arithmetic, one thread a trial (more for the last of a stage); ${duration(wallSeconds)} at work, ${duration(coreSeconds)} of training and evaluation.`,
    ),
  ];
}

function failures({ view }: Content): Block[] {
  const items = view.trials.flatMap(({ number, state, reason, seed, key }) =>
    state === 'failed'
      ? [`trial ${number} (${settingsText(JSON.parse(key), view)}, seed ${seed}): ${reason?.split('\n')[0]}`]
      : [],
  );
  return [heading(2, 'Failed trials'), { kind: 'list', items }];
}
