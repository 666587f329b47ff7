/** `lenet evaluate`: metrics of a saved model, on the data that it was trained on unless others are asked for. */
import { UsageError, unknownChoice, WorldError } from '../base/errors.ts';
import { counted, percent, rounded } from '../base/format.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import { type Dataset, datasetSize } from '../data/dataset.ts';
import { requireModel } from '../runner/ended-trial.ts';
import { defaultThreads } from '../runner/machine.ts';
import { type LoadedMnist, loadMnist } from '../runner/mnist-files.ts';
import { type LoadedModel, loadModel } from '../runner/model-file.ts';
import { nodeThreads } from '../runner/node-threads.ts';
import { accuracyOf } from '../runner/resume.ts';
import { ownData, ownSet, setNames, shortHash } from '../runner/run-data.ts';
import { attempt, evaluatedMetrics, RunFolder } from '../runner/run-folder.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { evaluate } from '../train/evaluate.ts';
import { evaluationParts } from '../train/session.ts';
import { warn } from './warning.ts';

export interface EvaluateOptions {
  readonly data?: string;
  readonly threads?: number;
  /** Default: the test set; for a trial that was selected by held-out images, those. */
  readonly set?: string;
  readonly json?: boolean;
}

export async function evaluateModel(path: string, options: EvaluateOptions): Promise<void> {
  const asked = setNames.find((name) => name === options.set);
  if (options.set !== undefined && asked === undefined) throw unknownChoice('set', options.set, setNames);
  requireModel(path);
  const loaded = loadModel(path);
  const { model, weights, file, hyperparameters, record, config, notes } = loaded;
  const say = (text: string) => process.stderr.write(`note: ${visible(text)}\n`);
  for (const note of notes) say(note);
  const evaluatedOn = (config?.evaluatedOn ?? record.get('evaluatedOn')) === 'validation' ? 'validation' : 'test';
  const name = asked ?? evaluatedOn;
  if (name === 'validation' && evaluatedOn === 'test') {
    throw new UsageError(`--set validation: ${path} was trained without a held-out part; allowed are test, train`);
  }
  const { mnist, ownHash } = await dataFor(loaded, path, options.data);
  const isOwn = ownHash === undefined ? null : mnist.hash === ownHash;
  if (isOwn === false) {
    if (name === 'validation') {
      throw new UsageError(
        `--set validation: the held-out part is one of the data that ${path} was trained on (hash ${shortHash(ownHash ?? '')}), not of these (hash ${shortHash(mnist.hash)})`,
      );
    }
    say(
      `these are not the data that ${path} was trained on: their hash is ${shortHash(mnist.hash)}, not ${shortHash(ownHash ?? '')}`,
    );
  }
  if (name === 'test' && evaluatedOn === 'validation') {
    say('this looks at the test set, which the study counts only where it does so itself');
  }
  const { trainLimit, arithmetic } = hyperparameters;
  const set = isOwn ? ownSet(mnist, name, { trainLimit, evaluatedOn }) : mnist[name === 'train' ? 'train' : 'test'];
  // Strict, so that the numbers are the same on every machine whatever the run was trained with.
  const metrics = await evaluate({ ...recipeOf(hyperparameters), arithmetic: 'strict' }, weights, set, {
    threads: nodeThreads(options.threads ?? defaultThreads(evaluationParts(datasetSize(set))), { onFewer: warn }),
  });
  if (metrics === undefined) return;
  const { loss, accuracy, logits } = metrics;
  if (isOwn && name === evaluatedOn && arithmetic === 'strict') {
    const problem = compareWithRun(loaded, path, set, logits);
    if (problem !== undefined) say(problem);
  }
  const images = datasetSize(set);
  const wrong = images - Math.round(accuracy * images);
  const data = { folder: mnist.folder, hash: mnist.hash, isOwn };
  const text = options.json
    ? exactJson({ model: model.name, file, set: name, images, loss, accuracy, data })
    : `${model.name} from "${visible(file)}" on ${counted(images)} ${name} images: loss = ${rounded(loss)}, acc = ${percent(accuracy)} (${counted(wrong)} wrong)`;
  process.stdout.write(`${text}\n`);
}

/** The data that were asked for, else the model's own; and the hash of its own, where the model tells. */
async function dataFor(
  { config, record }: LoadedModel,
  path: string,
  asked: string | undefined,
): Promise<{ mnist: LoadedMnist; ownHash: string | undefined }> {
  const ownHash = config?.data.hash ?? record.get('dataHash');
  const wayOut = 'with --data, give the folder that holds its data now, or other data to evaluate the model on those';
  const mnist = config && asked === undefined ? await ownData(config, path, wayOut) : await loadMnist(asked);
  return { mnist, ownHash };
}

/**
 * The run recorded the accuracy of the same weights on the same images; gives a sentence where its record cannot be read.
 * @throws WorldError when it is another now: a file of the run is damaged in a way that its digest does not show, or the machine errs.
 */
function compareWithRun(
  { config, record, file }: LoadedModel,
  path: string,
  set: Dataset,
  logits: Float32Array,
): string | undefined {
  // A run of the first format may have been made by an engine of other bits.
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
