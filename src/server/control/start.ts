/** The start of a study that ships, or of a text, from the page. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shippedNames } from '../../runner/shipped-files.ts';
import { readStudyFile } from '../../runner/study-files.ts';
import { StudyFolder } from '../../runner/study-folder.ts';
import { entryId } from '../discovery/entry-id.ts';
import type { ControlAnswer, StartRequest } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { begun, requireFree, seedsWord } from './begin.ts';
import type { Children } from './children.ts';
import { withPlacedRecipe } from './named-files.ts';
import { writeTypedFile } from './typed-file.ts';
import { typedDefinition } from './validate.ts';

export interface StartOptions {
  /** The folder in which studies are started. */
  readonly folder: string;
  readonly children: Children;
}

/** Starts a study that ships, or a text. A study that exists is continued. */
export async function start(request: StartRequest, { folder, children }: StartOptions): Promise<ControlAnswer> {
  const { seeds, jobs } = request;
  const isShipped = 'study' in request;
  if (isShipped && !shippedNames('studies').includes(request.study)) {
    throw new Refusal(404, `No study "${request.study}" ships: there are ${shippedNames('studies').join(', ')}.`);
  }
  const text = isShipped ? readStudyFile(request.study).text : request.text;
  const { name } = typedDefinition(text, folder, seeds);
  const out = join(folder, name);
  requireFree(out, children);
  // A new start makes old news of the starts before that came to nothing.
  children.forget((each) => !existsSync(new StudyFolder(each).journalPath));
  const file = isShipped ? undefined : writeTypedFile(folder, name, withPlacedRecipe(text, folder));
  const words = [...(seeds ? ['--seeds', seedsWord(seeds)] : []), ...(jobs ? ['--jobs', `${jobs}`] : [])];
  await begun(out, { children, study: file ?? (isShipped ? request.study : ''), words, file });
  return { message: `The study ${name} has begun.`, id: entryId(name) };
}
