/** The interfaces of an optimizer: its plain data, and its kind, which knows hyperparameters, state and kernel. */
import {
  type HyperparameterTable,
  notNegative,
  number,
  on,
  positive,
  type ValuesOf,
} from '../../base/hyperparameter.ts';
import type { Kernels } from '../../engine/kernels.ts';

/** The hyperparameters that every optimizer reads. */
export const commonHyperparameters = {
  learningRate: number(3e-4, positive, 'Learning rate, which the schedule changes'),
  l2: number(0, notNegative, 'Adds this times the weights and biases to the gradient'),
  decayBiases: on('Decay biases as weights', 'Leave biases (tensors of one dimension) out of L2 and weight decay'),
} as const satisfies HyperparameterTable;

/** Optimizers with a decoupled decay share this entry. */
export const weightDecay = number(0, notNegative, 'Decoupled decay, times learning rate and weights');

export type CommonValues = ValuesOf<typeof commonHyperparameters>;

/** Options of every optimizer. */
export interface CommonOptions {
  /** Above 0. Default 3e-4, where the constructor does not say otherwise. */
  readonly learningRate?: number | undefined;
  /** At least 0. Default 0. l2 · x is added to the gradient before anything else: the `weight_decay` of torch.optim.SGD and Adam. */
  readonly l2?: number | undefined;
  /** Whether L2 and weight decay also pull on tensors of one dimension: biases, and the coefficients of subsampling. Default true. */
  readonly decayBiases?: boolean | undefined;
}

/** The plain data that all optimizers have in common. */
export interface AnyOptimizer extends CommonValues {
  readonly name: string;
}

/** The memory blocks of a step: addresses of the parameters x, of their gradient, and of each state. */
export interface StepBlocks {
  readonly x: number;
  readonly gradient: number;
  /** In the order of `stateNames`. */
  readonly state: readonly number[];
  /** Length of each block, in vectors. */
  readonly vectors: number;
}

/** The number and the learning rate of a step. */
export interface StepNumber {
  /** Number of the step, from 1. */
  readonly t: number;
  /** The learning rate that the schedule gives for this step. */
  readonly learningRate: number;
}

/** The knowledge about one type of optimizer. */
export interface OptimizerKind<O extends AnyOptimizer, Table extends HyperparameterTable = HyperparameterTable> {
  /** Its hyperparameters beside the common ones. Kinds with the same hyperparameter share its entry. */
  readonly hyperparameters: Table;
  /** The optimizer that values of all hyperparameters describe, of which it reads its own. @throws UsageError for values that are not allowed, or not together. */
  make(values: CommonValues & ValuesOf<Table>): O;
  /** The same optimizer, made by its constructor, which checks its numbers. @throws UsageError for numbers that are not allowed. */
  remake(optimizer: O): AnyOptimizer;
  /** Names of the state it keeps for every parameter, as PyTorch calls them. All start at zero. */
  stateNames(optimizer: O): readonly string[];
  /** Does one step on consecutive parameters. */
  step(kernels: Kernels, optimizer: O, number: StepNumber, blocks: StepBlocks): void;
  /** Whether its first state holds second derivatives, which training estimates before every epoch. */
  readonly needsCurvature: boolean;
  /** The hyperparameters to print beside learning rate and L2, a few words each, for instance `momentum 0.9`. */
  describe(optimizer: O): readonly string[];
  /** If another optimizer does exactly the same steps with these values: its name and the reason. */
  equalTo?(optimizer: O): { readonly name: string; readonly why: string } | undefined;
}
