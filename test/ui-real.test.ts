/** The page with the real server: a study is started, watched, killed and continued in it; runs and foreign journals are shown. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, hasBrowser, openBrowser, watch } from './ui/browser.ts';

const lenet = new URL('../dist/cli/lenet.js', import.meta.url).pathname;
const fixtures = new URL('fixtures/', import.meta.url).pathname;

/** Starts `lenet ui` and waits for the address that it prints. */
async function startUi(folder: string, port = 0): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, [lenet, 'ui', folder, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const part of child.stdout!) {
    printed += part;
    const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed)?.[0];
    if (url) return { child, url };
  }
  throw new Error(`lenet ui has ended: ${printed}`);
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()));

describe.skipIf(!hasBrowser)('in Chromium (skipped where it is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lenet-ui-'));
  let server: Awaited<ReturnType<typeof startUi>>;
  let browser: Browser;
  beforeAll(async () => {
    cpSync(join(fixtures, 'format-6/post'), join(folder, 'post'), { recursive: true });
    cpSync(join(fixtures, 'format-7/search'), join(folder, 'search'), { recursive: true });
    cpSync(join(fixtures, 'format-5/run-cosine'), join(folder, 'run-cosine'), { recursive: true });
    server = await startUi(folder);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.child.kill('SIGINT');
    if (server) await ended(server.child);
    rmSync(folder, { recursive: true, force: true });
  });

  const newPage = async (): Promise<{ page: Page; wrong: string[] }> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(60_000);
    return { page, wrong: watch(page) };
  };

  test.each([
    ['', 'best'],
    ['#/study/post', 'batchSize 25 is selected'],
    ['#/study/post/curves', 'C4: optimizer adabelief'],
    ['#/study/post/trial/13', 'Filters of the first layer'],
    ['#/study/post/compare?a=C1&b=C2', 'C1 minus C2'],
    ['#/study/post/about', 'The study file'],
    ['#/study/search', 'Its confirmed mean is'],
    ['#/study/search/settings', 'which settings were promoted at the rungs'],
    ['#/run/run-cosine', 'Filters of the first layer'],
    ['#/start', 'trainings'],
  ])('the view %s shows what the server says, without a violation of axe', async (address, text) => {
    const { page, wrong } = await newPage();
    await page.goto(server.url + address);
    await page.getByText(text).first().waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('a study is started in the page, watched in two tabs, stopped by a kill, and continued to its verdict', async () => {
    const { page, wrong } = await newPage();
    await page.goto(`${server.url}#/start`);
    await page
      .getByLabel('Study file')
      .fill(
        'name: live\nprotocol: held-out\nbase: { epochs: 4, trainLimit: 1500, batchSize: 50 }\ngrid: { learningRate: [0.0005, 0.002] }\nseeds: 3\n',
      );
    await page.getByLabel('Trainings at a time').fill('1');
    await page.getByText('6 trainings').first().waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('heading', { name: 'live', level: 1 }).waitFor();
    const { page: second, wrong: wrongInSecond } = await newPage();
    await second.goto(`${server.url}#/study/live/trials`);
    // Both tabs follow the same journal.
    for (const each of [page, second])
      await each
        .getByText(/^[1-5] of 6 trials/)
        .first()
        .waitFor();
    // The process that trains is killed: its own last words are not heard, the journal tells what was done.
    const holder = await second.evaluate(
      `fetch('/api/studies/live').then((answer) => answer.json()).then(({ state }) => state.holder?.name)`,
    );
    const pid = Number(/process (\d+)/.exec(String(holder))?.[1]);
    expect(pid).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await page.getByText('interrupted').first().waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.study-title').getByText('finished').waitFor();
    for (const each of [page, second]) await each.getByText('6 of 6 trials').first().waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByText('Who is in').first().waitFor();
    // What the page shows is what the journal holds: each trial once, with the score of the journal.
    await expect.poll(() => second.locator('tbody tr:not(.room)').count()).toBe(6);
    const shown = await second.locator('tbody tr:not(.room)').allTextContents();
    const journal = readFileSync(join(folder, 'live', 'study.journal'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const scores = journal
      .filter(({ op_code, values }) => op_code === 6 && values)
      .map(({ values }) => values[0].toFixed(2));
    expect(scores).toHaveLength(6);
    for (const score of scores) expect(shown.join(' ')).toContain(score);
    expect([wrong, wrongInSecond]).toEqual([[], []]);
    await Promise.all([page.close(), second.close()]);
  });

  test('after a restart of the server an open page goes on by itself', async () => {
    const { page, wrong } = await newPage();
    await page.goto(`${server.url}#/study/post/trials`);
    await page.getByText('CSV of 20 rows').waitFor();
    server.child.kill('SIGINT');
    await ended(server.child);
    await page.getByText('The server does not answer').waitFor();
    server = await startUi(folder, Number(new URL(server.url).port));
    await expect.poll(() => page.getByText('The server does not answer').count(), { timeout: 30_000 }).toBe(0);
    await page.locator('.connection.live').waitFor();
    await page.getByText('CSV of 20 rows').waitFor();
    expect(wrong).toEqual([]);
    await page.close();
  });
});
