/** The report as HTML and Markdown: sections, sentences, tables and pictures. */
import { decode } from 'fast-png';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../data/dataset.ts';
import { completeSettings } from '../tasks/lenet/configuration.ts';
import { makeModel } from '../tasks/lenet/recipe.ts';
import type { Block } from './block.ts';
import type { StudyFacts } from './facts.ts';
import { renderHtml } from './html.ts';
import { showJson } from './json.ts';
import { figureFiles, renderMarkdown } from './markdown.ts';
import type { Answers, ReportSource } from './section.ts';
import { reportBlocks } from './sections.ts';
import {
  batchScores,
  batchStage,
  definitionOf,
  factsOf,
  judgementOf,
  recordOf,
  referenceOf,
  session,
  stageOf,
  trialOf,
  trialsOf,
} from './study.testing.ts';
import { showText } from './terminal.ts';

const scores = [...batchScores.slice(0, 2), [96, 'diverged: the loss is NaN\nmore', 97]];
const set: Dataset = {
  name: 'three',
  classes: 2,
  shape: [1, 1, 2] as const,
  images: Uint8Array.of(0, 255, 255, 0, 128, 128),
  labels: Uint8Array.of(0, 1, 1),
};
const answers: Answers = { set, logits: Float32Array.of(2, 0, 1, 0, 3, 0), filters: [[[1, -1]]] };
const source: ReportSource = {
  model: (settings) => makeModel(completeSettings(settings)),
  answers: () => Promise.resolve(answers),
};
const foreign = [{ number: 90, state: 'complete', value: 97.5, settings: { l2: 0.1 } } as const];
const reference = referenceOf({ remarks: ['It had luck.'], secondsPerEpoch: () => 12 });
const record = recordOf(definitionOf([batchStage]), trialsOf(batchStage, scores), { sessions: [session], foreign });
const judgement = judgementOf([
  { standing: 'may be best', mean: [97, 99] },
  { standing: 'may be best' },
  { standing: 'failed' },
]);
const facts = factsOf(record, [judgement], { reference });

const headings = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => (block.kind === 'heading' ? [block.text] : []));
const texts = (blocks: readonly Block[]) => JSON.stringify(blocks);
const plain: StudyFacts = factsOf(recordOf(definitionOf([batchStage]), []));

