/** `lenet train`: one run, reported line by line. */
import { resolve } from 'node:path';
import { capitalized, duration, percent, rounded } from '../base/format.ts';
import type { Metrics } from '../base/metrics.ts';
import { visible, visibleLines } from '../base/plain-text.ts';
import { describeAugmentation, isAugmented } from '../data/augmentations.ts';
import { frozenLayers } from '../nn/frozen.ts';
import { aboutLoss } from '../nn/losses.ts';
import { trainedCount } from '../nn/model.ts';
import { aboutOptimizer } from '../nn/optimizers.ts';
import { aboutSchedule } from '../nn/schedules.ts';
import type { BestEpoch } from '../runner/best-epoch.ts';
import { readMachine } from '../runner/machine.ts';
import type { MetricsLine } from '../runner/run-folder.ts';
import type { DistillationRecord } from '../runner/run-identity.ts';
import { type RunEvent, type RunRequest, trainRun } from '../runner/train-run.ts';
import { variantNames } from '../tasks/lenet/hyperparameters.ts';
import type { NamedRecipe } from '../tasks/lenet/recipe-file.ts';
import type { Progress } from '../train/fit.ts';
import { batchParts } from '../train/session.ts';
import { Interrupt } from './interrupt.ts';
import { modelTable } from './model-table.ts';
import { EpochBar } from './progress.ts';
import { quotedPath } from './quoted.ts';
import { tellOfWait } from './waiting.ts';
import { threadsWarning, warn } from './warning.ts';

interface TrainOptions {
  /** Standard output gets one object per epoch, and standard error everything else. */
  readonly json: boolean;
  /** The recipe that the user named. */
  readonly recipe: NamedRecipe | undefined;
}

/** Does a run. @returns the exit code. */
export async function train(
  request: Omit<RunRequest, 'signal' | 'onProgress' | 'onWarning'>,
  { json, recipe }: TrainOptions,
): Promise<number> {
  if (request.resume && request.out !== undefined) {
    const { refuseEndedTrial } = await import('../runner/ended-trial.ts');
    refuseEndedTrial(request.out);
  }
  const say = (text: string) => (json ? process.stderr : process.stdout).write(`${visibleLines(text)}\n`);
  let bar: EpochBar | undefined;
  const interrupt = new Interrupt((again) => {
    bar?.clear();
    process.stderr.write(`Stopping after the current batch; ${again} to stop at once.\n`);
  });
  const { signal } = interrupt;
  const onWarning = (text: string) => {
    bar?.clear();
    warn(text);
  };
  const onProgress = (progress: Progress) => {
    // After the first signal the bar would overwrite the message about it.
    if (!signal.aborted) bar?.show(progress);
  };
  const started = performance.now();
  // Absolute, so that paths and commands in messages work in any folder.
  const folder = request.out === undefined ? {} : { out: resolve(request.out) };
  let out = '';
  try {
    for await (const event of trainRun({ ...request, ...folder, signal, onWarning, onProgress, onWait: tellOfWait })) {
      bar?.clear();
      switch (event.type) {
        case 'start': {
          out = event.out;
          const { batchSize } = event.config.hyperparameters;
          const tooMany = threadsWarning(event.threads, batchParts(batchSize), readMachine());
          if (tooMany !== undefined && request.threads !== undefined) onWarning(tooMany);
          bar = new EpochBar(event.train, batchSize);
          for (const note of event.notes) process.stderr.write(`note: ${visible(note)}\n`);
          if (recipe) say(`Recipe ${recipe.name}: ${recipe.sentence}`);
          say(announcement(event));
          break;
        }
        case 'epoch':
          if (json) process.stdout.write(`${JSON.stringify(event.line)}\n`);
          else say(epochLine(event.line));
          break;
        case 'saved':
          say(`Model saved in "${event.path}"`);
          break;
        case 'interrupted':
          say(
            `Interrupted in epoch ${event.epoch + 1} after batch ${event.batch} of ${event.batches}; everything is saved.\n` +
              `Continue with: npx lenet train --resume --out ${quotedPath(out)}`,
          );
          return interrupt.exitCode(1);
        case 'diverged':
          process.stderr.write(`${visibleLines(divergence(event))}\n`);
          return 1;
        case 'finished':
          if (event.isStopped) say('Stopped early: no later epoch was better on held-out images.');
          if (event.kept) say(keptLine(event.kept));
          say(
            `Done in ${duration((performance.now() - started) / 1000)}. See it in TensorBoard: tensorboard --logdir ${quotedPath(out)}`,
          );
          break;
      }
    }
    return interrupt.exitCode(0);
  } finally {
    bar?.clear();
    interrupt.release();
  }
}

