// Measures this machine's peak of multiply-adds in WebAssembly at both widths: ten independent sums in registers, no
// loads in the loop, and no constants: V8 makes them anew at each use, which would halve the speed and more. Alone (`node bench/peak.mjs`) it prints both.
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';
import { enableOcts } from '../dist/node.js';
import { widen, widths } from '../scripts/widen.mjs';

const sums = Array.from({ length: 10 }, (_, i) => `s${i}`);
const source = `
export function work(turns: i32, to: usize): void {
  const a = v128.load(to, 512), b = v128.load(to, 528);
  ${sums.map((s, i) => `let ${s}: Vector = f32x4.splat(${i});`).join(' ')}
  for (let i = 0; i < turns; i++) {
    ${sums.map((s) => `${s} = f32x4.relaxed_madd(${s}, a, b);`).join('\n    ')}
  }
  ${sums.map((s, i) => `storeVector(to, ${s}, ${i});`).join(' ')}
}`;

/** Turns in one call: some 20 microseconds, so that many calls go through V8's tiers. */
const turns = 5000;
/** Calls until V8 has surely optimized the function: one long call stays in the tier in which it began. */
const warmUpCalls = 3000;

const instances = new Map();

async function instantiate(width) {
  if (width === 'octs') enableOcts();
  let binary;
  const { error } = await asc.main(
    ['peak.ts', '-O3', '--runtime', 'stub', '--enable', 'simd,relaxed-simd', '--outFile', 'peak.wasm'],
    {
      readFile: (name) => (name === 'peak.ts' ? widen(source, widths[width]).replaceAll(': Vector', '') : null),
      writeFile: (name, content) => {
        if (name === 'peak.wasm') binary = content;
      },
      listFiles: () => [],
    },
  );
  if (error) throw error;
  const { exports } = (await WebAssembly.instantiate(binary)).instance;
  exports.memory.grow(1);
  new Float32Array(exports.memory.buffer, 1024 + 512, 8).set([...Array(4).fill(0.5), ...Array(4).fill(0.25)]);
  for (let call = 0; call < warmUpCalls; call++) exports.work(turns, 1024);
  return exports;
}

/** GFLOP/s of one core, a multiply-add counted as two. Needs relaxed SIMD. @param width 'quads' or 'octs'. */
export async function peakGflops(width = 'quads') {
  if (!instances.has(width)) instances.set(width, await instantiate(width));
  const { work } = instances.get(width);
  let least = Number.POSITIVE_INFINITY;
  for (let call = 0; call < 200; call++) {
    const began = performance.now();
    work(turns, 1024);
    least = Math.min(least, performance.now() - began);
  }
  return (turns * sums.length * widths[width] * 2) / least / 1e6;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const width of Object.keys(widths)) console.log(`${width}: ${(await peakGflops(width)).toFixed(1)} GFLOP/s`);
}
