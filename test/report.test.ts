/**
 * The report: one self-contained HTML file that a browser shows without errors or requests, and Markdown with the same
 * content.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { studyFacts } from '../src/report/facts.ts';
import { renderHtml } from '../src/report/html.ts';
import { searched } from '../src/report/search.testing.ts';
import { reportBlocks } from '../src/report/sections.ts';
import { definitionOf, recordOf, trialsOf } from '../src/report/study.testing.ts';
import { lenetSettings } from '../src/tasks/lenet/configuration.ts';
import { lenet } from './lenet.ts';

const home = mkdtempSync(join(tmpdir(), 'lenet-report-'));
const file = join(home, 'report.yaml');
writeFileSync(
  file,
  `name: report
protocol: post
base: { epochs: 2, trainLimit: 800, testLimit: 300, batchSize: 40 }
stages:
  - learningRate: [1e-3, 3e-3, 1e30]
  - optimizer: [adam, adamw, { label: "<b>&\\"quoted\\"</b> | bar", optimizer: nadam }]
seeds: [1, 2]
`,
);
const out = join(home, 'study');
const { code } = lenet('study', 'run', file, '--out', out);
const html = readFileSync(join(out, 'report.html'), 'utf8');
const markdown = readFileSync(join(out, 'report.md'), 'utf8');

test('the study finished with one failed level', () => expect(code).toBe(0));

const text = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>|<svg[\s\S]*?<\/svg>|<[^>]+>/g, ' ')
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');

describe('HTML and Markdown', () => {
  test.each([
    'Which settings are the best?',
    'Protocol post: trained on the first 800 training images and selected on the first 300 test images.',
    'Stage 1: learningRate',
    'Stage 2: optimizer',
    'AdamW with weight decay 0 is Adam',
    'Confusion matrix',
    'First-layer filters',
    'Most confidently wrong',
    'Time per epoch',
    'Training environment',
    process.version.slice(1),
    'strict arithmetic',
    'Caveats',
    'Failed trials',
    'standing',
    'C1',
    'difference to the best (points)',
    'McNemar’s test compares two networks',
    'quote the wider one',
    'diverged: the loss is',
    '<b>&"quoted"</b>',
  ])('say: %s', (said) => {
    expect(text(html)).toContain(said);
    expect(markdown.replace(/\\([|*_<`])/g, '$1').replace(/\s+/g, ' ')).toContain(said);
  });

  test('the files of Markdown’s figures exist', () => {
    const named = [...markdown.matchAll(/(?:\]\(|src=")(report-figures\/[^)"]+)/g)].map((match) => match[1]!);
    expect(named.length).toBeGreaterThan(15);
    expect(new Set(named).size).toBe(named.length);
    for (const name of named) expect(existsSync(join(out, name)), name).toBe(true);
    expect(readdirSync(join(out, 'report-figures'))).toHaveLength(named.length);
  });
});

const browser = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

describe.skipIf(browser === undefined)('in a browser (skipped without Chromium)', () => {
  test.each([
    [360, 'light'],
    [390, 'light'],
    [390, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('%i pixels wide, %s: no message, no request, nothing wider than the page', async (width, colorScheme) => {
    const running = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] });
    try {
      const page = await running.newPage({ viewport: { width, height: 800 }, colorScheme });
      const heard: string[] = [];
      page.on('console', (message) => heard.push(message.text()));
      page.on('pageerror', (error) => heard.push(error.message));
      page.on('request', (request) => {
        if (!request.url().startsWith('data:')) heard.push(request.url());
      });
      const url = `file://${join(out, 'report.html')}`;
      await page.goto(url);
      expect(heard).toEqual([url]);
      const seen = await page.evaluate(() => {
        const { scrollWidth } = document.documentElement;
        const images = [...document.images].map(({ complete, naturalWidth }) => complete && naturalWidth > 0);
        const charts = [...document.querySelectorAll('svg[role=img]')].map((svg) => svg.getBoundingClientRect());
        const { color, backgroundColor } = getComputedStyle(document.body);
        return {
          scrollWidth,
          images,
          color,
          backgroundColor,
          charts: charts.map(({ width: across, height, right }) => [across > 50, height > 20, right <= innerWidth]),
          headings: [...document.querySelectorAll('h1, h2')].map((heading) => heading.textContent),
          // Content that is cut off must be scrollable and have a hint.
          cut: [...document.querySelectorAll('.scroll')]
            .filter((region) => region.scrollWidth > region.clientWidth + 1)
            .map((region) => {
              const hint = region.previousElementSibling;
              return hint?.className === 'hint' && getComputedStyle(hint).display !== 'none';
            }),
          unseen: [...document.querySelectorAll('th, td')].filter((cell) => getComputedStyle(cell).display === 'none')
            .length,
        };
      });
      expect(seen.scrollWidth).toBe(width);
      expect(seen.images.length).toBeGreaterThan(10);
      expect(seen.images).not.toContain(false);
      expect(seen.charts.length).toBeGreaterThan(6);
      expect(seen.charts.flat()).not.toContain(false);
      expect(seen.backgroundColor).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(18, 23, 29)');
      expect(seen.headings).toContain('The winner');
      expect(seen.cut).not.toContain(false);
      if (width < 400) expect(seen.cut.length).toBeGreaterThan(3);
      expect(seen.unseen).toBe(0);
      expect(await page.evaluate(clippedLabels)).toEqual([]);
    } finally {
      await running.close();
    }
  });

  test.each([360, 1280])('%i pixels wide, the labels of a stage with a seed rule have room', async (width) => {
    const page = join(home, 'rule.html');
    writeFileSync(page, await ruledReport());
    const running = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] });
    try {
      const tab = await running.newPage({ viewport: { width, height: 800 } });
      await tab.goto(`file://${page}`);
      const labels = await tab.evaluate(() =>
        [...document.querySelectorAll('svg text')].map((text) => text.textContent),
      );
      for (const label of ['adamw', 'nadam', 'AdaBelief (Flux 0.12.4)']) {
        // In the chart of the levels and in the chart of the rounds.
        expect(labels.filter((found) => found === label)).toHaveLength(2);
      }
      expect(await tab.evaluate(clippedLabels)).toEqual([]);
    } finally {
      await running.close();
    }
  });

  test.each([360, 1280])(
    '%i pixels wide, the charts of a search have room for long names and values',
    async (width) => {
      const page = join(home, 'search.html');
      writeFileSync(page, await searchReport());
      const running = await chromium.launch({ executablePath: browser!, args: ['--no-sandbox'] });
      try {
        const tab = await running.newPage({ viewport: { width, height: 800 } });
        await tab.goto(`file://${page}`);
        const charts = await tab.evaluate(() => document.querySelectorAll('svg[role=img]').length);
        // History, rungs, luck, importances, parallel coordinates, cells, and one for each of four hyperparameters.
        expect(charts).toBe(10);
        expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        expect(await tab.evaluate(() => document.querySelector('script, b'))).toBeNull();
        expect(await tab.evaluate(clippedLabels)).toEqual([]);
      } finally {
        await running.close();
      }
    },
  );
});

/** The report of a search with early stopping whose hyperparameters and values have long names. */
async function searchReport(): Promise<string> {
  const values = Array.from({ length: 9 }, (_, i) => `<b>&"value" with a long name ${i}`);
  const { facts } = await searched({
    parameters: { rate: 0.01, aRatherLongHyperparameterName: values[0]!, units: 1000, flag: true, epochs: 9 },
    definition: {
      base: { rate: 0.01, aRatherLongHyperparameterName: values[0]!, units: 1000, flag: true, epochs: 9 },
      space: {
        rate: { kind: 'float', low: 1.5e-7, high: 30, log: true },
        aRatherLongHyperparameterName: { kind: 'choices', values },
        units: { kind: 'int', low: 1000, high: 2_000_000 },
        flag: { kind: 'choices', values: [true, false] },
      },
    },
    plan: { trainings: 100, earlyStopping: 'halving' },
    score: ({ rate, aRatherLongHyperparameterName: name }, { epoch, noise }) =>
      99 - Math.abs(Math.log10(Number(rate))) - values.indexOf(String(name)) / 5 + epoch / 9 + noise,
  });
  return renderHtml('Study of a function', await reportBlocks(facts, {}));
}

