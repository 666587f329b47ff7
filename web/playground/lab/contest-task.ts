/** The task of a contest's study: trains our networks in this worker, one after the other, and tests them on held-out training digits. */
import { UsageError } from '../../../src/base/errors.ts';
import { mnistHash } from '../../../src/data/mnist.ts';
import type { KeptMemory } from '../../../src/engine/kept-memory.ts';
import { scoreOf } from '../../../src/study/trial.ts';
import { lenetSettings } from '../../../src/tasks/lenet/configuration.ts';
import type { Pool, Task, TrialMessage, TrialOrder } from '../../../src/tasks/task.ts';
import { fit } from '../../../src/train/fit.ts';
import type { Threads } from '../../../src/train/threads.ts';
import type { ContestDigits } from './held-out.ts';
import { predictedClasses, recipeOf } from './training.ts';

export function contestTask(
  { train, validation }: ContestDigits,
  engine: { readonly threads: Threads; readonly memory: KeptMemory },
): Task {
  async function trained(
    { configuration, seed }: TrialOrder,
    signal: AbortSignal,
    listen: (message: TrialMessage) => void,
  ): Promise<TrialMessage> {
    const recipe = recipeOf({ ...configuration, seed });
    const onProgress = ({ epoch, done, total }: { epoch: number; done: number; total: number }) =>
      listen({ type: 'progress', share: (epoch - 1 + done / total) / recipe.epochs });
    const options = { train, evaluation: validation, evaluateTrain: false, ...engine, signal };
    let last: TrialMessage | undefined;
    for await (const event of fit(recipe, {
      ...options,
      evaluateAt: (epoch) => epoch > 0,
      onProgress: ({ phase, ...at }) => phase === 'train' && onProgress(at),
    })) {
      if (event.type === 'interrupted') return { type: 'interrupted' };
      if (event.type === 'diverged')
        return { type: 'failed', kind: 'trial', message: 'the loss is no longer a finite number' };
      if (!event.evaluation) continue;
      const { logits, ...selection } = event.evaluation;
      const { epoch, seconds } = event;
      listen({
        type: 'epoch',
        share: epoch / recipe.epochs,
        point: { epoch, score: scoreOf(selection, 'accuracy')!, selection, seconds },
      });
      last = { type: 'finished', wrong: wrongBits(predictedClasses(logits, recipe.model.classes), validation.labels) };
    }
    if (!last) throw new UsageError('a contest trains for at least one epoch');
    return last;
  }

  const pool: Pool = {
    start(order, listen) {
      const stopper = new AbortController();
      trained(order, stopper.signal, listen)
        .catch(
          (error: unknown): TrialMessage => ({
            type: 'failed',
            kind: error instanceof UsageError ? 'trial' : 'world',
            message: error instanceof Error ? error.message : String(error),
          }),
        )
        .then(listen);
      return { stop: () => stopper.abort(), kill: () => Promise.resolve(stopper.abort()) };
    },
  };
  return {
    settings: lenetSettings,
    open: async () => ({
      dataHash: mnistHash,
      data: { name: 'mnist', format: 'mnist' },
      summary: `${train.labels.length} training digits, ${validation.labels.length} held out`,
      pool,
      bytesPerTrial: () => ({ running: 0, whole: 0, dropped: 0 }),
      results: async () => ({ state: 'whole' }),
      discard() {},
    }),
  };
}

/** One bit an image, lowest first: 1 where the answer is wrong. */
function wrongBits(predicted: Uint8Array, labels: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(labels.length / 8));
  for (const [i, label] of labels.entries()) if (predicted[i] !== label) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}
