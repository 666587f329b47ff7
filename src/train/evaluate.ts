/** Uses trained weights: metrics over a data set, and classes of single images. */
import { UsageError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { openWorkspace } from '../engine/workspace.ts';
import type { Model } from '../nn/model.ts';
import { layOutParameters, placeNetwork, writeParameters } from '../nn/network.ts';
import type { Threads } from './crew.ts';
import { completeEvaluation, type EvaluationSettings } from './recipe.ts';
import { type EvaluateOptions, Session } from './session.ts';

export interface Evaluation extends Metrics {
  /** Row-major [images, classes]. */
  readonly logits: Float32Array;
}

/**
 * Loss, accuracy and logits of a whole data set; undefined if `signal` stops it.
 * @param settings a recipe, or of it only the model; loss (default cross-entropy) and arithmetic (default strict) count beside it.
 * @throws UsageError when weights or data are not the model's.
 */
export async function evaluate(
  settings: EvaluationSettings,
  weights: StateDict,
  dataset: Dataset,
  options: EvaluateOptions & { readonly threads?: Threads | undefined } = {},
): Promise<Evaluation | undefined> {
  const session = await Session.forEvaluation(completeEvaluation(settings), [dataset], options.threads);
  try {
    session.setWeights(weights);
    const metrics = await session.evaluate(0, options);
    return metrics && { ...metrics, logits: session.logits(0) };
  } finally {
    await session.close();
  }
}

export interface Prediction {
  /** The most likely class; of several equally likely ones the first. */
  readonly class: number;
  /** Of every class; they sum to 1. */
  readonly probabilities: readonly number[];
}

/**
 * A function from one image ([channel][y][x]; bytes count as pixel / 255, floats as they are) to its prediction.
 * The function has its own copy of the weights and answers at once, without a promise.
 * @throws UsageError when the weights are not the model's; the function throws it for an image of another size.
 */
export function predictor(model: Model, weights: StateDict): (image: Uint8Array | Float32Array) => Prediction {
  const [channels, height, width] = model.input;
  const pixels = elementsOf(model.input);
  const { kernels, arena, layout } = openWorkspace('strict', (arena, kernels) => {
    const parameters = arena.allocate(layOutParameters(model).bytes);
    const network = placeNetwork(model, { kernels, arena, quads: 1, training: false, single: true, parameters });
    return { parameters, network, pixelBlock: arena.allocate(pixels * 4), indices: arena.table([0]) };
  });
  const { network, pixelBlock, indices } = layout;
  writeParameters(model, weights, arena, layout.parameters);
  network.prepare(false);
  const area = height * width;
  const dst = network.input.value;
  return (image) => {
    if (image.length !== pixels) {
      throw new UsageError(
        `model ${model.name} expects ${pixels} pixels [${model.input.join(', ')}], got ${image.length}`,
      );
    }
    if (image instanceof Float32Array) {
      arena.f32(pixelBlock, pixels).set(image);
      kernels.gatherFloats({ images: pixelBlock, indices, count: 1, channels, area, dst });
    } else {
      arena.u8(pixelBlock, pixels).set(image);
      kernels.gatherBytes({ images: pixelBlock, indices, count: 1, channels, area, dst });
    }
    network.forward(1);
    const quad = arena.f32(network.logits.value, model.classes * 4);
    const probabilities = softmax(Array.from({ length: model.classes }, (_, c) => quad[c * 4]!));
    return { class: mostLikely(probabilities), probabilities };
  };
}

/** The class with the largest score; of equal scores the first. */
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
