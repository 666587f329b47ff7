/**
 * What a report on our own networks needs: facts with the post as reference, and the models and answers in the trials'
 * folders.
 */
import { readFileSync } from 'node:fs';
import { UsageError, WorldError } from '../base/errors.ts';
import { datasetSize, takeFirst } from '../data/dataset.ts';
import { type LoadedModel, loadModel } from '../runner/model-file.ts';
import { upgradedRecord } from '../runner/older-records.ts';
import { recordedData, recordedSet } from '../runner/run-data.ts';
import { attempt, type RunFolder } from '../runner/run-folder.ts';
import { trialLogits, trialModel } from '../runner/trial-results.ts';
import type { StudyRecord } from '../store/store.ts';
import type { Trial } from '../study/trial.ts';
import { completeSettings, isHyperparameter, lenetSettings } from '../tasks/lenet/configuration.ts';
import { mnistInput } from '../tasks/lenet/model-input.ts';
import { type DataFacts, makeModel } from '../tasks/lenet/recipe.ts';
import { type FactsOptions, type StudyFacts, studyFacts } from './facts.ts';
import { type PostLogs, postReference } from './post.ts';
import type { Answers, ReportSource } from './section.ts';
import { withoutPictures } from './words/pictures.ts';

const logsPath = new URL('../../studies/post-logs.json', import.meta.url);

/** The post's own numbers (studies/post-logs.json). */
export function readPostLogs(): PostLogs {
  return JSON.parse(readFileSync(logsPath, 'utf8'));
}

/** The facts of a study of our networks, with the post as reference if the conditions are the same. */
export function lenetFacts(record: StudyRecord, options: Omit<FactsOptions, 'reference'> = {}): StudyFacts {
  return studyFacts(record, lenetSettings, {
    ...options,
    reference: postReference(readPostLogs(), record, lenetSettings),
  });
}

/** The part of a study's folder that is needed to read the journal. */
interface StudyJournal {
  readonly path: string;
  readonly journalPath: string;
  read(): StudyRecord;
}

/**
 * Reads the journal of a folder, and computes its facts.
 * @throws UsageError when there is no study, or one of another task; WorldError, which names the journal, when it is
 * damaged.
 */
