/** Prints which kernels train a model, one row for each step of the network. */
import type { Width } from '../engine/kernels.ts';
import { openWorkspace } from '../engine/workspace.ts';
import type { Model } from './model.ts';
import { allocateModel, placeNetwork } from './network.ts';

/** The rows of the table of kernels: a head, then one row for each step: its layers, and the kernels of its forward and backward half. */
export function kernelTable(model: Model, width: Width = 'quads'): string[][] {
  const { layout } = openWorkspace('strict', width, (arena, kernels) => {
    const addresses = allocateModel(model, arena);
    return placeNetwork(model, { kernels, arena, width, packs: 1, training: true, addresses });
  });
  return [
    ['layers', 'forward', 'backward'],
    ...layout.steps.map(({ layers, forward, backward }) => [layers.join(', '), forward, backward]),
  ];
}
