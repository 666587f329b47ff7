/** What the build makes of the page: little to load first, no inline script, the licences of what is in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const folder = new URL('../dist/web/', import.meta.url).pathname;

test('what index.html asks for is less than 60 kB, gzipped', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file!);
  expect(named.some((file) => file.endsWith('.js')) && named.some((file) => file.endsWith('.css'))).toBe(true);
  const sizes = ['index.html', ...named].map((file) => gzipSync(readFileSync(join(folder, file))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(60_000);
});

test('index.html has no inline script, no style and no address of another host', () => {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(
    [...page.matchAll(/<script\b[^>]*>([^<]*)/g)].every(([tag, text]) => tag.includes('src="./') && text === ''),
  ).toBe(true);
  expect(page).not.toMatch(/<style|https?:|\son\w+=/);
});

test('no file names another host, except in comments of licences and names of namespaces', () => {
  for (const name of readdirSync(join(folder, 'assets'))) {
    const text = readFileSync(join(folder, 'assets', name), 'utf8');
    const hosts = [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host);
    expect(
      hosts.filter((host) => host !== 'www.w3.org'),
      name,
    ).toEqual([]);
  }
});

test('the licences of all bundled packages ship with the page', () => {
  const text = readFileSync(join(folder, 'THIRD-PARTY.txt'), 'utf8');
  for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'uplot']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'));
  }
  expect(text.match(/Permission is hereby granted/g)).toHaveLength(4);
});
