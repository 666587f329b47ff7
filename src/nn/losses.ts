/**
 * All losses: the table of their kinds. Training minimizes the mean over a batch of each image's loss.
 * To add one, write its file and add it to the table; the compiler says what is missing.
 */
import type { MadeBy } from '../base/kinds.ts';
import type { Kernels } from '../engine/kernels.ts';
import { crossEntropyKind } from './losses/cross-entropy.ts';
import type { LossKind, LossSite } from './losses/loss.ts';
import { maximumAPosterioriKind } from './losses/maximum-a-posteriori.ts';
import { mseKind } from './losses/mse.ts';

const kinds = {
  'cross-entropy': crossEntropyKind,
  map: maximumAPosterioriKind,
  mse: mseKind,
} as const;

/** A loss as plain data, as `crossEntropy()`, `maximumAPosteriori()` and `mse()` make it. */
export type Loss = MadeBy<typeof kinds>;
export type LossName = Loss['name'];

/** The kinds by the names of their losses. */
export const lossKinds = kinds satisfies { readonly [L in Loss as L['name']]: LossKind<L> };
export const lossNames = Object.keys(lossKinds) as LossName[];

/** The kind of a loss with the loss filled in. */
export function aboutLoss(loss: Loss) {
  const kind: Omit<LossKind<never>, 'make'> = lossKinds[loss.name];
  const self = loss as never;
  return {
    needsDistances: kind.needsDistances,
    describe: (): string => kind.describe(self),
    apply: (kernels: Kernels, site: LossSite): void => kind.apply(kernels, self, site),
    classWeights: (): readonly number[] | undefined => kind.classWeights?.(self),
    curvature: kind.curvature && ((kernels: Kernels, site: LossSite) => kind.curvature?.(kernels, self, site)),
  };
}
