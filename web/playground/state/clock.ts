/** The clock of a training [s]: it stands while the training is held. */

/** When it began to run [ms]; undefined while it stands. */
let since: number | undefined;
let before = 0;

export function startClock(): void {
  since = performance.now();
}

export function stopClock(): void {
  before = secondsNow();
  since = undefined;
}

export function resetClock(): void {
  since = undefined;
  before = 0;
}

export function secondsNow(): number {
  return before + (since === undefined ? 0 : (performance.now() - since) / 1000);
}
