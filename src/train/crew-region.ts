/** The memory region of each thread of a crew: what it holds, and where. */
import type { Arena } from '../engine/arena.ts';
import { type Kernels, lanesOf } from '../engine/kernels.ts';
import { frozenLayers } from '../nn/frozen.ts';
import { aboutLoss, type Loss } from '../nn/losses.ts';
import { layOutParameters, type Network, placeNetwork } from '../nn/network.ts';
import { aboutOptimizer } from '../nn/optimizers.ts';
import { placeFrame } from './augmenter.ts';
import type { CrewPlan } from './crew-plan.ts';
import { placeTeacherNetworks } from './distillation.ts';
import type { Recipe } from './recipe.ts';

/** The addresses in the memory region of one member. */
export interface Region {
  /** Trains one chunk after the other, and evaluates. Only evaluates if the chunks of a batch train together. */
  readonly network: Network;
  /**
   * The networks of chunks that train together; none if chunks train one by one. Their working memory is in the region, and
   * all of them have the same.
   */
  readonly together: readonly Network[];
  /** Indices and labels of the images of the current chunk. */
  readonly indices: number;
  readonly labels: number;
  /** A block of gradients for the second and later chunks of a part. */
  readonly spare: number;
  /** The weight of each class, a float each; 0 where the loss has none. */
  readonly classWeights: number;
  /** Where images are augmented; 0 where none is. */
  readonly frame: number;
  readonly teachers: readonly Network[];
}

/**
 * Lays out the region of a member. All members use the same layout.
 * @param chunks where the chunks that train together keep their numbers: an arena that starts at `networks` of the plan.
 */
export function placeRegion(arena: Arena, chunks: Arena, kernels: Kernels, plan: PlacePlan): Region {
  const { recipe, training, width, chunk, together, teachers } = plan;
  const { model } = recipe;
  const common = commonOptions(arena, kernels, plan);
  const curvature = training !== null && aboutOptimizer(training.optimizer).needsCurvature;
  const options = { ...common, training: training !== null && together === 0, curvature };
  return {
    indices: arena.allocate(chunk * 4),
    labels: arena.allocate(chunk),
    spare: arena.allocate(training ? layOutParameters(model).bytes : 0),
    classWeights: placeClassWeights(arena, recipe.loss),
    frame: training ? placeFrame(arena, training) : 0,
    teachers: placeTeacherNetworks(teachers, { kernels, arena, width, packs: common.packs }),
    network: placeNetwork(model, options),
    together: placeTogether(arena, chunks, kernels, plan),
  };
}

/** What the layout of networks depends on. */
type PlacePlan = Pick<
  CrewPlan,
  'recipe' | 'training' | 'width' | 'chunk' | 'addresses' | 'together' | 'statistics' | 'teachers'
>;

/** What is alike in all networks of a plan, apart from teachers. */
function commonOptions(arena: Arena, kernels: Kernels, { training, width, chunk, addresses }: PlacePlan) {
  const packs = Math.ceil(chunk / lanesOf[width]);
  return { kernels, arena, width, addresses, packs, frozen: frozenIn(training) };
}

/** The layers that are not trained. */
export function frozenIn(training: Recipe | null): ReadonlySet<string> {
  return training ? frozenLayers(training.model, training.freeze) : new Set();
}

/**
 * Lays out the networks of chunks that train together; there are none if each can be trained alone.
 * @param arena for the working memory, the same for all of them.
 */
function placeTogether(arena: Arena, chunks: Arena, kernels: Kernels, plan: PlacePlan): readonly Network[] {
  const { recipe, together, statistics } = plan;
  const block = { address: statistics, chunks: together };
  const options = { ...commonOptions(chunks, kernels, plan), training: true, statistics: block };
  const start = arena.end;
  return Array.from({ length: together }, () => {
    arena.rewind(start);
    return placeNetwork(recipe.model, { ...options, working: arena });
  });
}

/** The address of the loss's class weights; 0 where it has none. */
function placeClassWeights(arena: Arena, loss: Loss): number {
  const weights = aboutLoss(loss).classWeights();
  if (weights === undefined) return 0;
  const address = arena.allocate(weights.length * 4);
  arena.f32(address, weights.length).set(weights);
  return address;
}
