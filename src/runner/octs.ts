/**
 * Octs in Node: whether this process can have 256-bit kernels, V8's flag for them, and the choice for a command.
 *
 * V8 makes 256-bit instructions from pairs of 128-bit ones in a pass that is still experimental ("revectorize"; in V8
 * 13, Node 24, and later, on x64 with AVX2). A flag turns it on for functions that are optimized afterwards.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Width } from '../engine/kernels.ts';
import { proveOcts } from '../train/prove-octs.ts';
import type { Recipe } from '../train/recipe.ts';
import type { KernelChoice } from './kernel-choice.ts';

/** What the gate asks about this process. Tests simulate another machine. */
export interface ProcessorSource {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.arch`. */
  readonly arch: string;
  /** As `process.versions.node`. */
  readonly node: string;
  /** The text of a file, or undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** What a program prints, or undefined where it cannot be run. */
  run(program: string, args: readonly string[]): string | undefined;
}

const thisProcessor: ProcessorSource = {
  platform: process.platform,
  arch: process.arch,
  node: process.versions.node,
  read: (path) => attempt(() => readFileSync(path, 'utf8')),
  run: (program, args) =>
    attempt(() => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', timeout: 2000 })),
};

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The first version of Node whose V8 has a pass that works. */
const firstNode = 24;

/** Why this process cannot widen kernels; undefined where it can. `isOldNode`: a newer Node could. */
export interface Obstacle {
  readonly why: string;
  readonly isOldNode: boolean;
}

/**
 * The reason why octs cannot be fast here, or undefined. AVX2 is found in /proc/cpuinfo on Linux and by sysctl on macOS;
 * Windows tells no program without native code, so it has quads.
 */
export function obstacleToOcts(source: ProcessorSource = thisProcessor): Obstacle | undefined {
  const { arch, node } = source;
  if (arch !== 'x64') return { why: `the processor is ${arch}, and 256-bit kernels need x64`, isOldNode: false };
  const avx2 = hasAvx2(source);
  if (avx2 === undefined) return { why: 'the system does not tell whether the processor has AVX2', isOldNode: false };
  if (!avx2) return { why: 'the processor has no AVX2', isOldNode: false };
  if (Number.parseInt(node, 10) < firstNode) {
    return { why: `Node ${node} has no 256-bit kernels, Node ${firstNode} has`, isOldNode: true };
  }
  return undefined;
}

/** Whether the processor has AVX2, and the system lets programs use it; undefined where the system does not tell. */
function hasAvx2({ platform, read, run }: ProcessorSource): boolean | undefined {
  if (platform === 'linux' || platform === 'android') {
    const flags = read('/proc/cpuinfo')?.match(/^flags\s*:(.*)$/m)?.[1];
    return flags === undefined ? undefined : /\bavx2\b/.test(flags);
  }
  if (platform === 'darwin') {
    const features = run('/usr/sbin/sysctl', ['-n', 'machdep.cpu.leaf7_features']);
    return features === undefined ? undefined : /\bAVX2\b/.test(features);
  }
  return undefined;
}

/**
 * Lets V8 make 256-bit instructions in this process, where it can. Call it before the first training or evaluation: it
 * has no effect on functions that V8 has optimized. @returns whether octs can be fast now; `proveOcts` says whether
 * they are.
 */
export function enableOcts(): boolean {
  if (obstacleToOcts() !== undefined) return false;
  setFlagsFromString('--experimental-wasm-revectorize');
  return true;
}

export interface ChosenWidth {
  readonly width: Width;
  /** A sentence about the choice that the user should read, if there is one. */
  readonly note: string | undefined;
}

/**
 * The width for a recipe. `auto`: octs where the process can widen them and {@link proveOcts} finds them right and fast,
 * else quads. Both widths give the same bits.
 */
export async function chooseWidth(
  choice: KernelChoice,
  recipe: Recipe,
  source: ProcessorSource = thisProcessor,
): Promise<ChosenWidth> {
  if (choice === 'quads') return { width: 'quads', note: undefined };
  const obstacle = obstacleToOcts(source);
  if (choice === 'octs') {
    enableOcts();
    return { width: 'octs', note: obstacle && `octs are slower than quads here: ${obstacle.why}` };
  }
  if (obstacle) {
    const note = `${obstacle.why}: it would train up to twice as fast, with the same results`;
    return { width: 'quads', note: obstacle.isOldNode ? note : undefined };
  }
  enableOcts();
  const proof = await proveOcts(recipe);
  if (proof.isProven) return { width: 'octs', note: undefined };
  return { width: 'quads', note: `the kernels work on four images at a time instead of eight: ${proof.why}` };
}
