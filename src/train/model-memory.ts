/** How much memory a model needs. */
import { Arena } from '../engine/arena.ts';
import type { Kernels } from '../engine/kernels.ts';
import { checkModel, type Model } from '../nn/model.ts';
import { allocateModel, layOutStatistics, needsWholeBatches, placeNetwork } from '../nn/network.ts';
import { chunkImages } from './session.ts';

/** The memory of a model in bytes, without data sets. */
export interface ModelMemory {
  /** Parameters and buffers, once; an optimizer keeps as much as the parameters for each of its states. */
  readonly tensors: number;
  /** The numbers of a chunk of 16 images that is evaluated, with all that the kernels need. */
  readonly evaluating: number;
  /** The same for a chunk that is trained on; without `working` where whole batches are in memory. */
  readonly training: number;
  /** Where whole batches are in memory: tables, prepared weights and working space of each thread. Else 0. */
  readonly working: number;
  /** Whether the chunks of a batch are in memory together, as batch normalization wants. Otherwise each thread has one chunk at a time. */
  readonly wholeBatches: boolean;
}

/** Lays the model out without taking the memory. @throws UsageError unless it is a model. */
export function modelMemory(model: Model): ModelMemory {
  checkModel('modelMemory()', model);
  const wholeBatches = needsWholeBatches(model);
  const [tensors, evaluating, training] = [0, 0, 0].map(() => new Arena(undefined, 0)) as [Arena, Arena, Arena];
  const working = wholeBatches ? new Arena(undefined, 0) : training;
  allocateModel(model, tensors);
  const common = {
    kernels: {} as Kernels,
    width: 'quads',
    packs: chunkImages / 4,
    addresses: { parameters: 0, buffers: 0 },
  } as const;
  placeNetwork(model, { ...common, arena: evaluating, training: false });
  const statistics = { address: training.allocate(layOutStatistics(model, 1).bytes), chunks: 1 };
  placeNetwork(model, { ...common, arena: training, working, training: true, ...(wholeBatches ? { statistics } : {}) });
  return {
    tensors: tensors.end,
    evaluating: evaluating.end,
    training: training.end,
    working: wholeBatches ? working.end : 0,
    wholeBatches,
  };
}
