/** What the optimizers with two running moments share: their options, the correction for a start at zero, and Adam's step. */
import { type OptionNames, wrong } from '../../base/argument.ts';
import { checkValue, completeValues, fraction, notNegative, number, on } from '../../base/hyperparameter.ts';
import { power } from '../../base/power.ts';
import type { Kernels } from '../../engine/kernels.ts';
import { type CommonOptions, commonHyperparameters, type StepBlocks, type StepNumber } from './optimizer.ts';

/** Options of {@link nadam}; {@link adam} and its kin have more. */
export interface MomentOptions extends CommonOptions {
  /** How much of each moment is kept at every step, 0 to below 1. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number] | undefined;
  /** Added to the root of the second moment, at least 0. Default 1e-8, where the constructor does not say otherwise. */
  readonly eps?: number | undefined;
}

/** Options of {@link adam} and {@link adabelief}. */
export interface CorrectedOptions extends MomentOptions {
  /** Whether the moments are divided by 1 - beta^t, since they start at zero. Default true. */
  readonly biasCorrection?: boolean | undefined;
}

export const momentOptions: OptionNames<MomentOptions> = {
  ...{ learningRate: true, l2: true, decayBiases: true, betas: true, eps: true },
};
export const correctedOptions: OptionNames<CorrectedOptions> = { ...momentOptions, biasCorrection: true };

/** What the plain data of Adam and its kin have in common. */
export interface Moments {
  readonly learningRate: number;
  readonly l2: number;
  readonly decayBiases: boolean;
  readonly betas: readonly [number, number];
  readonly eps: number;
}

/** Kinds with `biasCorrection` share this entry. */
export const biasCorrection = on(
  'Correct the moments for their start at zero',
  'Leave the moments uncorrected, as Flux 0.12.4 did for AdaBelief',
);

/** Kinds with these hyperparameters share the entries. */
export const beta1 = number(0.9, fraction, 'Kept of the first moment at each step');
export const beta2 = number(0.999, fraction, 'Kept of the second moment at each step');
export const eps = number(1e-8, notNegative, 'Added to the root of the second moment');

/** @throws UsageError for values out of range. */
export function completeMoments({
  betas = [beta1.default, beta2.default],
  eps: epsilon = eps.default,
  ...options
}: MomentOptions): Moments {
  const { learningRate, l2, decayBiases } = completeValues(commonHyperparameters, options);
  if (!Array.isArray(betas) || betas.length !== 2) throw wrong('betas', 'two numbers, each 0 to below 1', betas);
  checkValue('beta1', beta1, betas[0]);
  checkValue('beta2', beta2, betas[1]);
  checkValue('eps', eps, epsilon);
  return { learningRate, l2, decayBiases, betas, eps: epsilon };
}

/** The numbers that differ from the defaults, for descriptions. @param usual what the optimizer has by default. */
export function momentsText(
  { betas, eps: epsilon }: Moments,
  usual: Pick<Moments, 'betas' | 'eps'> = { betas: [beta1.default, beta2.default], eps: eps.default },
): string[] {
  return [
    ...(betas.join() === usual.betas.join() ? [] : [`betas ${betas.join(' and ')}`]),
    ...(epsilon === usual.eps ? [] : [`eps ${epsilon}`]),
  ];
}

/** What the first moment (with the learning rate) and the second are multiplied by in step t. */
export function correctedScales(
  { betas: [beta1, beta2], biasCorrection }: Pick<Moments, 'betas'> & { readonly biasCorrection: boolean },
  { t, learningRate }: StepNumber,
): { readonly first: number; readonly second: number } {
  if (!biasCorrection) return { first: learningRate, second: 1 };
  return { first: learningRate * correction(beta1, t), second: correction(beta2, t) };
}

/** 1 / (1 - beta^t), by which a moment that started at zero is multiplied. */
export function correction(beta: number, t: number): number {
  return 1 / (1 - power(beta, t));
}

/**
 * Calls the kernel that Adam, AdamW and NAdam share: m and v are updated, then
 * x = keep · x - (mScale · m + gScale · g) / (sqrt(vScale · v) + eps).
 */
export function stepByMoments(
  kernels: Kernels,
  { l2, betas: [beta1, beta2], eps }: Moments,
  scales: { readonly keep: number; readonly mScale: number; readonly gScale: number; readonly vScale: number },
  { x, gradient, state, vectors }: StepBlocks,
): void {
  const [m = 0, v = 0] = state;
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  const block = { x, g: gradient, m, v, vectors };
  kernels.adam({ ...block, ...scales, l2, beta1, rest1, beta2, rest2, eps });
}
