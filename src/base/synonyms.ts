/** What other software calls our options and hyperparameters, for "did you mean". */
import type { Synonyms } from './errors.ts';

/** In lower case and without dashes and underscores. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  model: ['net', 'network', 'arch', 'architecture'],
  optimizer: ['opt', 'optim', 'optimiser', 'solver', 'updater', 'algorithm'],
  learningRate: ['lr', 'eta', 'alpha', 'rate', 'stepsize', 'initiallr', 'baselr'],
  warmUp: ['warmupratio', 'warmupfraction', 'warmupsteps', 'pctstart'],
  finalRate: ['finallr', 'etamin', 'minlr', 'endfactor'],
  dropFactor: ['gamma', 'decayfactor'],
  schedule: ['scheduler', 'lrschedule', 'lrscheduler', 'learningrateschedule', 'lrdecay', 'lrpolicy', 'annealing'],
  batchSize: ['bs', 'batch', 'batches', 'minibatch', 'minibatchsize', 'nbatch'],
  l2: ['lambda', 'reg', 'l2reg', 'l2penalty', 'l2lambda', 'l2regularization', 'regularization', 'regularisation'],
  weightDecay: ['wd', 'decay', 'decoupledweightdecay'],
  momentum: ['mom', 'rho'],
  nesterov: ['nag', 'usenesterov'],
  betas: ['beta', 'beta1', 'beta2', 'b1', 'b2'],
  eps: ['epsilon'],
  beta1: ['b1', 'betas'],
  beta2: ['b2'],
  decayBiases: ['decaybias', 'biasdecay'],
  labelSmoothing: ['smoothing', 'labelsmooth'],
  classWeights: ['classweight', 'weight', 'weights', 'lossweights'],
  normalization: ['normalize', 'normalisation', 'standardize', 'standardization', 'standardise'],
  biasCorrection: ['correctbias', 'debias'],
  loss: ['criterion', 'lossfunction', 'lossfn', 'cost', 'costfunction'],
  activation: ['act', 'activationfunction', 'nonlinearity'],
  pooling: ['pool', 'subsampling', 'downsampling'],
  inputSize: ['imagesize', 'imgsize', 'resolution'],
  initialization: ['init', 'initialisation', 'initializer', 'weightinit', 'kernelinitializer'],
  epochs: ['nepochs', 'nepoch', 'numepochs', 'maxepochs', 'passes'],
  seed: ['randomseed', 'randomstate', 'rngseed'],
  shuffle: ['shuffledata', 'reshuffle'],
  trainLimit: ['ntrain', 'trainsize', 'trainsamples', 'limittrain', 'numtrain', 'maxtrain'],
  testLimit: ['ntest', 'testsize', 'testsamples', 'limittest', 'numtest', 'maxtest'],
  train: ['training', 'traindata', 'trainset', 'trainingset', 'data', 'dataset'],
  evaluation: ['test', 'testset', 'testdata', 'validation', 'validationset', 'validationdata', 'val', 'eval'],
  initial: ['init', 'weights', 'initialweights'],
  resume: ['checkpoint', 'continue'],
  threads: ['workers', 'numworkers', 'nthreads'],
  signal: ['abort', 'abortsignal'],
  onProgress: ['progress', 'callback'],
  jobs: ['njobs', 'parallel', 'concurrency'],
  stride: ['strides'],
  padding: ['pad'],
  dataFolder: ['data', 'dataset'],
  folder: ['dir', 'directory', 'path', 'out'],
};

/** The other names of these names. */
export function synonymsOf(names: readonly string[]): Synonyms {
  return Object.fromEntries(names.flatMap((name) => (otherNames[name] ?? []).map((other) => [other, name])));
}
