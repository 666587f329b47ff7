/**
 * The training digits with a part held out, as `lenet study run` with protocol held-out splits them, without another 47 MB for a copy:
 * the digits that are held out move to the end of the set's own arrays, and back when they are given back.
 */
import { heldOutImages } from '../../../src/data/hold-out.ts';
import { mnistHash } from '../../../src/data/mnist.ts';
import type { Digits } from './mnist.ts';

/** What the two settings are trained on, and what they are judged on. */
export interface ContestDigits {
  readonly train: Digits;
  readonly validation: Digits;
}

const pixels = 28 * 28;

export class HeldOutDigits implements ContestDigits {
  readonly train: Digits;
  readonly validation: Digits;
  readonly #all: Digits;
  /** Numbers of the digits that are held out, ascending. */
  readonly #held: readonly number[];

  /** Changes the order of the digits, until {@link giveBack}. @param hash of the data, which decides what is held out. */
  constructor(all: Digits, hash = mnistHash) {
    const { images, labels } = all;
    this.#all = all;
    this.#held = [...heldOutImages(all, hash)].sort((a, b) => a - b);
    const kept = labels.length - this.#held.length;
    moveToEnd(images, pixels, this.#held);
    moveToEnd(labels, 1, this.#held);
    const part = (name: string, from: number, to: number): Digits => ({
      ...all,
      name: `${all.name}${name}`,
      images: images.subarray(from * pixels, to * pixels),
      labels: labels.subarray(from, to),
    });
    this.train = part(' without the held-out part', 0, kept);
    this.validation = part(', held-out part', kept, labels.length);
  }

  /** The number in the whole set of the digit that is at this place now. */
  numberOf(place: number): number {
    const kept = this.train.labels.length;
    if (place >= kept) return this.#held[place - kept]!;
    let number = place;
    for (const held of this.#held) {
      if (held > number) break;
      number += 1;
    }
    return number;
  }

  /** Puts the digits in their order again. The two parts must not be used any more. */
  giveBack(): void {
    moveBack(this.#all.images, pixels, this.#held);
    moveBack(this.#all.labels, 1, this.#held);
  }
}

/** Moves some rows to the end; all others move up. Both keep their order. @param rows ascending. */
function moveToEnd(values: Uint8Array, width: number, rows: readonly number[]): void {
  const apart = new Uint8Array(rows.length * width);
  for (const [place, row] of rows.entries()) {
    apart.set(values.subarray(row * width, (row + 1) * width), place * width);
    const next = rows[place + 1] ?? values.length / width;
    values.copyWithin((row - place) * width, (row + 1) * width, next * width);
  }
  values.set(apart, values.length - apart.length);
}

/** Undoes {@link moveToEnd}. */
function moveBack(values: Uint8Array, width: number, rows: readonly number[]): void {
  const apart = values.slice(values.length - rows.length * width);
  for (let place = rows.length - 1; place >= 0; place--) {
    const row = rows[place]!;
    const next = rows[place + 1] ?? values.length / width;
    values.copyWithin((row + 1) * width, (row - place) * width, (next - place - 1) * width);
    values.set(apart.subarray(place * width, (place + 1) * width), row * width);
  }
}
