/**
 * Labels, names and reasons may hold any text: every form of the report shows them, and its structure does not change.
 */
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { acting, hostile } from '../base/hostile.testing.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import { completeSettings } from '../tasks/lenet/configuration.ts';
import { makeModel } from '../tasks/lenet/recipe.ts';
import type { Block } from './block.ts';
import { trialsCsv } from './csv.ts';
import type { StudyFacts } from './facts.ts';
import { renderHtml } from './html.ts';
import { showJson } from './json.ts';
import { figureFiles, renderMarkdown } from './markdown.ts';
import { reportBlocks } from './sections.ts';
import {
  canonicalOf,
  definitionOf,
  factsOf,
  judgementOf,
  prunedTrialOf,
  recordOf,
  referenceOf,
  session,
  trialOf,
} from './study.testing.ts';
import { showText } from './terminal.ts';

const sizes = [32, 64, 128];

/** A study with the given text in its name, labels, reasons, machine, foreign trials and reference. */
function studyWith(text: string): StudyFacts {
  const levels = sizes.map((batchSize) => ({ label: `${text}${batchSize}`, short: text, settings: { batchSize } }));
  const definition = definitionOf([{ factors: ['batchSize'], levels }], { name: text, compare: 'previous' });
  const trials = [
    ...[1, 2, 3].map((seed) => trialOf(seed, canonicalOf({ batchSize: 32 }), seed, 98 + seed / 10)),
    ...[1, 2, 3].map((seed) => trialOf(10 + seed, canonicalOf({ batchSize: 64 }), seed, 97 + seed / 10)),
    trialOf(20, canonicalOf({ batchSize: 128 }), 1, text),
    prunedTrialOf(21, canonicalOf({ batchSize: 128 }), 2, text),
  ];
  const { environment } = session;
  const sessions = [{ ...session, environment: { ...environment, cpu: text, os: text, node: text } }];
  const foreign = [{ number: 90, state: 'complete', value: 1, settings: { [text]: text } } as const];
  const judgement = judgementOf([
    { standing: 'may be best', mean: [97, 99] },
    { standing: 'may be best' },
    { standing: 'failed' },
  ]);
  const reference = referenceOf({ name: `the ${text}`, source: text, machine: text, remarks: [text] });
  const data = { name: text, format: 'folders' };
  return factsOf(recordOf(definition, trials, { data, sessions, foreign }), [judgement], { reference });
}

const blocksOf = (facts: StudyFacts): Promise<Block[]> =>
  reportBlocks(facts, {
    model: (settings) => makeModel(completeSettings(settings)),
    answers: () => Promise.resolve(`Its pictures are left out (${facts.definition.name}).`),
  });

/** Names of the elements of a document. @throws when it is not well-formed. */
function elements(xml: string): string[] {
  const names: string[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => names.push(name));
  parser.write(xml).close();
  return names;
}

const markdown = new MarkdownIt({ html: true, linkify: true });
const markdownShape = (text: string) =>
  markdown
    .parse(text, {})
    .flatMap((token) => [token, ...(token.children ?? [])])
    .map(({ type, tag, level }) => `${level} ${type} ${tag}`);

/** The tags of a page without its charts and hints, whose number depends on the length of texts. */
const htmlShape = (html: string) =>
  [
    ...html
      .replace(/<svg .*?<\/svg>/gs, '<svg>')
      .replace(/<p class="hint".*?<\/p>/g, '')
      .matchAll(/<\/?[a-z][a-z0-9]*/g),
  ].map(([tag]) => tag);

/** Cells of a CSV file, read by RFC 4180. */
function cellsOf(csv: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of csv.matchAll(cell)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? bare!);
    if (end === '\r\n') rows.push([]);
  }
  expect(rows.pop()).toEqual([]);
  return rows;
}

const rounds = { numRuns: 20 } as const;

describe('whatever a label holds', async () => {
  const harmless = studyWith('label');
  const harmlessBlocks = await blocksOf(harmless);

  test('charts and pages are well-formed and have the structure of harmless labels', async () => {
    const allowed = ['svg', 'style', 'g', 'text', 'tspan', 'title', 'desc', 'path', 'circle', 'rect', 'line', 'defs'];
    const shape = htmlShape(renderHtml('Study', harmlessBlocks));
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const blocks = await blocksOf(studyWith(text));
        const charts = figureFiles(blocks).flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
        expect(charts.length).toBeGreaterThan(3);
        for (const chart of charts) {
          for (const name of elements(chart)) {
            expect([...allowed, 'clipPath', 'marker', 'polygon', 'polyline', 'linearGradient', 'stop']).toContain(name);
          }
        }
        const html = renderHtml(text, blocks);
        expect(htmlShape(html)).toEqual(shape);
        expect(acting(html, '\n')).toEqual([]);
      }),
      rounds,
    );
  });

  test('Markdown has the structure of harmless labels', async () => {
    const shape = markdownShape(renderMarkdown(harmlessBlocks, 'figures'));
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        fc.pre(visible(text).trim() !== '');
        const written = renderMarkdown(await blocksOf(studyWith(text)), 'figures');
        expect(markdownShape(written)).toEqual(shape);
        expect(acting(written, '\n')).toEqual([]);
      }),
      rounds,
    );
  });

  test('the terminal gets no control characters except line breaks', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 40, max: 200 }), (text, width) => {
        expect(acting(showText(studyWith(text), { width, state: text }), '\n')).toEqual([]);
      }),
      rounds,
    );
  });

  test('CSV has the same rows and cells and no formulas; JSON keeps labels exactly', () => {
    const sizesOf = (facts: StudyFacts) => cellsOf(trialsCsv(facts)).map(({ length }) => length);
    fc.assert(
      fc.property(hostile, (text) => {
        const facts = studyWith(text);
        expect(sizesOf(facts)).toEqual(sizesOf(harmless));
        for (const cell of cellsOf(trialsCsv(facts)).flat()) expect(cell).not.toMatch(/^\s*[=@]/);
        const json = exactJson(showJson(facts), 2);
        expect(acting(json, '\n')).toEqual([]);
        expect(JSON.parse(json)).toMatchObject({ name: text, stages: [{ levels: [{ label: `${text}32` }, {}, {}] }] });
      }),
      rounds,
    );
  });
});

test('charts escape XML’s own characters and write out forbidden ones', async () => {
  const blocks = await blocksOf(studyWith('rate < 0.01, adam & "cosine" \x1b[2J'));
  const [chart] = figureFiles(blocks).flatMap(({ name, content }) => (name === 'stage-1.svg' ? [content] : []));
  expect(chart).toContain('rate &lt; 0.01, adam &amp; &quot;cosine&quot; \\x1b[2J');
  expect(elements(String(chart))[0]).toBe('svg');
});
