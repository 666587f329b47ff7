/** The files of a study's trials that are in the database and not yet in the study's folder. */
import { existsSync } from 'node:fs';
import { trialFolder } from '../runner/lenet-task.ts';
import type { StudyDefinition } from '../study/definition.ts';
import type { CompleteTrial } from '../study/trial.ts';
import { hyperparametersOf } from '../tasks/lenet/configuration.ts';
import { type Database, type Patience, patiently } from './database.ts';
import { parseResult, type WorkResult } from './result.ts';
import { getBlob } from './sql/blobs.ts';
import { readResultOf } from './sql/read-results.ts';
import { readStudyName } from './study-name.ts';
import { type DataAbout, writeTrialFiles } from './trial-files.ts';
import { type Assignment, namesOf } from './work-order.ts';

/** What names a trial's files. */
type TrialOfFiles = Pick<CompleteTrial, 'number' | 'configuration' | 'seed'>;

export interface FleetFilesOptions {
  /** The study's folder. */
  readonly folder: string;
  /** Called before each write, and prevents the write by throwing. */
  readonly check: () => void;
  readonly assignment: Assignment;
  readonly data: DataAbout;
  readonly definition: Pick<StudyDefinition, 'distill'>;
  readonly database: Database;
  /** Its signal ends a fetch; what is not here then counts as lacking. */
  readonly patience?: Patience | undefined;
}

export class FleetFiles {
  readonly #options: FleetFilesOptions;

  constructor(options: FleetFilesOptions) {
    this.#options = options;
  }

  /** Fetches the files of a trial. @returns whether the database had them all, and the signal let it. */
  async fetch(trial: TrialOfFiles): Promise<boolean> {
    const { folder, assignment, database, patience } = this.#options;
    const study = readStudyName(folder);
    if (study === undefined || patience?.signal?.aborted) return false;
    const { configuration, seed } = trial;
    const { key } = namesOf(assignment, { configuration, seed, until: null });
    try {
      const row = await patiently(() => readResultOf(database, study, key), patience);
      if (!row) return false;
      return await this.write(trial, parseResult(row.body, row.digest, `worker ${row.worker}`));
    } catch (error) {
      if (patience?.signal?.aborted) return false;
      throw error;
    }
  }

  /** Fetches the files of those trials that have no model here. @returns the numbers of trials with and without files. */
  async fetchMissing(
    trials: readonly TrialOfFiles[],
  ): Promise<{ readonly fetched: readonly number[]; readonly lacking: readonly number[] }> {
    const fetched: number[] = [];
    const lacking: number[] = [];
    for (const trial of trials) {
      const { number } = trial;
      if (existsSync(trialFolder(this.#options.folder, number).modelPath)) continue;
      ((await this.fetch(trial)) ? fetched : lacking).push(number);
    }
    return { fetched, lacking };
  }

  /** Writes the files of a result into the trial's folder. @returns whether the database had them all. */
  async write({ number, configuration, seed }: TrialOfFiles, result: WorkResult): Promise<boolean> {
    const { folder, check, data, definition, database, patience } = this.#options;
    const study = readStudyName(folder);
    if (study === undefined) return false;
    return writeTrialFiles(trialFolder(folder, number, check), result, {
      hyperparameters: hyperparametersOf({ ...configuration, seed }),
      data,
      distill: definition.distill,
      fetch: (name) => patiently(() => getBlob(database, study, name), patience),
    });
  }
}
