/** The studies of the database: how they stand, and their end. */
import type { FleetPace } from '../../runner/fleet-status.ts';
import type { Database } from '../database.ts';
import { goneSeconds } from './workers.ts';

/** What a coordinator says of its study to other machines. */
export interface StudyStatus extends FleetPace {
  /** The most trainings that its search has in flight; null for other studies. */
  readonly parallel: number | null;
}

/** A study whose coordinator is alive. The status is empty until it has said something. */
export interface LiveStudy {
  readonly id: string;
  readonly name: string;
  readonly status: Partial<StudyStatus>;
}

export interface StudySeen extends LiveStudy {
  /** Since the last sign of its coordinator (seconds). */
  readonly silentSeconds: number;
  readonly results: number;
  readonly megabytes: number;
}

const say = 'update lenet.study set seen = now(), status = $2 where id = $1';
const all = `
select id, name, status, extract(epoch from now() - seen)::float8 as "silentSeconds",
  (select count(*)::int from lenet.result where study = study.id) as results,
  (select coalesce(sum(octet_length(bytes)), 0)::float8 / 1e6 from lenet.blob where study = study.id) as megabytes
from lenet.study as study order by began`;
const alive = `
select id, name, status from lenet.study where seen > now() - make_interval(secs => ${goneSeconds}) order by began`;
const finish = 'delete from lenet.study where id = $1';

export async function sayStatus(database: Database, id: string, status: StudyStatus): Promise<void> {
  await database.query(say, [id, JSON.stringify(status)]);
}

export function readStudies(database: Database): Promise<readonly StudySeen[]> {
  return database.query<StudySeen>(all);
}

export function readLiveStudies(database: Database): Promise<readonly LiveStudy[]> {
  return database.query<LiveStudy>(alive);
}

/** Removes a study with its results, files and checkpoints. */
export async function removeStudy(database: Database, id: string): Promise<void> {
  await database.query(finish, [id]);
}
