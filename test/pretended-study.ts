/** For tests: studies whose trainings are pretended by workers of this process, for faults of the fleet itself. */
import { connectCoordinator } from '../src/fleet/coordinator-connection.ts';
import { pretendAssignment } from '../src/fleet/fleet.testing.ts';
import type { FleetEvent } from '../src/fleet/fleet-event.ts';
import { pretendedResult, pretendPerformer } from '../src/fleet/pretend-performer.ts';
import { pretendTask } from '../src/fleet/pretend-task.ts';
import type { WorkResult } from '../src/fleet/result.ts';
import type { WorkOrder } from '../src/fleet/work-order.ts';
import { work } from '../src/fleet/worker.ts';
import type { WorkerEvent } from '../src/fleet/worker-event.ts';
import { runStudy } from '../src/runner/study-run.ts';
import { MemoryStore } from '../src/store/memory.ts';
import type { StudyRecord } from '../src/store/store.ts';
import type { StudyDefinition } from '../src/study/definition.ts';
import { until } from './fleet.ts';

export const { engine } = pretendAssignment;

export interface PretendedStudy {
  /** The database's address, of the coordinator's end. */
  readonly address: string;
  readonly trials?: number;
  readonly jobs?: number;
  readonly audit?: number;
  readonly signal?: AbortSignal;
  readonly tell?: (event: FleetEvent) => void;
  /** Called for each trial that has ended. */
  readonly onEnd?: () => void;
}

/** Runs a study with the fleet. */
export async function pretendedStudy({
  address,
  trials = 30,
  jobs = 10,
  audit = 0,
  signal,
  tell = () => {},
  onEnd = () => {},
}: PretendedStudy): Promise<StudyRecord> {
  const connection = await connectCoordinator(address);
  const task = pretendTask({ connection, study: crypto.randomUUID(), engine, audit, tell });
  const store = new MemoryStore();
  for await (const { type } of runStudy({ definition: definitionOf(trials), task, store, jobs, signal })) {
    if (type === 'trial-end') onEnd();
  }
  return (await store.read())!;
}

function definitionOf(trials: number): StudyDefinition {
  return {
    name: 'pretended',
    objective: 'score',
    base: {},
    plan: { kind: 'random', trials, seed: 1 },
    space: { x: { kind: 'float', low: 0, high: 1 } },
    seeds: [1],
  };
}

export interface PretendWorker {
  readonly events: readonly WorkerEvent[];
  stop(): Promise<void>;
}

export async function pretendWorker({
  address,
  slots = 4,
  ms = 5,
  result = pretendedResult,
}: {
  readonly address: string;
  readonly slots?: number;
  readonly ms?: number;
  readonly result?: (order: WorkOrder) => WorkResult;
}): Promise<PretendWorker> {
  const stopper = new AbortController();
  const events: WorkerEvent[] = [];
  const ended = work({
    address,
    slots,
    name: 'test',
    cpu: 'none',
    engine,
    performer: pretendPerformer(ms, result),
    signal: stopper.signal,
    tell: (event) => events.push(event),
  });
  ended.catch(() => {});
  await until(
    () => events.length > 0,
    () => 'a worker',
  );
  return {
    events,
    async stop() {
      stopper.abort();
      await ended;
    },
  };
}
