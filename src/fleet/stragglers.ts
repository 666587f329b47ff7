/** Which trainings take much longer than others: a pure function of what the workers say. */

/** A training at work. */
export interface TrainingAtWork {
  readonly key: string;
  /** Seconds since it began. */
  readonly seconds: number;
  /** The finished share when it was last heard of, 0 to 1, and how long ago that share was new (seconds). */
  readonly share: number;
  readonly silentSeconds: number;
}

export interface FleetSight {
  /** Trainings that wait in the queue. */
  readonly queued: number;
  /** Places of workers that have nothing to do. */
  readonly idle: number;
  readonly atWork: readonly TrainingAtWork[];
  /** How long ended trainings took (seconds). */
  readonly ended: readonly number[];
}

/** A training without progress for so long (three heartbeats) is suspected, however short it has run. */
const longestSilence = 30;
/** How many times the usual time a training may take. */
const patience = 2;
/** Fewer ended trainings say nothing about the usual time. */
const leastEnded = 3;

/** The keys of the trainings of which a copy is worth it, the slowest first. None while work waits in the queue. */
export function stragglersIn({ queued, idle, atWork, ended }: FleetSight): readonly string[] {
  if (queued > 0 || idle === 0) return [];
  const usual = ended.length < leastEnded ? Number.POSITIVE_INFINITY : median(ended);
  return atWork
    .filter(({ seconds, silentSeconds }) => silentSeconds > longestSilence || seconds > patience * usual)
    .sort((a, b) => remaining(b) - remaining(a))
    .map(({ key }) => key);
}

/** Seconds that it still needs if it goes on as before. */
function remaining({ seconds, share }: TrainingAtWork): number {
  return share <= 0 ? Number.POSITIVE_INFINITY : (seconds * (1 - share)) / share;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
