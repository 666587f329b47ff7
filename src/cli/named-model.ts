/** The model that `lenet predict` and `lenet evaluate` name: a file, a run folder, or a study, whose winner is taken. */
import { existsSync } from 'node:fs';
import { WorldError } from '../base/errors.ts';
import { visible } from '../base/plain-text.ts';
import { readLenetStudy } from '../report/lenet.ts';
import { requireModel } from '../runner/ended-trial.ts';
import { StudyFolder } from '../runner/study-folder.ts';

/**
 * The path of the model's file or run folder.
 * @param path as the user gave it. Of a study's folder the first seed of the winner is taken, with a note.
 * @throws WorldError for a study without a winner, and when the model of an ended trial is no longer there.
 */
export function pathOfModel(path: string): string {
  const study = new StudyFolder(path);
  const found = existsSync(study.journalPath) ? winnerOf(study) : path;
  requireModel(found);
  return found;
}

function winnerOf(study: StudyFolder): string {
  const winner = readLenetStudy(study).facts.winner?.view.trials[0];
  if (!winner) {
    const example = study.trial(0).path;
    throw new WorldError(`the study in ${study.path} has no winner yet; name one of its trials, such as ${example}`);
  }
  const { path } = study.trial(winner.number);
  process.stderr.write(`note: the winner of the study, its first seed: ${visible(path)}\n`);
  return path;
}
