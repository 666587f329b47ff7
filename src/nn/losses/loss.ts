/**
 * The interfaces of a loss: its plain data, and its kind, which knows hyperparameters, kernels and suitable outputs.
 */
import type { HyperparameterTable, ValuesOf } from '../../base/hyperparameter.ts';
import type { Kernels } from '../../engine/kernels.ts';

/** The arguments of a loss for up to one chunk of images. All are addresses except `images`, `lanes`, `classes` and `scale`. */
export interface LossSite {
  /** The network's output z, in packs: [pack][class][lanes] floats. */
  readonly logits: number;
  /** The true class of each image, one byte each. */
  readonly labels: number;
  readonly images: number;
  /** Images side by side in a pack. */
  readonly lanes: number;
  readonly classes: number;
  /**
   * Gradients are multiplied by it: 1 / images of the batch, so that their sum is the gradient of the batch's mean
   * loss. With class weights 1 / the sum of the weights of the images' classes, for the weighted mean.
   */
  readonly scale: number;
  /** Address of the weight of each class, a float each, for a loss that has such weights; 0: it has none. */
  readonly classWeights: number;
  /** Receives dE/dz in the layout of the logits; 0: not wanted. */
  readonly gradient: number;
  /** Receives the loss of each image, one 64-bit float each. */
  readonly losses: number;
  /** Receives the most likely class of each image, one byte each; of equally likely classes the first. */
  readonly predicted: number;
}

/** The knowledge about one loss. */
export interface LossKind<
  L extends { readonly name: string },
  Table extends HyperparameterTable = HyperparameterTable,
> {
  /** For help, in a few words, where the name does not say it. */
  readonly summary?: string;
  /** What it reads. Kinds that read the same hyperparameter share its entry. */
  readonly hyperparameters: Table;
  /** @throws UsageError for values that are not allowed. */
  make(values: ValuesOf<Table>): L;
  /** The same loss, made by its constructor, which checks its numbers. @throws UsageError for numbers that are not allowed. */
  remake(loss: L): { readonly name: string };
  /** Name and options, for instance `map, j 0.1`. */
  describe(loss: L): string;
  /** Whether the loss is defined only for negative distances, the output of an rbf layer. */
  readonly needsDistances: boolean;
  /** The weight of each class in the mean over a batch; undefined where all classes count alike. */
  classWeights?(loss: L): readonly number[] | undefined;
  /** Computes losses, predictions and, if wanted, gradients of the images at the site. */
  apply(kernels: Kernels, loss: L, site: LossSite): void;
  /**
   * Writes d²E/dz² of each logit to `gradient`, with scale 1; no value is negative. For an rbf output this method is
   * not called, since the rbf layer computes the second derivatives. An optimizer that needs second derivatives cannot
   * train a loss without this method, nor one with class weights.
   */
  curvature?(kernels: Kernels, loss: L, site: LossSite): void;
}

/** A site as named arguments of the kernels of losses. */
export function lossArguments({ images, lanes: _, classWeights: __, ...addresses }: LossSite) {
  return { ...addresses, count: images };
}
