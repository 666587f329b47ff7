/**
 * What a report on our own networks needs: facts with the post as reference, and the models and answers in the trials'
 * folders.
 */
import { readFileSync } from 'node:fs';
import { datasetSize, takeFirst } from '../data/dataset.ts';
import { loadModel } from '../runner/model-file.ts';
import { accuracyOf } from '../runner/resume.ts';
import { ownData, ownSet } from '../runner/run-data.ts';
import { evaluatedMetrics, type RunFolder } from '../runner/run-folder.ts';
import type { StudyRecord } from '../store/store.ts';
import { completeSettings, lenetSettings } from '../tasks/lenet/configuration.ts';
import { makeModel } from '../tasks/lenet/recipe.ts';
import { type FactsOptions, type StudyFacts, studyFacts } from './facts.ts';
import { type PostLogs, postReference } from './post.ts';
import type { Answers, ReportSource } from './section.ts';

const logsPath = new URL('../../studies/post-logs.json', import.meta.url);

/** The post's own numbers (studies/post-logs.json). */
export function readPostLogs(): PostLogs {
  return JSON.parse(readFileSync(logsPath, 'utf8'));
}

/** The facts of a study of our networks, with the post as reference if the conditions are the same. */
export function lenetFacts(record: StudyRecord, options: Omit<FactsOptions, 'reference'> = {}): StudyFacts {
  return studyFacts(record, lenetSettings, { ...options, reference: postReference(readPostLogs(), record) });
}

/** A study's folder. */
interface StudyFiles {
  trial(number: number): RunFolder;
}

/** The models and answers in the folders of a study's trials. */
export function lenetSource({ dataHash }: Pick<StudyRecord, 'dataHash'>, files: StudyFiles): ReportSource {
  return {
    model: (settings) => makeModel(completeSettings(settings)),
    answers: (number) => answersOf(files.trial(number), dataHash),
  };
}

/** The answers that a trial's folder holds, or a sentence that says why the report cannot show them. */
async function answersOf(run: RunFolder, dataHash: string): Promise<Answers | string> {
  try {
    const config = run.readConfig();
    if (config.data.hash !== dataHash) return 'Its pictures are left out: its folder holds a run on other data.';
    const predictions = run.readPredictions(config);
    const { trainLimit } = config.hyperparameters;
    const evaluatedOn = config.evaluatedOn ?? 'test';
    const own = await ownData(config, run.path, 'put them back there');
    const whole = ownSet(own, evaluatedOn, { trainLimit, evaluatedOn });
    const [images = 0] = predictions.logits.shape;
    const set = images < datasetSize(whole) ? takeFirst(whole, images) : whole;
    const { data: logits } = predictions.logits;
    const line = run.readMetrics(config)[predictions.epoch];
    if (line && evaluatedMetrics(line)?.accuracy !== accuracyOf(logits, set.labels)) {
      return `Its pictures are left out: ${run.predictionsPath} does not have the accuracy of epoch ${predictions.epoch} in the metrics.`;
    }
    const { model, weights } = loadModel(run.path);
    const conv = model.layers.find(({ layer }) => layer.type === 'conv2d');
    const kernel = conv && weights.get(`${conv.name}.weight`);
    return { set, logits, filters: kernel ? filtersOf(kernel.shape, kernel.data) : [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `Its pictures are left out (${why}); lenet study run makes lost files again.`;
  }
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
