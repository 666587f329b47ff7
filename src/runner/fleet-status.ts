/**
 * How the fleet of a study stands. The coordinator writes it into the study's folder every two seconds, so that the page
 * can show it wherever the folder can be read.
 */
import { join } from 'node:path';

/** A training that a worker does. */
export interface FleetTraining {
  /** Its trial in this study; null for a training of another study. */
  readonly trial: number | null;
  /** Since it began on this worker (seconds). */
  readonly seconds: number;
  /** The part that is done, 0 to 1. */
  readonly share: number;
  /** Since the part last grew (seconds). */
  readonly silentSeconds: number;
}

export interface FleetWorker {
  readonly id: string;
  /** The name of its machine. */
  readonly name: string;
  readonly cpu: string;
  /** Trainings at once. */
  readonly slots: number;
  /** Trainings that it has ended since it came. */
  readonly ended: number;
  /** Since it came (seconds). */
  readonly upSeconds: number;
  readonly doing: readonly FleetTraining[];
}

/** What a coordinator says of its study. */
export interface FleetPace {
  /** Trainings that the study waits for now. */
  readonly wanted: number;
  /** Trainings that have ended since the coordinator began. */
  readonly ended: number;
  /** About how many trainings are still to come, those that it waits for included. */
  readonly left: number;
  /** Second results that were equal. */
  readonly checks: number;
  /** Copies of stragglers that were sent. */
  readonly copies: number;
  /** Trainings a minute, over the last minutes. */
  readonly perMinute: number;
  /** Until the end at this pace (seconds); null before the first trainings have ended. */
  readonly secondsLeft: number | null;
}

export interface FleetStatus {
  /** When it was written, by the coordinator's clock (milliseconds since 1970). */
  readonly at: number;
  /** Why the database is away; null where it answers. */
  readonly away: string | null;
  /** Trainings of all studies that no worker has taken. */
  readonly queued: number;
  readonly workers: readonly FleetWorker[];
  readonly pace: FleetPace;
}

export function fleetStatusFile(folder: string): string {
  return join(folder, 'fleet-status.json');
}
