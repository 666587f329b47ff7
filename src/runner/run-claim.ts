/** Claiming a run folder: names it, makes it, locks it, and removes it again when the start of the run fails. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { WorldError } from '../base/errors.ts';
import { makeFolder, removeEmptyFolders, worldError } from '../disk/atomic-file.ts';
import { assertHeld, describeHolder, type Holder } from '../disk/lock.ts';
import { codeOf } from '../disk/platform.ts';
import { runLock } from './folder-locks.ts';
import { RunFolder } from './run-folder.ts';

/** A run folder that this process has locked. */
export interface RunClaim {
  readonly folder: RunFolder;
  release(): void;
  /**
   * Releases the claim and leaves the disk as it was before the claim. Only for a new run of which nothing is recorded
   * yet.
   */
  undo(): void;
}

export interface ClaimOptions {
  /** For a folder that the caller has locked: is called before each write, and prevents the write by throwing. */
  readonly check?: (() => void) | undefined;
  /** Called when it takes seconds to see whether a lock holder still lives. */
  readonly onWait?: ((holder: Holder) => void) | undefined;
}

/**
 * Claims the folder of a run to continue the run. @throws UsageError without a run there, WorldError when another
 * process holds the lock.
 */
export async function claimExistingRun(path: string, options: ClaimOptions): Promise<RunClaim> {
  new RunFolder(path).requireRun();
  return claim(path, [], options, (folder) => folder.requireRun());
}

/**
 * Makes and claims a folder for a new run.
 * @param path default: `runs/<local time>-<model>`, with a number added where that folder exists.
 * @throws UsageError when the folder holds a run or a study, WorldError when another process holds the lock or the disk
 * refuses.
 */
export async function claimNewRun(path: string | undefined, model: string, options: ClaimOptions): Promise<RunClaim> {
  if (path === undefined) {
    const { fresh, made } = makeFreshFolder(model, new Date());
    return claim(fresh, made, options, (folder) => folder.requireFree());
  }
  new RunFolder(path).requireFree();
  return claim(path, makeFolder(path), options, (folder) => folder.requireFree());
}

/** @param accept checks the locked folder, and refuses it by throwing. */
async function claim(
  path: string,
  made: readonly string[],
  { check, onWait }: ClaimOptions,
  accept: (folder: RunFolder) => void,
): Promise<RunClaim> {
  const lock = check ? undefined : runLock(path);
  const folder = new RunFolder(path, check ?? (() => assertHeld(lock!.claim, `the run in ${path}`)));
  const release = () => lock?.release();
  try {
    const holder = await lock?.acquire(onWait);
    if (holder) {
      throw new WorldError(
        `${describeHolder(holder)} is working in ${path}; wait for it or end it, or choose another folder with --out`,
      );
    }
    accept(folder);
  } catch (error) {
    release();
    removeEmptyFolders(made);
    throw error;
  }
  return {
    folder,
    release,
    undo() {
      try {
        folder.removeStart();
      } finally {
        release();
        removeEmptyFolders(made);
      }
    },
  };
}

/**
 * Makes a folder with a new name. When two processes start in the same second, mkdir succeeds for only one of them.
 */
function makeFreshFolder(model: string, now: Date): { fresh: string; made: readonly string[] } {
  const above = makeFolder('runs');
  for (let number = 1; ; number++) {
    const fresh = resolve('runs', freshName(model, now, number));
    try {
      mkdirSync(fresh);
      return { fresh, made: [fresh, ...above] };
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue;
      removeEmptyFolders(above);
      throw worldError('make the folder', fresh, error);
    }
  }
}

/** `2026-01-02T03-04-05-lenet5`, in local time. Windows forbids colons in names. */
function freshName(model: string, now: Date, number: number): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-');
  return `${day}T${time}-${model}${number === 1 ? '' : `-${number}`}`;
}
