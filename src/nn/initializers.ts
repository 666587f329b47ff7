/** All rules for initial weights: the table of their kinds. To add one, add it here. */
import type { LayerParameter } from './layer.ts';

/** The initial values of one unit of a parameter: uniform in (-bound, bound), or one constant. */
export type Start = { readonly bound: number } | { readonly constant: number };

/** The knowledge about one rule. */
export interface InitializerKind {
  /** For help, in a few words. */
  readonly summary: string;
  /** @param unit index along the parameter's first axis. */
  start(parameter: LayerParameter, unit: number): Start;
}

/**
 * Weights uniform in (-a, a), a = sqrt(6 / (fan-in + fan-out)); biases zero; what has no fans starts at its constant.
 * Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
 * equation 16.
 */
const glorot: InitializerKind = {
  summary: 'within sqrt(6 / (inputs + outputs))',
  start: ({ fans, constant }) => (fans ? { bound: Math.sqrt(6 / (fans[0] + fans[1])) } : { constant: constant ?? 0 }),
};

/**
 * Weights uniform in (-a, a), a = sqrt(3 / F), which gives them the variance 1 / F, with F the number of inputs of the
 * unit; biases zero.
 * Source: LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.6.
 */
const lecun: InitializerKind = {
  summary: 'variance 1 / inputs',
  start: ({ name, fanIn }, unit) =>
    name.endsWith('.bias') ? { constant: 0 } : { bound: Math.sqrt(3 / fanInOf(fanIn, unit)) },
};

/**
 * Weights and biases uniform in (-2.4 / F, 2.4 / F), with F the number of inputs of the unit. Source: LeCun, Bottou,
 * Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998, appendix A.
 */
const lecun1998: InitializerKind = {
  summary: 'within 2.4 / inputs, biases too',
  start: ({ fanIn }, unit) => ({ bound: 2.4 / fanInOf(fanIn, unit) }),
};

/**
 * Weights and biases uniform in (-1 / sqrt(F), 1 / sqrt(F)), with F the number of inputs of the unit: the default of
 * torch.nn.Conv2d and torch.nn.Linear (`reset_parameters`).
 */
const torch: InitializerKind = {
  summary: "within 1 / sqrt(inputs), biases too (PyTorch's default)",
  start: ({ fanIn }, unit) => ({ bound: 1 / Math.sqrt(fanInOf(fanIn, unit)) }),
};

function fanInOf(fanIn: LayerParameter['fanIn'], unit: number): number {
  return typeof fanIn === 'number' ? fanIn : fanIn[unit]!;
}

/** The rules by name. */
export const initializerKinds = { glorot, lecun, lecun1998, torch } as const satisfies Readonly<
  Record<string, InitializerKind>
>;
/** The rule for initial weights: `glorot` (uniform by Glorot and Bengio, biases zero), `lecun` (variance 1 / fan-in, biases zero), `lecun1998`
 * (within 2.4 / fan-in, biases too) or `torch` (PyTorch's default: within 1 / sqrt(fan-in), biases too). */
export type Initialization = keyof typeof initializerKinds;
export const initializations = Object.keys(initializerKinds) as Initialization[];
