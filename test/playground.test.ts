/** The playground in real browsers: it trains to Node's bits, reads drawn digits, judges settings, and asks no other machine. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdOut } from '../src/data/hold-out.ts';
import { unpackSparse } from '../src/data/sparse-images.ts';
import { loadMnist } from '../src/runner/mnist-files.ts';
import { nodeThreads } from '../src/runner/node-threads.ts';
import type { Settings } from '../src/study/definition.ts';
import { completeHyperparameters } from '../src/tasks/lenet/hyperparameters.ts';
import { recipeOf } from '../src/tasks/lenet/recipe.ts';
import { parseRecipeFile } from '../src/tasks/lenet/recipe-file.ts';
import { type EpochEvent, fit } from '../src/train/fit.ts';
import { fingerprintOf } from '../web/playground/lab/fingerprint.ts';
import type { Manifest } from '../web/playground/lab/manifest.ts';
import { axeViolations, hasBrowser, openBrowser, screens, screenshot, watch } from './ui/browser.ts';
import { type Firefox, hasFirefox, openFirefox } from './ui/firefox.ts';
import { keyboardFaults } from './ui/keyboard.ts';
import { type Host, isolating, openHost, site } from './ui/playground-host.ts';

const oneEpoch: Settings = parseRecipeFile(
  readFileSync(new URL('../recipes/one-epoch.yaml', import.meta.url), 'utf8'),
  'one-epoch.yaml',
).settings;
const mnist = await loadMnist();

/** The last event of a training in Node. */
async function trainedInNode(settings: Settings, train = mnist.train, evaluation = mnist.test): Promise<EpochEvent> {
  let last: EpochEvent | undefined;
  const options = { train, evaluation, evaluateAt: () => false, evaluateTrain: false, threads: nodeThreads(1) };
  for await (const event of fit(recipeOf(completeHyperparameters(settings)), options))
    if (event.type === 'epoch') last = event;
  return last!;
}

/** What a page must show after an epoch; trained once. */
let known: Promise<{ readonly fingerprint: string; readonly accuracy: string }> | undefined;
function oneEpochInNode() {
  known ??= trainedInNode(oneEpoch).then(({ weights, evaluation }) => ({
    fingerprint: fingerprintOf(weights),
    accuracy: `${(evaluation!.accuracy * 100).toFixed(2)} %`,
  }));
  return known;
}

test('the parts of the site hold MNIST byte for byte', () => {
  const manifest: Manifest = JSON.parse(readFileSync(join(site, 'data/mnist.json'), 'utf8'));
  for (const [name, set] of [
    ['train', mnist.train],
    ['test', mnist.test],
  ] as const) {
    let first = 0;
    for (const { file, images: count, bytes } of manifest[name]) {
      const packed = readFileSync(join(site, 'data', file));
      expect(packed.length).toBe(bytes);
      const target = { images: new Uint8Array(count * 784), labels: new Uint8Array(count), width: 28 };
      unpackSparse(gunzipSync(packed), target, file);
      expect(Buffer.compare(target.images, set.images.subarray(first * 784, (first + count) * 784) as Uint8Array)).toBe(
        0,
      );
      expect(Buffer.compare(target.labels, set.labels.subarray(first, first + count))).toBe(0);
      first += count;
    }
    expect(first).toBe(set.labels.length);
  }
});