describe('sections', () => {
  test('all sections appear in their order', async () => {
    expect(headings(await reportBlocks(facts, source))).toEqual([
      'Study small',
      'Network',
      'batchSize',
      'Learning curves: accuracy',
      'Not settled',
      'The winner',
      'Most confidently wrong',
      'Beside the post',
      'Time per epoch',
      'Training environment',
      'Failed trials',
      'Trials of other programs',
      'Caveats',
      'Words',
    ]);
  });

  test('empty sections are left out; a task without networks has no network section', async () => {
    expect(headings(await reportBlocks(plain, {}))).toEqual([
      'Study small',
      'batchSize',
      'Training environment',
      'Caveats',
      'Words',
    ]);
  });

  test('opening, failures, environment and foreign trials are whole sentences', async () => {
    const said = texts(await reportBlocks(facts, source));
    for (const sentence of [
      'Which settings are the best? Varied: batchSize. Every configuration was trained with 3 seeds (1, 2, 3).',
      'trial 201 (batchSize 128, seed 2) failed: diverged: the loss is NaN',
      '9 trials, strict arithmetic, one thread per trial (more for the last of a stage); 75 s at work, 48 s of training and evaluation.',
      'Another program added one trial to the journal. They take no part in any verdict and are left alone.',
      'Medians over all trials of the time of the batches, without evaluation; several trials ran at once, one core each. The post’s times are from an abacus.',
      'batchSize: 32, 64',
      'batchSize 32, seed 1: 2 of 3 test images are wrong.',
    ]) {
      expect(said).toContain(sentence);
    }
    expect(said).not.toContain('coin toss');
  });

  test('learning curves are headed by the name of what they show', async () => {
    const objective = 'balanced-accuracy' as const;
    const balanced = factsOf({ ...record, definition: definitionOf([batchStage], { objective }) }, [judgement]);
    expect(headings(await reportBlocks(balanced, {}))).toContain('Learning curves: balanced accuracy');
  });

  test('the report names its data by name and hash, where the record has a name', async () => {
    const data = { name: 'screws', format: 'folders' };
    const named = factsOf({ ...record, data, dataHash: '0123456789abcdef' }, [judgement]);
    expect(texts(await reportBlocks(named, {}))).toContain('Data: screws, hash 0123456789ab. Protocol post');
    expect(showText(named, { width: 80, state: '' })).toContain('\nData: screws, hash 0123456789ab.\n');
    expect(showJson(named)).toMatchObject({ data: { name: 'screws', hash: '0123456789abcdef' } });
    expect(texts(await reportBlocks(facts, {}))).not.toContain('Data:');
    expect(showJson(facts)).toMatchObject({ data: null });
  });

  test('the report says how many trials ran at once, as recorded', async () => {
    const told = async (...jobs: number[]) => {
      const sessions = jobs.map((count) => ({ ...session, environment: { ...session.environment, jobs: count } }));
      return texts(await reportBlocks(factsOf({ ...record, sessions }, [judgement]), {}));
    };
    expect(await told(1, 1)).toContain('without evaluation; one trial ran at a time.');
    expect(await told(1, 1)).toContain('strict arithmetic, one thread per trial; ');
    expect(await told(1, 2)).toContain('without evaluation; several trials ran at once, one core each.');
    expect(await told()).toContain('without evaluation.');
  });

  test('a choice that another seed may reverse is not settled', async () => {
    const here = { standing: 'worse', scope: 'these networks' } as const;
    const single = recordOf(definitionOf([batchStage], { seeds: [1] }), trialsOf(batchStage, [[98], [97], [96]]));
    const judged = judgementOf([{ ...here, standing: 'best' }, here, here], { method: 'images' });
    const blocks = await reportBlocks(factsOf(single, [judged]), {});
    expect(headings(blocks)).toContain('Not settled');
    expect(texts(blocks)).toContain('These choices are about the trained networks; more seeds may reverse them.');
    expect(texts(blocks)).toContain('batchSize: 32 (one seed)');
  });

  test('the opening names a seed rule or a single seed', async () => {
    const rule = definitionOf([batchStage], { seeds: { atLeast: 3, atMost: 30, resolve: 0.1 } });
    expect(texts(await reportBlocks(factsOf(recordOf(rule, [])), {}))).toContain(
      'Every configuration got one seed a round, 3 to 30 of them, until the data showed that it is not better than another one by more than 0.1 points.',
    );
    const one = definitionOf([batchStage], { seeds: [4] });
    expect(texts(await reportBlocks(factsOf(recordOf(one, [])), {}))).toContain('trained with one seed.');
  });

  test('a study with a seed rule has a chart of rounds', async () => {
    const rule = definitionOf([batchStage], { seeds: { atLeast: 3, atMost: 4, resolve: 5 } });
    const trials = trialsOf(batchStage, [
      [98, 98, 98],
      [80, 80.1, 80],
      [70, 70.1, 70],
    ]);
    const blocks = await reportBlocks(factsOf(recordOf(rule, trials)), {});
    expect(figureFiles(blocks).map(({ name }) => name)).toContain('stage-1-rounds.svg');
  });

  test('if levels change the network, the networks of the first and the last level are shown', async () => {
    const models = stageOf('model', ['lenet5', 'lenet5-1998']);
    const blocks = await reportBlocks(factsOf(recordOf(definitionOf([models]), [])), source);
    expect(figureFiles(blocks).map(({ name }) => name)).toEqual(['network-lenet5.svg', 'network-lenet5-1998-last.svg']);
  });

  test('the report says why pictures are missing', async () => {
    const without = { answers: () => Promise.resolve('Its pictures are left out: no disk.') };
    expect(texts(await reportBlocks(facts, without))).toContain(
      'batchSize 32, seed 1. Its pictures are left out: no disk.',
    );
  });

  test('mistakes are sorted by confidence', async () => {
    const blocks = await reportBlocks(facts, source);
    const captions = blocks.flatMap((block) =>
      block.kind === 'figures' && block.size === 'small' ? block.figures : [],
    );
    expect(captions.map(({ caption }) => caption)).toEqual([
      '1, taken for 0 (95.3 %), image 2',
      '1, taken for 0 (73.1 %), image 1',
    ]);
  });

  test('classes are called by their names, and pictures of three channels are in colour', async () => {
    const colour: Dataset = {
      name: 'fruit',
      classes: 2,
      classNames: ['apple', 'pear'],
      shape: [3, 1, 2],
      images: Uint8Array.of(1, 2, 11, 12, 21, 22, 250, 251, 150, 151, 50, 51),
      labels: Uint8Array.of(0, 1),
    };
    const found = { set: colour, logits: Float32Array.of(2, 0, 1, 0), filters: [[[1, -1]]] };
    const blocks = await reportBlocks(facts, { ...source, answers: () => Promise.resolve(found) });
    const figures = blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : []));
    const miss = figures.find(({ name }) => name === 'miss-1')!;
    expect(miss.caption).toBe('pear, taken for apple (73.1 %), image 1');
    expect(miss.alt).toBe('Image 1, pear taken for apple');
    if (!('png' in miss.content)) throw new Error('expected a PNG file');
    const { width, height, channels, data } = decode(miss.content.png);
    expect({ width, height, channels, data: [...data] }).toEqual({
      width: 2,
      height: 1,
      channels: 3,
      data: [250, 150, 50, 251, 151, 51],
    });
    expect(figures.find(({ name }) => name === 'filters')!.caption).toContain('(first channel)');
  });

  test('pictures are left out with a sentence that says so', async () => {
    const why = 'The pictures are left out: they may be private.';
    const found = { ...answers, withoutPictures: why };
    const blocks = await reportBlocks(facts, { ...source, answers: () => Promise.resolve(found) });
    const figures = blocks.flatMap((block) => (block.kind === 'figures' ? block.figures : []));
    expect(figures.filter(({ name }) => name.startsWith('miss'))).toEqual([]);
    expect(texts(blocks)).toContain(why);
  });

  test('beyond 50 failures only their number is given', async () => {
    const trials = Array.from({ length: 60 }, (_, i) => trialOf(i, {}, i, 'lost'));
    expect(texts(await reportBlocks(factsOf(recordOf(definitionOf([batchStage]), trials)), {}))).toContain(
      '10 more are in trials.csv (lenet study export).',
    );
  });
});

