/** Chromium for tests of pages. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';
export const hasBrowser = existsSync(executablePath);
export const screens = new URL('../../.cache/screens/', import.meta.url).pathname;

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** What went wrong in a page: errors, messages of the console that are errors, and requests that leave this machine. */
export function watch(page: Page): string[] {
  const found: string[] = [];
  page.on('pageerror', (error) => found.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A request that fails is a part of some tests; the browser reports it as an error.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
      found.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && hostname !== '127.0.0.1') found.push(`request: ${request.url()}`);
  });
  return found;
}

/** What axe finds: the rule, and the first element that breaks it. */
export async function axeViolations(page: Page): Promise<string[]> {
  // The content policy forbids a script tag; the driver's own evaluation may run.
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run().then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes[0].target.join(' ') + ' ' + (nodes[0].any[0] || nodes[0].all[0] || nodes[0].none[0] || {}).message))`);
}

/** Keeps a picture of the whole page in .cache/screens, as an artefact of CI. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });
}
