/** Looks into a network: the outputs of all layers. Holds the engine, so it is loaded on its own. */
import { randomStream } from '../../../src/base/random.ts';
import type { StateDict } from '../../../src/base/tensor.ts';
import { initialWeights } from '../../../src/nn/initialize.ts';
import { lenet5 } from '../../../src/tasks/lenet/lenet5.ts';
import { inspector, type LayerOutput } from '../../../src/train/inspector.ts';

export interface Eye {
  /** @param seed of the untrained network that is shown without weights. */
  setWeights(weights: StateDict | undefined, seed: number): void;
  look(image: Uint8Array): readonly LayerOutput[];
  /** A tensor of the weights. */
  tensor(name: string): Float32Array;
}

export function createEye(): Eye {
  const model = lenet5();
  const untrained = (seed: number) => initialWeights(model, randomStream(seed, 'init'));
  let present: StateDict = untrained(1);
  const seeing = inspector(model, present);
  return {
    setWeights(weights, seed) {
      present = weights ?? untrained(seed);
      seeing.setWeights(present);
    },
    look: (image) => seeing.look(image),
    tensor: (name) => present.get(name)!.data,
  };
}
