/**
 * Octs in Node: whether this process can have 256-bit kernels, V8's flag for them, and the choice for a command.
 *
 * V8 makes 256-bit instructions from pairs of 128-bit ones in a pass that is still experimental ("revectorize"; in V8
 * 13, Node 24, and later, on x64 with AVX2). A flag turns it on for functions that are optimized afterwards.
 */
import { execFileSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { type Platform, platform, type SystemQuestions } from '../disk/platform.ts';
import type { Width } from '../engine/kernels.ts';
import { proveOcts } from '../train/prove-octs.ts';
import type { Recipe } from '../train/recipe.ts';
import type { KernelChoice } from './kernel-choice.ts';
import { readIfPossible } from './machine.ts';

/** What the gate asks about this process. Tests simulate another machine. */
export interface ProcessorSource extends SystemQuestions {
  readonly system: Platform;
  /** As `process.arch`. */
  readonly arch: string;
  /** As `process.versions.node`. */
  readonly node: string;
}

const thisProcessor: ProcessorSource = {
  system: platform,
  arch: process.arch,
  node: process.versions.node,
  read: readIfPossible,
  run(program, args) {
    try {
      return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', timeout: 2000 });
    } catch {
      return undefined;
    }
  },
};

/** The first version of Node whose V8 has a pass that works. */
const firstNode = 24;

/** Why this process cannot widen kernels; undefined where it can. `isOldNode`: a newer Node could. */
export interface Obstacle {
  readonly why: string;
  readonly isOldNode: boolean;
}

/** The reason why octs cannot be fast here, or undefined. */
export function obstacleToOcts(source: ProcessorSource = thisProcessor): Obstacle | undefined {
  const { arch, node } = source;
  if (arch !== 'x64') return { why: `the processor is ${arch}, and 256-bit kernels need x64`, isOldNode: false };
  const avx2 = source.system.hasAvx2(source);
  if (avx2 === undefined) return { why: 'the system does not tell whether the processor has AVX2', isOldNode: false };
  if (!avx2) return { why: 'the processor has no AVX2', isOldNode: false };
  if (Number.parseInt(node, 10) < firstNode) {
    return { why: `Node ${node} has no 256-bit kernels, Node ${firstNode} has`, isOldNode: true };
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
  startWidening();
  return true;
}

function startWidening(): void {
  setFlagsFromString('--experimental-wasm-revectorize');
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
    if (!obstacle) startWidening();
    return { width: 'octs', note: obstacle && `octs are slower than quads here: ${obstacle.why}` };
  }
  if (obstacle) {
    const note = `${obstacle.why}: it would train up to twice as fast, with the same results`;
    return { width: 'quads', note: obstacle.isOldNode ? note : undefined };
  }
  startWidening();
  const proof = await proveOcts(recipe);
  if (proof.isProven) return { width: 'octs', note: undefined };
  return { width: 'quads', note: `the kernels work on four images at a time instead of eight: ${proof.why}` };
}
