/** The fleet of `lenet study run --fleet`. */
import { databaseAddress } from '../fleet/address.ts';
import { connectCoordinator } from '../fleet/coordinator-connection.ts';
import type { FleetEvent } from '../fleet/fleet-event.ts';
import { type FleetTask, fleetTask } from '../fleet/fleet-task.ts';
import { measureEngine } from '../fleet/known-batch.ts';
import { olderNodeNote } from '../fleet/node-version.ts';
import { outageTeller } from '../fleet/outage.ts';
import type { LenetTaskOptions } from '../runner/lenet-task.ts';
import { fleetLine } from './fleet.ts';
import { warn } from './warning.ts';

export interface FleetOptions {
  /** The share of trainings that are done twice. */
  readonly audit: number;
  /** Ends the fetching of files. */
  readonly signal: AbortSignal;
  /** Prints a line. */
  readonly say: (line: string) => void;
}

/** @throws UsageError without an address. */
export async function openFleet(local: LenetTaskOptions, { audit, signal, say }: FleetOptions): Promise<FleetTask> {
  const address = databaseAddress();
  const older = olderNodeNote();
  if (older) warn(older);
  const engine = await measureEngine();
  const tell = (event: FleetEvent) => say(fleetLine(event));
  const connect = () => connectCoordinator(address, { signal, ...outageTeller(tell) });
  return fleetTask({ ...local, connect, engine, audit, signal, tell });
}
