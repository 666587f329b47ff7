/** How the learning rate changes from pass to pass. */

export type ScheduleName = 'constant' | 'cosine' | 'lecun1998';
export const scheduleNames: readonly ScheduleName[] = ['constant', 'cosine', 'lecun1998'];

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

/**
 * What the learning rate is multiplied by in pass number `epoch` (from 0) of a run of `epochs`.
 * cosine: (1 + cos(π epoch / epochs)) / 2, as PyTorch's CosineAnnealingLR stepped after every epoch. Source: Loshchilov and Hutter, "SGDR:
 * stochastic gradient descent with warm restarts", ICLR 2017, equation 5, without restarts.
 */
export function rateFactor(schedule: ScheduleName, epoch: number, epochs: number): number {
  switch (schedule) {
    case 'constant':
      return 1;
    case 'cosine':
      return epoch < epochs ? square(cosine(((Math.PI / 2) * epoch) / epochs)) : 0;
    case 'lecun1998': {
      let before = 0;
      const stage = lecun1998.find(([passes]) => {
        before += passes;
        return epoch < before;
      });
      return stage![1];
    }
  }
}

/** cos x for 0 <= x <= π/2 to 1e-16, from its series: only multiplications and divisions, so the same bits on every machine, unlike Math.cos. */
function cosine(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 2; k <= 24; k += 2) {
    term *= -(x * x) / (k * (k - 1));
    sum += term;
  }
  return sum;
}

function square(x: number): number {
  return x * x;
}
