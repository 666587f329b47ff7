/** Using trained weights: metrics over a data set, and classes of single images. */
import { UsageError } from '../base/errors.ts';
import { type StateDict, sizeOf } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { openWorkspace } from '../engine/workspace.ts';
import type { Model } from '../nn/model.ts';
import { layOutParameters, placeNetwork, writeParameters } from '../nn/network.ts';
import type { Threads } from './crew.ts';
import { type EvaluateOptions, type Metrics, Session, type SessionOptions } from './session.ts';

export interface Evaluation extends Metrics {
  /** Row-major [images, classes]. */
  readonly logits: Float32Array;
}

/**
 * Loss, accuracy and logits of a whole data set; undefined if `signal` stops it.
 * @throws UsageError when weights or data are not the model's.
 */
export async function evaluate(
  model: Model,
  weights: StateDict,
  dataset: Dataset,
  options: Pick<SessionOptions, 'arithmetic' | 'loss'> & {
    readonly threads?: Threads | undefined;
  } & EvaluateOptions = {},
): Promise<Evaluation | undefined> {
  const session = await Session.open(model, [dataset], options);
  try {
    session.setWeights(weights);
    const metrics = await session.evaluate(0, options);
    return metrics && { ...metrics, logits: session.logits(0) };
  } finally {
    await session.close();
  }
}

export interface Prediction {
  /** The most likely class (the first, if several are equally likely). */
  readonly class: number;
  /** Of every class; they sum to 1. */
  readonly probabilities: readonly number[];
}

/**
 * A function from one image ([channel][y][x]; bytes count as pixel / 255, floats as they are) to its prediction.
 * It holds its own copy of the weights and works at once, without a promise.
 * @throws UsageError when the weights are not the model's; the function throws it for an image of another size.
 */
export function predictor(model: Model, weights: StateDict): (image: Uint8Array | Float32Array) => Prediction {
  const [channels, height, width] = model.input;
  const pixels = sizeOf(model.input);
  const { kernels, arena, placed } = openWorkspace('strict', (arena, kernels) => {
    const parameters = arena.allocate(layOutParameters(model).bytes);
    const network = placeNetwork(model, { kernels, arena, quads: 1, training: false, single: true, parameters });
    return { parameters, network, image: arena.allocate(pixels * 4), first: arena.table([0]) };
  });
  const { network, image: place, first } = placed;
  writeParameters(model, weights, arena, placed.parameters);
  network.prepare(false);
  return (image) => {
    if (image.length !== pixels) {
      throw new UsageError(
        `model ${model.name} expects ${pixels} pixels [${model.input.join(', ')}], got ${image.length}`,
      );
    }
    if (image instanceof Float32Array) {
      arena.f32(place, pixels).set(image);
      kernels.gatherFloats(place, first, 1, channels, height * width, network.input.value);
    } else {
      arena.u8(place, pixels).set(image);
      kernels.gatherBytes(place, first, 1, channels, height * width, network.input.value);
    }
    network.forward(1);
    const quad = arena.f32(network.logits.value, model.classes * 4);
    const probabilities = softmax(Array.from({ length: model.classes }, (_, c) => quad[c * 4]!));
    return { class: mostLikely(probabilities), probabilities };
  };
}

/** The class with the largest score, the first of equals. */
export function mostLikely(scores: Float32Array | readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

/** exp(z_i) / sum of exp(z), shifted by the maximum so that it cannot overflow. */
export function softmax(logits: ArrayLike<number>): number[] {
  const z = Array.from(logits);
  const top = Math.max(...z);
  const powers = z.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}
