/** Whose weights a run's model holds at the end: the last epoch's, or those of the best on held-out images. */

export const keptEpochs = ['last', 'best'] as const;
export type KeptEpoch = (typeof keptEpochs)[number];
