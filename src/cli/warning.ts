/** Warnings: one line on standard error each, before or beside the work. */
import { coresInWords, type Machine, type Room, usableCores } from '../runner/machine.ts';

export function warn(text: string): void {
  process.stderr.write(`warning: ${text}\n`);
}

/**
 * What to say if more threads were asked for than can work at once.
 * @param parts pieces of 16 images or more that a batch can be shared in.
 */
export function threadsWarning(asked: number, parts: number, machine: Machine): string | undefined {
  const cores = usableCores(machine);
  if (asked > cores) {
    return `--threads ${asked}: this machine has ${coresInWords(machine)}, so more than ${cores} threads will not be faster and may be much slower`;
  }
  if (asked > parts) {
    return `--threads ${asked}: a batch has ${parts} ${parts === 1 ? 'part' : 'parts'} to share, so the other threads wait while it is trained on`;
  }
  return undefined;
}

/** How many trials run at once when `asked` are wanted, and what to say of it before the work. */
export function usefulJobs(asked: number, room: Room, machine: Machine): { jobs: number; warnings: string[] } {
  const cores = usableCores(machine);
  const jobs = Math.max(1, Math.min(asked, room.threads));
  const warnings: string[] = [];
  if (jobs < asked) {
    warnings.push(`${jobs} ${jobs === 1 ? 'trial runs' : 'trials run'} at once instead of ${asked}: ${room.because}`);
  }
  if (jobs > cores) {
    warnings.push(
      `--jobs ${jobs}: this machine has ${coresInWords(machine)}, so more than ${cores} trials at once will not be faster and take more memory; --jobs ${cores} is best`,
    );
  }
  return { jobs, warnings };
}
