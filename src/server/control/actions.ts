/**
 * What the page can do with studies. A study has one writer: its own process, which this server starts with the command
 * line, and stops by the signals that a terminal sends. The server itself writes nothing into a study.
 */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { readText } from '../../disk/read-file.ts';
import { dataWords } from '../../runner/data-words.ts';
import { RunFolder } from '../../runner/run-folder.ts';
import { shippedNames } from '../../runner/shipped-files.ts';
import { readStudyFile } from '../../runner/study-files.ts';
import { StudyFolder } from '../../runner/study-folder.ts';
import { mostStudyFileBytes } from '../../tasks/study-file/yaml-source.ts';
import { entryId } from '../discovery/entry-id.ts';
import type { StudyShelf } from '../library.ts';
import type { ControlAnswer, SeedsRequest, StartRequest } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { holderOf, isReachable } from '../study-state.ts';
import type { Children } from './children.ts';
import { withPlacedRecipe } from './named-files.ts';
import { removeTypedFiles, writeTypedFile } from './typed-file.ts';
import { typedDefinition } from './validate.ts';

/**
 * How long a start is watched before the answer [milliseconds]: until the study has begun, or its process has said what
 * is wrong. Only the first reading of a large data set takes longer.
 */
const watchedMs = 15_000;
const pollMs = 50;

export interface ControlOptions {
  /** The folder in which studies are started. */
  readonly folder: string;
  readonly children: Children;
}

/** Starts a study that ships, or a text. A study that exists is continued. */
export async function start(request: StartRequest, { folder, children }: ControlOptions): Promise<ControlAnswer> {
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
  await begun(out, ['study', 'run', file ?? (isShipped ? request.study : ''), '--out', out, ...words], {
    children,
    file,
  });
  return { message: `The study ${name} has begun.`, id: entryId(name) };
}

/** Lets the study's process save itself after the current batches, as Ctrl-C does. */
export function pause(shelf: StudyShelf): ControlAnswer {
  signal(shelf, ['SIGINT']);
  return { message: 'The study stops after its current batches. Everything is saved.', id: null };
}

/** After so long a second signal is a second wish (src/cli/interrupt.ts) [milliseconds]. */
const secondWishMs = 300;

/** Ends the study's process at once, as Ctrl-C twice does: running trials go on from their last checkpoints. */
export function stop(shelf: StudyShelf): ControlAnswer {
  signal(shelf, ['SIGINT', 'SIGINT']);
  return {
    message: 'The study ends now. Its trials go on from their last checkpoints when it is continued.',
    id: null,
  };
}

function signal(shelf: StudyShelf, [first, ...more]: readonly NodeJS.Signals[]): void {
  const holder = holderOf(shelf);
  if (!holder) throw new Refusal(409, 'No process works on this study.');
  if (!isReachable(holder) || !holder.record || first === undefined) {
    throw new Refusal(409, 'The process that works on this study cannot be reached from here; end it where it runs.');
  }
  try {
    process.kill(holder.record.pid, first);
  } catch {
    throw new Refusal(409, 'The process that works on this study belongs to another user; end it where it runs.');
  }
  if (more.length === 0) return;
  setTimeout(() => {
    // Only if the same process still holds the lock: its number may be another's by now.
    const now = holderOf(shelf);
    if (now?.record?.token === holder.record!.token && isReachable(now)) signal(shelf, more);
  }, secondWishMs).unref();
}

/** Continues a study with its own copy of its file. */
export async function resume(
  shelf: StudyShelf,
  { children }: Pick<ControlOptions, 'children'>,
): Promise<ControlAnswer> {
  const folder = continued(shelf, children);
  const args = [
    'study',
    'run',
    folder.filePath,
    '--out',
    shelf.place,
    ...seedsOfFile(folder),
    ...dataOf(shelf, folder),
  ];
  await begun(shelf.place, args, { children });
  return { message: 'The study goes on.', id: null };
}

