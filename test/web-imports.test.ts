/** The pages import one way, too: the page of studies knows of the server only what crosses the wire. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url).pathname;
const files = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.(test|testing)\.ts$/.test(name))
  .map((name) => join('web', name))
  .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));

/** Where each import of a file leads, and whether it is of types alone. */
function importsOf({ name, text }: (typeof files)[number]) {
  const statements = /^(?:import|export)( type)?\b[^;]*? from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...text.matchAll(statements)].map(([, type, from, alone, lazy]) => {
    const target = (from ?? alone ?? lazy)!;
    return {
      to: target.startsWith('.') ? normalize(join(dirname(name), target)) : target,
      isType: type !== undefined,
    };
  });
}

const packages = ['preact', 'preact/hooks', '@preact/signals', 'uplot', 'uplot/dist/uPlot.min.css'];

test('the files of the pages are found', () => expect(files.length).toBeGreaterThan(40));

test.each([
  ['web/shared/', ['web/shared/']],
  ['web/studies/', ['web/shared/', 'web/studies/']],
])('%s imports its own files, what both pages share, and types of the wire', (folder, allowed) => {
  for (const file of files.filter(({ name }) => name.startsWith(folder))) {
    for (const { to, isType } of importsOf(file)) {
      const isAllowed =
        allowed.some((below) => to.startsWith(below)) ||
        (folder === 'web/studies/' && to === 'src/server/protocol.ts' && isType) ||
        packages.includes(to);
      expect(isAllowed, `${file.name} imports ${to}`).toBe(true);
    }
  }
});

test('every file of the pages starts with a sentence that says what it is', () => {
  for (const { name, text } of files) expect(text.startsWith('/**'), name).toBe(true);
});

test('each view has a file, and each file of the views is a view', () => {
  const list = readFileSync(join(root, 'web/studies/views.ts'), 'utf8');
  const named = [...list.matchAll(/import\('\.\/views\/([^']+)'\)/g)].map(([, name]) => name!);
  expect(named.sort()).toEqual(readdirSync(join(root, 'web/studies/views')).sort());
});
