/** The server shows the playground beside its own page, isolated, and nothing outside of both. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freshFolder, serverOf } from './server.testing.ts';

const built = freshFolder();
for (const folder of ['web', 'playground/data', 'playground/docs']) mkdirSync(join(built, folder), { recursive: true });
writeFileSync(join(built, 'web/index.html'), 'the page');
writeFileSync(join(built, 'playground/index.html'), 'the playground');
writeFileSync(join(built, 'playground/docs/index.html'), 'the docs');
writeFileSync(join(built, 'playground/data/train-0.0a1b2c3d.bin'), 'digits');
writeFileSync(join(built, 'secret.txt'), 'a secret');
const server = serverOf(freshFolder(), { web: join(built, 'web') });
afterAll(() => server.close());

test.each([
  ['/', 'the page'],
  ['/playground/', 'the playground'],
  ['/playground/docs/', 'the docs'],
  ['/playground/data/train-0.0a1b2c3d.bin', 'digits'],
])('%s is %s', async (address, text) => {
  const response = await server.get(address);
  expect([response.status, await response.text()]).toEqual([200, text]);
  expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
});

test('an address without its slash leads to the one with it, since the page names its files relative to that', async () => {
  const response = await server.get('/playground');
  expect([response.status, response.headers.get('location')]).toEqual([301, '/playground/']);
});

test('digits that the package does not bring along are made of MNIST', async () => {
  const list: { test: { file: string; bytes: number }[]; train: { images: number }[] } = JSON.parse(
    await (await server.get('/playground/data/mnist.json')).text(),
  );
  expect(list.train.reduce((sum, { images }) => sum + images, 0)).toBe(60_000);
  const [{ file, bytes }] = list.test as [{ file: string; bytes: number }];
  const part = await server.get(`/playground/data/${file}`);
  expect((await part.arrayBuffer()).byteLength).toBe(bytes);
  expect((await server.get('/playground/data/train-0.00000000.bin')).status).toBe(404);
});

test('digits are kept by the browser, and no address leads out of the folder', async () => {
  const part = await server.get('/playground/data/train-0.0a1b2c3d.bin');
  expect(part.headers.get('cache-control')).toContain('immutable');
  expect((await server.get('/playground/%2e%2e/secret.txt')).status).toBe(404);
  expect((await server.get('/playground/..%2fsecret.txt')).status).toBe(404);
});
