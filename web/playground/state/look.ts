/** Looks into a network: outputs of all layers, and the framing of drawn pictures. Holds the engine, so it is loaded on its own. */
import { randomStream } from '../../../src/base/random.ts';
import type { StateDict } from '../../../src/base/tensor.ts';
import type { FramedPicture } from '../../../src/data/framing/mnist-framing.ts';
import { modelPicture } from '../../../src/data/framing/model-picture.ts';
import type { Raster } from '../../../src/data/raster.ts';
import { initialWeights } from '../../../src/nn/initialize.ts';
import { lenet5 } from '../../../src/tasks/lenet/lenet5.ts';
import { mnistInput } from '../../../src/tasks/lenet/model-input.ts';
import { inspector, type LayerOutput } from '../../../src/train/inspector.ts';

export interface Eye {
  /** @param seed of the untrained network that is shown without weights. */
  setWeights(weights: StateDict | undefined, seed: number): void;
  look(image: Uint8Array): readonly LayerOutput[];
  /** A tensor of the weights. */
  tensor(name: string): Float32Array;
  /** The 28 x 28 pixels that the network sees of a picture, as `lenet predict` frames it. */
  frame(raster: Raster): FramedPicture;
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
    frame: (raster) => modelPicture(raster, mnistInput),
  };
}
