/** `lenet evaluate`: metrics of a saved model. */
import { unknownChoice } from '../base/errors.ts';
import { counted, percent, rounded } from '../base/format.ts';
import { exactJson, visible } from '../base/plain-text.ts';
import { datasetSize } from '../data/dataset.ts';
import { defaultThreads } from '../runner/machine.ts';
import { loadMnist } from '../runner/mnist-files.ts';
import { loadModel } from '../runner/model-file.ts';
import { nodeThreads } from '../runner/threads.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { evaluate } from '../train/evaluate.ts';
import { evaluationParts } from '../train/session.ts';
import { warn } from './warning.ts';

export interface EvaluateOptions {
  readonly data?: string;
  readonly threads?: number;
  readonly set: string;
  readonly json?: boolean;
}

export async function evaluateModel(path: string, options: EvaluateOptions): Promise<void> {
  if (options.set !== 'test' && options.set !== 'train') throw unknownChoice('set', options.set, ['test', 'train']);
  const { model, weights, file, hyperparameters, notes } = loadModel(path);
  for (const note of notes) process.stderr.write(`note: ${visible(note)}\n`);
  const recipe = recipeOf(hyperparameters);
  const set = (await loadMnist(options.data))[options.set];
  // Strict, so that the numbers are the same on every machine whatever the run was trained with.
  const metrics = await evaluate({ ...recipe, arithmetic: 'strict' }, weights, set, {
    threads: nodeThreads(options.threads ?? defaultThreads(evaluationParts(datasetSize(set))), { onFewer: warn }),
  });
  if (metrics === undefined) return;
  const { loss, accuracy } = metrics;
  const images = datasetSize(set);
  const wrong = images - Math.round(accuracy * images);
  const text = options.json
    ? exactJson({ model: model.name, file, set: options.set, images, loss, accuracy })
    : `${model.name} from "${visible(file)}" on ${counted(images)} ${options.set} images: loss = ${rounded(loss)}, acc = ${percent(accuracy)} (${counted(wrong)} wrong)`;
  process.stdout.write(`${text}\n`);
}
