// Measures this machine's peak of four-lane multiply-adds in WebAssembly: ten independent sums in registers, no loads.
import asc from 'assemblyscript/asc';

const sums = Array.from({ length: 10 }, (_, i) => `s${i}`);
const source = `
export function work(turns: i32): f32 {
  const a = f32x4.splat(1.0000001), b = f32x4.splat(1e-9);
  ${sums.map((s, i) => `let ${s} = f32x4.splat(${i});`).join(' ')}
  for (let i = 0; i < turns; i++) { ${sums.map((s) => `${s} = f32x4.relaxed_madd(${s}, a, b);`).join(' ')} }
  return f32x4.extract_lane(${sums.reduce((all, s) => `f32x4.add(${all}, ${s})`)}, 0);
}`;

let instance;

async function instantiate() {
  let binary;
  const { error } = await asc.main(
    ['peak.ts', '-O3', '--runtime', 'stub', '--enable', 'simd,relaxed-simd', '--outFile', 'peak.wasm'],
    {
      readFile: (name) => (name === 'peak.ts' ? source : null),
      writeFile: (name, content) => {
        if (name === 'peak.wasm') binary = content;
      },
      listFiles: () => [],
    },
  );
  if (error) throw error;
  const { exports } = (await WebAssembly.instantiate(binary)).instance;
  exports.work(1_000_000); // until the optimizing compiler is done
  return exports;
}

/** GFLOP/s of one core, a multiply-add counted as two. Needs relaxed SIMD. */
export async function peakGflops() {
  instance ??= await instantiate();
  const turns = 1_000_000;
  const began = performance.now();
  instance.work(turns);
  return (turns * sums.length * 8) / (performance.now() - began) / 1e6;
}
