/** Shows one image's way through a network: the output of every layer. */
import { kindOf } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import { isPixels, wrongPixels } from '../data/dataset.ts';
import { lanesOf } from '../engine/kernels.ts';
import { openWorkspace } from '../engine/workspace.ts';
import type { Activation } from '../nn/layer.ts';
import { checkModel, type Model } from '../nn/model.ts';
import { allocateModel, checkFiniteTensors, checkParameters, placeNetwork, writeModel } from '../nn/network.ts';
import { usingPass } from '../nn/pass.ts';

/** What one layer makes of an image. */
export interface LayerOutput {
  /** The layer's name in its model. */
  readonly name: string;
  /** The layer's type: `conv2d`, `relu`, ... */
  readonly type: string;
  /** [channels, height, width], or [features]. */
  readonly shape: readonly number[];
  /** In the order of the shape, the last size fastest. The bits are those of an evaluation. */
  readonly data: Float32Array;
}

/** A network that shows its work, with a copy of the weights of its own. */
export interface Inspector {
  /** Takes other weights: those of a network that trains. @throws UsageError when they are not the model's. */
  setWeights(weights: StateDict): void;
  /**
   * The output of every layer, in the model's order; the last are the logits.
   * @param image [channel][y][x]; bytes count as pixel / 255, floats as they are. @throws UsageError for an image of another size.
   */
  look(image: Uint8Array | Float32Array): readonly LayerOutput[];
}

const [width, lanes] = ['quads', lanesOf.quads] as const;

/**
 * An inspector of a model. It is slower than `predictor`, which joins convolution, relu and pooling and keeps none of their outputs.
 * @throws UsageError for what is no model or no weights of it; WorldError where the machine cannot run the engine.
 */
export function inspector(model: Model, weights: StateDict): Inspector {
  checkModel('inspector(): model', model);
  const pixels = elementsOf(model.input);
  const { kernels, arena, layout } = openWorkspace('strict', width, (arena, kernels) => {
    const addresses = allocateModel(model, arena);
    const place = { kernels, arena, width, packs: 1, training: false, keepsOutputs: true, addresses } as const;
    return {
      addresses,
      network: placeNetwork(model, place),
      image: arena.allocate(pixels * 4),
      indices: arena.table([0]),
    };
  });
  const { network, addresses, image: block, indices } = layout;
  const [channels, height, columns] = model.input;

  /** Lane 0 of a pack [y][x][channel][lanes], as [channel][y][x]. */
  const imageOf = ({ shape, value }: Activation): Float32Array => {
    const pack = arena.f32(value, elementsOf(shape) * lanes);
    const [depth, area] = shape.length === 3 ? [shape[0]!, shape[1]! * shape[2]!] : [1, elementsOf(shape)];
    return Float32Array.from(
      { length: depth * area },
      (_, i) => pack[((i % area) * depth + Math.floor(i / area)) * lanes]!,
    );
  };

  const setWeights = (tensors: StateDict) => {
    checkParameters(model, tensors);
    checkFiniteTensors(tensors);
    writeModel(model, tensors, arena, addresses);
    network.prepare(false);
  };
  setWeights(weights);
  return {
    setWeights,
    look(image) {
      if (!isPixels(image)) throw wrongPixels('image', image);
      if (image.length !== pixels) {
        throw new UsageError(
          `model ${model.name} expects ${pixels} pixels [${model.input.join(', ')}], got ${image.length}`,
        );
      }
      const area = height * columns;
      const source = { images: block, indices, count: 1, channels, area, dst: network.input.value };
      if (kindOf(image) === 'Uint8Array') {
        arena.u8(block, pixels).set(image);
        kernels.gatherBytes(source);
      } else {
        arena.f32(block, pixels).set(image);
        kernels.gatherFloats(source);
      }
      network.forward(usingPass(1, lanes));
      return model.layers.map(({ name, layer }) => {
        const output = network.outputs.get(name)!;
        return { name, type: layer.type, shape: output.shape, data: imageOf(output) };
      });
    },
  };
}
