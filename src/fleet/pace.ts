/** How fast a study goes: the trainings that ended lately, and the time until the end. */

/** The time over which ended trainings are counted (ms). */
const windowMs = 3 * 60_000;
/** Ended trainings whose times say how long a training usually takes. */
const mostTimes = 200;

export class Pace {
  readonly #began: number;
  #endedAt: number[] = [];
  #seconds: number[] = [];
  #ended = 0;

  /** @param now when the first training was asked for (ms), of the clock of all further times. */
  constructor(now: number) {
    this.#began = now;
  }

  /** A training ended. @param seconds that it took; 0 where that is unknown. */
  end(now: number, seconds: number): void {
    this.#ended++;
    this.#endedAt.push(now);
    if (seconds > 0) this.#seconds = [...this.#seconds.slice(1 - mostTimes), seconds];
  }

  /** Trainings that have ended. */
  get ended(): number {
    return this.#ended;
  }

  /** The times of the last trainings (seconds). */
  get seconds(): readonly number[] {
    return this.#seconds;
  }

  /** Trainings a minute over the last three minutes, or since the beginning. */
  perMinute(now: number): number {
    const since = Math.max(this.#began, now - windowMs);
    this.#endedAt = this.#endedAt.filter((at) => at >= since);
    return now > since ? (60_000 * this.#endedAt.length) / (now - since) : 0;
  }

  /** The time that so many trainings take (seconds); null while none has ended lately. */
  secondsFor(trainings: number, now: number): number | null {
    const perMinute = this.perMinute(now);
    if (trainings === 0) return 0;
    return perMinute > 0 ? (60 * trainings) / perMinute : null;
  }
}
