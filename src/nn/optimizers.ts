/**
 * Optimizers as plain data, with the scalars of step t as pure functions. x are the parameters, g their gradient;
 * `l2` adds l2·x to g first (PyTorch's `weight_decay` of SGD and Adam; the printed loss leaves it out).
 */
import { UsageError } from '../base/errors.ts';
import type { Kernels } from '../engine/kernels.ts';

export interface Sgd {
  readonly name: 'sgd';
  readonly learningRate: number;
  readonly l2: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Adam, AdamW and NAdam share a step; `weightDecay` is AdamW's, decoupled: x loses learningRate·weightDecay·x. */
export interface Adam {
  readonly name: 'adam' | 'adamw' | 'nadam';
  readonly learningRate: number;
  readonly l2: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly biasCorrection: boolean;
}

export interface AdaBelief {
  readonly name: 'adabelief';
  readonly learningRate: number;
  readonly l2: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  /** Added inside the running variance at every step. */
  readonly epsInside: number;
  readonly biasCorrection: boolean;
}

/** Each parameter's rate is learningRate / (mu + h), h its second derivative as estimated before every pass. */
export interface Sdlm {
  readonly name: 'sdlm';
  readonly learningRate: number;
  readonly l2: number;
  readonly mu: number;
}

export type Optimizer = Sgd | Adam | AdaBelief | Sdlm;
export type OptimizerName = Optimizer['name'];
export const optimizerNames: readonly OptimizerName[] = ['sgd', 'adam', 'adamw', 'nadam', 'adabelief', 'sdlm'];

interface Common {
  /** Default 3e-4. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly l2?: number;
}
interface Moments extends Common {
  /** Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  /** Default true. */
  readonly biasCorrection?: boolean;
}

/** Stochastic gradient descent: b = momentum·b + g, x -= rate·b, or x -= rate·(g + momentum·b) with Nesterov, as torch.optim.SGD. */
export function sgd(options: Common & { readonly momentum?: number; readonly nesterov?: boolean } = {}): Sgd {
  const { learningRate = 3e-4, l2 = 0, momentum = 0, nesterov = false } = options;
  checkNumbers({ learningRate, l2 });
  checkFraction('momentum', momentum);
  if (nesterov && momentum === 0) throw new UsageError('nesterov needs a momentum above 0');
  return { name: 'sgd', learningRate, l2, momentum, nesterov };
}

/** Kingma and Ba, "Adam", ICLR 2015, algorithm 1; equal to torch.optim.Adam. */
export function adam(options: Moments = {}): Adam {
  return adamFamily('adam', options, 0);
}

/** Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019; equal to torch.optim.AdamW. weightDecay: default 0.01. */
export function adamw(options: Moments & { readonly weightDecay?: number } = {}): Adam {
  return adamFamily('adamw', options, options.weightDecay ?? 0.01);
}

/** Dozat, "Incorporating Nesterov momentum into Adam", 2016, with a constant beta1 (Flux, optax); not torch.optim.NAdam's schedule. */
export function nadam(options: Omit<Moments, 'biasCorrection'> = {}): Adam {
  return adamFamily('nadam', options, 0);
}

/**
 * Zhuang et al., "AdaBelief optimizer", NeurIPS 2020, as in optax: eps 1e-16 outside and inside the root.
 * Without bias correction, what Flux 0.12.4 did: eps 1e-8 outside, none inside.
 */
export function adabelief(options: Moments = {}): AdaBelief {
  const { learningRate = 3e-4, l2 = 0, betas = defaultBetas, biasCorrection = true } = options;
  const { eps = biasCorrection ? 1e-16 : 1e-8 } = options;
  checkNumbers({ learningRate, l2, eps });
  checkBetas(betas);
  return { name: 'adabelief', learningRate, l2, betas, eps, epsInside: biasCorrection ? eps : 0, biasCorrection };
}

/**
 * The stochastic diagonal Levenberg-Marquardt method: x -= learningRate / (mu + h)·g. Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based
 * learning applied to document recognition", Proc. IEEE 1998, appendix C, where learningRate follows the schedule `lecun1998` and mu is 0.02.
 */
export function sdlm(options: Common & { readonly mu?: number } = {}): Sdlm {
  const { learningRate = 5e-4, l2 = 0, mu = 0.02 } = options;
  checkNumbers({ learningRate, l2 });
  if (!(mu > 0 && mu < Infinity)) throw new UsageError(`mu: expected a number above 0, got ${mu}`);
  return { name: 'sdlm', learningRate, l2, mu };
}

const defaultBetas = [0.9, 0.999] as const;

function adamFamily(name: Adam['name'], options: Moments, weightDecay: number): Adam {
  const { learningRate = 3e-4, l2 = 0, betas = defaultBetas, eps = 1e-8, biasCorrection = true } = options;
  checkNumbers({ learningRate, l2, eps, weightDecay });
  checkBetas(betas);
  return { name, learningRate, l2, betas, eps, weightDecay, biasCorrection };
}

/** Names of the state an optimizer keeps for every parameter, as PyTorch calls them; all start at zero. */
export function stateNames(optimizer: Optimizer): readonly string[] {
  if (optimizer.name === 'sgd') return optimizer.momentum === 0 ? [] : ['momentum_buffer'];
  if (optimizer.name === 'sdlm') return ['hessian'];
  return optimizer.name === 'adabelief' ? ['exp_avg', 'exp_avg_var'] : ['exp_avg', 'exp_avg_sq'];
}

/** Where a step finds its blocks: addresses of x, of the gradient's `chunks` parts `stride` bytes apart, of each state. */
export interface StepBlocks {
  readonly x: number;
  readonly gradients: number;
  readonly stride: number;
  readonly chunks: number;
  readonly state: readonly number[];
  /** Vectors of four floats. */
  readonly vectors: number;
}

/**
 * Steps after which states that have become tiny are set to zero: a state at the threshold, 2^-100, does not decay to a denormal
 * number in so few (unless beta is below 0.08).
 */
const stepsToFlush = 8;

/** Does step t (from 1) of an optimizer on a stretch of parameters. */
export function step(kernels: Kernels, optimizer: Optimizer, t: number, blocks: StepBlocks): void {
  update(kernels, optimizer, t, blocks);
  if (t % stepsToFlush === 0)
    for (const state of blocks.state) kernels.flushTiny({ v: state, vectors: blocks.vectors });
}

function update(kernels: Kernels, optimizer: Optimizer, t: number, blocks: StepBlocks): void {
  const { x, gradients: g, stride, chunks, vectors } = blocks;
  const [first = 0, second = 0] = blocks.state;
  const { l2, learningRate } = optimizer;
  if (optimizer.name === 'sgd') {
    const { momentum } = optimizer;
    const nesterov = optimizer.nesterov ? 1 : 0;
    kernels.sgd({ x, g, stride, chunks, b: first, vectors, l2, rate: learningRate, momentum, nesterov });
    return;
  }
  if (optimizer.name === 'sdlm') {
    kernels.sdlm({ x, g, stride, chunks, h: first, vectors, l2, rate: learningRate, mu: optimizer.mu });
    return;
  }
  const [beta1, beta2] = optimizer.betas;
  const correct = (beta: number, exponent: number) => (optimizer.biasCorrection ? 1 / (1 - power(beta, exponent)) : 1);
  const { eps } = optimizer;
  const [rest1, rest2] = [1 - beta1, 1 - beta2];
  const vScale = correct(beta2, t);
  if (optimizer.name === 'adabelief') {
    const mScale = learningRate * correct(beta1, t);
    const { epsInside } = optimizer;
    kernels.adabelief({
      x,
      g,
      stride,
      chunks,
      m: first,
      s: second,
      vectors,
      l2,
      beta1,
      rest1,
      beta2,
      rest2,
      eps,
      epsInside,
      mScale,
      sScale: vScale,
    });
    return;
  }
  const ahead = optimizer.name === 'nadam';
  const mScale = ahead ? learningRate * beta1 * correct(beta1, t + 1) : learningRate * correct(beta1, t);
  const gScale = ahead ? learningRate * (1 - beta1) * correct(beta1, t) : 0;
  const keep = 1 - learningRate * optimizer.weightDecay;
  kernels.adam({
    x,
    g,
    stride,
    chunks,
    m: first,
    v: second,
    vectors,
    l2,
    beta1,
    rest1,
    beta2,
    rest2,
    eps,
    keep,
    mScale,
    gScale,
    vScale,
  });
}

/** base^exponent by repeated squaring: only multiplications, so the same bits on every machine, unlike Math.pow. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

function checkNumbers(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0 && value < Infinity))
      throw new UsageError(`${name}: expected a number of at least 0, got ${value}`);
  }
}

function checkFraction(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new UsageError(`${name}: expected a number from 0 to below 1, got ${value}`);
}

function checkBetas(betas: readonly [number, number]): void {
  checkFraction('beta1', betas[0]);
  checkFraction('beta2', betas[1]);
}
