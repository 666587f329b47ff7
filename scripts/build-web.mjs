// Builds the pages of web/ with Vite: one folder of static files each, with the licences of what is bundled in them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/**
 * The pages, each with its folder of sources and its folder of static files. `firstPaint`: the most kilobytes, gzipped,
 * of what index.html asks for before the page shows something.
 */
const pages = [{ source: 'web/studies', output: 'dist/web', firstPaint: 60 }];

const stampFile = join('dist', '.built-web');

/** Whether a file of dist/ belongs to a page. */
export function isOfPages(file) {
  return file === stampFile || pages.some(({ output }) => file.startsWith(join(output, sep)));
}

/** @param requireWritable checks that a folder may be written, before Vite prints an error of its own. */
export async function buildPages(requireWritable) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === pagesHash()) return;
  for (const { output } of pages) requireWritable(join(output, 'index.html'));
  // Vite is loaded only where there is something to build: an up-to-date build stays quick.
  const [{ build }, { default: preact }] = await Promise.all([import('vite'), import('@preact/preset-vite')]);
  for (const page of pages) await buildPage(page, { build, plugins: [preact({ devToolsEnabled: false })] });
  mkdirSync('dist', { recursive: true });
  writeFileSync(stampFile, pagesHash());
}

async function buildPage({ source, output, firstPaint }, { build, plugins }) {
  const packages = new Set();
  await build({
    configFile: false,
    root: source,
    // Relative, so that the page works below any address.
    base: './',
    logLevel: 'warn',
    plugins: [...plugins, bundledPackages(packages)],
    build: {
      outDir: relative(source, output),
      emptyOutDir: true,
      target: 'es2022',
      // An inlined file would need `data:` in the page's content policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
  writeFileSync(join(output, 'THIRD-PARTY.txt'), licences(packages));
  const sizes = firstPaintSizes(output);
  const total = sizes.reduce((sum, { gzip }) => sum + gzip, 0);
  const parts = sizes.map(({ file, gzip }) => `${file} ${kilobytes(gzip)}`).join(', ');
  process.stdout.write(`${output}: first paint ${kilobytes(total)} kB gzip (${parts}); limit ${firstPaint} kB\n`);
  if (total > firstPaint * 1000) throw new Error(`${output}: the first paint needs more than ${firstPaint} kB`);
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

/** What a browser loads before anything is shown: the page and the scripts and style sheets that it names. */
export function firstPaintSizes(folder) {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css))"/g)].map(([, file]) => file);
  return ['index.html', ...named].map((file) => ({
    file,
    gzip: gzipSync(readFileSync(join(folder, file))).length,
  }));
}

/** Collects the names of the packages whose code is in the bundle. */
export function bundledPackages(found) {
  return {
    name: 'bundled-packages',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        const modules = chunk.type === 'chunk' ? chunk.moduleIds : (chunk.originalFileNames ?? []);
        for (const id of modules) {
          const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id.split(sep).join('/'))?.[1];
          if (name) found.add(name);
        }
      }
    },
  };
}

/** The licences of packages, with their texts. */
export function licences(packages) {
  const texts = [...packages].sort().map((name) => {
    const folder = join('node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} ${version} is bundled, but it has no licence file`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `This page contains code of these packages.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}

/** Hash of everything that the pages depend on, and of their files, so that a changed file leads to a new build. */
function pagesHash() {
  const hash = createHash('sha256');
  const packages = ['vite', 'preact', '@preact/signals', '@preact/preset-vite', 'uplot'];
  const settings = ['scripts/build-web.mjs', ...packages.map((name) => `node_modules/${name}/package.json`)];
  const sources = filesBelow('web').filter((file) => !file.endsWith('.test.ts'));
  const protocol = ['src/server/protocol.ts'].filter((file) => existsSync(file));
  const outputs = pages.flatMap(({ output }) => (existsSync(output) ? filesBelow(output) : []));
  for (const file of [...settings, ...sources, ...protocol, ...outputs]) {
    hash.update(`${file}\n`).update(readFileSync(file)).update('\n');
  }
  return hash.digest('hex');
}

/** The files of a folder and the folders below it, in a fixed order. */
export function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
