/** The command `lenet study finish`: fetches what a fleet has of a study and cleans the database up. */
import { resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { visible } from '../base/plain-text.ts';
import { databaseAddress } from '../fleet/address.ts';
import { connect, type Database, type Patience, patiently } from '../fleet/database.ts';
import { FleetFiles } from '../fleet/fleet-files.ts';
import { outageTeller } from '../fleet/outage.ts';
import { requireSchema } from '../fleet/sql/install.ts';
import { readAssignment } from '../fleet/sql/read-assignment.ts';
import { readStudyName, studyNameFile } from '../fleet/study-name.ts';
import type { DataAbout } from '../fleet/trial-files.ts';
import { countText } from '../report/words/numbers.ts';
import { readingOf, readStudyFile } from '../runner/study-files.ts';
import { StudyFolder } from '../runner/study-folder.ts';
import type { StudyRecord } from '../store/store.ts';
import { completeTrials } from '../study/trial.ts';
import { studyFileData } from '../tasks/lenet/study-file.ts';
import { outageText, removeFromDatabase } from './fleet.ts';
import { dataOfStudy } from './study-data.ts';

/** @param force removes the study although models are lacking. @throws UsageError where they are, without `force`. */
export async function studyFinish(path: string, { force = false }: { readonly force?: boolean }): Promise<void> {
  const folder = new StudyFolder(resolve(path));
  const record = folder.read();
  const study = readStudyName(folder.path);
  if (study === undefined)
    throw new UsageError(`the study in ${folder.path} has not used a fleet (no ${studyNameFile})`);
  if (folder.holder) throw new UsageError(`the study in ${folder.path} is at work; finish it when it has ended`);
  const database = await connect(databaseAddress(), { connections: 2 });
  try {
    await requireSchema(database);
    const { fetched, lacking } = await fetchAll(database, study, folder, record);
    if (fetched.length > 0) process.stdout.write(`Fetched the files of ${countText(fetched.length, 'trial')}.\n`);
    if (lacking.length > 0 && !force) {
      const some = `${lacking.slice(0, 5).join(', ')}${lacking.length > 5 ? ', ...' : ''}`;
      throw new UsageError(
        `files of ${countText(lacking.length, 'trial')} (${some}) are neither here nor in the database: run the study's command again, which makes them, or finish with --force`,
      );
    }
    await patiently(() => removeFromDatabase(database, study), patience);
  } finally {
    await database.close();
  }
  process.stdout.write(`The database keeps nothing of the study in "${visible(folder.path)}" any more.\n`);
}

const patience: Patience = outageTeller((event) => process.stderr.write(`${visible(outageText(event))}\n`));

async function fetchAll(database: Database, study: string, folder: StudyFolder, record: StudyRecord) {
  const { definition, trials, data } = record;
  const kept = completeTrials(trials).filter(({ results }) => results !== 'dropped');
  const assignment = await readAssignment(database, study);
  if (!assignment) return { fetched: [], lacking: [] };
  const { protocol, heldOut, heldOutSplit } = definition;
  const about: DataAbout = {
    hash: record.dataHash,
    folder: placeOfData(folder),
    name: data?.name ?? '',
    format: data?.format ?? '',
    ...(data?.options ? { options: data.options } : {}),
    evaluatedOn: protocol === 'held-out' ? 'validation' : 'test',
    heldOut,
    heldOutSplit,
  };
  const from = { assignment, data: about, definition, database, patience };
  return new FleetFiles({ folder: folder.path, check: () => {}, ...from }).fetchMissing(kept);
}

/** The place of the data that the study's copy of its file names; null: the npm package. */
function placeOfData(folder: StudyFolder): string | null {
  const { path, text } = readStudyFile(folder.filePath);
  const inFile = studyFileData(text, path, readingOf(path));
  return dataOfStudy(inFile, {}, path).dataFolder ?? null;
}
