/**
 * Gives jobs whose worker is silent to others, as pg-boss does, but not right after an outage of the database: then
 * everybody was silent, and trainings that go on would be done twice.
 */
import { pause } from './pause.ts';

/** Time between two looks (ms). */
const lookMs = 1_000;
/** How long workers have for a heartbeat after an outage (ms): they beat every two seconds, and wait two for a connection. */
const graceMs = 6_000;

export interface SupervisionOptions {
  /** Gives lost jobs to others. @throws while the database is away. */
  readonly supervise: () => Promise<void>;
  /** @throws while the database is away. */
  readonly probe: () => Promise<unknown>;
  readonly signal: AbortSignal;
  /** For tests: the clock (ms), and waiting on it. */
  readonly now?: () => number;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Looks every second until the signal is aborted. */
export async function superviseJobs(options: SupervisionOptions): Promise<void> {
  const { supervise, probe, signal, now = () => performance.now(), wait = pause } = options;
  let isAway = false;
  let quietUntil = now();
  for (;;) {
    await wait(lookMs, signal);
    if (signal.aborted) return;
    try {
      if (isAway) {
        await probe();
        quietUntil = now() + graceMs;
      } else if (now() >= quietUntil) await supervise();
      isAway = false;
    } catch {
      isAway = true;
    }
  }
}
