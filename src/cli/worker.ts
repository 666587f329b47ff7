/** The command `lenet worker`: trains for studies of a fleet. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorldError } from '../base/errors.ts';
import { duration, shortHash } from '../base/format.ts';
import { visible } from '../base/plain-text.ts';
import { databaseAddress, placeOf } from '../fleet/address.ts';
import { knownBits, measureEngine } from '../fleet/known-batch.ts';
import { lenetPerformer } from '../fleet/lenet-performer.ts';
import { olderNodeNote } from '../fleet/node-version.ts';
import type { LiveStudy } from '../fleet/sql/studies.ts';
import { work } from '../fleet/worker.ts';
import type { WorkerEvent } from '../fleet/worker-event.ts';
import { countText } from '../report/words/numbers.ts';
import { environment } from '../runner/environment.ts';
import type { KernelChoice } from '../runner/kernel-choice.ts';
import { readMachine, threadRoom, usableCores } from '../runner/machine.ts';
import { chooseWidth } from '../runner/octs.ts';
import { cacheFolder } from '../runner/picture-cache.ts';
import { completeHyperparameters } from '../tasks/lenet/hyperparameters.ts';
import { recipeOf } from '../tasks/lenet/recipe.ts';
import { outageText } from './fleet.ts';
import { Interrupt } from './interrupt.ts';
import { usefulJobs, warn } from './warning.ts';

export interface WorkerCommandOptions {
  readonly jobs: number;
  readonly kernels?: KernelChoice;
}

/** Works until Ctrl-C. @returns the exit code. */
export async function worker(options: WorkerCommandOptions): Promise<number> {
  const address = databaseAddress();
  const machine = readMachine();
  const { jobs, warnings } = usefulJobs(options.jobs, threadRoom(machine, { memories: true }), machine);
  const older = olderNodeNote();
  for (const text of [...(older ? [older] : []), ...warnings]) warn(text);
  const engine = await measureEngine();
  if (engine.bits !== knownBits) {
    throw new WorldError(
      `this machine gives other bits for the known batches (${shortHash(engine.bits)} instead of ${shortHash(knownBits)}): its processor, memory or installation is faulty`,
    );
  }
  const { width } = await chooseWidth(options.kernels ?? 'auto', recipeOf(completeHyperparameters({})));
  const scratch = scratchFolder();
  let isReady = false;
  const interrupt = new Interrupt((again) => {
    const what = isReady ? 'Stopping; trainings are saved for other workers' : 'Stopping';
    process.stderr.write(`${what}; ${again} to stop at once.\n`);
  });
  const threads = Math.max(1, Math.floor(usableCores(machine) / jobs));
  const { cpu } = environment(jobs);
  const say = (text: string) => process.stdout.write(`${visible(text)}\n`);
  try {
    await work({
      address,
      slots: jobs,
      name: hostname(),
      cpu,
      engine,
      performer: lenetPerformer({ scratch, cache: cacheFolder(), threads, width }),
      signal: interrupt.signal,
      tell(event) {
        isReady ||= event.type === 'ready';
        say(lineOf(event, address, jobs));
      },
    });
    if (!isReady) say('Interrupted; the worker had not begun.');
    return await interrupt.exitCode(0);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    interrupt.release();
  }
}

const prefix = 'lenet-worker-';

/** A folder for run folders, which have no worth once their worker has ended. Those of killed workers are removed. */
function scratchFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function lineOf(event: WorkerEvent, address: string, jobs: number): string {
  switch (event.type) {
    case 'waiting':
      return `No study has used the fleet at ${placeOf(address)} yet; waiting for the first.`;
    case 'ready':
      return `Worker ${event.id.slice(0, 8)} is ready: ${jobs} at once, for the fleet at ${placeOf(address)}. Ctrl-C ends it.`;
    case 'began':
      return `${shortHash(event.key)}: begins${event.epoch > 0 ? ` after epoch ${event.epoch}` : ''}`;
    case 'ended':
      return `${shortHash(event.key)}: ${event.state}, ${duration(event.seconds)}`;
    case 'idle':
      return idleText(event.studies);
    case 'taken over':
      return `${shortHash(event.key)}: stopped, since another worker has done it`;
    case 'gave back':
      return `${shortHash(event.key)}: given back: ${event.why}`;
    case 'left behind':
      return `${shortHash(event.key)}: could not be given back; another worker goes on from its last checkpoint in the database`;
    case 'away':
    case 'back':
      return outageText(event);
  }
}

/** Why a worker has nothing to do. */
function idleText(studies: readonly LiveStudy[]): string {
  const reasons = studies.flatMap(({ name, status: { wanted = 0, parallel } }) => {
    if (wanted === 0) return [];
    const more =
      parallel == null ? 'asks for more when some have ended' : `its search has at most ${parallel} (parallel)`;
    return [`study "${name}" has ${countText(wanted, 'training')} in flight, and ${more}`];
  });
  const none = studies.length > 0 ? 'no study asks for a training now' : 'no coordinator is at work';
  return `Nothing to do: ${reasons.length > 0 ? reasons.join('; ') : none}. Waiting.`;
}
