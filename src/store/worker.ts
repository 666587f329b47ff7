/** The names of the workers that write a journal: ours are told from those of other programs. */

export const workerPrefix = 'lenet-lab-';

/** Whether a line or a trial is ours. Trials of other workers are left alone. */
export function isOurs(worker: string): boolean {
  return worker.startsWith(workerPrefix);
}
