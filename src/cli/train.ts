/** `lenet train`: one run, told line by line. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { duration, percent, rounded } from '../base/format.ts';
import { describeModel, parameterCount } from '../nn/model.ts';
import { refuseEndedTrial } from '../runner/ended-trial.ts';
import type { MetricsLine } from '../runner/run-folder.ts';
import { type RunEvent, type RunRequest, trainRun } from '../runner/train-run.ts';
import { makeLoss, makeOptimizer, variantNames } from '../tasks/lenet/hyperparameters.ts';
import { interruptedExitCode, interruptSignal } from './interrupt.ts';
import { EpochBar } from './progress.ts';
import { quoted } from './quoted.ts';
import { terminalWidth } from './terminal.ts';

/** Returns the exit code. With `json` only one object an epoch goes to standard output, the rest to standard error. */
export async function train(request: Omit<RunRequest, 'signal' | 'onProgress'>, json: boolean): Promise<number> {
  if (request.resume) refuseEndedTrial(request.out);
  const say = (text: string) => (json ? process.stderr : process.stdout).write(`${text}\n`);
  let bar: EpochBar | undefined;
  const { signal, release } = interruptSignal(() => {
    bar?.clear();
    process.stderr.write('Stopping after this batch; press Ctrl-C again to stop at once.\n');
  });
  const started = performance.now();
  try {
    for await (const event of trainRun({ ...request, signal, onProgress: (progress) => bar?.show(progress) })) {
      bar?.clear();
      switch (event.type) {
        case 'start':
          bar = new EpochBar(event.train, event.config.hyperparameters.batchSize);
          say(announcement(event, request));
          break;
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
              `Go on with: npx lenet train --resume --out ${quoted(request.out)}`,
          );
          return interruptedExitCode;
        case 'diverged':
          process.stderr.write(`${divergence(event)}\n`);
          return 1;
        case 'finished':
          say(
            `Done in ${duration((performance.now() - started) / 1000)}. See it in TensorBoard: tensorboard --logdir ${quoted(request.out)}`,
          );
          break;
      }
    }
    return 0;
  } finally {
    bar?.clear();
    release();
  }
}

/** The post's line; accuracies in percent, everything rounded to four decimals. */
function epochLine({ epoch, train, test, validation }: MetricsLine): string {
  const side = (name: string, metrics: MetricsLine['train'] | undefined) =>
    metrics ? `   ${name}: (loss = ${rounded(metrics.loss)}, acc = ${percent(metrics.accuracy)})` : '';
  return `Epoch: ${epoch}${side('Train', train)}${side('Test', test)}${side('Validation', validation)}`;
}

function announcement(
  event: RunEvent & { type: 'start' },
  { out, threads }: Pick<RunRequest, 'out' | 'threads'>,
): string {
  const { model, config, resumedAt } = event;
  const h = config.hyperparameters;
  const optimizer = makeOptimizer(h);
  const loss = makeLoss(h);
  const changes = variantNames.filter((name) => h[name] !== 'published').map((name) => `${name} ${h[name]}`);
  const extras = [
    `learning rate ${h.learningRate}${h.schedule === 'constant' ? '' : ` (${h.schedule})`}`,
    `batch size ${h.batchSize}`,
    `L2 ${h.l2}`,
    ...(h.optimizer === 'adamw' ? [`weight decay ${h.weightDecay}`] : []),
    ...(optimizer.name === 'sgd' ? [`momentum ${h.momentum}${h.nesterov ? ' (Nesterov)' : ''}`] : []),
    ...(h.optimizer === 'sdlm' ? [`mu ${h.mu}`] : []),
    ...(h.biasCorrection ? [] : ['no bias correction']),
    ...(h.shuffle ? [] : ['no shuffling']),
    ...(h.initialization === 'published' ? [] : [`initialization ${h.initialization}`]),
    ...(config.init ? [`weights from ${config.init.file}`] : []),
  ];
  const position = resumedAt && resumption(resumedAt, h.epochs);
  return [
    `Dataset MNIST: ${event.train} train and ${event.test} test examples (${event.source})`,
    `${model.name} model: ${parameterCount(model)} trainable params${changes.length > 0 ? ` (${changes.join(', ')})` : ''}`,
    '',
    describeModel(model, terminalWidth()),
    '',
    `Optimizer ${h.optimizer}: ${extras.join(', ')}`,
    ...(loss.name === 'cross-entropy' ? [] : [`Loss ${loss.name}${loss.name === 'map' ? `, j ${loss.j}` : ''}`]),
    `${h.epochs} epochs, seed ${h.seed}, ${h.arithmetic} arithmetic, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    `Results and TensorBoard logs go to "${out}"`,
    ...(position ? [position] : []),
    '',
  ].join('\n');
}

function resumption({ epoch, batch }: { epoch: number; batch: number }, epochs: number): string {
  if (epoch >= epochs) return 'This run is finished; a larger --epochs prolongs it.';
  return `Goes on in epoch ${epoch + 1}${batch > 0 ? ` after batch ${batch}` : ''}.`;
}

function divergence({ event, lastGood }: RunEvent & { type: 'diverged' }): string {
  const place =
    event.batch === undefined ? `after epoch ${event.epoch}` : `in epoch ${event.epoch}, batch ${event.batch}`;
  const kept =
    lastGood === undefined ? 'No checkpoint was made yet.' : `The last good checkpoint is kept: "${lastGood}".`;
  return `error: the run diverged: the loss is ${event.loss} ${place}. A lower --learning-rate may help. ${kept}`;
}

/** `runs/<local time>-<model>`, with a number behind it if there is one of that name. */
export function freshRunFolder(model: string, now: Date): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  const name = `${day}T${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-')}-${model}`;
  for (let number = 1; ; number++) {
    const path = join('runs', number === 1 ? name : `${name}-${number}`);
    if (!existsSync(path)) return path;
  }
}
