/** The last words of the process on an error that no command expects. */
import { inspect } from 'node:util';
import { codeOf, neededFiles } from '../disk/platform.ts';

/** From now on an error that nothing catches ends the process with {@link lastWords} and exit code 1. */
export function endOnUncaught(): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(lastWords(error));
    process.exit(1);
  });
}

/**
 * One line for a failure of the system: a limit on open files, or a system call that failed in an unexpected place.
 * Every other error is a bug and is shown with its stack trace.
 */
export function lastWords(error: unknown): string {
  const isLimit = ['EMFILE', 'ENFILE'].includes(codeOf(error) ?? '');
  // Node's module loader has errors of its own about files that it could not open.
  if (isLimit || (error instanceof Error && /too many open files/i.test(error.message))) {
    return `error: too many open files: the limit is too low to start (ulimit -n); lenet needs ${neededFiles}\n`;
  }
  if (error instanceof Error && 'syscall' in error) return `error: ${error.message.replace(/\s+/g, ' ')}\n`;
  return `${inspect(error)}\n`;
}
