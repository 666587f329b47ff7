/** What a person is told while a command waits to see whether the holder of a lock still lives. */
import { describeHolder, type Holder, staleMs } from '../disk/lock.ts';

/** On standard error, where it disturbs no output that a program reads. */
export function tellOfWait(holder: Holder): void {
  process.stderr.write(
    `${describeHolder(holder)} has left its lock here; waiting up to ${staleMs / 1000} seconds for a heartbeat.\n`,
  );
}
