/**
 * Holds out a part of the training set: for selection, so that nothing is selected on the test set; or as the test set
 * of data that have none.
 */
import { checkInteger } from '../base/argument.ts';
import { UsageError } from '../base/errors.ts';
import { permutation, randomStream } from '../base/random.ts';
import { areBytes, type Dataset, datasetSize } from './dataset.ts';

/** One image in twelve: 5,000 of MNIST's 60,000. */
const heldOutShare = 1 / 12;

/** One image in six is tested on where the data have no test set, near MNIST's one in seven. */
const testShare = 1 / 6;

/** Which images are held out. */
export interface HeldOut {
  /** How many. Default: one in twelve. */
  readonly heldOut?: number | undefined;
  /** Which of the disjoint parts of this size, from 1 on. Default: 1. */
  readonly heldOutSplit?: number | undefined;
}

/**
 * Splits off some images, with the shares of the classes kept (largest remainders). The random draw depends on the
 * data's hash alone, so equal data always give the same splits. No two splits of a size share a held-out image. Both
 * parts keep the order of the data.
 * @param hash of the data.
 * @throws UsageError for fewer than six images, where no image would be left to train on, and for a split beyond the last.
 */
export function holdOut(dataset: Dataset, hash: string, which: HeldOut = {}): { train: Dataset; validation: Dataset } {
  const held = heldOutImages(dataset, hash, which);
  return {
    train: pickWhere(dataset, (index) => !held.has(index), `${dataset.name} without the held-out part`),
    validation: pickWhere(dataset, (index) => held.has(index), `${dataset.name}, held-out part`),
  };
}

/** The indices of the images that {@link holdOut} holds out. @throws UsageError as it does. */
export function heldOutImages(
  dataset: Dataset,
  hash: string,
  { heldOut, heldOutSplit = 1 }: HeldOut = {},
): ReadonlySet<number> {
  const size = datasetSize(dataset);
  if (size < 6) throw new UsageError(`${dataset.name} has ${size} images; holding out needs at least 6`);
  if (heldOut !== undefined) checkInteger(`images to hold out of ${dataset.name}`, heldOut, 1, size - 1);
  const count = heldOut ?? Math.round(size * heldOutShare);
  return drawn(dataset, count, { purpose: 'held-out', hash, split: heldOutSplit });
}

/**
 * Splits off one image in six as {@link holdOut} does, as the test set of data that have none.
 * @param name of the data. @throws UsageError for fewer than six images.
 */
export function holdOutTestSet(dataset: Dataset, hash: string, name: string): { train: Dataset; test: Dataset } {
  if (datasetSize(dataset) < 6) {
    throw new UsageError(
      `${name} has no test set, and ${datasetSize(dataset)} of the at least 6 images that holding one out needs`,
    );
  }
  const held = drawn(dataset, Math.round(datasetSize(dataset) * testShare), { purpose: 'test-set', hash, split: 1 });
  return {
    train: pickWhere(dataset, (index) => !held.has(index), `${name} train`),
    test: pickWhere(dataset, (index) => held.has(index), `${name} test`),
  };
}

/** The indices of so many images, with the shares of the classes kept. @throws UsageError for a split beyond the last. */
function drawn(
  dataset: Dataset,
  wanted: number,
  { purpose, hash, split }: { readonly purpose: string; readonly hash: string; readonly split: number },
): ReadonlySet<number> {
  const size = datasetSize(dataset);
  const byClass = Array.from({ length: dataset.classes }, () => [] as number[]);
  for (const [index, label] of dataset.labels.entries()) byClass[label]!.push(index);
  const quotas = sharesOf(byClass.map(({ length }) => (length * wanted) / size));
  const splits = byClass.flatMap(({ length }, label) =>
    quotas[label]! > 0 ? [Math.floor(length / quotas[label]!)] : [],
  );
  checkInteger(`held-out split of ${dataset.name} (${wanted} images each)`, split, 1, Math.min(...splits));
  const held = new Set<number>();
  for (const [label, indices] of byClass.entries()) {
    const order = permutation(indices.length, randomStream(0, purpose, hash, label));
    const quota = quotas[label]!;
    for (const at of order.subarray((split - 1) * quota, split * quota)) held.add(indices[at]!);
  }
  return held;
}

function pickWhere(dataset: Dataset, isWanted: (index: number) => boolean, name: string): Dataset {
  const all = Array.from({ length: datasetSize(dataset) }, (_, index) => index);
  return pick(dataset, all.filter(isWanted), name);
}

/** Integers near the given numbers and with the same sum: rounded down, then the largest remainders rounded up. */
function sharesOf(exact: readonly number[]): number[] {
  const shares = exact.map(Math.floor);
  const total = Math.round(exact.reduce((sum, value) => sum + value, 0));
  const byRemainder = exact.map((value, index) => ({ index, rest: value - shares[index]! }));
  byRemainder.sort((a, b) => b.rest - a.rest || a.index - b.index);
  const lacking = total - shares.reduce((sum, value) => sum + value, 0);
  for (const { index } of byRemainder.slice(0, lacking)) shares[index]!++;
  return shares;
}

function pick({ images, labels, files, shape, ...rest }: Dataset, indices: readonly number[], name: string): Dataset {
  const pixels = shape[0] * shape[1] * shape[2];
  const length = indices.length * pixels;
  const picked = areBytes(images) ? new Uint8Array(length) : new Float32Array(length);
  for (const [to, from] of indices.entries())
    picked.set(images.subarray(from * pixels, (from + 1) * pixels), to * pixels);
  const part = { ...rest, name, shape, images: picked, labels: Uint8Array.from(indices, (index) => labels[index]!) };
  return files ? { ...part, files: indices.map((index) => files[index]!) } : part;
}
