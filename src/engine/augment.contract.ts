/** The contract of resampling: PyTorch's numbers for views drawn from given random numbers. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RandomNumbers } from '../data/augmentation/augmentation.ts';
import { noiseSize } from '../data/augmentation/smooth-noise.ts';
import type { View } from '../data/augmentation/view.ts';
import { type AugmentationOptions, augmentation, viewsOf } from '../data/augmentations.ts';

export interface AugmentCase {
  readonly values: AugmentationOptions;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Bytes [channel][y][x]. */
  readonly image: readonly number[];
  /** [noiseRows][columns], columns being the width rounded up to a multiple of four. */
  readonly noise: readonly number[];
  readonly noiseRows: number;
  readonly uniform: readonly number[];
  readonly below: readonly (readonly [bound: number, value: number])[];
  readonly expected: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('../../test/golden/augmentation.json', import.meta.url), 'utf8'));
const cases: readonly AugmentCase[] = golden.cases;

/** Gives the case's numbers in order, and refuses others. */
function given({ uniform, below }: AugmentCase): RandomNumbers & { readonly left: () => number } {
  const [floats, integers] = [[...uniform], [...below]];
  return {
    uniform: () => floats.shift()!,
    below(bound) {
      const [expected, value] = integers.shift()!;
      expect(bound).toBe(expected);
      return value;
    },
    left: () => floats.length + integers.length,
  };
}

/** @param see the image as the view shows it, [channel][y][x]. @param tolerance of a pixel. */
export function augmentContract(
  name: string,
  see: (given: AugmentCase, view: View, columns: number) => ArrayLike<number>,
  tolerance: number,
): void {
  test.each(cases)(`${name}: $values of $channels channels of $height x $width`, (each) => {
    const { values, height, width, noiseRows, expected } = each;
    const random = given(each);
    const view = viewsOf(augmentation(values))({ random, height, width, noiseRows });
    expect(random.left()).toBe(0);
    const seen = see(each, view, noiseSize(each).columns);
    expect(seen.length).toBe(expected.length);
    const worst = Math.max(...expected.map((value, i) => Math.abs(seen[i]! - value)));
    expect(worst).toBeLessThan(tolerance);
  });
}