function balanced({ balancedAccuracy }: Metrics): string {
  return balancedAccuracy === undefined ? '' : `, balanced acc = ${percent(balancedAccuracy)}`;
}

function teachersLine({ teachers, temperature, weight }: DistillationRecord): string {
  const files = teachers.map(({ file }) => `"${file}"`).join(', ');
  return `Teachers (temperature ${temperature}, weight ${weight}): ${files}`;
}

/** Which epoch's weights the model holds. */
function keptLine({ epoch, accuracy }: BestEpoch): string {
  return `The model is that of epoch ${epoch}, the best on held-out images (acc = ${percent(accuracy)})`;
}

/** The line of an epoch in the format of the post: losses, and accuracies in percent, with up to four decimals. */
function epochLine({ epoch, train, test, validation }: MetricsLine): string {
  const side = (name: string, metrics: Metrics | undefined) =>
    metrics
      ? `   ${name}: (loss = ${rounded(metrics.loss)}, acc = ${percent(metrics.accuracy)}${balanced(metrics)})`
      : '';
  return `Epoch: ${epoch}${side('Train', train)}${side('Test', test)}${side('Validation', validation)}`;
}

function announcement(event: RunEvent & { type: 'start' }): string {
  const { out, recipe, config, resumedAt, threads, width, widthNote } = event;
  const { model, loss, optimizer, schedule, augmentation, freeze, batchSize, epochs, seed, arithmetic } = recipe;
  const h = config.hyperparameters;
  const changes = variantNames.filter((name) => h[name] !== 'published').map((name) => `${name} ${h[name]}`);
  const course = aboutSchedule(schedule).describe();
  const rate = course === 'constant' ? '' : ` (${course})`;
  const extras = [
    `learning rate ${optimizer.learningRate}${rate}`,
    `batch size ${batchSize}`,
    `L2 ${optimizer.l2}`,
    ...aboutOptimizer(optimizer).describe(),
    ...(recipe.shuffle ? [] : ['no shuffling']),
    ...(h.initialization === 'published' ? [] : [`initialization ${h.initialization}`]),
    ...(config.init ? [`weights from ${config.init.file}`] : []),
  ];
  const position = resumedAt && resumption(resumedAt, epochs);
  return [
    `Dataset ${event.data}: ${event.train} train and ${event.evaluation} ${config.evaluatedOn ?? 'test'} examples (${event.source})`,
    `${model.name} model: ${trainedCount(model, frozenLayers(model, freeze))} trainable params${changes.length > 0 ? ` (${changes.join(', ')})` : ''}`,
    '',
    modelTable(model),
    '',
    `Optimizer ${optimizer.name}: ${extras.join(', ')}`,
    ...(aboutLoss(loss).describe() === 'cross-entropy' ? [] : [`Loss ${aboutLoss(loss).describe()}`]),
    ...(config.distill ? [teachersLine(config.distill)] : []),
    ...(freeze.length === 0 ? [] : [`Frozen: ${freeze.join(', ')} (these layers keep their weights)`]),
    ...(isAugmented(augmentation) ? [`Augmentation: ${describeAugmentation(augmentation).join(', ')}`] : []),
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, seed ${seed}, ${arithmetic} arithmetic, ${threads} ${threads === 1 ? 'thread' : 'threads'}, kernels in ${width}`,
    ...(widthNote === undefined ? [] : [capitalized(widthNote)]),
    `Results and TensorBoard logs go to "${out}"`,
    ...event.repairs,
    ...(position ? [position] : []),
    '',
  ].join('\n');
}

function resumption({ epoch, batch }: { epoch: number; batch: number }, epochs: number): string {
  if (epoch >= epochs) return 'This run is finished; a larger --epochs continues it.';
  return `Continues in epoch ${epoch + 1}${batch > 0 ? ` after batch ${batch}` : ''}.`;
}

function divergence({ event, lastGood }: RunEvent & { type: 'diverged' }): string {
  const place =
    event.batch === undefined ? `after epoch ${event.epoch}` : `in epoch ${event.epoch}, batch ${event.batch}`;
  const kept =
    lastGood === undefined ? 'No checkpoint was made yet.' : `The last good checkpoint is kept: "${lastGood}".`;
  return `error: the run diverged: the loss is ${event.loss} ${place}. A lower --learning-rate may help. ${kept}`;
}
