/** The list of the parts of the digits. */
import { expect, test } from 'vitest';
import { parseManifest } from './manifest.ts';

const part = { file: 'test-0.bin', images: 5000, bytes: 700_000 };

test('is read', () => {
  const manifest = { test: [part], train: [part, part] };
  expect(parseManifest(JSON.stringify(manifest), 'mnist.json')).toEqual(manifest);
});

test.each([
  '',
  '<!doctype html>',
  'null',
  '[]',
  '{"test":[]}',
  JSON.stringify({ test: [part], train: [] }),
  JSON.stringify({ test: [part], train: [null] }),
  JSON.stringify({ test: [part], train: [{ ...part, images: '5000' }] }),
])('another text is refused by its name: %s', (text) => {
  expect(() => parseManifest(text, '/data/mnist.json')).toThrow(
    '/data/mnist.json is damaged: it does not list the parts of the digits',
  );
});
