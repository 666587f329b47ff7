/** Errors about the run folders of ended trials: why a file is missing there, and how to make it again. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError, WorldError } from '../base/errors.ts';
import { platform } from '../disk/platform.ts';
import { readStudy } from '../store/journal-store.ts';
import type { Trial } from '../study/trial.ts';
import { RunFolder } from './run-folder.ts';

interface OwnedTrial {
  readonly trial: Trial;
  /** The study's folder, absolute: the commands that name it work from any folder. */
  readonly study: string;
}

/** The trial whose run folder this is; undefined for any other path. */
function trialAt(path: string): OwnedTrial | undefined {
  const [, digits] = /^trial-(\d{4,})$/.exec(basename(resolve(path))) ?? [];
  const study = dirname(resolve(path));
  const journal = join(study, 'study.journal');
  if (digits === undefined || !existsSync(journal)) return undefined;
  const trial = readStudy(journal)?.trials.find(({ number }) => number === Number(digits));
  return trial && { trial, study };
}

/** @throws WorldError for the folder of a finished trial without a model, saying how to make the model again. */
export function requireModel(path: string): void {
  if (!existsSync(path) || existsSync(new RunFolder(path).modelPath)) return;
  const found = trialAt(path);
  if (found?.trial.state !== 'complete') return;
  const { trial, study } = found;
  const again = `npx lenet study run ${platform.quote(join(study, 'study.yaml'))} --out ${platform.quote(study)}`;
  throw new WorldError(
    trial.results === 'dropped'
      ? `the model of trial ${trial.number} was dropped to save room (keep: winners). Make it again with: ${again} --keep ${trial.number}`
      : `the model of trial ${trial.number} is lost. Make it again with: ${again}`,
  );
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
