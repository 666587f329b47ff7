/** Every view of the page, in three widths and both themes: it shows its content, breaks no rule of axe, is reached by keyboard, and asks no other machine. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeViolations, hasBrowser, openBrowser, screenshot, watch } from './ui/browser.ts';
import { type FakeServer, fakeServer } from './ui/fake-server.ts';
import { fakeAnswersOf, working } from './ui/fake-study.ts';
import { keyboardFaults } from './ui/keyboard.ts';

/** Each view: its address, and a text that is there once it is shown. */
const views = [
  ['list', '#/', 'Winner: learningRate 0.0072'],
  ['overview', '#/study/rates', 'Who is in'],
  ['curves', '#/study/rates/curves', 'Learning curves: Validation accuracy'],
  ['settings', '#/study/rates/settings', 'Parallel coordinates'],
  ['trials', '#/study/rates/trials', 'stopped early'],
  ['compare', '#/study/rates/compare', 'Only C2 is right'],
  ['trial', '#/study/rates/trial/0', 'Filters of the first layer'],
  ['about', '#/study/rates/about', 'The study file'],
  ['fleet', '#/study/live/fleet', ', 90 % in 2 min, silent for 45 s'],
  ['run', '#/run/run-1', 'Filters of the first layer'],
  ['start', '#/start', '9 trainings'],
] as const;

describe.skipIf(!hasBrowser)('in Chromium (skipped where it is not installed)', () => {
  let server: FakeServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await fakeServer({
      ...fakeAnswersOf('live', 48, { ...working, fleet: true }),
      ...fakeAnswersOf('rates', 48),
    });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(views)('%s is shown in three widths and both themes', async (name, address, text) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const wrong = watch(page);
    await page.goto(server.url + address);
    await page.getByText(text).first().waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const width of [360, 1280, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        await screenshot(page, `${name}-${width}-${scheme}`);
        const overflow = await page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(overflow, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
      }
      expect(await axeViolations(page), scheme).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(await keyboardFaults(page)).toEqual([]);
    expect(wrong).toEqual([]);
    await page.close();
  });
});