describe('HTML', () => {
  test('tables have captions and scopes; wide tables scroll and have a hint', async () => {
    const { document } = parseHTML(renderHtml('Study', await reportBlocks(facts, source)));
    const tables = [...document.querySelectorAll('table')];
    expect(tables.length).toBeGreaterThan(4);
    for (const table of tables) {
      expect(table.querySelector('caption')?.textContent).toMatch(/\S/);
      for (const head of table.querySelectorAll('thead th')) expect(head.getAttribute('scope')).toBe('col');
      for (const row of table.querySelectorAll('tbody tr')) {
        expect(row.querySelectorAll('th[scope="row"]')).toHaveLength(1);
      }
      const region = table.parentElement!;
      expect([region.getAttribute('tabindex'), region.getAttribute('role')]).toEqual(['0', 'region']);
    }
    const hinted = [...document.querySelectorAll('.hint')].map((hint) =>
      hint.nextElementSibling!.getAttribute('aria-label'),
    );
    expect(hinted).toContain('lenet5');
    expect(hinted).toContain('Layers of lenet5');
    expect(hinted).toContain('batchSize: the levels beside the best');
    expect(document.querySelector('tr.selected th')!.textContent).toBe('32');
  });

  test('every picture has a text alternative, and text is escaped', async () => {
    const label = '<b>&"quoted"</b> | bar';
    const named = definitionOf([{ ...batchStage, levels: [{ label, settings: { batchSize: 32 } }] }]);
    const blocks = await reportBlocks(factsOf(recordOf(named, trialsOf(batchStage, scores.slice(0, 1)))), source);
    const { document } = parseHTML(renderHtml('<Study>', blocks));
    expect(document.querySelector('b')).toBeNull();
    expect(document.querySelector('title')!.textContent).toBe('<Study>');
    const [images, charts] = [document.querySelectorAll('img'), document.querySelectorAll('svg')];
    expect(images.length + charts.length).toBeGreaterThan(5);
    expect(charts.length).toBeGreaterThan(0);
    for (const image of images) expect(image.getAttribute('alt')!.length).toBeGreaterThan(5);
    for (const chart of charts) expect(chart.getAttribute('aria-label')!.length).toBeGreaterThan(15);
    expect([...document.querySelectorAll('th')].map((head) => head.textContent)).toContain(label);
  });

  test('the glossary explains the words of the report', async () => {
    const { document } = parseHTML(renderHtml('Study', await reportBlocks(plain, {})));
    expect([...document.querySelectorAll('dt')].map((term) => term.textContent)).toEqual([
      'Interval (95 %)',
      'Margin',
      'MCB',
      'Edwards and Hsu',
      'Worse (this network)',
      'Noisy',
      'Resolve',
      'Left, open',
      'Pruned',
      'Held-out',
      'p',
      'Holm',
      'McNemar',
    ]);
    const meanings = [...document.querySelectorAll('dd')].map((meaning) => meaning.textContent);
    expect(meanings[7]).toContain(
      'In at most 5 % of all studies the one level that stays is worse than the best level by more than “resolve”.',
    );
    expect(meanings[7]).toContain('so the interval may reach beyond “resolve”.');
  });
});

