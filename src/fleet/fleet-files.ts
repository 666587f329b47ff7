/** The files of a study's trials that are in the database and not yet in the study's folder. */
import { existsSync } from 'node:fs';
import { trialFolder } from '../runner/lenet-task.ts';
import type { StudyDefinition } from '../study/definition.ts';
import type { CompleteTrial } from '../study/trial.ts';
import { hyperparametersOf } from '../tasks/lenet/configuration.ts';
import { type Database, patiently } from './database.ts';
import { parseResult, type WorkResult } from './result.ts';
import { getBlob } from './sql/blobs.ts';
import { readResultOf } from './sql/read-results.ts';
import { readStudyName } from './study-name.ts';
import { type DataAbout, writeTrialFiles } from './trial-files.ts';
import { type Assignment, namesOf } from './work-order.ts';

export interface FleetFilesOptions {
  /** The study's folder. */
  readonly folder: string;
  /** Called before each write, and prevents the write by throwing. */
  readonly check: () => void;
  readonly assignment: Assignment;
  readonly data: DataAbout;
  readonly definition: Pick<StudyDefinition, 'distill'>;
  readonly database: Database;
}

export class FleetFiles {
  readonly #options: FleetFilesOptions;

  constructor(options: FleetFilesOptions) {
    this.#options = options;
  }

  /** Fetches the files of a trial. @returns whether the database had them all. */
  async fetch(trial: Pick<CompleteTrial, 'number' | 'configuration' | 'seed'>): Promise<boolean> {
    const { folder, assignment, database } = this.#options;
    const study = readStudyName(folder);
    if (study === undefined) return false;
    const { configuration, seed } = trial;
    const { key } = namesOf(assignment, { configuration, seed, until: null });
    const row = await patiently(() => readResultOf(database, study, key));
    return row !== undefined && this.write(trial, parseResult(row.body, row.digest, `worker ${row.worker}`));
  }

  /** Fetches the files of those trials that have no model here. @returns the numbers of trials with and without files. */
  async fetchMissing(
    trials: readonly CompleteTrial[],
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
  async write(
    { number, configuration, seed }: Pick<CompleteTrial, 'number' | 'configuration' | 'seed'>,
    result: WorkResult,
  ): Promise<boolean> {
    const { folder, check, data, definition, database } = this.#options;
    const study = readStudyName(folder);
    if (study === undefined) return false;
    return writeTrialFiles(trialFolder(folder, number, check), result, {
      hyperparameters: hyperparametersOf({ ...configuration, seed }),
      data,
      distill: definition.distill,
      fetch: (name) => patiently(() => getBlob(database, study, name)),
    });
  }
}
