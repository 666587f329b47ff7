import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url);

test('own-data.mjs trains on its own arrays and distinguishes horizontal from vertical stripes', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['examples/own-data.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const accuracies = [...stdout.matchAll(/epoch \d: ([\d.]+) %/g)].map((match) => Number(match[1]));
  expect(accuracies).toHaveLength(4);
  expect(accuracies[0]).toBeLessThan(75);
  expect(accuracies[3]).toBeGreaterThan(99);
  expect(stdout).toMatch(/the first test image: (horizontal|vertical) stripes/);
});

test('README shows the main part of this example', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  const example = readFileSync(new URL('examples/own-data.mjs', root), 'utf8');
  const shown = /```js\n([\s\S]+?)```/.exec(readme)?.[1] ?? '';
  const code = shown.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
  expect(code.length).toBeGreaterThan(10);
  for (const line of code) expect(example).toContain(line);
});

test('own-search.mjs finds settings that shorten the tour, and says by how much', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['examples/own-search.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^60 settings were tried; the best: \{.*"move":"reverse"/);
  const [, least] = /the tour is shorter by \d\.\d+ \(95 %: (-?\d\.\d+) to/.exec(stdout) ?? [];
  expect(Number(least)).toBeGreaterThan(0);
});

test('own-function.mjs prints the best rate and shape with their numbers of seeds', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['examples/own-function.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  // The function is largest at a rate of 0.01 and has 0.02 more for squares.
  expect(stdout).toMatch(/^rate 0\.01: 1\.\d+ \(\d+ seeds\), best$/m);
  expect(stdout).toContain('winner: {"rate":0.01,"shape":"square"}');
});
