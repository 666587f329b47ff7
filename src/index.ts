/** What a program may import; runs unchanged in Node and in a browser. */
export { UsageError, WorldError } from './base/errors.ts';
export type { Metrics } from './base/metrics.ts';
export { Random, randomStream } from './base/random.ts';
export type { StateDict, Tensor } from './base/tensor.ts';
export {
  checkDataset,
  completeDataset,
  type Dataset,
  type DatasetSettings,
  datasetSize,
  type Labels,
  takeFirst,
} from './data/dataset.ts';
export { type Arithmetic, supportsFused } from './engine/kernels.ts';
export { avgPool2d } from './nn/avg-pool2d.ts';
export { conv2d } from './nn/conv2d.ts';
export { flatten } from './nn/flatten.ts';
export { glorotUniform, initialWeights, lecunUniform, lecunUniform1998 } from './nn/initialize.ts';
export type { Initialization } from './nn/initializers.ts';
export type { Layer } from './nn/layers.ts';
export { linear } from './nn/linear.ts';
export { crossEntropy } from './nn/losses/cross-entropy.ts';
export { maximumAPosteriori } from './nn/losses/maximum-a-posteriori.ts';
export { mse } from './nn/losses/mse.ts';
export type { Loss } from './nn/losses.ts';
export { maxPool2d } from './nn/max-pool2d.ts';
export {
  connectionCount,
  describeModel,
  type Model,
  parameterCount,
  sequential,
} from './nn/model.ts';
export { adabelief } from './nn/optimizers/adabelief.ts';
export { adam } from './nn/optimizers/adam.ts';
export { adamw } from './nn/optimizers/adamw.ts';
export { nadam } from './nn/optimizers/nadam.ts';
export { sdlm } from './nn/optimizers/sdlm.ts';
export { sgd } from './nn/optimizers/sgd.ts';
export type { Optimizer } from './nn/optimizers.ts';
export { pad2d } from './nn/pad2d.ts';
export { rbf } from './nn/rbf.ts';
export { relu } from './nn/relu.ts';
export { rescale } from './nn/rescale.ts';
export { constantRate } from './nn/schedules/constant.ts';
export { cosineRate } from './nn/schedules/cosine.ts';
export { lecun1998Rate } from './nn/schedules/lecun1998.ts';
export type { Schedule } from './nn/schedules.ts';
export { sigmoid, squash, tanh } from './nn/squash.ts';
export { subsample2d } from './nn/subsample2d.ts';
export type { Forecast } from './runner/forecast.ts';
export { runStudy, type StudyEvent, type StudyRequest } from './runner/study-run.ts';
export { MemoryStore } from './store/memory.ts';
export type { StudyRecord, StudyStore } from './store/store.ts';
export type { LevelView, StageView, TrialRequest } from './study/contest.ts';
export type { Level, Plan, SeedRule, Settings, StudyDefinition, Value } from './study/definition.ts';
export {
  type Interval,
  judgeStage,
  type LevelJudgement,
  type StageJudgement,
  type Standing,
} from './study/judgement.ts';
export type { Space } from './study/space.ts';
export type { StudyView } from './study/strategy.ts';
export type { EpochPoint, Trial } from './study/trial.ts';
export { type FunctionContext, type FunctionTaskOptions, functionTask } from './tasks/function.ts';
export { digitCodes, lenet5Original, type Variant } from './tasks/lenet/lenet5-1998.ts';
export { lenet5, modelByName, modelNames } from './tasks/lenet/models.ts';
export type { OpenTask, Pool, RunningTrial, Task, TaskSettings, TrialMessage, TrialOrder } from './tasks/task.ts';
export type { Threads } from './train/crew.ts';
export { type Evaluation, evaluate, type Prediction, predictor, softmax } from './train/evaluate.ts';
export {
  type Checkpoint,
  type DivergedEvent,
  type EpochEvent,
  type FitEvent,
  type FitOptions,
  fit,
  type InterruptedEvent,
  type Progress,
} from './train/fit.ts';
export { completeRecipe, type EvaluationSettings, type Recipe, type RecipeSettings } from './train/recipe.ts';
