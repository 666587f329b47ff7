/** Uses trained weights: metrics over a data set, and classes of single images. */
import {
  checkChoice,
  checkFunction,
  checkMethods,
  checkOptions,
  checkSignal,
  kindOf,
  shown,
  wrong,
} from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import type { Metrics } from '../base/metrics.ts';
import { elementsOf, type StateDict } from '../base/tensor.ts';
import {
  areBytes,
  checkFinitePixels,
  completeDataset,
  type DatasetSettings,
  isPixels,
  wrongPixels,
} from '../data/dataset.ts';
import { type Width, widths } from '../engine/kernels.ts';
import { openWorkspace } from '../engine/workspace.ts';
import { checkModel, type Model } from '../nn/model.ts';
import { allocateModel, checkFiniteTensors, checkParameters, placeNetwork, writeModel } from '../nn/network.ts';
import { usingPass } from '../nn/pass.ts';
import { completeEvaluation, type EvaluationSettings } from './recipe.ts';
import { type EvaluateOptions, Session } from './session.ts';
import type { Threads } from './threads.ts';

/** How well a network does on a data set, and all it says of it. */
export interface Evaluation extends Metrics {
  /** Row-major [images, classes]. */
  readonly logits: Float32Array;
}

/** How an evaluation is done and watched. */
export interface EvaluationOptions extends EvaluateOptions {
  /** Default: the calling thread alone. Results do not depend on it. */
  readonly threads?: Threads | undefined;
  /** How many images the kernels compute side by side. Default: quads. Results do not depend on it. */
  readonly width?: Width | undefined;
}

/**
 * Loss, accuracy and logits of a whole data set; undefined if `signal` stops it.
 * @param settings a recipe, or the model with, optionally, loss (default cross-entropy) and arithmetic (default
 * strict).
 * @param weights the model's tensors by name, float32 and finite: `event.checkpoint.weights` of {@link fit}, or those
 * of `loadModel`.
 * @param dataset images of the model's input shape, with no more classes than the model has.
 * @throws UsageError when weights or data are not the model's, and for unknown options; WorldError where the machine
 * cannot run the engine.
 */
export async function evaluate(
  settings: EvaluationSettings,
  weights: StateDict,
  dataset: DatasetSettings,
  options: EvaluationOptions = {},
): Promise<Evaluation | undefined> {
  checkOptions('evaluate()', options, { signal: true, onProgress: true, threads: true, width: true });
  checkListeners(options);
  const recipe = completeEvaluation(settings);
  checkParameters(recipe.model, weights);
  checkFiniteTensors(weights);
  const session = await Session.forEvaluation(recipe, [completeDataset(dataset)], options);
  try {
    session.setWeights(weights);
    const metrics = await session.evaluate(0, options);
    return metrics && { ...metrics, logits: session.logits(0) };
  } finally {
    await session.close();
  }
}

/** @throws UsageError unless signal, listener and threads, where given, are what they should be. */
export function checkListeners({
  signal,
  onProgress,
  threads,
  width,
}: {
  readonly signal?: unknown;
  readonly onProgress?: unknown;
  readonly threads?: Threads | undefined;
  /** How many images the kernels compute side by side. Default: quads. Results do not depend on it. */
  readonly width?: Width | undefined;
}): void {
  if (width !== undefined) checkChoice('width', width, widths);
  checkSignal('signal', signal);
  if (onProgress !== undefined) checkFunction('onProgress', onProgress);
  if (threads === undefined) return;
  const wanted = "threads, as nodeThreads() of 'lenet-lab/node' makes them";
  checkMethods('threads', threads, ['start'], wanted);
  if (!Number.isInteger(threads.count) || threads.count < 1)
    throw wrong('threads.count', 'an integer of at least 1', threads.count);
}

/** What a network says of one image. */
export interface Prediction {
  /** The most likely class; of several equally likely ones the first. */
  readonly class: number;
  /** Of every class; they sum to 1. */
  readonly probabilities: readonly number[];
}

/**
 * A function from one image ([channel][y][x]; bytes count as pixel / 255, floats as they are) to its prediction. The
 * function has its own copy of the weights and answers at once, without a promise.
 * @param weights as for {@link evaluate}.
 * @throws UsageError when the weights are not the model's; the function throws it for an image of another size or type,
 * with pixels that are not finite, or with pixels so large that the output is not finite. WorldError where the machine cannot
 * run the engine.
 */
export function predictor(model: Model, weights: StateDict): (image: Uint8Array | Float32Array) => Prediction {
  checkModel('predictor(): model', model);
  checkParameters(model, weights);
  checkFiniteTensors(weights);
  const [channels, height, width] = model.input;
  const pixels = elementsOf(model.input);
  const { kernels, arena, layout } = openWorkspace('strict', 'quads', (arena, kernels) => {
    const addresses = allocateModel(model, arena);
    const network = placeNetwork(model, {
      kernels,
      arena,
      width: 'quads',
      packs: 1,
      training: false,
      single: true,
      addresses,
    });
    return { addresses, network, pixelBlock: arena.allocate(pixels * 4), indices: arena.table([0]) };
  });
  const { network, pixelBlock, indices } = layout;
  writeModel(model, weights, arena, layout.addresses);
  network.prepare(false);
  const area = height * width;
  const pass = usingPass(1, 4);
  const dst = network.input.value;
  return (image) => {
    if (!isPixels(image)) throw wrongPixels('image', image);
    if (image.length !== pixels) {
      throw new UsageError(
        `model ${model.name} expects ${pixels} pixels [${model.input.join(', ')}], got ${image.length}`,
      );
    }
    if (areBytes(image)) {
      arena.u8(pixelBlock, pixels).set(image);
      kernels.gatherBytes({ images: pixelBlock, indices, count: 1, channels, area, dst });
    } else {
      checkFinitePixels('predictor', image, pixels);
      arena.f32(pixelBlock, pixels).set(image);
      kernels.gatherFloats({ images: pixelBlock, indices, count: 1, channels, area, dst });
    }
    network.forward(pass);
    const pack = arena.f32(network.logits.value, model.classes * 4);
    const logits = Array.from({ length: model.classes }, (_, c) => pack[c * 4]!);
    if (!logits.every(Number.isFinite)) {
      throw new UsageError(`model ${model.name}: the output for this image is not finite; its pixels are too large`);
    }
    const probabilities = softmax(logits);
    return { class: mostLikely(probabilities), probabilities };
  };
}

/** The class with the largest score; of equal scores the first. */
export function mostLikely(scores: Float32Array | readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

/**
 * Probabilities of logits: exp(z_i) / sum of exp(z), shifted by the maximum so that it cannot overflow.
 * @param logits at least one finite number, in an array or a typed array. @throws UsageError for any other.
 */
export function softmax(logits: ArrayLike<number>): number[] {
  if (!Array.isArray(logits) && !(ArrayBuffer.isView(logits) && kindOf(logits) !== 'DataView')) {
    throw wrong('softmax(): logits', 'an array of numbers', logits);
  }
  const z: readonly number[] = Array.from(logits);
  if (z.length === 0) throw new UsageError('softmax(): logits are empty, expected at least one number');
  const bad = z.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new UsageError(`softmax(): logit ${bad} is ${shown(z[bad])}, expected a finite number`);
  const top = z.reduce((most, value) => Math.max(most, value));
  const powers = z.map((value) => Math.exp(value - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}
