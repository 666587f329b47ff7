/** Warnings on standard error, one line each. */
import { coresInWords, type Machine, type Room, usableCores } from '../runner/machine.ts';

export function warn(text: string): void {
  process.stderr.write(`warning: ${text}\n`);
}

/**
 * The warning about more threads than can work at once; undefined where there is nothing to warn about.
 * @param parts the most threads that a batch can occupy: its chunks of 16 or more images.
 */
export function threadsWarning(asked: number, parts: number, machine: Machine): string | undefined {
  const cores = usableCores(machine);
  if (asked > cores) {
    return `--threads ${asked}: this machine has ${coresInWords(machine)}, so more than ${cores} threads are not faster and may be much slower`;
  }
  if (asked > parts) {
    return `--threads ${asked}: a batch can occupy ${parts} ${parts === 1 ? 'thread' : 'threads'} only; the others have nothing to do`;
  }
  return undefined;
}

/** The number of trials that run at once when `asked` are wanted, and the warnings to print first. */
export function usefulJobs(asked: number, room: Room, machine: Machine): { jobs: number; warnings: string[] } {
  const cores = usableCores(machine);
  const jobs = Math.max(1, Math.min(asked, room.threads));
  const warnings: string[] = [];
  if (jobs < asked) {
    warnings.push(`${jobs} ${jobs === 1 ? 'trial runs' : 'trials run'} at once instead of ${asked}: ${room.because}`);
  }
  if (jobs > cores) {
    warnings.push(
      `--jobs ${jobs}: this machine has ${coresInWords(machine)}, so more than ${cores} trials at once are not faster and take more memory; use --jobs ${cores}`,
    );
  }
  return { jobs, warnings };
}
