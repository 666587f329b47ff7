/** The number of images that a trial's recorded answers are about. The record does not hold this number itself. */
import { onesInBytes } from '../base/bits.ts';
import type { Trial } from '../study/trial.ts';

/**
 * Images of the set that selects. The answers are bits, padded to bytes, so there are at most eight candidates; the
 * recorded accuracy tells which. Undefined where no trial recorded its answers.
 */
export function imagesOf(trials: readonly Trial[]): number | undefined {
  let bound: number | undefined;
  for (const { wrong, curve } of trials) {
    if (!wrong) continue;
    const most = wrong.length * 8;
    bound ??= most;
    const accuracy = curve.at(-1)?.selection?.accuracy;
    const mistakes = onesInBytes(wrong);
    // Without a mistake every number of images has accuracy 1.
    if (accuracy === undefined || mistakes === 0) continue;
    const candidates = Array.from({ length: 8 }, (_, i) => most - i);
    const distance = (images: number) => Math.abs((images - mistakes) / images - accuracy);
    return candidates.reduce((best, images) => (distance(images) < distance(best) ? images : best));
  }
  return bound;
}