export function readLenetStudy(folder: StudyJournal): { readonly record: StudyRecord; readonly facts: StudyFacts } {
  const record = upgradedRecord(folder.read(), lenetSettings);
  const { definition, trials } = record;
  const settings = [...trials.map(({ configuration }) => configuration), definition.base];
  const foreign = settings
    .flatMap((each) => Object.keys(each).filter((name) => !isHyperparameter(name, { ...definition.base, ...each })))
    .at(0);
  if (foreign !== undefined) {
    throw new UsageError(
      `the study in ${folder.path} is of another task: ${foreign} is no hyperparameter of our networks`,
    );
  }
  let of = folder.journalPath;
  try {
    for (const { number, configuration } of trials) {
      of = `${folder.journalPath}, trial ${number}`;
      lenetSettings.canonical(configuration);
    }
    of = folder.journalPath;
    return { record, facts: lenetFacts(record) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new WorldError(`${of}: ${error.message}. Nothing is shown from a damaged journal; restore it from a copy`, {
      cause: error,
    });
  }
}

/** The part of a study's folder that is needed to read the trials' files. */
interface StudyFiles {
  trial(number: number): RunFolder;
}

/** What a report shows of its data. */
export interface ShownOptions {
  /** Whether pictures of a set that is not published are shown. Default: no. */
  readonly pictures?: boolean | undefined;
  /** Whether the folders of the data and of the study are not named. Default: no. */
  readonly isPrivate?: boolean | undefined;
}

/** The models and answers in the folders of a study's trials. */
export function lenetSource(
  { dataHash, trials }: Pick<StudyRecord, 'dataHash' | 'trials'>,
  files: StudyFiles,
  shown: ShownOptions = {},
): ReportSource {
  return {
    model: (settings) => makeModel(completeSettings(settings), factsOfRuns(trials, files)),
    answers: (number) => {
      const trial = trials.find((each) => each.number === number)!;
      return answersOf(files.trial(number), { trial, dataHash, shown });
    },
  };
}

/**
 * What the networks of a study are made for, as the first run folder that tells it has recorded; else MNIST's digits.
 * How a level standardizes its pixels does not change the shapes of its network, and is left out.
 */
function factsOfRuns(trials: readonly Trial[], files: StudyFiles): DataFacts {
  for (const { number } of trials) {
    const run = files.trial(number);
    const read = attempt(() => (run.isUsed ? run.readConfig().input : undefined));
    if ('value' in read && read.value) return { ...read.value, normalization: null };
  }
  return mnistInput;
}

interface AnswersWanted {
  readonly trial: Trial;
  readonly dataHash: string;
  readonly shown: ShownOptions;
}

/** The answers that a trial's folder holds, or a sentence that says why the report cannot show them. */
async function answersOf(run: RunFolder, { trial, dataHash, shown }: AnswersWanted): Promise<Answers | string> {
  try {
    const config = run.readConfig();
    if (config.data.hash !== dataHash) return 'Its pictures are left out: its folder holds a run on other data.';
    const { trainLimit } = config.hyperparameters;
    const evaluatedOn = config.evaluatedOn ?? 'test';
    const own = await recordedData(config, run.path, 'put them back there');
    const { heldOut, heldOutSplit } = config;
    const whole = recordedSet(own, evaluatedOn, { trainLimit, evaluatedOn, heldOut, heldOutSplit });
    const logits = trialLogits(run, trial, whole.labels);
    const images = logits.length / whole.classes;
    const set = images < datasetSize(whole) ? takeFirst(whole, images) : whole;
    const filters = firstFilters(trialModel(run, trial, dataHash));
    return { set, logits, filters, withoutPictures: withoutPictures(own.name, shown, 'lenet study report --pictures') };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const why = shown.isPrivate ? 'its files or data cannot be read' : message;
    return `Its pictures are left out (${why}); lenet study run makes lost and damaged files again.`;
  }
}

/**
 * The answers of a single run's network to the images that it was evaluated on, after its last saved epoch.
 * @returns `set`: which images, and `data`: the name of the data set. @throws WorldError when files or data cannot be read.
 */
export async function runAnswers(
  run: RunFolder,
  shown: ShownOptions = {},
): Promise<{ readonly answers: Answers; readonly set: string; readonly data: string }> {
  const config = run.readConfig();
  const { hyperparameters, heldOut, heldOutSplit } = config;
  const evaluatedOn = config.evaluatedOn ?? 'test';
  const own = await recordedData(config, run.path, 'put them back there');
  const { trainLimit } = hyperparameters;
  const whole = recordedSet(own, evaluatedOn, { trainLimit, evaluatedOn, heldOut, heldOutSplit });
  const { shape, data: logits } = run.readPredictions(config).logits;
  const [images = 0] = shape;
  const set = images < datasetSize(whole) ? takeFirst(whole, images) : whole;
  const filters = firstFilters(loadModel(run.path));
  const hidden = withoutPictures(own.name, shown, 'lenet ui --pictures');
  return { answers: { set, logits, filters, withoutPictures: hidden }, set: evaluatedOn, data: own.name };
}

/** The filters of the first convolution; none where there is no convolution. */
function firstFilters({ model, weights }: Pick<LoadedModel, 'model' | 'weights'>): Answers['filters'] {
  const conv = model.layers.find(({ layer }) => layer.type === 'conv2d');
  const kernel = conv && weights.get(`${conv.name}.weight`);
  return kernel ? filtersOf(kernel.shape, kernel.data) : [];
}

/** The first channel of each filter [count][height][width]. */
function filtersOf(
  [count = 0, channels = 0, height = 0, width = 0]: readonly number[],
  data: Float32Array,
): number[][][] {
  const at = (f: number, y: number, x: number) => data[(f * channels * height + y) * width + x]!;
  const axis = (length: number) => Array.from({ length }, (_, i) => i);
  return axis(count).map((f) => axis(height).map((y) => axis(width).map((x) => at(f, y, x))));
}
