/** Writes augmented images into the packs that a network reads: views drawn per image and epoch, resampled by kernels. */

import { imageStream, type Random, randomStream, streamKey } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { noiseSize, smoothNoise } from '../data/augmentation/smooth-noise.ts';
import { isAugmented, viewsOf } from '../data/augmentations.ts';
import type { Arena } from '../engine/arena.ts';
import { type Kernels, lanesOf, type Width } from '../engine/kernels.ts';
import type { Model } from '../nn/model.ts';
import type { Pass } from '../nn/pass.ts';
import type { Recipe } from './recipe.ts';

/** What determines the augmented images, beside the images and the epoch. */
export type AugmentationPlan = Pick<Recipe, 'augmentation' | 'seed'> & { readonly model: Pick<Model, 'input'> };

/** Images in the engine's memory, [image][channel][y][x]: bytes, or floats. */
export interface PlacedImages {
  readonly images: number;
  readonly floats: boolean;
}

/** The address of a strip of smooth noise, which {@link fillNoise} fills; 0 where nothing is bent. */
export function placeNoise(arena: Arena, { augmentation, model }: AugmentationPlan): number {
  return augmentation.elastic > 0 ? arena.allocate(4 * elementsOf(stripShape(model))) : 0;
}

/** Draws the noise of a run. All threads read the same. */
export function fillNoise(arena: Arena, address: number, { augmentation, seed, model }: AugmentationPlan): void {
  if (address === 0) return;
  const [rows, columns] = stripShape(model);
  const noise = smoothNoise({ rows, columns }, augmentation.elasticSigma, randomStream(seed, 'elastic'));
  arena.f32(address, noise.length).set(noise);
}

/** The address of the frame in which a thread resamples images; 0 where none is augmented. */
export function placeFrame(arena: Arena, { augmentation, model }: AugmentationPlan): number {
  const [channels, height, width] = model.input;
  return isAugmented(augmentation) ? arena.allocate(4 * channels * (height + 3) * (width + 3)) : 0;
}

function stripShape({ input: [, height, width] }: Pick<Model, 'input'>): [rows: number, columns: number] {
  const { rows, columns } = noiseSize({ height, width });
  return [rows, columns];
}

/** The purpose of the random streams of augmentation. */
const purpose = 'augment';

/** The stream of one image in one epoch (from 1), from which its version is drawn. */
export function augmentationStream(seed: number, epoch: number, image: number): Random {
  return imageStream(streamKey(seed, purpose, epoch), image);
}

export class Augmenter {
  readonly #arena: Arena;
  readonly #kernels: Kernels;
  readonly #plan: AugmentationPlan;
  readonly #width: Width;
  readonly #frame: number;
  readonly #noise: number;
  readonly #viewOf: ReturnType<typeof viewsOf>;

  /** @param frame of {@link placeFrame}, this thread's own. @param noise of {@link placeNoise}, filled. */
  constructor(
    plan: AugmentationPlan,
    {
      arena,
      kernels,
      width,
      frame,
      noise,
    }: {
      readonly arena: Arena;
      readonly kernels: Kernels;
      readonly width: Width;
      readonly frame: number;
      readonly noise: number;
    },
  ) {
    this.#plan = plan;
    this.#arena = arena;
    this.#kernels = kernels;
    this.#width = width;
    this.#frame = frame;
    this.#noise = noise;
    this.#viewOf = viewsOf(plan.augmentation);
  }

  /**
   * Gathers a chunk as the kernels gatherBytes and gatherFloats do, each image as this epoch shows it.
   * @param dst the address of the packs.
   */
  gather(
    { images, floats }: PlacedImages,
    pass: Pick<Pass, 'images' | 'packs' | 'indices' | 'streams'>,
    dst: number,
  ): void {
    const lanes = lanesOf[this.#width];
    const elements = elementsOf(this.#plan.model.input);
    const imageBytes = elements * (floats ? 4 : 1);
    const packBytes = elements * lanes * 4;
    // Lanes without an image are zero.
    if (pass.images < pass.packs * lanes) {
      this.#arena.f32(dst + (pass.packs - 1) * packBytes, elements * lanes).fill(0);
    }
    const key = pass.streams(purpose);
    for (const [i, index] of this.#arena.i32(pass.indices, pass.images).entries()) {
      const lane = dst + Math.floor(i / lanes) * packBytes + (i % lanes) * 4;
      this.augment({ images: images + index * imageBytes, floats }, imageStream(key, index), lane);
    }
  }

  /**
   * Writes one image into one lane.
   * @param given the image alone. @param random its stream. @param dst the address of the lane's first element.
   */
  augment({ images: image, floats }: PlacedImages, random: Random, dst: number): void {
    const { model } = this.#plan;
    const [channels, height, width] = model.input;
    const kernels = this.#kernels;
    const frame = this.#frame;
    const [noiseRows, columns] = stripShape(model);
    const view = this.#viewOf({ random, height, width, noiseRows });
    if (floats) kernels.frameFloats({ image, channels, height, width, frame });
    else kernels.frameBytes({ image, channels, height, width, frame });
    const { matrix, offset, field } = view;
    // Every argument by itself: an object spread into another would take longer than the kernel.
    kernels.resample({
      frame,
      channels,
      height,
      width,
      xx: matrix[0],
      xy: matrix[1],
      yx: matrix[2],
      yy: matrix[3],
      offsetX: offset[0],
      offsetY: offset[1],
      fieldX: field ? this.#noise + field.x.row * columns * 4 : 0,
      fieldY: field ? this.#noise + field.y.row * columns * 4 : 0,
      columns,
      factorX: field ? field.x.factor : 0,
      factorY: field ? field.y.factor : 0,
      dst,
    });
    if (view.erased) kernels.eraseBox({ dst, channels, width, ...view.erased });
  }
}
