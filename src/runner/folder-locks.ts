/** The locks of run folders and study folders. */
import { basename, dirname, join, resolve } from 'node:path';
import { Lock } from '../disk/lock.ts';
import { holdsStudy } from './study-journal.ts';

/** The lock of the study in a folder. It guards the journal and the run folders of all trials. */
export function studyLock(path: string): Lock {
  return new Lock(join(path, 'study.lock'));
}

/** The lock of a study's report, which may also be written while a process works on the study. */
export function reportLock(path: string): Lock {
  return new Lock(join(path, 'report.lock'));
}

/**
 * The lock that guards a run folder. A trial's run folder is guarded by the lock of its study, so `lenet train
 * --resume` on a trial and the study exclude each other.
 */
export function runLock(path: string): Lock {
  const study = dirname(resolve(path));
  const isTrial = /^trial-\d{4,}$/.test(basename(resolve(path))) && holdsStudy(study);
  return isTrial ? studyLock(study) : new Lock(join(path, 'run.lock'));
}
