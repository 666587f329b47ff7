/**
 * The rungs of early stopping: the epochs at which trainings wait to be compared. Source: Jamieson and Talwalkar,
 * "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016; for a single low rung, Egele
 * et al., "Is one epoch all you need for multi-fidelity hyperparameter optimization?", arXiv 2307.15422.
 */

/** The first rung is this part of a training. */
const part = 9;

/** Shorter trainings are not stopped early: their first rung would be half of them. */
export const fewestEpochs = 3;

/**
 * Two rungs, the first part of a training and the whole: in between, a high rate of learning still hides which of the
 * good settings is the best.
 * @param epochs of a whole training, from 1. @returns the whole alone where it is too short.
 */
export function rungsOf(epochs: number): number[] {
  return epochs < fewestEpochs ? [epochs] : [Math.ceil(epochs / part), epochs];
}
