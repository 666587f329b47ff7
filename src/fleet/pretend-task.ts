/** A task whose trials are pretended by the workers of a fleet: for measurements of the fleet itself and for tests. */
import { functionTask } from '../tasks/function.ts';
import type { Task } from '../tasks/task.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import type { FleetEvent } from './fleet-event.ts';
import { fleetPool } from './pool.ts';
import type { Queue } from './queue.ts';
import { type Assignment, fleetFormat } from './work-order.ts';

export interface PretendTaskOptions {
  readonly connection: { readonly database: Database; readonly queue: Queue };
  readonly study: string;
  readonly engine: Engine;
  readonly audit?: number;
  readonly tell?: (event: FleetEvent) => void;
}

/** A task with one parameter `x`, whose scores are those of `pretendedResult`. */
export function pretendTask({ connection, study, engine, audit = 0, tell = () => {} }: PretendTaskOptions): Task {
  const task = functionTask({ parameters: { x: 0 }, run: () => 0 });
  const assignment: Assignment = {
    format: fleetFormat,
    engine,
    task: 'pretend',
    data: { hash: 'function', blob: null },
    protocol: null,
    heldOut: null,
    heldOutSplit: null,
    objective: 'score',
    evaluateTrain: false,
    teachers: null,
  };
  return {
    settings: task.settings,
    async open(definition) {
      const opened = await task.open(definition);
      const { name } = definition;
      return { ...opened, pool: fleetPool({ ...connection, study: () => study, name, assignment, audit, tell }) };
    },
  };
}
