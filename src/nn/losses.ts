/** What training minimizes, as plain data: the mean over a batch of each image's loss, of its logits z and its right class. */
import { UsageError } from '../base/errors.ts';

/** log(sum over c of e^z_c) - z_right. */
export interface CrossEntropy {
  readonly name: 'cross-entropy';
}

/**
 * log(e^-j + sum over c of e^z_c) - z_right, with z the negative distances of an rbf layer: equation 9 of LeCun, Bottou, Bengio, Haffner,
 * "Gradient-based learning applied to document recognition", Proc. IEEE 1998. j is the distance of a class "none of them".
 */
export interface Map9 {
  readonly name: 'map';
  readonly j: number;
}

/** -z_right, the squared distance from the right code: equation 8 of the same. Keeps F6 from nothing: all codes may drift together. */
export interface Mse {
  readonly name: 'mse';
}

export type Loss = CrossEntropy | Map9 | Mse;
export const lossNames: readonly Loss['name'][] = ['cross-entropy', 'map', 'mse'];

export const crossEntropy: CrossEntropy = { name: 'cross-entropy' };
export const mse: Mse = { name: 'mse' };

/** @param j default 0.1; the paper does not say which it used. @throws UsageError unless it is above 0. */
export function map(j = 0.1): Map9 {
  if (!(j > 0 && j < Infinity)) throw new UsageError(`map: j must be a number above 0, got ${j}`);
  return { name: 'map', j };
}
