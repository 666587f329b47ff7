/** The library in a real browser: training gives the same bits as in Node, at both widths. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const executablePath = '/usr/bin/chromium';
const dist = new URL('../dist/', import.meta.url).pathname;

/** Runs unchanged in Node and in the page: LeNet-5 for 20 batches of noise; returns the sum of all weights' bits. */
const programAt = (width: string) => `
  const { fit, lenet5, adam, randomStream } = library;
  const random = randomStream(1, 'pixels');
  const images = Uint8Array.from({ length: 640 * 784 }, () => random.below(256));
  const labels = Uint8Array.from({ length: 640 }, () => random.below(10));
  const train = { name: 'noise', images, labels, shape: [1, 28, 28], classes: 10 };
  let last;
  const recipe = { model: lenet5(), optimizer: adam(), batchSize: 33, epochs: 1 };
  for await (const event of fit(recipe, { train, width: '${width}' })) last = event;
  let sum = 0;
  for (const { data } of last.checkpoint.weights.values()) {
    for (const bits of new Int32Array(data.buffer)) sum = (Math.imul(sum, 31) + bits) | 0;
  }
  return [last.epoch, sum];
`;

describe.skipIf(!existsSync(executablePath))('in Chromium (skipped where it is not installed)', () => {
  test.each([
    ['is alone', 'quads', [], {}],
    [
      'is cross-origin isolated',
      'quads',
      [],
      { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    ],
    ['computes in octs', 'octs', [], {}],
    ['computes in octs that V8 widens', 'octs', ['--js-flags=--experimental-wasm-revectorize'], {}],
  ])('a page that %s trains to the same bits as Node', async (_, width, flags, headers) => {
    const server = createServer(({ url = '/' }, response) => {
      const isModule = url.endsWith('.js');
      response.writeHead(200, { 'Content-Type': isModule ? 'text/javascript' : 'text/html', ...headers });
      response.end(isModule ? readFileSync(join(dist, url)) : '<!doctype html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...flags] });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
      const inNode = await new AsyncFunction('library', programAt('quads'))(await import('lenet-lab'));
      const inPage = await page.evaluate(`import('/index.js').then(async (library) => { ${programAt(width)} })`);
      expect(inNode[0]).toBe(1);
      expect(inPage).toEqual(inNode);
    } finally {
      await browser.close();
      server.close();
    }
  });

  test.each([
    ["script-src 'self' 'wasm-unsafe-eval'", 'trained'],
    [
      "default-src 'self'",
      "WorldError: cannot compile the kernels: this page's content security policy seems to forbid WebAssembly; allow it with script-src 'self' 'wasm-unsafe-eval'",
    ],
  ])('under the content security policy %s', async (policy, outcome) => {
    const headers = { 'Content-Security-Policy': policy };
    const trial = `export const done = import('/index.js').then(async (library) => {
      try { ${programAt('quads').replace('return [last.epoch, sum];', '')} return 'trained'; } catch (error) { return String(error); }
    });
    done.then((text) => { document.title = text; });`;
    const server = createServer(({ url = '/' }, response) => {
      const isModule = url.endsWith('.js');
      response.writeHead(200, { 'Content-Type': isModule ? 'text/javascript' : 'text/html', ...headers });
      if (url === '/trial.js') response.end(trial);
      else response.end(isModule ? readFileSync(join(dist, url)) : '<script type="module" src="/trial.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      await expect.poll(() => page.title(), { timeout: 60_000 }).not.toBe('');
      expect(await page.title()).toContain(outcome);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
