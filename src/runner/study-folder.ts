/** The folder of one study: what lies in it, and who may write there. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { isUnfinished, makeFolder, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { describeHolder, type Holder, isAlive, Lock } from '../disk/lock.ts';
import { JournalStore, readStudy } from '../store/journal-store.ts';
import type { StudyRecord, StudyStore } from '../store/store.ts';
import { trialFolder } from './lenet-task.ts';
import { RunFolder } from './run-folder.ts';

export class StudyFolder {
  readonly path: string;
  readonly #lock: Lock;

  constructor(path: string) {
    this.path = path;
    this.#lock = new Lock(join(path, 'study.lock'));
  }

  get journalPath(): string {
    return join(this.path, 'study.journal');
  }
  get filePath(): string {
    return join(this.path, 'study.yaml');
  }
  get htmlPath(): string {
    return join(this.path, 'report.html');
  }
  get markdownPath(): string {
    return join(this.path, 'report.md');
  }

  trial(number: number): RunFolder {
    return trialFolder(this.path, number);
  }

  /** The process that works on the study now. */
  get holder(): Holder | undefined {
    const holder = this.#lock.holder();
    return holder && isAlive(holder) ? holder : undefined;
  }

  /** The journal of this folder, which only one process may have open at a time. @param text the study file's, kept beside it. */
  store(text: string): StudyStore {
    const journal = new JournalStore(this.journalPath);
    let isOurs = false;
    return {
      read: () => journal.read(),
      open: async (start, accept) => {
        this.#take();
        isOurs = true;
        try {
          this.#removeUnfinished();
          const opened = await journal.open(start, accept);
          writeFileAtomically(this.filePath, text);
          return opened;
        } catch (error) {
          this.#lock.release();
          isOurs = false;
          throw error;
        }
      },
      startTrial: (trial) => journal.startTrial(trial),
      reportEpoch: (number, point) => journal.reportEpoch(number, point),
      endTrial: (number, end) => journal.endTrial(number, end),
      recordLook: (look) => journal.recordLook(look),
      recordResults: (number, results) => journal.recordResults(number, results),
      close: async () => {
        await journal.close();
        if (isOurs) this.#lock.release();
        isOurs = false;
      },
    };
  }

  /** Makes the folder and takes the study for this process. @throws UsageError when a run lies there, WorldError when another process has it. */
  #take(): void {
    if (new RunFolder(this.path).isUsed)
      throw new UsageError(`${this.path} holds a single run, no study; choose another folder with --out`);
    makeFolder(this.path);
    const holder = this.#lock.tryAcquire();
    if (holder) {
      throw new WorldError(
        `${describeHolder(holder)} is working on the study in ${this.path}; wait for it, or look at it with: lenet study show ${this.path}` +
          (holder.pid === 0 ? '' : `. If that process is gone, remove ${this.#lock.path}`),
      );
    }
  }

  #removeUnfinished(): void {
    for (const name of readdirSync(this.path).filter(isUnfinished)) {
      try {
        rmSync(join(this.path, name));
      } catch (error) {
        throw worldError('remove', join(this.path, name), error);
      }
    }
  }

  /** @throws UsageError when there is no study; WorldError when its journal is damaged. */
  read(): StudyRecord {
    const record = existsSync(this.journalPath) ? readStudy(this.journalPath) : undefined;
    if (!record) throw new UsageError(`there is no study in ${this.path} (no study.journal)`);
    return record;
  }
}

/** The folders directly below `path` that hold a study's journal. @throws WorldError when it cannot be read. */
export function studyFolders(path: string): StudyFolder[] {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path)
      .sort()
      .map((name) => join(path, name))
      .filter((folder) => statSync(folder).isDirectory() && existsSync(join(folder, 'study.journal')))
      .map((folder) => new StudyFolder(folder));
  } catch (error) {
    throw worldError('read the folder', path, error);
  }
}
