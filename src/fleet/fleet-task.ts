/** Our networks as a task whose trials run on the workers of a fleet. */
import { UsageError } from '../base/errors.ts';
import { datasetSize } from '../data/dataset.ts';
import { writeFileAtomically } from '../disk/atomic-file.ts';
import { assertHeld } from '../disk/lock.ts';
import { readBytes } from '../disk/read-file.ts';
import { sha256Of } from '../disk/sha256.ts';
import { fleetStatusFile } from '../runner/fleet-status.ts';
import { type LenetTaskOptions, lenetTask, type StudyWork } from '../runner/lenet-task.ts';
import { modelFileAt } from '../runner/run-folder.ts';
import type { StudyDefinition } from '../study/definition.ts';
import { plannedLevels } from '../study/strategies.ts';
import type { CompleteTrial } from '../study/trial.ts';
import { completeSettings } from '../tasks/lenet/configuration.ts';
import type { OpenTask, Task, TrialOrder } from '../tasks/task.ts';
import { checkResult } from './check-result.ts';
import { encodeData } from './data-file.ts';
import type { Database } from './database.ts';
import type { Engine } from './engine.ts';
import type { FleetEvent } from './fleet-event.ts';
import { FleetFiles } from './fleet-files.ts';
import { outageTeller } from './outage.ts';
import { fleetPool } from './pool.ts';
import type { Queue } from './queue.ts';
import type { WorkResult } from './result.ts';
import { putBlob } from './sql/blobs.ts';
import { studyName } from './study-name.ts';
import { type Assignment, fleetFormat } from './work-order.ts';

export interface FleetTaskOptions extends Omit<LenetTaskOptions, 'pool'> {
  /** Called when the study's data have been checked. */
  readonly connect: () => Promise<{ readonly database: Database; readonly queue: Queue }>;
  readonly engine: Engine;
  /** The share of trainings that are done twice, 0 to 1. */
  readonly audit: number;
  readonly tell: (event: FleetEvent) => void;
  /** Ends the fetching of files. */
  readonly signal?: AbortSignal | undefined;
}

/** A task of {@link fleetTask}. */
export interface FleetTask extends Task {
  /**
   * Fetches the files of complete trials that the study's folder lacks, until the signal. Call it before the study has
   * ended. @returns the numbers of trials whose files are still lacking.
   */
  fetchFiles(trials: readonly CompleteTrial[]): Promise<readonly number[]>;
  /** Says about how many trainings the study still needs, for the time left. */
  expect(trainings: number): void;
}

/** {@link lenetTask} with the workers of a fleet. The study's results are those of one machine. */
export function fleetTask({ connect, engine, audit, tell, signal, ...local }: FleetTaskOptions): FleetTask {
  const { folder, claim, evaluateTrain = true } = local;
  const check = () => {
    if (claim) assertHeld(claim(), `the study in ${folder}`);
  };
  let files: FleetFiles | undefined;
  let left = 0;
  const task = lenetTask({
    ...local,
    async pool(work) {
      const { definition, run } = work;
      refuseFused(definition);
      // The data of the npm package are on every machine.
      const bytes = work.loaded.folder === null ? undefined : encodeData(work.loaded);
      const assignment = assignmentOf(work, { engine, evaluateTrain, bytes });
      const { database, queue } = await connect();
      const patience = { signal, ...outageTeller(tell) };
      const own = new FleetFiles({ folder, check, assignment, data: run, definition, database, patience });
      files = own;
      return fleetPool({
        database,
        queue,
        study: () => studyName(folder, check),
        name: definition.name,
        assignment,
        audit,
        prepare: (study) => upload(database, study, { bytes, teachers: work.teachers }),
        check: (order, result) => refuseUnfit(order, result, work),
        keep: async (trial, result) => {
          await own.write(trial, result);
        },
        tell,
        parallel: definition.plan.kind === 'search' ? definition.plan.parallel : null,
        left: () => left,
        show: (status) => writeFileAtomically(fleetStatusFile(folder), JSON.stringify(status), { check }),
      });
    },
  });
  return {
    settings: task.settings,
    async open(definition) {
      const opened = await task.open(definition);
      const results: OpenTask['results'] = async (trial, options) => {
        const found = await opened.results(trial, options);
        if (found.state === 'whole' || !(await files?.fetch(trial))) return found;
        return opened.results(trial, options);
      };
      return { ...opened, results };
    },
    async fetchFiles(trials) {
      return (await files?.fetchMissing(trials))?.lacking ?? [];
    },
    expect(trainings) {
      left = trainings;
    },
  };
}

function assignmentOf(
  { definition, run }: StudyWork,
  {
    engine,
    evaluateTrain,
    bytes,
  }: { readonly engine: Engine; readonly evaluateTrain: boolean; readonly bytes: Uint8Array | undefined },
): Assignment {
  const { protocol, heldOut, heldOutSplit, objective, distill } = definition;
  return {
    format: fleetFormat,
    engine,
    task: 'lenet',
    data: { hash: run.hash, blob: bytes ? sha256Of(bytes) : null },
    protocol: protocol ?? null,
    heldOut: heldOut ?? null,
    heldOutSplit: heldOutSplit ?? null,
    objective,
    evaluateTrain,
    teachers: distill
      ? {
          files: distill.teachers.map(({ sha256 }) => sha256),
          temperature: distill.temperature,
          weight: distill.weight,
        }
      : null,
  };
}

/** @throws UsageError where a level trains with fused arithmetic, whose bits differ between processors. */
function refuseFused(definition: StudyDefinition): void {
  const levels = plannedLevels(definition).flat();
  const isFused = levels.some(
    ({ settings }) => completeSettings({ ...definition.base, ...settings }).arithmetic === 'fused',
  );
  const { arithmetic } = definition.space;
  const isTried = arithmetic?.kind === 'choices' && arithmetic.values.includes('fused');
  if (!isFused && !isTried) return;
  throw new UsageError(
    'arithmetic: fused differs between processors, so that machines cannot check each other; a fleet needs strict',
  );
}

/** Puts the data and the teachers into the database, unless they are there. */
async function upload(
  database: Database,
  study: string,
  { bytes, teachers }: { readonly bytes: Uint8Array | undefined; readonly teachers: readonly string[] },
): Promise<void> {
  if (bytes) await putBlob(database, study, bytes);
  for (const teacher of teachers) await putBlob(database, study, readBytes(modelFileAt(teacher)));
}

function refuseUnfit(order: TrialOrder, result: WorkResult, { run, definition }: StudyWork): void {
  const { epochs, testLimit } = completeSettings(order.configuration);
  const all = datasetSize(run.evaluation);
  const evaluated = run.evaluatedOn === 'test' ? Math.min(all, testLimit ?? all) : all;
  checkResult(order, result, { objective: definition.objective, evaluated, epochs });
}
