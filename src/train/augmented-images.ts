/** Images as a network sees them in training, made by the same kernels, and a sheet of them. */
import { elementsOf } from '../base/tensor.ts';
import { examples, mostSide, sheetOf } from '../data/contact-sheet.ts';
import { areBytes, type Dataset } from '../data/dataset.ts';
import { type Picture, pictureOf, shrunk } from '../data/picture.ts';
import { lanesOf } from '../engine/kernels.ts';
import { openWorkspace } from '../engine/workspace.ts';
import {
  type AugmentationPlan,
  Augmenter,
  augmentationStream,
  fillNoise,
  placeFrame,
  placeNoise,
} from './augmenter.ts';

/** One image, by its place in the training set, in one epoch (from 1). */
export interface Look {
  readonly image: number;
  readonly epoch: number;
}

/**
 * The pixels [look][channel][y][x] that a run with this recipe trains on; bytes become pixel / 255.
 * @param recipe with an augmentation that changes images. @param train the images that the run trains on.
 * @throws WorldError where the machine cannot run the engine.
 */
export function augmentedImages(
  recipe: Omit<AugmentationPlan, 'model'>,
  train: Pick<Dataset, 'images' | 'shape'>,
  looks: readonly Look[],
): Float32Array {
  const { images, shape } = train;
  const elements = elementsOf(shape);
  const width = 'quads';
  const plan = { ...recipe, model: { input: shape } };
  const { kernels, arena, layout } = openWorkspace('strict', width, (arena) => ({
    frame: placeFrame(arena, plan),
    noise: placeNoise(arena, plan),
    image: arena.allocate(images.BYTES_PER_ELEMENT * elements),
    pack: arena.allocate(4 * elements * lanesOf[width]),
  }));
  const { frame, noise, image, pack } = layout;
  fillNoise(arena, noise, plan);
  const augmenter = new Augmenter(plan, { arena, kernels, width, frame, noise });
  const seen = arena.f32(pack, elements * lanesOf[width]);
  const [channels] = shape;
  const area = elements / channels;
  const result = new Float32Array(looks.length * elements);
  for (const [at, look] of looks.entries()) {
    const pixels = images.subarray(look.image * elements, (look.image + 1) * elements);
    if (areBytes(pixels)) arena.u8(image, elements).set(pixels);
    else arena.f32(image, elements).set(pixels);
    const random = augmentationStream(recipe.seed, look.epoch, look.image);
    augmenter.augment({ images: image, floats: !areBytes(images) }, random, pack);
    for (let i = 0; i < elements; i++) {
      const [channel, pixel] = [Math.floor(i / area), i % area];
      result[at * elements + i] = seen[(pixel * channels + channel) * lanesOf[width]]!;
    }
  }
  return result;
}

/** The versions of an image on a sheet, beside the image as it is. */
const versions = 9;

/**
 * A row for each class: one of its images as it is, and as the network sees it in epochs 1 to 9. The row of a class
 * without images is empty.
 * @throws WorldError where the machine cannot run the engine.
 */
export function augmentedSheet(train: Dataset, recipe: Omit<AugmentationPlan, 'model'>): Picture {
  const { shape } = train;
  const epochs = Array.from({ length: versions }, (_, i) => i + 1);
  const shown = examples(train, 1);
  const looks = shown.flat().flatMap((image) => epochs.map((epoch) => ({ image, epoch })));
  const seen = { images: augmentedImages(recipe, train, looks), shape };
  const pictureAt = (look: number) => shrunk(pictureOf(seen, look), mostSide);
  let next = 0;
  const rows = shown.map(([image]) =>
    image === undefined ? [] : [shrunk(pictureOf(train, image), mostSide), ...epochs.map(() => pictureAt(next++))],
  );
  return sheetOf(rows);
}
