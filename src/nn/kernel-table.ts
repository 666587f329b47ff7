/**
 * Which kernels a model is trained by, as a table: every step of the network, placed as training does it, says what it
 * chose.
 */
import { Arena, createMemory } from '../engine/arena.ts';
import { bindKernels, compileKernels } from '../engine/kernels.ts';
import { alignColumns, type Model } from './model.ts';
import { layOutParameters, placeNetwork } from './network.ts';

/** A line a step after a header line: its layers, its forward and its backward half. */
export function describeKernels(model: Model): string {
  const memory = createMemory();
  const kernels = bindKernels(compileKernels('strict'), memory);
  const arena = new Arena(memory, kernels.heapBase());
  const parameters = arena.allocate(layOutParameters(model).bytes);
  const { steps } = placeNetwork(model, { kernels, arena, quads: 1, training: true, parameters });
  return alignColumns([
    ['layers', 'forward', 'backward'],
    ...steps.map(({ layers, forward, backward }) => [layers.join(', '), forward, backward]),
  ]);
}
