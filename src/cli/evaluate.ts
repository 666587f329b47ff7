/**
 * `lenet evaluate`: loss, accuracy and mistakes of a saved model, on its run's own data or on the data that the user
 * names.
 */
import { basename } from 'node:path';
import { UsageError, unknownChoice, WorldError } from '../base/errors.ts';
import { counted, percent, rounded, shortHash } from '../base/format.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import { type Dataset, datasetSize } from '../data/dataset.ts';
import type { HeldOut } from '../data/hold-out.ts';
import type { LoadedData } from '../data/source.ts';
import { writeOutput } from '../disk/atomic-file.ts';
import { type EvaluationFacts, evaluationJson, evaluationText } from '../report/evaluation.ts';
import { withoutPictures } from '../report/words/pictures.ts';
import { loadData } from '../runner/load-data.ts';
import { defaultThreads } from '../runner/machine.ts';
import { type LoadedModel, loadModel } from '../runner/model-file.ts';
import { nodeThreads } from '../runner/node-threads.ts';
import { accuracyOf } from '../runner/resume.ts';
import { isPrivateRun, recordedData, recordedSet, setNames } from '../runner/run-data.ts';
import { attempt, evaluatedMetrics, RunFolder } from '../runner/run-folder.ts';
import { type ClassReport, classReport } from '../train/class-report.ts';
import { evaluate } from '../train/evaluate.ts';
import { evaluationParts } from '../train/session.ts';
import { type DataChoice, loadingOptions } from './data-options.ts';
import { pathOfModel } from './named-model.ts';
import { terminalWidth } from './terminal.ts';
import { warn } from './warning.ts';

export interface EvaluateOptions extends DataChoice {
  readonly threads?: number;
  /** The set to evaluate on. Default: the set that the run was evaluated on. */
  readonly set?: string;
  readonly json?: boolean;
  /** The file for a page with scores, confusions and mistakes. */
  readonly html?: string;
  /** Whether the page shows pictures of a set that is not published. */
  readonly pictures?: boolean;
}

export async function evaluateModel(given: string, options: EvaluateOptions): Promise<void> {
  const asked = setNames.find((name) => name === options.set);
  if (options.set !== undefined && asked === undefined) throw unknownChoice('set', options.set, setNames);
  const path = await pathOfModel(given);
  const loaded = loadModel(path);
  const { model, weights, file, hyperparameters, recipe, record, config, notes } = loaded;
  const say = (text: string) => process.stderr.write(`note: ${visible(text)}\n`);
  for (const note of notes) say(note);
  const evaluatedOn = (config?.evaluatedOn ?? record.get('evaluatedOn')) === 'validation' ? 'validation' : 'test';
  const { heldOut, heldOutSplit } = config ?? heldOutIn(record);
  const name = asked ?? evaluatedOn;
  if (name === 'validation' && evaluatedOn === 'test') {
    throw new UsageError(`--set validation: ${path} was trained without a held-out part; allowed are test and train`);
  }
  const { data, ownHash } = await dataFor(loaded, path, options);
  const isOwn = ownHash === undefined ? null : data.hash === ownHash;
  if (isOwn === false) {
    if (name === 'validation') {
      throw new UsageError(
        `--set validation: the held-out part belongs to the data that ${path} was trained on (hash ${shortHash(ownHash ?? '')}), not to these data (hash ${shortHash(data.hash)})`,
      );
    }
    say(
      `${path} was trained on other data: their hash is ${shortHash(ownHash ?? '')}, the hash of these is ${shortHash(data.hash)}`,
    );
  }
  if (name === 'test' && evaluatedOn === 'validation') {
    say('this is a look at the test set, and no study counts it');
  }
  const { trainLimit = null, arithmetic = 'strict' } = hyperparameters ?? {};
  const set = isOwn
    ? recordedSet(data, name, { trainLimit, evaluatedOn, heldOut, heldOutSplit })
    : data[name === 'train' ? 'train' : 'test'];
  // Strict arithmetic gives the same numbers on every machine, also for a run that was trained with fused arithmetic.
  const metrics = await evaluate({ ...recipe, arithmetic: 'strict' }, weights, set, {
    threads: nodeThreads(options.threads ?? defaultThreads(evaluationParts(datasetSize(set))), { onFewer: warn }),
  });
  if (metrics === undefined) return;
  const { loss, accuracy, logits } = metrics;
  if (isOwn && name === evaluatedOn && arithmetic === 'strict') {
    const problem = compareWithRun(loaded, path, set, logits);
    if (problem !== undefined) say(problem);
  }
  const images = datasetSize(set);
  const report = logits.every(Number.isFinite) ? classReport(logits, set.labels, logits.length / images) : undefined;
  if (!report) say("the network's outputs are not finite numbers, so there are no scores by class");
  const evaluation = {
    images,
    accuracy,
    report,
    model: model.name,
    file: basename(file),
    data,
    setName: name,
    set,
    loss,
  };
  await print(evaluation, { ...options, path: file, isOwn });
}

