/** Threads of a real browser: training in a worker, with and without isolation, gives Node's bits. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';

const executablePath = '/usr/bin/chromium';
const dist = new URL('../dist/', import.meta.url).pathname;

/** Runs in Node and in a worker: LeNet-5 for 20 batches of noise, evaluated; returns the sum of all weights' and logits' bits. */
const program = `
  const { fit, lenet5, adam, randomStream } = library;
  const random = randomStream(1, 'pixels');
  const images = Uint8Array.from({ length: 640 * 784 }, () => random.below(256));
  const labels = Uint8Array.from({ length: 640 }, () => random.below(10));
  const train = { name: 'noise', images, labels, shape: [1, 28, 28], classes: 10 };
  const evaluation = library.takeFirst(train, 100);
  let last;
  const recipe = { model: lenet5(), optimizer: adam(), batchSize: 33, epochs: 1 };
  for await (const event of fit(recipe, { train, evaluation, threads })) last = event;
  let sum = 0;
  for (const data of [...[...last.weights.values()].map(({ data }) => data), last.evaluation.logits]) {
    for (const bits of new Int32Array(data.buffer)) sum = (Math.imul(sum, 31) + bits) | 0;
  }
  return sum;
`;

/** A worker that does not share memory, as browsers before 2021. */
const refusal = `
  const { Memory, validate } = WebAssembly;
  WebAssembly.validate = (bytes) => validate(bytes) && !(bytes[13] === 2 && bytes[14] === 3);
  WebAssembly.Memory = class extends Memory {
    constructor(wanted) {
      if (wanted.shared) throw new TypeError('no shared memory');
      super(wanted);
    }
  };`;

const isolating = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

describe.skipIf(!existsSync(executablePath))('in Chromium (skipped where it is not installed)', () => {
  test.each([
    ['is cross-origin isolated trains with two threads', isolating, '', 2],
    ['is not isolated trains with one thread', {}, '', 1],
    ['cannot share memory at all trains with one thread', {}, refusal, 1],
  ])('a page that %s to the same bits as Node', async (_, headers, before, threads) => {
    const worker = `${before}
      const library = await import('/index.js');
      const threads = library.webThreads(2);
      const run = async () => {${program}};
      const bits = await run();
      postMessage({ threads: threads.count, bits });`;
    const server = createServer(({ url = '/' }, response) => {
      const isModule = url.endsWith('.js');
      response.writeHead(200, { 'Content-Type': isModule ? 'text/javascript' : 'text/html', ...headers });
      if (url === '/trial.js') response.end(worker);
      else response.end(isModule ? readFileSync(join(dist, url)) : '<!doctype html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      const found = page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const trial = new Worker('/trial.js', { type: 'module' });
            trial.onmessage = ({ data }) => resolve(data);
            trial.onerror = ({ message }) => reject(new Error(message));
          }),
      );
      const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
      const { nodeThreads } = await import('lenet-lab/node');
      const bits = await new AsyncFunction('library', 'threads', program)(await import('lenet-lab'), nodeThreads(1));
      expect(await found).toEqual({ threads, bits });
    } finally {
      await browser.close();
      server.close();
    }
  });
});

test('outside a browser there are no web threads', async () => {
  const { webThreads } = await import('lenet-lab');
  expect(() => webThreads(2)).toThrow("in Node, nodeThreads() of 'lenet-lab/node' makes threads");
  expect(() => webThreads(0)).toThrow('expected an integer from 1 to 256');
});
