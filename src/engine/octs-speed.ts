/**
 * How fast octs are on this machine, measured. V8 makes 256-bit instructions of them only in its optimizing compiler,
 * which a function reaches after some use, and only where the processor has AVX2 and the flag is set; elsewhere octs
 * are slower than quads.
 */
import { Arena, createMemory } from './arena.ts';
import { type Arithmetic, bindKernels, compileKernels, lanesOf, type Width, widths } from './kernels.ts';

/** A matrix product with the tallest block of rows, as in the layers' inner loops. */
const [columns, depth] = [2, 256];
const rowsOf: Readonly<Record<Arithmetic, number>> = { strict: 5, fused: 6 };
/** Calls in one sample: some 30 microseconds, so short that other processes rarely interrupt it. */
const callsPerSample = 32;
/**
 * V8's baseline compiler, which runs a function first, gives less than half the speed of the optimizing one. A function
 * counts as optimized when a sample is faster than the first ones by this factor.
 */
const optimizedGain = 1.7;
/** The longest time for one width [ms]; usually 10 suffice. */
const longestMs = 150;
/** Samples after a function is optimized. */
const samplesAfter = 40;

/**
 * How many times faster octs multiply matrices than quads (about 2 where V8 widens them, below 1 where it does not);
 * undefined if one of them was not optimized in time.
 */
export function octsSpeedup(arithmetic: Arithmetic, now: () => number = () => performance.now()): number | undefined {
  const [quads, octs] = widths.map((width) => msPerLane(arithmetic, width, now));
  return quads === undefined || octs === undefined ? undefined : quads / octs;
}

/** The shortest time of a sample, per lane of its vectors [ms]. */
function msPerLane(arithmetic: Arithmetic, width: Width, now: () => number): number | undefined {
  const memory = createMemory(2 ** 20);
  const kernels = bindKernels(compileKernels(arithmetic, width), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const vectorBytes = 4 * lanesOf[width];
  const rows = rowsOf[arithmetic];
  const product = {
    ...{ rows, columns, depth, aStep: rows * 4, bStep: columns * vectorBytes, bias: 0 },
    a: arena.allocate(depth * rows * 4),
    b: arena.allocate(depth * columns * vectorBytes),
    bOffsets: arena.table(Array.from({ length: columns }, (_, column) => column * vectorBytes)),
    c: arena.allocate(rows * columns * vectorBytes),
    cRow: columns * vectorBytes,
    cColumn: vectorBytes,
  };
  arena.f32(product.a, depth * rows).fill(0.5);
  arena.f32(product.b, depth * columns * lanesOf[width]).fill(0.25);
  const sample = () => {
    const started = now();
    for (let call = 0; call < callsPerSample; call++) kernels.matmul(product);
    return now() - started;
  };
  const first = Math.min(sample(), sample(), sample());
  const started = now();
  let shortest = first;
  while (shortest * optimizedGain > first) {
    if (now() - started > longestMs) return undefined;
    shortest = Math.min(shortest, sample());
  }
  for (let i = 0; i < samplesAfter; i++) shortest = Math.min(shortest, sample());
  return shortest / lanesOf[width];
}
