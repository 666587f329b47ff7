/** What a loss is: plain data, with one kind beside it that knows its hyperparameters, its kernels and which outputs suit it. */
import type { HyperparameterTable, ValuesOf } from '../../base/hyperparameter.ts';
import type { Kernels } from '../../engine/kernels.ts';

/** Up to one chunk of images, where the kernels of losses find and leave their numbers. All but the counts and the scale are addresses. */
export interface LossSite {
  /** The network's output z, in quads: [quad][class][4] floats. */
  readonly logits: number;
  /** The right class of each image, a byte each. */
  readonly labels: number;
  readonly images: number;
  readonly classes: number;
  /** What gradients are multiplied by: 1 / images of the batch, so that batches have the mean's gradient. */
  readonly scale: number;
  /** Receives dE/dz, laid out as the logits; 0: not wanted. */
  readonly gradient: number;
  /** Receives each image's loss, a 64-bit float each. */
  readonly losses: number;
  /** Receives each image's most likely class, a byte each; the first of equals. */
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
  /** Whether it is defined only for outputs that are negative distances, as those of an rbf layer. */
  readonly needsDistances: boolean;
  /** Losses, predictions and, if wanted, gradients of the images at the site. */
  apply(kernels: Kernels, loss: L, site: LossSite): void;
  /**
   * For logits: writes d²E/dz² of each element on its own to `gradient`, with scale 1; never negative. Where the output is distances, the rbf layer
   * gives the second derivatives itself. Without this method the loss cannot be trained by an optimizer that needs second derivatives.
   */
  curvature?(kernels: Kernels, loss: L, site: LossSite): void;
}

/** A site as arguments of the kernels of losses. */
export function lossArguments({ images, ...addresses }: LossSite) {
  return { ...addresses, count: images };
}
