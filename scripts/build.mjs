// Builds dist/: the kernels as two WebAssembly modules wrapped in TypeScript, then the TypeScript itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { generatedKernels } from './generate-kernels.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

const variants = {
  strict: ['--enable', 'simd,threads'],
  fused: ['--enable', 'simd,threads,relaxed-simd'],
};

/** Hash of everything the modules depend on; when it stands in the last output, they are up to date. */
function kernelSourceHash() {
  const hash = createHash('sha256').update(readFileSync('scripts/build.mjs')).update(JSON.stringify(generatedKernels));
  hash.update(readFileSync('node_modules/assemblyscript/package.json'));
  for (const file of readdirSync('kernels')
    .filter((name) => name.endsWith('.ts'))
    .sort())
    hash.update(file).update(readFileSync(join('kernels', file)));
  return hash.digest('hex');
}

async function buildKernels() {
  const target = 'src/engine/binary';
  const stamp = `// sources ${kernelSourceHash()}\n`;
  mkdirSync(target, { recursive: true });
  mkdirSync('kernels/generated', { recursive: true });
  for (const [name, text] of Object.entries(generatedKernels)) writeFileSync(join('kernels/generated', name), text);
  for (const [name, flags] of Object.entries(variants)) {
    const file = join(target, `${name}.ts`);
    if (existsSync(file) && readFileSync(file, 'utf8').endsWith(stamp)) continue;
    const out = join(target, `${name}.wasm`);
    const memory = ['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'];
    const options = ['--runtime', 'stub', '--noAssert', '-O3', '--outFile', out];
    const result = await asc.main(['kernels/index.ts', ...options, ...memory, ...flags]);
    if (result.error) {
      process.stderr.write(`${result.stderr}`);
      throw result.error;
    }
    const base64 = readFileSync(out).toString('base64');
    rmSync(out);
    const head = `/** The ${name} kernels, compiled from kernels/ by scripts/build.mjs. */\n`;
    writeFileSync(file, `${head}export const ${name} =\n  '${base64}';\n${stamp}`);
  }
}

function compileTypeScript() {
  const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  for (const file of ['dist/cli/lenet.js', 'dist/cli/main.js']) if (existsSync(file)) chmodSync(file, 0o755);
}

await buildKernels();
compileTypeScript();
