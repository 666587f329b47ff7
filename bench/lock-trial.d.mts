/** Types of lock-trial.mjs for the tests. */
export interface Race {
  readonly processes: number;
  readonly turns: number;
  readonly writes: number;
  readonly pauseMs: number;
  readonly staleMs: number;
  readonly isContainer: boolean;
  readonly disturb?: string;
  readonly disturbMs?: number;
}
export function raceForLock(
  race: Race,
): Promise<Readonly<Record<'held' | 'lost' | 'kills' | 'suspensions' | 'writes' | 'overlaps', number>>>;
