/** What a program may import; runs unchanged in Node and in a browser. */

// Training
export { type Checkpoint, type FitOptions, fit, type Moment, type Progress } from './train/fit.ts';
export type { DivergedEvent, EpochEvent, FitEvent, InterruptedEvent } from './train/fit.ts';
export type { Distillation, Teacher } from './train/distillation.ts';
export {
  completeRecipe,
  type EvaluationRecipe,
  type EvaluationSettings,
  type Recipe,
  type RecipeSettings,
} from './train/recipe.ts';
export { type Arithmetic, supportsFused, type Width } from './engine/kernels.ts';
export { type KeptMemory, keptMemory } from './engine/kept-memory.ts';
export type { Threads } from './train/threads.ts';
export { webThreads } from './runner/web-threads.ts';
export { type OctsProof, proveOcts } from './train/prove-octs.ts';

// Using a trained network
export {
  type Evaluation,
  type EvaluationOptions,
  evaluate,
  type Prediction,
  predictor,
  softmax,
} from './train/evaluate.ts';
export { type Inspector, inspector, type LayerOutput } from './train/inspector.ts';
export { type ClassReport, type ClassScores, classReport, type Mistake, type Scores } from './train/class-report.ts';
export type { Metrics } from './base/metrics.ts';
export type { StateDict, Tensor } from './base/tensor.ts';

// ONNX files
export { exportOnnx } from './exchange/onnx/export.ts';
export { type ImportedModel, importOnnx } from './exchange/onnx/import.ts';

// Data sets
export {
  checkDataset,
  completeDataset,
  type Dataset,
  type DatasetSettings,
  datasetSize,
  type Labels,
  takeFirst,
} from './data/dataset.ts';

// Augmentation
export { type Augmentation, type AugmentationOptions, augmentation } from './data/augmentations.ts';

// Networks
export {
  connectionCount,
  describeModel,
  type Model,
  type ModelLayer,
  parameterCount,
  sequential,
} from './nn/model.ts';
export { lenet5 } from './tasks/lenet/lenet5.ts';
export { modelByName, modelNames } from './tasks/lenet/models.ts';
export type { NetworkInput } from './tasks/lenet/network-input.ts';
export { digitCodes, lenet5Original, type Variant } from './tasks/lenet/lenet5-1998.ts';

// Layers
export type { Layer } from './nn/layers.ts';
export { type Conv2dOptions, conv2d } from './nn/conv2d.ts';
export { linear } from './nn/linear.ts';
export { flatten } from './nn/flatten.ts';
export { maxPool2d } from './nn/max-pool2d.ts';
export { avgPool2d } from './nn/avg-pool2d.ts';
export { globalAvgPool2d } from './nn/global-avg-pool2d.ts';
export { subsample2d } from './nn/subsample2d.ts';
export type { PoolingOptions, Size } from './nn/window.ts';
export { relu } from './nn/relu.ts';
export { sigmoid, squash, type TanhOptions, tanh } from './nn/squash.ts';
export { leakyRelu } from './nn/leaky-relu.ts';
export { gelu } from './nn/gelu.ts';
export { silu } from './nn/silu.ts';
export { type BatchNorm2dOptions, batchNorm2d } from './nn/batch-norm2d.ts';
export { dropout } from './nn/dropout.ts';
export { add } from './nn/add.ts';
export { outputOf } from './nn/output-of.ts';
export { type ResidualOptions, residual } from './nn/residual.ts';
export { pad2d } from './nn/pad2d.ts';
export { rescale } from './nn/rescale.ts';
export { normalize } from './nn/normalize.ts';
export { rbf } from './nn/rbf.ts';

// Initial weights and random numbers
export type { Initialization } from './nn/initializers.ts';
export { glorotUniform, initialWeights, lecunUniform, lecunUniform1998 } from './nn/initialize.ts';
export { Random, randomStream } from './base/random.ts';

// Losses
export type { Loss } from './nn/losses.ts';
export { type CrossEntropyOptions, crossEntropy } from './nn/losses/cross-entropy.ts';
export { maximumAPosteriori } from './nn/losses/maximum-a-posteriori.ts';
export { mse } from './nn/losses/mse.ts';

// Optimizers
export type { Optimizer } from './nn/optimizers.ts';
export type { CommonOptions } from './nn/optimizers/optimizer.ts';
export type { CorrectedOptions, MomentOptions } from './nn/optimizers/moments.ts';
export { type SgdOptions, sgd } from './nn/optimizers/sgd.ts';
export { adam } from './nn/optimizers/adam.ts';
export { type AdamWOptions, adamw } from './nn/optimizers/adamw.ts';
export { type LionOptions, lion } from './nn/optimizers/lion.ts';
export { nadam } from './nn/optimizers/nadam.ts';
export { adabelief } from './nn/optimizers/adabelief.ts';
export { type SdlmOptions, sdlm } from './nn/optimizers/sdlm.ts';

// Learning-rate schedules
export type { Schedule } from './nn/schedules.ts';
export { constantRate } from './nn/schedules/constant.ts';
export type { WarmUpOptions } from './nn/schedules/schedule.ts';
export { cosineRate, type FallingOptions } from './nn/schedules/cosine.ts';
export { linearRate } from './nn/schedules/linear.ts';
export { type OneCycleOptions, oneCycleRate } from './nn/schedules/one-cycle.ts';
export { type StepOptions, stepRate } from './nn/schedules/step.ts';
export { cosineByEpochsRate } from './nn/schedules/cosine-by-epochs.ts';
export { lecun1998Rate } from './nn/schedules/lecun1998.ts';

// Errors
export { UsageError, WorldError } from './base/errors.ts';

// Studies (may change)
export { runStudy, type StudyEvent, type StudyRequest } from './runner/study-run.ts';
export type { Forecast } from './runner/forecast.ts';
export type { Level, Plan, SearchPlan, SeedRule, Settings, StudyDefinition, Value } from './study/definition.ts';
export type { Space } from './study/space.ts';
export type { Drop, FinalistView, FinalsRound, ProposalView, SearchView } from './study/search-view.ts';
export type { StudyView } from './study/strategy.ts';
export type { LevelView, StageView, TrialRequest } from './study/contest.ts';
export type { EpochPoint, Trial } from './study/trial.ts';

// Verdicts (may change)
export {
  type Interval,
  judgeStage,
  type LevelJudgement,
  type StageJudgement,
  type Standing,
} from './study/judgement.ts';
export type { Comparison, Disagreement } from './study/compare.ts';
export type { Claim, Gain } from './study/claims.ts';
export type { Summary } from './study/statistics.ts';

// Tasks (may change)
export { type FunctionContext, type FunctionTaskOptions, functionTask } from './tasks/function.ts';
export type { OpenTask, Pool, RunningTrial, Task, TaskSettings, TrialMessage, TrialOrder } from './tasks/task.ts';

// Stores (may change)
export { MemoryStore } from './store/memory.ts';
export type { StudyRecord, StudyStore } from './store/store.ts';
