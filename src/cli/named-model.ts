/** The model that `lenet predict` and `lenet evaluate` name: a file, a run folder, or a study, whose winner is taken. */
import { existsSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { visible } from '../base/plain-text.ts';
import { RunFolder } from '../runner/run-folder.ts';
import { holdsStudy } from '../runner/study-journal.ts';

/**
 * The path of the model's file or run folder.
 * @param path as the user gave it. Of a study's folder the first seed of the winner is taken, with a note.
 * @throws WorldError for a study without a winner, and when the model of an ended trial is no longer there.
 */
export async function pathOfModel(path: string): Promise<string> {
  const found = holdsStudy(path) ? await winnerOf(path) : path;
  if (existsSync(found) && !existsSync(new RunFolder(found).modelPath)) {
    const { requireModel } = await import('../runner/ended-trial.ts');
    requireModel(found);
  }
  return found;
}

async function winnerOf(folder: string): Promise<string> {
  const { StudyFolder } = await import('../runner/study-folder.ts');
  const { readLenetStudy } = await import('../report/lenet.ts');
  const study = new StudyFolder(folder);
  const winner = readLenetStudy(study).facts.winner?.view.trials[0];
  if (!winner) {
    const example = study.trial(0).path;
    throw new WorldError(`the study in ${study.path} has no winner yet; name one of its trials, such as ${example}`);
  }
  const { path } = study.trial(winner.number);
  process.stderr.write(`note: the winner of the study, its first seed: ${visible(path)}\n`);
  return path;
}
