/** How the learning rate changes from pass to pass. */

export type ScheduleName = 'constant' | 'lecun1998';
export const scheduleNames: readonly ScheduleName[] = ['constant', 'lecun1998'];

/**
 * [passes, share of the first rate]: 0.0005 for two passes, 0.0002 for three, 0.0001 for three, 0.00005 for four, 0.00001 from then on.
 * Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 1998, section III.B.
 */
const lecun1998 = [
  [2, 1],
  [3, 0.4],
  [3, 0.2],
  [4, 0.1],
  [Infinity, 0.02],
] as const;

/** What the learning rate is multiplied by in the pass number `epoch`, from 0. */
export function rateFactor(schedule: ScheduleName, epoch: number): number {
  if (schedule === 'constant') return 1;
  let before = 0;
  for (const [passes, factor] of lecun1998) {
    before += passes;
    if (epoch < before) return factor;
  }
  return lecun1998.at(-1)![1];
}
