/** The fleet of `lenet study run --fleet`. */
import { databaseAddress } from '../fleet/address.ts';
import { connectCoordinator } from '../fleet/coordinator-connection.ts';
import { type FleetTask, fleetTask } from '../fleet/fleet-task.ts';
import { measureEngine } from '../fleet/known-batch.ts';
import type { LenetTaskOptions } from '../runner/lenet-task.ts';
import { fleetLine } from './fleet.ts';

/** @param audit the share of trainings that are done twice. @param say prints a line. @throws UsageError without an address. */
export async function openFleet(
  local: LenetTaskOptions,
  audit: number,
  say: (line: string) => void,
): Promise<FleetTask> {
  const address = databaseAddress();
  const engine = await measureEngine();
  const connect = () => connectCoordinator(address);
  return fleetTask({ ...local, connect, engine, audit, tell: (event) => say(fleetLine(event)) });
}
