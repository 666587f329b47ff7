/** Holds out a part of the training set for selection, so that nothing is selected on the test set. */
import { UsageError } from '../base/errors.ts';
import { permutation, randomStream } from '../base/random.ts';
import { areBytes, type Dataset, datasetSize } from './dataset.ts';

/** One image in twelve: 5,000 of MNIST's 60,000. */
const heldOutShare = 1 / 12;

/**
 * Splits off one image in twelve, with the shares of the classes kept (largest remainders). The random draw depends on
 * the data's hash alone, so equal data always give the same split. Both parts keep the order of the data.
 * @param hash of the data. @throws UsageError for fewer than six images.
 */
export function holdOut(dataset: Dataset, hash: string): { train: Dataset; validation: Dataset } {
  const size = datasetSize(dataset);
  const wanted = Math.round(size * heldOutShare);
  if (wanted < 1) throw new UsageError(`${dataset.name} has ${size} images; holding out needs at least 6`);
  const byClass = Array.from({ length: dataset.classes }, () => [] as number[]);
  for (const [index, label] of dataset.labels.entries()) byClass[label]!.push(index);
  const quotas = sharesOf(byClass.map(({ length }) => (length * wanted) / size));
  const held = new Set<number>();
  for (const [label, indices] of byClass.entries()) {
    const order = permutation(indices.length, randomStream(0, 'held-out', hash, label));
    for (let i = 0; i < quotas[label]!; i++) held.add(indices[order[i]!]!);
  }
  const all = Array.from({ length: size }, (_, index) => index);
  return {
    train: pick(
      dataset,
      all.filter((index) => !held.has(index)),
      `${dataset.name} without the held-out part`,
    ),
    validation: pick(
      dataset,
      all.filter((index) => held.has(index)),
      `${dataset.name}, held-out part`,
    ),
  };
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

function pick({ images, labels, shape, ...rest }: Dataset, indices: readonly number[], name: string): Dataset {
  const pixels = shape[0] * shape[1] * shape[2];
  const length = indices.length * pixels;
  const picked = areBytes(images) ? new Uint8Array(length) : new Float32Array(length);
  for (const [to, from] of indices.entries())
    picked.set(images.subarray(from * pixels, (from + 1) * pixels), to * pixels);
  return { ...rest, name, shape, images: picked, labels: Uint8Array.from(indices, (index) => labels[index]!) };
}
