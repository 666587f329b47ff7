/** The plan that each thread of a crew gets once. */
import type { Width } from '../engine/kernels.ts';
import type { ModelAddresses } from '../nn/network.ts';
import type { DistillationNumbers, PlacedTeacher } from './distillation.ts';
import type { EvaluationRecipe, Recipe } from './recipe.ts';

/** A data set in the engine's memory. */
export interface PlacedSet {
  readonly images: number;
  readonly labels: number;
  readonly floats: boolean;
  readonly size: number;
}

/**
 * Everything a thread needs: plain data and shared memory, posted once. All numbers are addresses, except `threads`,
 * `chunk`, `parts` and `together`.
 */
export interface CrewPlan {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The width of the module's kernels. */
  readonly width: Width;
  readonly recipe: EvaluationRecipe;
  /** The whole recipe; null if nothing is trained. */
  readonly training: Recipe | null;
  readonly threads: number;
  /**
   * Images that a thread processes at once. The number is fixed, so that sums do not depend on the number of threads.
   */
  readonly chunk: number;
  /** The most blocks of gradients for a batch. Each block is the sum over one or more consecutive chunks. */
  readonly parts: number;
  /**
   * If a layer needs whole batches: the most chunks of a batch, which go through the network together, each in a network
   * of its own. Else 0.
   */
  readonly together: number;
  /** Start of what all members share of the networks of those chunks. */
  readonly networks: number;
  /** What the chunks of a batch contribute to each other. */
  readonly statistics: number;
  readonly control: number;
  /** Start of each thread's own memory region. */
  readonly regions: readonly number[];
  readonly addresses: ModelAddresses;
  readonly optimizerState: readonly number[];
  /** The buffers of the average; 0 where there is no average. */
  readonly averagedBuffers: number;
  readonly gradients: number;
  readonly indices: number;
  /** Per image: its loss (f64), its predicted class (u8), its logits (f32 [classes]). */
  readonly losses: number;
  readonly predicted: number;
  readonly logits: number;
  readonly sets: readonly PlacedSet[];
  /** The noise of augmentation; 0 where there is none. */
  readonly noise: number;
  /** The networks that teach; none where the labels alone do. */
  readonly teachers: readonly PlacedTeacher[];
  readonly distillation?: DistillationNumbers;
}
