/** The page at work with a server of a test: first paint, live rows, interruptions, filters, export, ten thousand trials. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TrialRow } from '../src/server/protocol.ts';
import { hasBrowser, openBrowser, watch } from './ui/browser.ts';
import { type FakeServer, fakeServer, Text } from './ui/fake-server.ts';
import { fakeAnswersOf, fakeOpening, fakeTrial, idle, working } from './ui/fake-study.ts';

const study = '/api/studies/rates';
const events = `${study}/events`;

describe.skipIf(!hasBrowser)('in Chromium (skipped where it is not installed)', () => {
  let browser: Browser;
  let server: FakeServer;
  let page: Page;
  let wrong: string[];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    server = await fakeServer(fakeAnswersOf('rates', 48, working));
    page = await browser.newPage({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    wrong = watch(page);
    return async () => {
      await page.close();
      await server.close();
      expect(wrong).toEqual([]);
    };
  });

  const open = async (address: string, text: string | RegExp) => {
    await page.goto(server.url + address);
    await page.getByText(text).first().waitFor();
  };
  /** Sends rows as the server does when lines were appended to the journal. */
  const sendRows = (trials: readonly TrialRow[], id: string) =>
    server.send(events, 'rows', { trials, configurations: [] }, id);
  const streamsOpen = () => expect.poll(() => server.streams(events), { timeout: 10_000 }).toBe(1);

  test('the list needs less than 60 kB, gzipped, before it is shown', async () => {
    const sizes: Promise<[string, number]>[] = [];
    page.on('response', (response) => {
      if (response.url().includes('/api/')) return;
      sizes.push(response.body().then((body) => [response.url(), gzipSync(body).length]));
    });
    await open('#/', 'Winner: learningRate 0.0072');
    const found = await Promise.all(sizes);
    expect(found.some(([url]) => url.includes('entries'))).toBe(true);
    expect(found.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(60_000);
  });

  test('a row that comes over the stream changes the table, and comes twice without harm', async () => {
    await open('#/study/rates/trials', '48 trials');
    await streamsOpen();
    const fresh = fakeTrial(48, { state: 'running', epochs: 3, configuration: 0, seed: 9 });
    sendRows([fresh], '49-0');
    sendRows([fresh], '49-0');
    await page.getByText('49 trials').first().waitFor();
    await page.getByRole('button', { name: /^seed/ }).click();
    await page.getByRole('button', { name: /^seed/ }).click();
    const first = page.locator('tbody tr:not(.room)').first();
    await expect.poll(() => first.textContent()).toContain('running');
    sendRows([{ ...fresh, state: 'complete', score: 97.5 }], '50-0');
    await expect.poll(() => first.textContent()).toMatch(/complete.*97\.50/);
  });

  test('after an interruption the page says so, and goes on after the last event that it saw', async () => {
    await open('#/study/rates', 'Who is in');
    await streamsOpen();
    sendRows([fakeTrial(48)], '49-abc');
    await expect.poll(() => page.evaluate('document.querySelector(".connection").textContent')).toBe('live');
    await server.goOffline();
    await page.getByText('The server does not answer').waitFor();
    await server.goOnline();
    await streamsOpen();
    await expect.poll(() => page.getByText('The server does not answer').count()).toBe(0);
    const asked = server.requests.filter((each) => each.startsWith(events));
    expect(asked.at(0)).toBe(`${events}?from=48-0`);
    expect(asked.at(-1)).toMatch(/from=49-abc|after 49-abc/);
    // The opening is not asked for again: nothing was lost. Facts may have been computed meanwhile.
    expect(server.requests.filter((each) => each === study)).toHaveLength(1);
    expect(server.requests.filter((each) => each === `${study}/facts`)).toHaveLength(2);
  });

  test('while the server does not answer, what controls a study can be reached and does nothing, and its reason is read', async () => {
    await open('#/study/rates', 'process 4711 on this machine since');
    const pause = page.getByRole('button', { name: 'Pause' });
    const reason = () =>
      pause.evaluate((button) => document.getElementById(button.getAttribute('aria-describedby') ?? '')?.textContent);
    await streamsOpen();
    expect(await reason()).toBeUndefined();
    await server.goOffline();
    await page.getByText('not until the server answers again').waitFor();
    await pause.focus();
    expect(await reason()).toBe('not until the server answers again');
    expect(await pause.getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Enter');
    await server.goOnline();
    await expect.poll(() => pause.getAttribute('aria-disabled')).toBeNull();
    expect(await reason()).toBeUndefined();
    expect(server.requests.filter((each) => each.endsWith('/pause'))).toEqual([]);
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Pause');
  });

  test('a view that was opened while the server was away is shown when it is back', async () => {
    await open('#/study/rates', 'Who is in');
    await streamsOpen();
    await server.goOffline();
    await page.getByText('The server does not answer').waitFor();
    await page.getByRole('link', { name: 'Environment' }).click();
    await page.getByText('This part of the page could not be loaded.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This part of the page could not be loaded.').waitFor();
    await server.goOnline();
    await page.getByText('The study file').waitFor();
  });

  test('a study file that could not be checked is checked again by itself', async () => {
    await open('#/start', '9 trainings');
    await server.goOffline();
    await page.getByLabel('Study file').fill('name: other');
    await page.getByText('The server does not answer. Is lenet ui still running?').waitFor();
    await server.goOnline();
    await page.getByText('9 trainings').waitFor();
  });

  test('the keyboard keeps its place when the button that it pressed is gone', async () => {
    server.answers[`POST ${study}/pause`] = { message: 'The study pauses.', id: null };
    await open('#/study/rates', 'Who is in');
    await streamsOpen();
    await page.getByRole('button', { name: 'Pause' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('The study pauses.').waitFor();
    server.send(events, 'state', { ...idle, state: 'paused', can: { ...idle.can, resume: true } });
    await page.getByText('paused').waitFor();
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Resume');
  });

  test('a hidden page holds no stream, and goes on after the last event when it is shown', async () => {
    await open('#/study/rates', 'Who is in');
    await streamsOpen();
    sendRows([fakeTrial(48)], '49-abc');
    await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
    const show = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await show(true);
    await expect.poll(() => server.streams(events), { timeout: 10_000 }).toBe(0);
    await show(false);
    await streamsOpen();
    expect(server.requests.filter((each) => each.startsWith(events)).at(-1)).toBe(`${events}?from=49-abc`);
  });

  test('a journal that was replaced is loaded again', async () => {
    await open('#/study/rates/trials', '48 trials');
    await streamsOpen();
    server.answers[`GET ${study}`] = fakeOpening('rates', 12);
    server.send(events, 'reset', { why: 'the journal was replaced' });
    await page.getByText('12 trials').first().waitFor();
  });

  test('a study that is gone is said to be gone, not the server, and goes on when it is back', async () => {
    await open('#/study/rates', 'Who is in');
    await streamsOpen();
    server.answers[`GET ${events}`] = { status: 404, problem: 'There is no study "rates".' };
    await server.goOffline();
    await page.getByText('The server does not answer').waitFor();
    await server.goOnline();
    await page.getByText('There is no study "rates".').waitFor();
    expect(await page.getByText('The server does not answer').count()).toBe(0);
    delete server.answers[`GET ${events}`];
    await streamsOpen();
    await expect.poll(() => page.getByText('There is no study').count()).toBe(0);
  });

  test('a study that cannot be loaded is loaded by itself when it can be', async () => {
    await open('#/study/rates/trials', '48 trials');
    await streamsOpen();
    server.answers[`GET ${study}`] = { status: 409, problem: 'Nothing is recorded in this study yet.' };
    server.send(events, 'reset', { why: 'the journal was replaced' });
    await page.getByText('Nothing is recorded in this study yet.').waitFor();
    server.answers[`GET ${study}`] = fakeOpening('rates', 12);
    await page.getByText('12 trials').first().waitFor();
    await streamsOpen();
  });

  test('a list that is tried again holds one stream', async () => {
    server.answers['GET /api/entries'] = { status: 500, problem: 'the disk does not answer' };
    await open('#/', 'the disk does not answer');
    for (const tries of [2, 3]) {
      await page.getByRole('button', { name: 'Try again' }).click();
      await expect.poll(() => server.requests.filter((each) => each === '/api/entries').length).toBe(tries);
      await page.getByText('the disk does not answer').waitFor();
    }
    await expect.poll(() => server.streams('/api/events')).toBe(1);
  });

  test('leaving a study closes its stream, and the back button leads to the view before', async () => {
    await open('#/study/rates/curves', 'Learning curves: Validation accuracy');
    await streamsOpen();
    await page.getByRole('link', { name: 'Trials' }).click();
    await page.getByText('CSV of 48 rows').waitFor();
    await page.getByRole('link', { name: 'Studies', exact: true }).click();
    await page.getByRole('heading', { name: 'Studies and runs' }).waitFor();
    await expect.poll(() => server.streams(events)).toBe(0);
    await page.goBack();
    await page.getByText('CSV of 48 rows').waitFor();
    await page.goBack();
    await page.getByText('Learning curves: Validation accuracy').first().waitFor();
  });

  test('a filter stands in the address and holds in every view', async () => {
    await open('#/study/rates/trials?state=failed', '1 of 48 trials');
    await expect.poll(() => page.locator('tbody tr:not(.room)').count()).toBe(1);
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByText('1 of 48 trials').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('48 trials', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Add a condition' }).selectOption('optimizer');
    await page.getByRole('checkbox', { name: 'sgd' }).uncheck();
    await page.getByText('33 of 48 trials').waitFor();
    expect(new URL(page.url()).hash).toContain('p.optimizer=adam%7Clion');
  });

  test('pinned trials stand first, hidden ones are left out, and both stay after a reload', async () => {
    await open('#/study/rates/trials', '48 trials');
    await page.getByRole('button', { name: 'Pin trial 7' }).click();
    await page.getByRole('button', { name: 'Hide trial 0', exact: true }).click();
    const firstRows = () => page.locator('tbody tr:not(.room) a').allTextContents();
    await expect.poll(async () => (await firstRows()).slice(0, 2)).toEqual(['7', '1']);
    await page.reload();
    await page.getByText('47 of 48 trials').waitFor();
    await expect.poll(async () => (await firstRows()).slice(0, 2)).toEqual(['7', '1']);
  });

  test('a brush on an axis of the parallel coordinates filters all charts', async () => {
    await open('#/study/rates/settings', 'Parallel coordinates');
    const axis = page.locator('.parallel .catch').first();
    const box = (await axis.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    await page.locator('.filter-count', { hasText: / of 48 trials$/ }).waitFor();
    expect(decodeURIComponent(page.url())).toMatch(/p\.learningRate=0\.00\d+\.\./);
    await page.getByRole('spinbutton', { name: 'Smallest learningRate' }).fill('');
    await page.keyboard.press('Tab');
    await page.locator('.filter-count', { hasText: /^48 trials$/ }).waitFor();
  });

  test('a chart is exported as SVG and as CSV, with labels and legend', async () => {
    await open('#/study/rates/curves', 'Learning curves: Validation accuracy');
    const exported = async (kind: string) => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: new RegExp(`as ${kind}`) }).click(),
      ]);
      return [file.suggestedFilename(), readFileSync((await file.path())!, 'utf8')] as const;
    };
    const [svgName, svg] = await exported('SVG');
    expect(svgName).toBe('learning-curves-validation-accuracy.svg');
    for (const text of ['>epoch<', '>Validation accuracy (%)<', 'C12: learningRate']) expect(svg).toContain(text);
    const [csvName, csv] = await exported('CSV');
    expect(csvName).toBe('learning-curves-validation-accuracy.csv');
    // Eight configurations with a mean and a band of nine epochs each, and the head.
    expect(csv.trim().split('\r\n')).toHaveLength(1 + 8 * 9 * 2);
  });

  test('by keyboard one steps through the points of a chart and hears them', async () => {
    await open('#/study/rates/settings', 'History');
    await page.locator('.chart-canvas').first().focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await expect
      .poll(() => page.locator('[aria-live]').first().textContent())
      .toMatch(/^trial 2, C1: .*trial 2, Validation accuracy \(%\) 94\.92$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Trial 2, seed 3' }).waitFor();
  });

  test('plus and minus zoom a chart around the point, and its height fits what is shown', async () => {
    await open('#/study/rates/settings', 'History');
    await page.locator('.chart-canvas').first().focus();
    const place = () => page.locator('.chart-dot').first().getAttribute('style');
    // The last trial: far below the best, which the corner of the data has.
    for (const key of ['ArrowDown', ...Array<string>(47).fill('ArrowRight')]) await page.keyboard.press(key);
    const [, left, top] = /left: ([\d.]+)px; top: ([\d.]+)px/.exec((await place()) ?? '')!.map(Number);
    for (const key of ['+', '+', '+']) await page.keyboard.press(key);
    await expect.poll(place).not.toBe(`left: ${left}px; top: ${top}px;`);
    const [, , near] = /left: ([\d.]+)px; top: ([\d.]+)px/.exec((await place()) ?? '')!.map(Number);
    const { height } = (await page.locator('.chart-canvas').first().boundingBox())!;
    expect([near! > 0, near! < height]).toEqual([true, true]);
    await page.keyboard.press('0');
    await expect.poll(place).toBe(`left: ${left}px; top: ${top}px;`);
  });

  test('an axis of the parallel coordinates is brushed by keyboard, and says what is chosen', async () => {
    await open('#/study/rates/settings', 'What matters');
    const axis = page.getByRole('slider', { name: 'Chosen part of learningRate' });
    await axis.focus();
    for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
    await page.locator('.filter-count', { hasText: / of 48 trials$/ }).waitFor();
    expect(decodeURIComponent(page.url())).toMatch(/p\.learningRate=0\.000199\d*\.\.0\.0707\d*$/);
    expect(await axis.getAttribute('aria-valuetext')).toBe('0.0001995 to 0.07079');
    await page.keyboard.press('Escape');
    await page.locator('.filter-count', { hasText: /^48 trials$/ }).waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("aria-valuetext")')).toBe('all');
  });

  test('in the table arrow keys lead from row to row, a hidden row hands its focus on, and Tab leaves the table', async () => {
    await open('#/study/rates/trials', 'CSV of 48 rows');
    await page.getByRole('button', { name: 'Pin trial 0', exact: true }).focus();
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-label")');
    for (const key of ['ArrowDown', 'ArrowDown', 'Tab']) await page.keyboard.press(key);
    expect(await focused()).toBe('Hide trial 2');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('Hide trial 3');
    await page.keyboard.press('End');
    await expect.poll(focused).toBe('Hide trial 47');
    for (const key of ['Tab', 'Tab']) await page.keyboard.press(key);
    expect(await page.evaluate('document.activeElement.closest("table")')).toBeNull();
  });

  test('arrow keys step through all conditions of the filter', async () => {
    await open('#/study/rates/trials', '48 trials');
    const choice = page.getByRole('combobox', { name: 'Add a condition' });
    await choice.focus();
    const seen: string[] = [];
    for (const _ of [1, 2, 3, 4]) {
      await page.keyboard.press('ArrowDown');
      seen.push(await choice.inputValue());
    }
    expect(seen).toEqual(['value', 'learningRate', 'batchSize', 'optimizer']);
  });

  test('pointing at a line shows the single seeds of its configuration', async () => {
    await open('#/study/rates/curves', 'Learning curves: Validation accuracy');
    await page.getByRole('button', { name: 'C5: learningRate' }).focus();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.evaluate(`document.querySelector('.chart-exports button:last-child').click()`),
    ]);
    const csv = readFileSync((await file.path())!, 'utf8');
    for (const seed of [1, 2, 3]) expect(csv).toMatch(new RegExp(`^seed ${seed},9,9\\d\\.\\d+`, 'm'));
  });

  test('control sends what the server offers, and says what it answers', async () => {
    server.answers[`POST ${study}/pause`] = { message: 'The study pauses after its current epochs.', id: null };
    server.answers[`POST ${study}/stop`] = { status: 409, problem: 'The study has just ended.' };
    await open('#/study/rates', 'Who is in');
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('The study pauses after its current epochs.').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('The study has just ended.').waitFor();
    await streamsOpen();
    server.send(events, 'state', idle);
    await page.getByRole('button', { name: 'Add seed' }).waitFor();
    sendRows([fakeTrial(48, { state: 'running' })], '49-abc');
    await page.getByText('Nobody works on these trials at the moment.').waitFor();
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    server.answers[`POST ${study}/seeds`] = (body: string) => ({ message: `asked for ${body}`, id: null });
    await page.getByLabel('Number of seeds to add').fill('2');
    await page.getByRole('button', { name: 'Add seeds' }).click();
    await page.getByText('asked for {"add":2}').waitFor();
  });

  test('a study file is checked while one types, and started', async () => {
    server.answers['POST /api/control/validate'] = (body: string) =>
      body.includes('lr:')
        ? {
            ok: false,
            mistakes: [{ line: 2, column: 3, message: 'unknown key "lr" in base; did you mean learningRate?' }],
          }
        : { ok: true, name: 'mine', sentences: ['One training.'], expected: 1, path: 'runs/mine', exists: false };
    server.answers['POST /api/control/start'] = (body: string) =>
      JSON.parse(body).text.includes('seeds: 1') ? { message: 'started', id: 'rates' } : { message: 'wrong', id: null };
    server.answers['GET /api/control/studies/post'] = new Text('name: post\n');
    await open('#/start', 'One training.');
    const text = page.getByLabel('Study file');
    await text.fill('name: mine\nbase: { lr: 1 }');
    await page.getByText('did you mean learningRate?').waitFor();
    expect(await page.getByText('base: { lr: 1 }').count()).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Start', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Begin with').selectOption('post');
    await expect.poll(() => text.inputValue()).toBe('name: post\n');
    await text.fill('name: mine\nseeds: 1');
    await page.getByText('One training.').waitFor();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('Who is in').first().waitFor();
  });

  test.each([
    ['an unknown view', '#/nowhere', undefined, 'There is no such view'],
    ['an unknown study', '#/study/gone', undefined, 'There is no such study'],
    [
      'a study without trials',
      '#/study/rates',
      { [`GET ${study}`]: fakeOpening('rates', 0) },
      'No trial has been started yet',
    ],
    [
      'a failure of the server',
      '#/study/rates',
      { [`GET ${study}`]: { status: 500, problem: 'line 7 of study.journal is damaged' } },
      'line 7 of study.journal is damaged',
    ],
    [
      'facts that cannot be computed',
      '#/study/rates',
      { [`GET ${study}/facts`]: { status: 500, problem: 'this build cannot judge it' } },
      'this build cannot judge it',
    ],
    [
      'an empty folder',
      '#/',
      { 'GET /api/entries': { folder: 'runs', version: '0.1.0', control: true, entries: [], starts: [] } },
      'There are no studies and runs here yet',
    ],
    [
      'a server that only reads',
      '#/start',
      { 'GET /api/control': { allowed: false, why: 'it was started with --read-only', studies: [], cores: 2 } },
      'it was started with --read-only',
    ],
    [
      'a missing token',
      '#/',
      { 'GET /api/entries': { status: 401, problem: 'no token' } },
      'open the address that lenet ui printed',
    ],
    ['a filter that nothing passes', '#/study/rates/trials?p.batchSize=1..2', undefined, 'No trial passes the filter'],
    [
      'a filter that no curve passes',
      '#/study/rates/curves?p.batchSize=1..2',
      undefined,
      'No trial that passes the filter',
    ],
    ['a trial that does not exist', '#/study/rates/trial/999', undefined, 'There is no such trial'],
  ] as const)('%s is said', async (_, address, answers, text) => {
    Object.assign(server.answers, answers);
    await open(address, text);
  });

  test('after a failure one can try again', async () => {
    const opening = server.answers[`GET ${study}`]!;
    server.answers[`GET ${study}`] = { status: 500, problem: 'the disk does not answer' };
    await open('#/study/rates', 'the disk does not answer');
    server.answers[`GET ${study}`] = opening;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Who is in').first().waitFor();
  });

  test('nothing that a study contains runs in the page', async () => {
    const opening = fakeOpening('rates', 3);
    const hostile = '<img src=x onerror="window.broken = 1"><script>window.broken = 1</script>';
    const trials = [fakeTrial(0, { state: 'failed', reason: hostile, score: null }), ...opening.trials.slice(1)];
    server.answers[`GET ${study}`] = {
      ...opening,
      trials,
      head: { ...opening.head, name: hostile, title: hostile, file: hostile },
    };
    for (const [view, text] of [
      ['', 'Who is in'],
      ['/trials', '3 trials'],
      ['/about', 'The study file'],
      ['/trial/0', 'Trial 0'],
    ] as const) {
      await open(`#/study/rates${view}`, text);
      expect(await page.evaluate('window.broken')).toBeUndefined();
      expect(await page.evaluate(`document.querySelectorAll('img[src="x"]').length`)).toBe(0);
    }
  });

  test('the theme follows the system until the user chooses one, and the choice is kept', async () => {
    await open('#/', 'Studies');
    const shown = () => page.evaluate('document.documentElement.dataset.theme');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(shown).toBe('dark');
    await page.getByLabel('Colours').selectOption('light');
    expect(await shown()).toBe('light');
    await page.reload();
    await expect.poll(shown).toBe('light');
  });
});
