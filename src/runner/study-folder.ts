/** The study folder: its files and its lock. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { isUnfinished, makeFolder, removeEmptyFolders, worldError, writeFileAtomically } from '../disk/atomic-file.ts';
import { assertHeld, type Claim, describeHolder, type Holder, type Lock } from '../disk/lock.ts';
import { platform } from '../disk/platform.ts';
import { experimentRecord, type HparamsExperiment } from '../formats/hparams.ts';
import { fileVersion } from '../formats/tensorboard.ts';
import { JournalStore, readStudy } from '../store/journal-store.ts';
import type { StudyRecord, StudyStore } from '../store/store.ts';
import { reportLock, studyLock } from './folder-locks.ts';
import { trialFolder } from './lenet-task.ts';
import { RunFolder } from './run-folder.ts';
import { holdsStudy, journalName, journalPathIn } from './study-journal.ts';

export class StudyFolder {
  readonly path: string;
  readonly #lock: Lock;

  constructor(path: string) {
    this.path = path;
    this.#lock = studyLock(path);
  }

  get journalPath(): string {
    return journalPathIn(this.path);
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

  /** What the study varies, for TensorBoard. */
  get eventsPath(): string {
    return join(this.path, 'events.out.tfevents.0.lenet-lab');
  }

  /** Tells TensorBoard what the study varies, while its store is open. @param wallTime seconds since 1970. */
  writeExperiment(experiment: HparamsExperiment, wallTime: number): void {
    const check = () => assertHeld(this.#lock.claim, `the study in ${this.path}`);
    const content = Buffer.concat([fileVersion(wallTime), experimentRecord(wallTime, experiment)]);
    writeFileAtomically(this.eventsPath, content, { check });
  }

  trial(number: number): RunFolder {
    return trialFolder(this.path, number);
  }

  /** The process that probably works on the study now, for display. */
  get holder(): Holder | undefined {
    return this.#lock.holder();
  }

  /**
   * How a study was left that nobody works on and that is not finished, for display. Paused: its process saved
   * everything and gave up the lock. Interrupted: the process was ended before it could, and trials go on from their last
   * checkpoints.
   */
  get leftAs(): 'paused' | 'interrupted' {
    return this.#lock.isAbandoned ? 'interrupted' : 'paused';
  }

  /** The right to write in the folder. Available while the store is open. */
  get claim(): Claim {
    return this.#lock.claim;
  }

  /**
   * The folder's journal as a store. Only one process can have it open at a time.
   * @param text the text of the study file, which is written beside the journal.
   * @param options files: further files by their paths in the folder, such as network files; onWait: is called when it
   * takes seconds to see whether a lock holder still lives.
   */
  store(
    text: string,
    {
      files = {},
      onWait,
    }: { readonly files?: Readonly<Record<string, string>>; readonly onWait?: (holder: Holder) => void } = {},
  ): StudyStore {
    const check = () => assertHeld(this.#lock.claim, `the study in ${this.path}`);
    const journal = new JournalStore(this.journalPath, check);
    let isOurs = false;
    return {
      read: () => journal.read(),
      open: async (start, accept) => {
        const made = await this.#take(onWait);
        isOurs = true;
        const isNew = !existsSync(this.journalPath);
        try {
          // The report may be being written now, under its own lock.
          this.#removeUnfinished((name) => !isOfReport(name));
          const opened = await journal.open(start, accept);
          for (const [name, content] of Object.entries(files)) {
            const path = join(this.path, name);
            makeFolder(dirname(path));
            writeFileAtomically(path, content, { check });
          }
          writeFileAtomically(this.filePath, text, { check });
          return opened;
        } catch (error) {
          // A failed start leaves no files and no new folders.
          if (isNew && this.#lock.isHeld) rmSync(this.journalPath, { force: true });
          this.#lock.release();
          isOurs = false;
          removeEmptyFolders(made);
          throw error;
        }
      },
      redefine: (definition) => journal.redefine(definition),
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

  /**
   * Makes the folder and takes its lock.
   * @returns the folders that it made. @throws UsageError when the folder holds a run, WorldError when another process
   * holds the lock.
   */
  async #take(onWait: ((holder: Holder) => void) | undefined): Promise<readonly string[]> {
    if (new RunFolder(this.path).isUsed)
      throw new UsageError(`${this.path} holds a single run and no study; choose another folder with --out`);
    const made = makeFolder(this.path);
    try {
      const holder = await this.#lock.acquire(onWait);
      if (!holder) return made;
      throw new WorldError(
        `${describeHolder(holder)} is working on the study in ${this.path}; wait for it or end it, or look at the study with: npx lenet study show ${platform.quote(this.path)}`,
      );
    } catch (error) {
      removeEmptyFolders(made);
      throw error;
    }
  }

  /**
   * Calls `write`, which writes the report, while no other process writes it: the files of two reports are never mixed.
   * Waits for a process that is writing it.
   * @param write gets a function to call before each write, which prevents the write by throwing.
   * @param onWait is called once if another process is writing the report.
   * @throws UsageError when there is no study.
   */
  async whileReporting<T>(
    write: (check: () => void) => Promise<T>,
    { onWait }: { readonly onWait?: (holder: Holder) => void } = {},
  ): Promise<T> {
    if (!existsSync(this.journalPath)) throw this.#noStudy();
    const lock = reportLock(this.path);
    for (let isTold = false; ; isTold = true) {
      const holder = await lock.acquire();
      if (!holder) break;
      if (!isTold) onWait?.(holder);
    }
    try {
      this.#removeUnfinished(isOfReport);
      return await write(() => assertHeld(lock.claim, `the report in ${this.path}`));
    } finally {
      lock.release();
    }
  }

  #removeUnfinished(isOurs: (name: string) => boolean): void {
    for (const name of readdirSync(this.path).filter((name) => isUnfinished(name) && isOurs(name))) {
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
    if (!record) throw this.#noStudy();
    return record;
  }

  #noStudy(): UsageError {
    return new UsageError(`there is no study in ${this.path} (no ${journalName})`);
  }
}

/** Whether an unfinished file is one of the report's. */
function isOfReport(name: string): boolean {
  return name.startsWith('.report.');
}

/** The folders directly below `path` that hold a study's journal. @throws WorldError when it cannot be read. */
export function studyFolders(path: string): StudyFolder[] {
  try {
    return (
      readdirSync(path)
        .sort()
        .map((name) => join(path, name))
        // Other files, and broken links, have no journal in them.
        .filter(holdsStudy)
        .map((folder) => new StudyFolder(folder))
    );
  } catch (error) {
    throw worldError('read the folder', path, error);
  }
}
