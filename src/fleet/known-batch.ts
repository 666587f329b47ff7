/** The proof of an engine: what it makes of two known batches. Equal bits there mean equal bits in every training. */
import { createHash } from 'node:crypto';
import { randomStream } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import { version } from '../base/version.ts';
import type { Dataset } from '../data/dataset.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { recordFormat } from '../train/checkpoint.ts';
import { fit } from '../train/fit.ts';
import type { Engine } from './engine.ts';

/** Images of the known set: a whole batch of 16 and a ragged one. */
const images = 29;

/**
 * What the known batches give under record format 2, on every machine. A machine with other bits has a broken processor,
 * memory or installation. Changed together with `recordFormat`.
 */
export const knownBits = '9420d244df7ca2e3ef744850b5edbbf326ca9da2e4e62068086d53d7e440bedc';

/** Trains LeNet-5 on two known batches. Takes about 50 ms. @returns SHA-256 of weights and logits. */
export async function trainKnownBatches(): Promise<string> {
  const settings = completeHyperparameters({ batchSize: 16, epochs: 1, seed: 1 });
  const recipe = recipeOf(settings);
  const random = randomStream(1, 'known batch');
  const { input, classes } = recipe.model;
  const known: Dataset = {
    name: 'the known batches',
    images: Uint8Array.from({ length: images * elementsOf(input) }, () => Math.max(0, random.below(384) - 128)),
    labels: Uint8Array.from({ length: images }, (_, index) => index % classes),
    shape: input,
    classes,
  };
  const hash = createHash('sha256');
  for await (const event of fit(recipe, { train: known, evaluation: known, evaluateTrain: false })) {
    if (event.type !== 'epoch') throw new Error('the known batches neither diverge nor are interrupted');
    for (const [name, { data }] of [...event.weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    const { logits } = event.evaluation!;
    hash.update(new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength));
  }
  return hash.digest('hex');
}

/** The engine of this machine, measured. */
export async function measureEngine(): Promise<Engine> {
  return { version, recordFormat, bits: await trainKnownBatches() };
}
