/** Images that occur more than once in a data set, or in its training set and its test set alike. */
import type { Dataset } from './dataset.ts';

/** Images whose pixels are all equal: their places in both sets, from 0 and in order. */
export interface EqualImages {
  readonly train: readonly number[];
  readonly test: readonly number[];
  /** Whether not all of them have the same label. */
  readonly labelsDiffer: boolean;
}

/** A group while it grows. */
interface Group {
  /** The bytes of its first image. */
  readonly bytes: Uint8Array;
  readonly train: number[];
  readonly test: number[];
}

/**
 * The groups of equal images, in the order of their first image; images that occur once are left out. Compares pixels,
 * not only their hashes. Time grows with the number of pixels.
 */
export function equalImages(train: Dataset, test: Dataset): readonly EqualImages[] {
  const groups = new Map<number, Group[]>();
  for (const [name, set] of [
    ['train', train],
    ['test', test],
  ] as const) {
    const { images, labels } = set;
    const all = new Uint8Array(images.buffer, images.byteOffset, images.byteLength);
    const size = all.length / labels.length;
    for (let image = 0; image < labels.length; image++) {
      const bytes = all.subarray(image * size, (image + 1) * size);
      const hash = hashOf(bytes);
      const near = groups.get(hash) ?? [];
      let group = near.find((each) => areEqual(each.bytes, bytes));
      if (!group) {
        group = { bytes, train: [], test: [] };
        near.push(group);
        groups.set(hash, near);
      }
      group[name].push(image);
    }
  }
  return [...groups.values()]
    .flat()
    .filter((group) => group.train.length + group.test.length > 1)
    .map((group) => ({ train: group.train, test: group.test, labelsDiffer: labelsOf(group, train, test).size > 1 }));
}

function labelsOf(group: Group, train: Dataset, test: Dataset): ReadonlySet<number> {
  return new Set([
    ...group.train.map((image) => train.labels[image]!),
    ...group.test.map((image) => test.labels[image]!),
  ]);
}

/** FNV-1a, 32 bits. Source: Fowler, Noll, Vo. */
function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
