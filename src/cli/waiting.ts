/** The message while a command waits to see whether a lock holder still lives. */
import { describeHolder, type Holder, staleMs } from '../disk/lock.ts';

/** Prints on standard error, because programs read standard output. */
export function tellOfWait(holder: Holder): void {
  process.stderr.write(
    `${describeHolder(holder)} has left its lock here; waiting up to ${staleMs / 1000} seconds for a heartbeat.\n`,
  );
}
