/** Names of our hyperparameters in other software, for "did you mean" in study files and on the command line. */
import type { Synonyms } from '../../base/errors.ts';
import type { HyperparameterName } from './hyperparameters.ts';

const otherNames: Readonly<Partial<Record<HyperparameterName, readonly string[]>>> = {
  model: ['net', 'network', 'arch', 'architecture'],
  optimizer: ['opt', 'optim', 'optimiser', 'solver', 'updater', 'algorithm'],
  learningRate: ['lr', 'eta', 'alpha', 'rate', 'stepsize', 'initiallr', 'baselr'],
  schedule: ['scheduler', 'lrschedule', 'lrscheduler', 'learningrateschedule', 'lrdecay', 'lrpolicy', 'annealing'],
  batchSize: ['bs', 'batch', 'batches', 'minibatch', 'minibatchsize', 'nbatch'],
  l2: ['lambda', 'reg', 'l2reg', 'l2penalty', 'l2lambda', 'l2regularization', 'regularization', 'regularisation'],
  weightDecay: ['wd', 'decay', 'decoupledweightdecay'],
  momentum: ['mom', 'rho'],
  nesterov: ['nag', 'usenesterov'],
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
};

/** Our name by the other name. */
export const synonyms: Synonyms = Object.fromEntries(
  Object.entries(otherNames).flatMap(([name, others]) => others.map((other) => [other, name])),
);