/** Labels of charts that extend beyond their drawing; runs in the page. */
function clippedLabels(): (string | null)[] {
  return [...document.querySelectorAll('svg[role=img]')].flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')]
      .filter((label) => {
        const box = label.getBoundingClientRect();
        return box.left < frame.left - 0.5 || box.right > frame.right + 0.5 || box.bottom > frame.bottom + 0.5;
      })
      .map((label) => label.textContent);
  });
}

/** The report of two stages with a seed rule: one of short labels with wide letters, one with a long label. */
async function ruledReport(): Promise<string> {
  const levels = [
    { label: 'adamw', settings: { optimizer: 'adamw', weightDecay: 0.01 } },
    { label: 'nadam', settings: { optimizer: 'nadam' } },
    { label: 'AdaBelief (Flux 0.12.4)', settings: { optimizer: 'adabelief', biasCorrection: false } },
  ];
  const blocks = [];
  for (const chosen of [levels.slice(0, 2), levels.slice(2)]) {
    const stage = { factors: ['optimizer'], levels: [...chosen, { label: 'sgd', settings: { optimizer: 'sgd' } }] };
    const scores = [
      [98, 98.2, 98.1],
      [98.1, 98, 98.3],
      [90, 90.1, 90.2],
    ].slice(-stage.levels.length);
    const canonical = stage.levels.map(({ settings }) =>
      lenetSettings.canonical({ ...definitionOf([]).base, ...settings }),
    );
    const trials = trialsOf(stage, scores).map((trial) => ({
      ...trial,
      configuration: canonical[Math.floor(trial.number / 100)]!,
    }));
    const definition = definitionOf([stage], { seeds: { atLeast: 3, atMost: 6, resolve: 0.1 } });
    blocks.push(...(await reportBlocks(studyFacts(recordOf(definition, trials), lenetSettings), {})));
  }
  return renderHtml('Study of optimizers', blocks);
}

test('a study with compare: previous shows what each change is worth, and the networks of the first and the last level', () => {
  const steps = join(home, 'steps.yaml');
  writeFileSync(
    steps,
    `name: steps
protocol: held-out
compare: previous
base: { model: lenet5-1998, epochs: 1, trainLimit: 300, testLimit: 100, batchSize: 50 }
stages:
  - model:
      - { label: as published, activation: published }
      - { label: RBF -> softmax, output: softmax }
      - { label: tanh -> relu, output: softmax, activation: relu }
seeds: [1, 2]
`,
  );
  const folder = join(home, 'steps');
  const { code: ended, stdout } = lenet('study', 'run', steps, '--out', folder);
  expect(ended).toBe(0);
  expect(stdout).toContain('Each model against the one before it, paired by seed:');
  expect(stdout).toMatch(/│ tanh -> relu +│ +[+−]\d+\.\d\d │ [+−][\d.]+ to [+−][\d.]+ +│ +\d\.\d{3} │/);
  const said = readFileSync(join(folder, 'report.md'), 'utf8');
  expect(said).toContain('Each model against the one before it, paired by seed');
  expect(said).toContain('RBF(84, 10, fixed codes)');
  expect(said.replaceAll('\\_', '_')).toContain('Linear(in_features=84, out_features=10)');
});
