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
 * Samples that V8 surely needs to notice that a function is hot, and samples in a row without a faster one, after which
 * its optimized code is taken to be at work.
 */
const [fewestSamples, samplesWithoutGain] = [60, 40];
/** Less is no gain. */
const leastGain = 1.05;
/** The longest time for one width [ms]; usually 10 suffice. */
const longestMs = 150;

/** How many times faster octs multiply matrices than quads: about 2 where V8 widens them, below 1 where it does not. */
export function octsSpeedup(arithmetic: Arithmetic, now: () => number = () => performance.now()): number {
  const [quads, octs] = widths.map((width) => msPerLane(arithmetic, width, now)) as [number, number];
  return quads / octs;
}

/** The shortest time of a sample, per lane of its vectors [ms]. */
function msPerLane(arithmetic: Arithmetic, width: Width, now: () => number): number {
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
  const started = now();
  let [shortest, without] = [Number.POSITIVE_INFINITY, 0];
  for (let i = 0; (i < fewestSamples || without < samplesWithoutGain) && now() - started < longestMs; i++) {
    const ms = sample();
    without = ms * leastGain < shortest ? 0 : without + 1;
    shortest = Math.min(shortest, ms);
  }
  return shortest / lanesOf[width];
}