/** Adds seeds to a study with a list of seeds, or raises the most seeds of its rule, and continues it. */
export async function addSeeds(
  shelf: StudyShelf,
  { add }: SeedsRequest,
  { children }: Pick<ControlOptions, 'children'>,
): Promise<ControlAnswer> {
  const folder = continued(shelf, children);
  const seeds = shelf.study.head()?.seeds;
  const data = dataOf(shelf, folder);
  if (seeds?.kind === 'list') {
    const last = Math.max(0, ...seeds.seeds);
    const more = [...seeds.seeds, ...Array.from({ length: add }, (_, index) => last + index + 1)];
    await begun(
      shelf.place,
      ['study', 'run', folder.filePath, '--out', shelf.place, '--seeds', seedsWord(more), ...data],
      {
        children,
      },
    );
    return { message: `The study goes on with ${more.length} seeds.`, id: null };
  }
  if (seeds?.kind !== 'rule') throw new Refusal(409, 'This study has no seeds to add to.');
  const most = seeds.atMost + add;
  const file = withMostSeeds(folder, seeds.atMost, most);
  await begun(shelf.place, ['study', 'run', file, '--out', shelf.place, ...data], { children, file });
  return { message: `The study goes on with at most ${most} seeds.`, id: null };
}

/** The study's own file with another `atMost`, beside it. */
function withMostSeeds({ filePath, path }: StudyFolder, before: number, most: number): string {
  const text = readText(filePath, mostStudyFileBytes);
  const source = parseDocument(text);
  if (source.getIn(['seeds', 'atMost']) !== before) {
    throw new Refusal(409, 'The seeds in study.yaml are not those of the study; raise atMost in your own file.');
  }
  source.setIn(['seeds', 'atMost'], most);
  return writeTypedFile(path, 'study', source.toString());
}

/** The folder of a study that can be continued now. */
function continued(shelf: StudyShelf, children: Children): StudyFolder {
  if (!shelf.own) throw new Refusal(409, 'Another program wrote this study; it is continued there.');
  requireFree(shelf.place, children);
  removeTypedFiles(shelf.place);
  const folder = new StudyFolder(shelf.place);
  if (!existsSync(folder.filePath))
    throw new Refusal(409, 'The study has no study.yaml with which it could be continued.');
  return folder;
}

function requireFree(folder: string, children: Children): void {
  if (children.of(folder)?.isRunning || (existsSync(folder) && new StudyFolder(folder).holder)) {
    throw new Refusal(409, 'A process works on this study already.');
  }
}

/** The seeds of the command that ran the study, which are noted on the first line of its file. */
function seedsOfFile({ filePath }: StudyFolder): string[] {
  const [, seeds] = /^# run with --seeds ([\d,]+)\r?\n/.exec(readText(filePath, mostStudyFileBytes)) ?? [];
  return seeds === undefined ? [] : ['--seeds', seedsWord(seeds.split(',').map(Number))];
}

/** `7,` for one seed, since `7` means the seeds 1 to 7. */
function seedsWord(seeds: readonly number[]): string {
  return seeds.length === 1 ? `${seeds[0]},` : seeds.join();
}

/** The data of the command that ran the study, as its trials have recorded them. */
function dataOf({ own }: StudyShelf, folder: StudyFolder): string[] {
  for (const { number } of own?.study.record?.trials ?? []) {
    const run = folder.trial(number);
    if (!existsSync(run.configPath)) continue;
    const { data } = new RunFolder(run.path).readConfig();
    if (data.folder === null) return [];
    const format = data.format === undefined ? {} : { format: data.format };
    return dataWords(data.folder, { ...format, ...data.options }, (text) => text);
  }
  return [];
}

/**
 * Starts the process, and waits until it holds the study's lock or has ended.
 * @param file is removed once the process has read it. @throws Refusal with its last words.
 */
async function begun(
  folder: string,
  args: readonly string[],
  { children, file }: { readonly children: Children; readonly file?: string | undefined },
): Promise<void> {
  const ended = children.start(folder, args, { file });
  const until = performance.now() + watchedMs;
  while (children.of(folder)?.isRunning && performance.now() < until) {
    if (existsSync(folder) && new StudyFolder(folder).holder) {
      if (file !== undefined) rmSync(file, { force: true });
      return;
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, pollMs))]);
  }
  const words = children.of(folder)?.lastWords ?? null;
  if (words !== null) throw new Refusal(409, words);
}
