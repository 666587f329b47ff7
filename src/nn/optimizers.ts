/**
 * All optimizers: the table of their kinds. To add one, write its file and add it to the table; the compiler says what
 * is missing.
 */
import type { MadeBy } from '../base/kinds.ts';
import type { Kernels } from '../engine/kernels.ts';
import { adabeliefKind } from './optimizers/adabelief.ts';
import { adamKind } from './optimizers/adam.ts';
import { adamwKind } from './optimizers/adamw.ts';
import { lionKind } from './optimizers/lion.ts';
import { nadamKind } from './optimizers/nadam.ts';
import type { OptimizerKind, StepBlocks, StepNumber } from './optimizers/optimizer.ts';
import { sdlmKind } from './optimizers/sdlm.ts';
import { sgdKind } from './optimizers/sgd.ts';

const kinds = {
  sgd: sgdKind,
  adam: adamKind,
  adamw: adamwKind,
  nadam: nadamKind,
  adabelief: adabeliefKind,
  lion: lionKind,
  sdlm: sdlmKind,
} as const;

/** An optimizer as plain data, as `sgd()`, `adam()` and the other constructors make it. */
export type Optimizer = MadeBy<typeof kinds>;
export type OptimizerName = Optimizer['name'];

/** The kinds by the names of their optimizers. */
export const optimizerKinds = kinds satisfies { readonly [O in Optimizer as O['name']]: OptimizerKind<O> };
export const optimizerNames = Object.keys(optimizerKinds) as OptimizerName[];

/**
 * Number of steps after which tiny states are set to zero. A state at the threshold 2^-100 does not decay to a denormal
 * number in so few steps, unless beta is below 0.08.
 */
const stepsToFlush = 8;

/** Whether L2 or weight decay leaves some parameters out. */
export function sparesBiases(optimizer: Optimizer): boolean {
  return !optimizer.decayBiases && (optimizer.l2 > 0 || ('weightDecay' in optimizer && optimizer.weightDecay > 0));
}

/** The same optimizer without L2 and weight decay, for the parameters that these leave out. */
export function withoutDecay(optimizer: Optimizer): Optimizer {
  return 'weightDecay' in optimizer ? { ...optimizer, l2: 0, weightDecay: 0 } : { ...optimizer, l2: 0 };
}

/** The kind of an optimizer with the optimizer filled in. */
export function aboutOptimizer(optimizer: Optimizer) {
  const kind: Omit<OptimizerKind<never>, 'make'> = optimizerKinds[optimizer.name];
  const self = optimizer as never;
  return {
    needsCurvature: kind.needsCurvature,
    stateNames: (): readonly string[] => kind.stateNames(self),
    describe: (): readonly string[] => [
      ...kind.describe(self),
      ...(sparesBiases(optimizer) ? ['no decay of biases'] : []),
    ],
    equalTo: () => kind.equalTo?.(self),
    /** Does one step on a stretch of parameters. */
    step(kernels: Kernels, number: StepNumber, blocks: StepBlocks): void {
      kind.step(kernels, self, number, blocks);
      if (number.t % stepsToFlush === 0)
        for (const state of blocks.state) kernels.flushTiny({ v: state, vectors: blocks.vectors });
    },
  };
}
