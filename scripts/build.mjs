// Builds dist/: compiles the kernels to two modules, writes these and their typed calls as TypeScript, runs tsc.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { generatedKernels } from './generate-kernels.mjs';
import { bindingText, readSignatures } from './kernel-binding.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const variants = {
  strict: ['--enable', 'simd,threads'],
  fused: ['--enable', 'simd,threads,relaxed-simd'],
};

const generated = 'src/engine/generated';

/**
 * Hash of everything the generated files depend on. They end with it, so a build that finds it there has nothing to do.
 */
function kernelSourceHash() {
  const hash = createHash('sha256').update(JSON.stringify(generatedKernels));
  const kernels = readdirSync('kernels').filter((name) => name.endsWith('.ts'));
  const sources = [
    'scripts/build.mjs',
    'scripts/kernel-binding.mjs',
    'node_modules/assemblyscript/package.json',
    ...kernels.sort().map((name) => join('kernels', name)),
  ];
  for (const file of sources) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
}

async function buildKernels() {
  mkdirSync(generated, { recursive: true });
  mkdirSync('kernels/generated', { recursive: true });
  for (const [name, text] of Object.entries(generatedKernels)) writeFileSync(join('kernels/generated', name), text);
  const stamp = `// sources ${kernelSourceHash()}\n`;
  const files = [...Object.keys(variants), 'kernels'].map((name) => join(generated, `${name}.ts`));
  if (files.every((file) => existsSync(file) && readFileSync(file, 'utf8').endsWith(stamp))) return;
  for (const [name, flags] of Object.entries(variants)) {
    const { base64, signatures } = await compileKernels(name, flags);
    const head = `/** The ${name} kernels, compiled from kernels/ by scripts/build.mjs. */\n`;
    writeFileSync(join(generated, `${name}.ts`), `${head}export const ${name} =\n  '${base64}';\n${stamp}`);
    // Every variant has the same signatures: only arithmetic differs.
    writeFileSync(join(generated, 'kernels.ts'), `${bindingText(signatures)}${stamp}`);
  }
}

/** One WebAssembly module of all kernels, and the signatures of those that JavaScript may call. */
async function compileKernels(name, flags) {
  const { signatures, transform } = readSignatures('kernels/index');
  const out = join(generated, `${name}.wasm`);
  const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
  const options = ['--runtime', 'stub', '--noAssert', '-O3', '--outFile', out];
  const result = await asc.main(['kernels/index.ts', 'kernels/inner.ts', ...options, ...memory, ...flags], {
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

function compileTypeScript() {
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755);
}

await buildKernels();
compileTypeScript();