describe.skipIf(!hasBrowser)('in Chromium (skipped where it is not installed)', () => {
  let browser: Browser;
  let isolated: Host;
  let plain: Host;

  beforeAll(async () => {
    [browser, isolated, plain] = await Promise.all([openBrowser(), openHost(isolating), openHost({})]);
  });
  afterAll(async () => {
    await browser?.close();
    isolated?.close();
    plain?.close();
  });

  /** A page of a host that is ready to train, and what goes wrong in it. */
  async function openPage(host: Host, view = '', options: BrowserContextOptions = {}) {
    const context: BrowserContext = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const wrong = watch(page);
    await page.goto(host.url + view);
    await page.getByText('MNIST, byte for byte').waitFor({ timeout: 60_000 });
    return { page, wrong, close: () => context.close() };
  }

  /** Pictures of a view that is at its end, each width in one theme; the view at its start has both. */
  async function pictures(page: Page, name: string): Promise<void> {
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1280, 'dark'],
      [2560, 'light'],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      await screenshot(page, `playground-${name}-${width}-${colorScheme}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  /** Machines under load are slow. */
  const patient = { timeout: 30_000 };
  const isolatedHost = () => isolated;
  const trained = (page: Page) => page.getByText('Fingerprint of the weights').waitFor({ timeout: 90_000 });

  test.each([
    ['isolated by its host', isolatedHost, {}, true],
    ['on a host that sends no headers, isolated by its service worker', () => plain, {}, true],
    ['that is not isolated', () => plain, { serviceWorkers: 'block' }, false],
  ] as const)('a page %s trains one epoch to the bits of Node', async (_, host, options, isIsolated) => {
    const { page, wrong, close } = await openPage(host(), '', options);
    expect(await page.evaluate('crossOriginIsolated')).toBe(isIsolated);
    await page.getByText(isIsolated ? /Trains with \d+ threads/ : 'Trains with one thread').waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await trained(page);
    const text = await page.getByText('Fingerprint of the weights').textContent();
    const { fingerprint, accuracy } = await oneEpochInNode();
    expect(text).toContain(fingerprint);
    expect(text).toContain(accuracy);
    // The digits that it gets wrong are as many as the test said.
    expect(await page.locator('.mistakes li').count()).toBe(48);
    if (host === isolatedHost) await pictures(page, 'train-trained');
    expect(wrong).toEqual([]);
    await close();
  });

  test('a training that is stepped, paused and let go keeps its bits, a reset takes another seed, and a comparison ends it', async () => {
    const { page, wrong, close } = await openPage(isolated);
    const batch = () => page.locator('dt:text-is("Batch") + dd');
    await page.getByRole('button', { name: 'Step one batch' }).click();
    await page.getByText('Paused.').waitFor();
    expect(await batch().textContent()).toBe('1 / 1,875');
    // The button is out of order during the step, and keeps the focus.
    await page.keyboard.press('Enter');
    await page.getByText('2 / 1,875').waitFor();
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    // It goes on with the settings that it began with; others begin a new one.
    await page.getByRole('slider', { name: 'Epochs' }).press('ArrowRight');
    await page.getByRole('button', { name: 'Train again' }).waitFor();
    await page.getByRole('slider', { name: 'Epochs' }).press('ArrowLeft');
    // The second click of two does not press Pause, which the button has become.
    await page.getByRole('button', { name: 'Go on' }).dblclick();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused.').waitFor();
    const held = await batch().textContent();
    expect(held).not.toBe('2 / 1,875');
    await page.getByRole('button', { name: 'Go on' }).click();
    // Settings that are moved meanwhile change nothing of it.
    await page.getByRole('slider', { name: 'Epochs' }).press('ArrowRight');
    await page.getByText('They count from the next start.').waitFor();
    await trained(page);
    await page.getByRole('slider', { name: 'Epochs' }).press('ArrowLeft');
    const { fingerprint } = await oneEpochInNode();
    expect(await page.getByText('Fingerprint of the weights').textContent()).toContain(fingerprint);
    await page.getByRole('button', { name: 'Reset with seed 2' }).click();
    await page.getByText('Untrained: the network guesses').waitFor();
    expect(await page.getByLabel('Seed').inputValue()).toBe('2');
    await page.getByRole('button', { name: 'Step one batch' }).click();
    await page.getByText('Paused.').waitFor();
    await page.getByRole('link', { name: 'Compare two settings' }).click();
    await page.getByRole('button', { name: 'Compare', exact: true }).dblclick();
    await page.getByText(/^A: batchSize 32\. B: batchSize 128/).waitFor();
    await page.getByLabel('Seeds').selectOption('5');
    await page.getByText('counts from the next comparison').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByText('Stopped before its end.').waitFor();
    expect(wrong).toEqual([]);
    await close();
  });

  test('a digit drawn with the mouse is read, keys draw too, and an empty paper shows no digit', async () => {
    const { page, wrong, close } = await openPage(isolated, '#compare');
    // A comparison holds digits out, and gives them back when it is stopped.
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText(/^A: batchSize 32\. B: batchSize 128/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('link', { name: 'Draw a digit' }).click();
    const verdict = page.locator('.verdict');
    await page.getByText('No digit: the paper is empty.').waitFor();
    await page.getByRole('button', { name: 'Train it for an epoch' }).click();
    await page.getByText('This network has 9').waitFor();
    await page.getByText('so far').waitFor({ state: 'hidden', timeout: 90_000 });
    await page.getByText(`This network has ${(await oneEpochInNode()).accuracy} accuracy on the test digits`).waitFor();
    const paper = page.getByRole('application', { name: 'Paper to draw a digit on' });
    const box = (await paper.boundingBox())!;
    const at = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...at(0.3, 0.22));
    await page.mouse.down();
    for (const point of [at(0.7, 0.22), at(0.45, 0.8)]) await page.mouse.move(...point, { steps: 10 });
    await page.mouse.up();
    await expect.poll(() => verdict.textContent(), patient).toMatch(/^7, \d/);
    await expect.poll(() => page.locator('.mistakes li').allInnerTexts(), patient).toEqual(Array(8).fill('a 7'));
    await expect
      .poll(() => page.locator('.readings li').allInnerTexts(), patient)
      .toEqual([expect.stringMatching(/^stroke 1: 7, /)]);
    const maps = page.getByRole('application', { name: /^Convolution 1/ });
    for (const key of ['ArrowDown', 'ArrowRight']) await maps.press(key);
    await page
      .getByText(/^Map 1, row 1, column 2: .* sees 5 x 5 pixels from row 1, column 2$/)
      .waitFor({ state: 'attached' });
    await pictures(page, 'draw-read');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No digit: the paper is empty.').waitFor();
    // A one, with the keyboard alone.
    await paper.focus();
    await page.keyboard.press('Space');
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await expect.poll(() => verdict.textContent(), patient).toMatch(/^1, \d/);
    await page.keyboard.press('Backspace');
    await page.getByText('No digit: the paper is empty.').waitFor();
    expect(wrong).toEqual([]);
    await close();
  });

  test('two settings are trained with Node’s scores, and the verdict is the report’s', async () => {
    const { page, wrong, close } = await openPage(isolated, '#compare');
    await page.getByLabel('Seeds').selectOption('2');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('1 of 2 seeds judged').waitFor({ timeout: 120_000 });
    expect(await page.locator('.strong').textContent()).toMatch(/^batchSize (32|128) has the best score/);
    await page.getByText('2 of 2 seeds judged. Finished.').waitFor({ timeout: 120_000 });
    expect(await page.locator('.strong').textContent()).toMatch(/^batchSize (32|128) /);
    const { train, validation } = holdOut(mnist.train, mnist.hash);
    const { evaluation } = await trainedInNode({ ...oneEpoch, batchSize: 128, seed: 2 }, train, validation);
    const score = (evaluation!.accuracy * 100).toFixed(2);
    expect(await page.locator('.scores svg').getAttribute('aria-label')).toMatch(
      new RegExp(`Setting B: .*seed 2: ${score} %`),
    );
    await page.getByText('Seed by seed, paired').click();
    await page.getByText(/A minus B: .*paired t test over 2 seeds/).waitFor();
    await pictures(page, 'compare-judged');
    expect(wrong).toEqual([]);
    await close();
  });

  test('no view breaks a rule of axe in either theme, each fits every width and is reached by keyboard', async () => {
    const { page, wrong, close } = await openPage(isolated);
    for (const [name, link, button] of [
      ['train', 'Train', 'Start'],
      ['draw', 'Draw a digit', 'Clear'],
      ['compare', 'Compare two settings', 'Compare'],
    ] as const) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.getByRole('link', { name: link, exact: true }).click();
      await page.getByRole('button', { name: button, exact: true }).waitFor();
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        for (const width of [360, 1280, 2560]) {
          await page.setViewportSize({ width, height: 900 });
          await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
          await screenshot(page, `playground-${name}-${width}-${scheme}`);
          const overflow = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          expect(overflow, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
        }
        expect(await axeViolations(page), `${name}, ${scheme}`).toEqual([]);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
      expect(await keyboardFaults(page), name).toEqual([]);
    }
    expect(wrong).toEqual([]);
    await close();
  });

  test('a part that is missing is named, and another try loads it', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    isolated.missing = '.bin';
    await page.goto(isolated.url);
    await page
      .getByText(/The playground cannot start: \/data\/\w+-\d\.\w+\.bin cannot be loaded: the server says 404/)
      .waitFor();
    isolated.missing = 'nothing';
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('MNIST, byte for byte').waitFor({ timeout: 60_000 });
    await context.close();
  });

  test.each([
    [
      /train-\d\.\w+\.bin/,
      (bytes: Buffer) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 4),
      /is no sound/,
    ],
    [/mnist\.json/, () => '<!doctype html>', /is damaged: it does not list the parts/],
  ] as const)('a file of the digits that is damaged is named: %s', async (name, damage, words) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await context.route(name, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: Buffer.from(damage(await response.body())) });
    });
    await page.goto(isolated.url);
    const said = await page.locator('.status.bad').textContent();
    expect(said).toMatch(name);
    expect(said).toMatch(words);
    expect(said).not.toContain('..');
    await context.close();
  });

  test('the docs are a site around it: every page is there, its links lead somewhere, and axe finds nothing', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const wrong = watch(page);
    const seen = new Set<string>();
    const waiting = [`${isolated.url}docs/index.html`];
    for (let url = waiting.pop(); url; url = waiting.pop()) {
      if (seen.has(url)) continue;
      seen.add(url);
      const response = await page.goto(url);
      expect(response?.status(), url).toBe(200);
      const links = await page
        .locator('a[href]')
        .evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
      for (const link of links) {
        const [address = '', hash] = link.split('#');
        if (address.startsWith(`${isolated.url}docs/`) && address.endsWith('.html')) waiting.push(address);
        if (hash && address === url)
          expect(await page.locator(`[id="${decodeURIComponent(hash)}"]`).count(), link).toBe(1);
      }
      if (/index|teaching|studies/.test(url)) expect(await axeViolations(page), url).toEqual([]);
    }
    expect(seen.size).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
    await context.close();
  });
});

/** Waits until an element in Firefox says a text, and returns all that it says. */
async function said(firefox: Firefox, text: string, element: string): Promise<unknown> {
  const waiting = `new Promise((resolve) => {
    const look = () => {
      const found = document.querySelector('${element}')?.textContent ?? '';
      if (found.includes('${text}')) resolve(found);
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    look();
  })`;
  // A page that becomes isolated loads once more, which ends what waits in it.
  return firefox.evaluate(waiting).catch(() => firefox.evaluate(waiting));
}

test.skipIf(!hasFirefox)(
  'in Firefox (skipped without it, and in Node 20) a page isolated by its service worker trains one epoch to the bits of Node',
  async () => {
    const [host, firefox] = await Promise.all([openHost({}), openFirefox()]);
    try {
      await firefox.goto(host.url);
      const status = await said(firefox, 'MNIST, byte for byte', '.status');
      expect(await firefox.evaluate('crossOriginIsolated'), String(status)).toBe(true);
      await firefox.evaluate('document.querySelector("button.main").click()');
      const { fingerprint, accuracy } = await oneEpochInNode();
      const outcome = await said(firefox, 'Fingerprint', '.said');
      expect(outcome).toContain(fingerprint);
      expect(outcome).toContain(accuracy);
      mkdirSync(screens, { recursive: true });
      writeFileSync(join(screens, 'playground-train-1280-firefox.png'), await firefox.screenshot());
    } finally {
      await firefox.close();
      host.close();
    }
  },
);
