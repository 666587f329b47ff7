/**
 * Rungs of successive halving: the epochs at which trainings pause, and how many of them go on. Source: Jamieson and
 * Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016; Li et al., "A
 * system for massively parallel hyperparameter tuning", MLSys 2020.
 */

/** One of this many trainings goes on at each rung. */
export const reduction = 3;

/** @param epochs of a whole training, from 1. @returns the epochs of the rungs, rising; the last is `epochs`. */
export function rungsOf(epochs: number): number[] {
  let last = 0;
  while (reduction ** (last + 1) <= epochs) last++;
  return Array.from({ length: last + 1 }, (_, rung) => Math.ceil(epochs / reduction ** (last - rung)));
}

/** The number of trainings that compete with each other, so that one of them reaches the last rung. */
export function bracketSize(rungs: readonly number[]): number {
  return reduction ** (rungs.length - 1);
}

/** How many of the trainings at a rung go on; one at least. */
export function promotions(trainings: number): number {
  return Math.max(1, Math.floor(trainings / reduction));
}

/** Epochs that a whole bracket trains. */
export function epochsOfBracket(rungs: readonly number[]): number {
  return rungs.reduce((sum, epochs, rung) => {
    const trainings = bracketSize(rungs) / reduction ** rung;
    return sum + trainings * (epochs - (rungs[rung - 1] ?? 0));
  }, 0);
}
