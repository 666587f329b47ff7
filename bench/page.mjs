// `npm run bench -- page`: what the page of `lenet ui` takes in Chromium to show a large study and to take in new rows.
// Options: --trials N (default 10000), --epochs N (default 10), --updates N (default 20), --rounds N (how often a view is opened, default 5).
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { JournalStore } from '../dist/store/journal-store.js';
import { writeLargeJournal } from './large-journal.mjs';
import { keep, machineLine, printTable, root, say, summary } from './measurement.mjs';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '10' },
    updates: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
  },
});
const [trials, epochs, updates, rounds] = ['trials', 'epochs', 'updates', 'rounds'].map((name) => Number(values[name]));
const folder = mkdtempSync(join(tmpdir(), 'lenet-bench-'));
const path = join(folder, 'large', 'study.journal');
mkdirSync(join(folder, 'large'));
const { definition, environment } = await writeLargeJournal(path, { trials, epochs });

const child = spawn(process.execPath, [join(root, 'dist/cli/lenet.js'), 'ui', folder, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const address = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(`${data}`.split('\n')[0])));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

/** The views that are measured, with what a user came to see there. */
const views = {
  // The outcome in a sentence.
  '': 'header p.strong',
  trials: 'tbody tr:not(.room)',
  curves: '.chart-canvas canvas',
  settings: '.chart-canvas canvas',
};

/**
 * Before any script of the page: keeps the duration of every task that takes 50 ms or more, which a user may feel, and
 * tells when something is first shown: the milliseconds from the navigation to the end of the frame that has it.
 */
const observer = `window.tasks = [];
  new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask', buffered: true });
  window.shown = (selector) => new Promise((resolve) => {
    const look = () => requestAnimationFrame(() => {
      if (document.querySelector(selector)) setTimeout(() => resolve(performance.now()));
      else look();
    });
    look();
  });`;

/** Milliseconds of processor time that the page's main thread spent on one event of rows: scripts, styles, layout, drawing. */
async function workOf(session, act) {
  const before = await totals(session);
  await act();
  const after = await totals(session);
  return 1000 * (after - before);
}

async function totals(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value;
}

const cells = ({ median, least, most }) => [median.toFixed(0), `${least.toFixed(0)}-${most.toFixed(0)}`];

try {
  const results = [];
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(observer);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const store = new JournalStore(path);
  await store.open({ definition, dataHash: 'h', environment }, () => {});
  const number = await store.startTrial({ configuration: { learningRate: 2e-4 }, seed: 77, parameters: [] });
  let epoch = 0;
  const url = (view) => `${address}#/study/large/${view}`;
  const open = async (view) => {
    await page.goto('about:blank');
    await page.goto(url(view), { waitUntil: 'commit' });
    return page.evaluate((selector) => window.shown(selector), views[view]);
  };
  // Until all trials have come and the facts are there: then openings and updates are measured alone.
  await open('trials');
  await page.locator('.filter-count', { hasText: (trials + 1).toLocaleString('en-US') }).waitFor({ timeout: 120_000 });
  await page.locator('.study-title .progress').waitFor({ timeout: 120_000 });
  for (const view of Object.keys(views)) {
    say(view || 'overview');
    const first = [];
    for (let round = 0; round < rounds; round++) first.push(await open(view));
    await page.waitForTimeout(2000);
    await page.evaluate('window.tasks.length = 0');
    const samples = [];
    for (let update = 0; update < updates; update++) {
      const metrics = { loss: 0.1, accuracy: 0.875 };
      samples.push(
        await workOf(session, async () => {
          await store.reportEpoch(number, { epoch: epoch++, score: 87.5, train: metrics, selection: metrics });
          // The stream passes rows on within some 50 ms.
          await page.waitForTimeout(300);
        }),
      );
    }
    const longest = await page.evaluate('Math.max(0, ...window.tasks)');
    results.push({ view: view || 'overview', firstMs: summary(first), work: summary(samples), longestTaskMs: longest });
  }
  console.log(
    `${machineLine}; ${trials} trials x ${epochs} epochs, ${rounds} openings and ${updates} updates a view\n`,
  );
  printTable([
    [
      ...['view', 'first shown (ms)', '(least-most)'],
      ...['processor time of an update (ms)', '(least-most)', 'longest task (ms; 0: below 50)'],
    ],
    ...results.map(({ view, firstMs, work, longestTaskMs }) => [
      ...[view, ...cells(firstMs), ...cells(work), longestTaskMs.toFixed(0)],
    ]),
  ]);
  keep('page', { trials, epochs, updates, rounds, results });
} finally {
  await browser.close();
  child.kill('SIGINT');
  rmSync(folder, { recursive: true });
}
