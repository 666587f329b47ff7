// The most that four-lane multiply-adds reach in WebAssembly here: independent sums in registers, nothing loaded.
import asc from 'assemblyscript/asc';

const accumulators = 10;
const range = Array.from({ length: accumulators }, (_, i) => i);
const source = (multiplyAdd) => `
export function work(turns: i32): f32 {
  const a = f32x4.splat(1.0000001), b = f32x4.splat(1e-9);
  ${range.map((i) => `let s${i} = f32x4.splat(${i});`).join(' ')}
  for (let i = 0; i < turns; i++) { ${range.map((i) => `s${i} = ${multiplyAdd(`s${i}`)};`).join(' ')} }
  return f32x4.extract_lane(${range.map((i) => `s${i}`).reduce((sum, s) => `f32x4.add(${sum}, ${s})`)}, 0);
}`;

const instances = {};

async function instance(arithmetic) {
  const text = source(
    arithmetic === 'fused' ? (s) => `f32x4.relaxed_madd(${s}, a, b)` : (s) => `f32x4.add(f32x4.mul(${s}, a), b)`,
  );
  let binary;
  const { error } = await asc.main(
    ['peak.ts', '-O3', '--runtime', 'stub', '--enable', 'simd,relaxed-simd', '--outFile', 'peak.wasm'],
    {
      readFile: (name) => (name === 'peak.ts' ? text : null),
      writeFile: (name, content) => {
        if (name === 'peak.wasm') binary = content;
      },
      listFiles: () => [],
    },
  );
  if (error) throw error;
  return (await WebAssembly.instantiate(binary)).instance.exports;
}

/** GFLOP/s of one core, a multiply-add counted as two. */
export async function peakGflops(arithmetic) {
  instances[arithmetic] ??= await instance(arithmetic);
  const turns = 1_000_000;
  const began = performance.now();
  instances[arithmetic].work(turns);
  return (turns * accumulators * 8) / (performance.now() - began) / 1e6;
}
