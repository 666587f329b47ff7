// Builds dist/: compiles the kernels to four modules, writes these and their typed calls as TypeScript, runs tsc, builds the pages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { buildPlayground, isOfPlayground } from './build-playground.mjs';
import { buildPages, filesBelow, isOfPages } from './build-web.mjs';
import { generatedKernels } from './generate-kernels.mjs';
import { bindingText, readSignatures } from './kernel-binding.mjs';
import { widen, widths } from './widen.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const arithmetics = {
  strict: ['--enable', 'simd,threads'],
  fused: ['--enable', 'simd,threads,relaxed-simd'],
};

const generated = 'src/engine/generated';

/** All kernels of a width as the compiler reads them, by file name. */
function kernelTexts(width) {
  const names = readdirSync('kernels').filter((name) => name.endsWith('.ts'));
  const sources = names.sort().map((name) => [name, readFileSync(join('kernels', name), 'utf8')]);
  return [...sources, ...Object.entries(generatedKernels(width))].map(([name, text]) => {
    try {
      return [name, widen(text, widths[width])];
    } catch (error) {
      throw new Error(`${name}: ${error.message}`, { cause: error });
    }
  });
}

/**
 * Hash of everything that the generated files depend on. Each generated file ends with this hash, so that the next
 * build can tell whether it is up to date.
 */
function kernelSourceHash(texts) {
  const hash = createHash('sha256').update(JSON.stringify(texts));
  const sources = ['scripts/build.mjs', 'scripts/kernel-binding.mjs', 'node_modules/assemblyscript/package.json'];
  for (const file of sources) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

async function buildKernels() {
  mkdirSync(generated, { recursive: true });
  const texts = Object.keys(widths).map((width) => [width, kernelTexts(width)]);
  for (const [width, files] of texts) {
    mkdirSync(join('kernels/generated', width), { recursive: true });
    for (const [name, text] of files) writeIfNew(join('kernels/generated', width, name), text);
  }
  const stamp = `// sources ${kernelSourceHash(texts)}\n`;
  const modules = Object.keys(arithmetics).flatMap((arithmetic) =>
    Object.keys(widths).map((width) => ({ arithmetic, width, name: `${arithmetic}-${width}` })),
  );
  const files = [...modules.map(({ name }) => name), 'kernels'].map((name) => join(generated, `${name}.ts`));
  if (files.every((file) => existsSync(file) && readFileSync(file, 'utf8').endsWith(stamp))) return;
  requireWritable(generated);
  for (const { arithmetic, width, name } of modules) {
    const { base64, signatures } = await compileKernels(name, width, arithmetics[arithmetic]);
    const head = `/** The ${arithmetic} kernels in ${width}, compiled from kernels/ by scripts/build.mjs. */\n`;
    const constant = `${arithmetic}${width[0].toUpperCase()}${width.slice(1)}`;
    writeFileSync(join(generated, `${name}.ts`), `${head}export const ${constant} =\n  '${base64}';\n${stamp}`);
    // Every module has the same signatures: only arithmetic and width differ.
    writeFileSync(join(generated, 'kernels.ts'), `${bindingText(signatures)}${stamp}`);
  }
}

/**
 * Compiles all kernels to one WebAssembly module. Also returns the signatures of the kernels that JavaScript may call.
 */
async function compileKernels(name, width, flags) {
  const folder = `kernels/generated/${width}`;
  const { signatures, transform } = readSignatures(`${folder}/index`);
  const out = join(generated, `${name}.wasm`);
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const options = ['--runtime', 'stub', '--noAssert', '-O3', '--outFile', out];
  const result = await asc.main([`${folder}/index.ts`, `${folder}/inner.ts`, ...options, ...memory, ...flags], {
    transforms: [transform],
  });
  if (result.error) {
    process.stderr.write(`${result.stderr}`);
    throw result.error;
  }
  const base64 = readFileSync(out).toString('base64');
  rmSync(out);
  return { base64, signatures };
}

/**
 * Writes a file unless it already has this text: a user without write permission can then build an up-to-date checkout.
 */
function writeIfNew(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** Checks write permission before a compiler runs, which would print one error for each file that it cannot write. */
function requireWritable(path) {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at)) return accessSync(at, constants.W_OK);
  }
}

/**
 * Hash of everything that dist/ depends on, and of its files, so that a missing or changed file leads to a new build.
 */
function distHash() {
  const hash = createHash('sha256');
  const sources = filesBelow('src').filter((file) => file.endsWith('.ts'));
  const settings = [
    'scripts/build.mjs',
    'tsconfig.json',
    'tsconfig.build.json',
    'node_modules/typescript/package.json',
  ];
  for (const file of [...settings, ...sources, ...ownOutput()]) {
    hash.update(`${file}\n`).update(readFileSync(file)).update('\n');
  }
  return hash.digest('hex');
}

const distStamp = join('dist', '.built');

/** The files of dist/ that the compiler wrote; the pages have a stamp of their own. */
function ownOutput() {
  return filesBelow('dist').filter((file) => file !== distStamp && !isOfPages(file) && !isOfPlayground(file));
}

function compileTypeScript() {
  if (existsSync(distStamp) && readFileSync(distStamp, 'utf8') === distHash()) return;
  requireWritable('dist/cli/main.js');
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  removeStaleOutput();
  for (const file of ['dist/cli/lenet.js', 'dist/cli/main.js']) if (existsSync(file)) chmodSync(file, 0o755);
  writeFileSync(distStamp, distHash());
}

/** Removes the output of sources that were renamed or removed; otherwise the package would contain it. */
function removeStaleOutput() {
  for (const file of ownOutput()) {
    const source = join('src', relative('dist', file)).replace(/(\.d\.ts|\.js)$/, '.ts');
    if (source !== join('src', relative('dist', file)) && !existsSync(source)) rmSync(file);
  }
}

/**
 * Ends the process with one line that says what to do, if the operating system refused a write; rethrows other errors.
 */
function exitOnRefusedWrite(error) {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT'].includes(error?.code)) throw error;
  const why = {
    EROFS: 'the disk is read-only',
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
  }[error.code];
  process.stderr.write(
    `error: cannot write ${error.path ?? root}: ${why ?? 'permission denied'}. The build needs to write into ${root}: ` +
      'let its owner run npm run build once, or copy the checkout to a place of your own\n',
  );
  process.exit(1);
}

try {
  await buildKernels();
  compileTypeScript();
  await buildPages(requireWritable);
  await buildPlayground(requireWritable);
} catch (error) {
  exitOnRefusedWrite(error);
}
