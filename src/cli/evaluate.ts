/** `lenet evaluate`: metrics of a saved model. */
import { unknownChoice } from '../base/errors.ts';
import { counted, percent, rounded } from '../base/format.ts';
import { datasetSize } from '../data/dataset.ts';
import { requireModel } from '../runner/ended-trial.ts';
import { loadMnist } from '../runner/mnist-files.ts';
import { loadModel } from '../runner/model-file.ts';
import { nodeThreads } from '../runner/threads.ts';
import { makeLoss } from '../tasks/lenet/hyperparameters.ts';
import { evaluate } from '../train/evaluate.ts';

export interface EvaluateOptions {
  readonly data?: string;
  readonly threads: number;
  readonly set: string;
  readonly json?: boolean;
}

export async function evaluateModel(path: string, options: EvaluateOptions): Promise<void> {
  if (options.set !== 'test' && options.set !== 'train') throw unknownChoice('set', options.set, ['test', 'train']);
  requireModel(path);
  const { model, weights, file, hyperparameters } = loadModel(path);
  const set = (await loadMnist(options.data))[options.set];
  const metrics = await evaluate(model, weights, set, {
    loss: makeLoss(hyperparameters),
    threads: nodeThreads(options.threads),
  });
  if (metrics === undefined) return;
  const { loss, accuracy } = metrics;
  const images = datasetSize(set);
  const wrong = images - Math.round(accuracy * images);
  const text = options.json
    ? JSON.stringify({ model: model.name, file, set: options.set, images, loss, accuracy })
    : `${model.name} from "${file}" on ${counted(images)} ${options.set} images: loss = ${rounded(loss)}, acc = ${percent(accuracy)} (${counted(wrong)} wrong)`;
  process.stdout.write(`${text}\n`);
}