describe('Markdown', () => {
  test('every kind of block is written as Markdown', () => {
    const svg = '<svg xmlns="x"><g/></svg>';
    const blocks: Block[] = [
      { kind: 'heading', level: 2, text: 'A_b' },
      { kind: 'text', text: '* no list, <b> no tag' },
      { kind: 'text', text: 'loud', strong: true },
      { kind: 'list', items: ['a', 'b'] },
      { kind: 'terms', terms: [{ term: 'p', meaning: 'chance' }] },
      {
        kind: 'table',
        table: {
          caption: 'Of levels',
          names: 0,
          stressed: 1,
          note: 'A note.',
          columns: [
            { head: 'level', cells: ['a|b', 'c'] },
            { head: 'n', cells: ['1', ''], align: 'right' },
          ],
        },
      },
      { kind: 'figures', size: 'large', figures: [{ name: 'one', content: { svg }, caption: 'A chart' }] },
      {
        kind: 'figures',
        size: 'small',
        figures: [{ name: 'two', content: { png: Uint8Array.of(1) }, caption: 'a "4"', alt: 'Image 4' }],
      },
    ];
    expect(renderMarkdown(blocks, 'figures')).toBe(`## A\\_b

\\* no list, \\<b> no tag

**loud**

- a
- b

- **p**: chance

_Of levels_

| level | n |
| --- | ---: |
| a\\|b | 1 |
| **c** |  |

A note.

![A chart](figures/one.svg)

_A chart_

<img src="figures/two.png" width="84" alt="Image 4" title="a &quot;4&quot;">
`);
    expect(figureFiles(blocks)).toEqual([
      { name: 'one.svg', content: svg },
      { name: 'two.png', content: Uint8Array.of(1) },
    ]);
  });
});
