/** The worker names in a journal, which tell our lines from those of other programs. */

export const workerPrefix = 'lenet-lab-';

/** Whether this worker is ours. */
export function isOurs(worker: string): boolean {
  return worker.startsWith(workerPrefix);
}
