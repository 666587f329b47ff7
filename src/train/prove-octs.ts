/** The proof that octs are right and fast for a recipe, on this machine and in this process. */
import { randomStream } from '../base/random.ts';
import { elementsOf } from '../base/tensor.ts';
import type { Dataset } from '../data/dataset.ts';
import { octsSpeedup } from '../engine/octs-speed.ts';
import { initialWeights } from '../nn/initialize.ts';
import { completeRecipe, type Recipe, type RecipeSettings } from './recipe.ts';
import { Session } from './session.ts';

/** Octs are used if they multiply matrices this many times as fast as quads; V8's pass gives about 2. */
const leastSpeedup = 1.3;
/** Images of the known batch: one chunk, and a ragged one. */
const knownImages = 29;
/**
 * The batch is repeated until it is this many times as fast as in the first repetitions, which also compile: V8 has then
 * optimized its kernels.
 */
const [firstRepetitions, optimizedGain] = [5, 2];
/** The longest time for the repetitions [ms]. Usually some 100 suffice. */
const longestMs = 400;

/** What {@link proveOcts} found. */
export type OctsProof =
  | { readonly isProven: true; readonly speedup: number }
  /** `why`: for a message, for instance `octs are not faster than quads here (0.8 times)`. */
  | { readonly isProven: false; readonly why: string };

/**
 * Trains the recipe's network on a known batch, in quads and in octs, and repeats it in octs until V8 has optimized the
 * kernels: every repetition must have the bits of the quads. Octs must also be faster. Takes some 0.2 seconds; the
 * optimized kernels serve the training that follows.
 * @param settings the recipe that will be trained. @throws UsageError for values that are not allowed.
 */
export async function proveOcts(settings: RecipeSettings): Promise<OctsProof> {
  const recipe = completeRecipe(settings);
  const speedup = octsSpeedup(recipe.arithmetic);
  if (speedup < leastSpeedup) {
    return { isProven: false, why: `octs are only ${speedup.toFixed(1)} times as fast as quads here` };
  }
  const isEqual = await repeatsKnownBatch(recipe);
  return isEqual ? { isProven: true, speedup } : { isProven: false, why: 'octs gave other bits than quads' };
}

/** Whether the known batch gives the same weights in quads and in octs, before and after V8's optimization. */
async function repeatsKnownBatch(recipe: Recipe): Promise<boolean> {
  const set = knownSet(recipe);
  const known: Recipe = { ...recipe, batchSize: knownImages, epochs: 1 };
  const start = initialWeights(recipe.model, randomStream(1, 'init'));
  const order = Int32Array.from({ length: knownImages }, (_, i) => i);
  const open = async (width: 'quads' | 'octs') => {
    const session = await Session.forTraining(known, [set], { width });
    session.setOrder(order);
    const states = session.optimizerState;
    /** One step from the start. @returns how long it took [ms]. */
    const step = async () => {
      session.setWeights(start);
      session.setOptimizerState(states);
      const started = performance.now();
      for await (const _ of session.train(0, 0, 1, 0));
      return performance.now() - started;
    };
    return { session, step };
  };
  const quads = await open('quads');
  await quads.step();
  const expected = bitsOf(quads.session);
  const octs = await open('octs');
  const ended = performance.now() + longestMs;
  let [first, shortest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let isEqual = true;
  for (let repetition = 1; isEqual && (repetition <= firstRepetitions || performance.now() < ended); repetition++) {
    const ms = await octs.step();
    const found = bitsOf(octs.session);
    isEqual = expected.every((value, i) => value === found[i]);
    shortest = Math.min(shortest, ms);
    if (repetition <= firstRepetitions) first = shortest;
    else if (shortest * optimizedGain <= first) break;
  }
  await Promise.all([quads.session.close(), octs.session.close()]);
  return isEqual;
}

/** Weights and optimizer state as whole numbers, so that also -0 and NaN are compared. */
function bitsOf(session: Session): Int32Array {
  const tensors = [session.weights, ...session.optimizerState.values()].flatMap((state) => [...state.values()]);
  const bits = new Int32Array(tensors.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of tensors) {
    bits.set(new Int32Array(data.buffer, data.byteOffset, data.length), at);
    at += data.length;
  }
  return bits;
}

/** Images of random pixels, a third of them black. */
function knownSet({ model }: Recipe): Dataset {
  const random = randomStream(1, 'known batch');
  const images = Uint8Array.from({ length: knownImages * elementsOf(model.input) }, () => {
    const value = random.below(384);
    return value < 256 ? value : 0;
  });
  const labels = Uint8Array.from({ length: knownImages }, (_, i) => i % model.classes);
  return { name: 'the known batch', images, labels, shape: model.input, classes: model.classes };
}
