/** The studies of the database: how they stand, and their end. */
import type { Database } from '../database.ts';

/** What a coordinator says of its study. */
export interface StudyStatus {
  /** Trainings that the study waits for. */
  readonly wanted: number;
  /** The most that it has in flight: `parallel` of a search, or `jobs`. */
  readonly ended: number;
  /** Second results that were equal. */
  readonly checks: number;
  /** Copies of stragglers that were sent. */
  readonly copies: number;
  /** Trainings a minute, over the last minutes. */
  readonly perMinute: number;
}

export interface StudySeen {
  readonly id: string;
  readonly name: string;
  readonly silentSeconds: number;
  readonly results: number;
  readonly megabytes: number;
  readonly status: Partial<StudyStatus>;
}

const say = 'update lenet.study set seen = now(), status = $2 where id = $1';
const all = `
select id, name, status, extract(epoch from now() - seen)::float8 as "silentSeconds",
  (select count(*)::int from lenet.result where study = study.id) as results,
  (select coalesce(sum(octet_length(bytes)), 0)::float8 / 1e6 from lenet.blob where study = study.id) as megabytes
from lenet.study as study order by began`;
const finish = 'delete from lenet.study where id = $1';

export async function sayStatus(database: Database, id: string, status: StudyStatus): Promise<void> {
  await database.query(say, [id, JSON.stringify(status)]);
}

export function readStudies(database: Database): Promise<readonly StudySeen[]> {
  return database.query<StudySeen>(all);
}

/** Removes a study with its results, files and checkpoints. */
export async function removeStudy(database: Database, id: string): Promise<void> {
  await database.query(finish, [id]);
}