/** An evaluation; without a report where the network's outputs are not finite numbers. */
interface Evaluated extends Omit<EvaluationFacts, 'data' | 'report'> {
  readonly data: LoadedData;
  readonly images: number;
  readonly accuracy: number;
  readonly report: ClassReport | undefined;
}

/** @param isOwn whether the data are those that the run was trained on; null where the file does not record it. */
async function print(
  { images, accuracy, report, ...rest }: Evaluated,
  { path, isOwn, ...options }: EvaluateOptions & { readonly path: string; readonly isOwn: boolean | null },
): Promise<void> {
  const { model, data, setName, loss } = rest;
  const facts = report && { ...rest, report };
  if (options.json) {
    const from = { folder: isPrivateRun() ? null : data.folder, hash: data.hash, isOwn };
    const byClass = facts ? evaluationJson(facts) : {};
    const file = isPrivateRun() ? rest.file : path;
    const found = { model, file, set: setName, images, loss, accuracy, data: from, ...byClass };
    process.stdout.write(`${exactJson(found)}\n`);
  } else {
    const wrong = images - Math.round(accuracy * images);
    process.stdout.write(
      `${model} from "${visible(path)}" on ${counted(images)} ${setName} images: loss = ${rounded(loss)}, acc = ${percent(accuracy)} (${counted(wrong)} wrong)\n`,
    );
    if (facts) process.stdout.write(`\n${evaluationText(facts, terminalWidth())}\n`);
  }
  if (options.html !== undefined && facts) {
    const instead = withoutPictures(data.name, options, 'lenet evaluate --html FILE --pictures');
    const { evaluationPage } = await import('../report/evaluation-page.ts');
    writeOutput(options.html, evaluationPage(facts, instead));
    process.stderr.write(`Page: "${visible(options.html)}"\n`);
  }
}

/**
 * The data that the user named, else the run's own data; and the hash of the run's own data, where the file records it.
 */
async function dataFor(
  { config, record }: LoadedModel,
  path: string,
  choice: DataChoice,
): Promise<{ data: LoadedData; ownHash: string | undefined }> {
  // Empty in a file that was exported from one that did not know its data.
  const ownHash = (config?.data.hash ?? record.get('dataHash')) || undefined;
  const wayOut = 'with --data, name the folder where its data are now, or other data to evaluate the model on';
  const options = loadingOptions(choice);
  const isOwn = config && choice.data === undefined;
  const data = isOwn ? await recordedData(config, path, wayOut, options) : await loadData(choice.data, options);
  return { data, ownHash };
}

/**
 * Compares the accuracy with the one that the run recorded for the same weights and images.
 * @returns a sentence where the run's metrics cannot be read. @throws WorldError when the two differ: a file is damaged
 * in a way that its digest does not show, or the machine computes wrongly.
 */
function compareWithRun(
  { config, record, file }: LoadedModel,
  path: string,
  set: Dataset,
  logits: Float32Array,
): string | undefined {
  // A run of format 1 may come from an engine that computed other bits.
  if (!config || config.format === 1) return undefined;
  const folder = new RunFolder(path);
  const epoch = Number(record.get('epoch'));
  const metrics = attempt(() => folder.readMetrics(config, epoch + 1));
  if ('damage' in metrics) return `${metrics.damage}; the accuracy is not compared with it`;
  const line = metrics.value[epoch];
  const recorded = line && evaluatedMetrics(line)?.accuracy;
  if (recorded === undefined) return undefined;
  const { testLimit } = config.hyperparameters;
  const images = Math.min(datasetSize(set), (config.evaluatedOn ? null : testLimit) ?? datasetSize(set));
  const classes = logits.length / datasetSize(set);
  const found = accuracyOf(logits.subarray(0, images * classes), set.labels.subarray(0, images));
  if (found === recorded) return undefined;
  throw new WorldError(
    `${file} and ${folder.metricsPath} contradict each other: the accuracy on the run's ${counted(images)} images is ${percent(found)}, recorded for epoch ${epoch} is ${percent(recorded)}`,
  );
}

/** Which images are held out by the metadata of a model. */
function heldOutIn(record: ReadonlyMap<string, string>): HeldOut {
  const numberIn = (name: string) => (record.has(name) ? Number(record.get(name)) : undefined);
  return { heldOut: numberIn('heldOut'), heldOutSplit: numberIn('heldOutSplit') };
}
