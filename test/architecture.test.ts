/** The rules of docs/architecture.md: allowed imports of each folder, no cycles, no Node modules in browsers. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../src/', import.meta.url).pathname;

/** The folders that each folder may import, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  formats: ['base'],
  engine: ['base'],
  nn: ['base', 'engine'],
  drawing: ['base', 'nn'],
  data: ['base'],
  train: ['base', 'engine', 'nn', 'data'],
  exchange: ['base', 'formats', 'nn'],
  study: ['base'],
  disk: ['base'],
  store: ['base', 'disk', 'study'],
  tasks: ['base', 'engine', 'nn', 'data', 'train', 'exchange', 'study'],
  runner: ['base', 'formats', 'engine', 'nn', 'data', 'train', 'exchange', 'study', 'disk', 'store', 'tasks'],
  report: ['base', 'formats', 'nn', 'drawing', 'data', 'train', 'study', 'disk', 'store', 'tasks', 'runner'],
  server: ['base', 'formats', 'data', 'train', 'study', 'disk', 'store', 'tasks', 'runner', 'report'],
  fleet: ['base', 'engine', 'data', 'train', 'study', 'disk', 'store', 'tasks', 'runner'],
  cli: [
    'base',
    'fleet',
    'data',
    'nn',
    'drawing',
    'train',
    'exchange',
    'study',
    'disk',
    'store',
    'tasks',
    'runner',
    'report',
    'server',
  ],
};
const browserSafe = ['base', 'formats', 'engine', 'nn', 'drawing', 'data', 'train', 'exchange', 'study', 'tasks'];
const packages = {
  base: ['crc-32', 'crc-32/crc32c.js'],
  tasks: ['yaml', 'zod'],
  runner: ['@jsquash/webp/decode.js', 'fast-png', 'jpeg-js'],
  report: ['@observablehq/plot', 'linkedom', 'cli-table3', 'fast-png', 'string-width', 'yaml'],
  server: ['hono', 'hono/compress', 'hono/cookie', '@hono/node-server', 'yaml', 'zod'],
  fleet: ['zod', 'pg', 'pg-boss'],
  cli: ['commander', 'string-width'],
};

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/\.(test|contract|testing)\.ts$/.test(name))
  .map((name) => ({ name, imports: importsOf(readFileSync(join(root, name), 'utf8')) }));

function importsOf(source: string): string[] {
  const statements = /^(?:import|export)\b[^;]*? from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...source.matchAll(statements)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

test('the source files are found', () => expect(files.length).toBeGreaterThan(40));

test('every folder of src is in the table of allowed imports', () => {
  const folders = new Set(files.filter(({ name }) => name.includes('/')).map(({ name }) => name.split('/')[0]));
  expect([...folders].sort()).toEqual(Object.keys(mayImport).sort());
});

test('the allowed imports name folders of the table, and no two folders may import each other', () => {
  for (const [folder, below] of Object.entries(mayImport)) {
    for (const other of below) {
      expect(Object.keys(mayImport), `${folder} may import ${other}`).toContain(other);
      expect(mayImport[other], `${folder} and ${other} may import each other`).not.toContain(folder);
    }
  }
});

test.each(Object.keys(mayImport))('%s imports only folders below it', (folder) => {
  for (const { name, imports } of files.filter((file) => file.name.startsWith(`${folder}/`))) {
    for (const target of imports) {
      if (target.startsWith('.')) {
        const to = normalize(join(dirname(name), target)).split('/')[0]!;
        expect([folder, ...mayImport[folder]!], `${name} imports ${target}`).toContain(to);
      } else if (target.startsWith('node:')) {
        expect(browserSafe, `${name} imports ${target}`).not.toContain(folder);
      } else {
        expect(
          Object.entries(packages).find(([owner]) => owner === folder)?.[1] ?? [],
          `${name} imports ${target}`,
        ).toContain(target);
      }
    }
  }
});

test('no import of the browser entry leads to a Node module', () => {
  const seen = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const target of files.find((file) => file.name === name)?.imports ?? []) {
      expect(target, name).toMatch(/^\./);
      visit(normalize(join(dirname(name), target)));
    }
  };
  visit('index.ts');
  expect(seen.size).toBeGreaterThan(25);
  // A page shows the same facts, words and tables.
  for (const name of ['facts', 'json', 'csv', 'post', 'stage-tables', 'words/verdict', 'words/glossary']) {
    visit(`report/${name}.ts`);
  }
});

test('what every start of the command line loads holds no package but those that it needs for its help', () => {
  const loaded = (name: string) =>
    [...readFileSync(join(root, name), 'utf8').matchAll(/^(?:import|export)(?! type\b)\b[^;]*? from '([^']+)'/gm)].map(
      ([, target]) => target!,
    );
  const seen = new Set<string>();
  const found = new Set<string>();
  const visit = (name: string) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const target of loaded(name)) {
      if (target.startsWith('.')) visit(normalize(join(dirname(name), target)));
      else if (!target.startsWith('node:')) found.add(target);
    }
  };
  visit('cli/main.ts');
  expect(seen.size).toBeGreaterThan(50);
  expect([...found].sort()).toEqual(['commander', 'crc-32', 'crc-32/crc32c.js', 'string-width']);
});

test('there are no import cycles', () => {
  const graph = new Map(
    files.map(({ name, imports }) => [
      name,
      imports.filter((to) => to.startsWith('.')).map((to) => normalize(join(dirname(name), to))),
    ]),
  );
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]) => {
    expect(path, `cycle: ${[...path, name].join(' -> ')}`).not.toContain(name);
    if (done.has(name)) return;
    for (const next of graph.get(name) ?? []) walk(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) walk(name, []);
});

test('every source file starts with a sentence that says what it is', () => {
  for (const { name } of files) {
    const text = readFileSync(join(root, name), 'utf8').replace(/^#!.*\n/, '');
    expect(text.startsWith('/**'), name).toBe(true);
  }
});

test('docs/reference.md has every public name and is up to date', () => {
  const script = new URL('../scripts/reference.mjs', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  const page = readFileSync(new URL('../docs/reference.md', import.meta.url), 'utf8');
  const names = ['index.ts', 'node.ts'].flatMap((entry) => {
    const source = readFileSync(join(root, entry), 'utf8').replace(/^\/\/.*$/gm, '');
    const lists = [...source.matchAll(/export (?:type )?\{([^}]*)\}/g)].map((match) => match[1]!);
    return lists.flatMap((list) => list.split(',').map((name) => name.trim().replace(/^type /, ''))).filter(Boolean);
  });
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter((name) => !page.includes(`\n#### ${name}\n`))).toEqual([]);
});
