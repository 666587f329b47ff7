/** A study goes on, with its own copy of its file, or with more seeds. */
import { existsSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { readText } from '../../disk/read-file.ts';
import { dataWords } from '../../runner/data-words.ts';
import { RunFolder } from '../../runner/run-folder.ts';
import { StudyFolder } from '../../runner/study-folder.ts';
import { mostStudyFileBytes } from '../../tasks/study-file/yaml-source.ts';
import type { StudyShelf } from '../library.ts';
import type { ControlAnswer, SeedsRequest } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import { begun, requireFree, seedsWord } from './begin.ts';
import type { Children } from './children.ts';
import { removeTypedFiles, writeTypedFile } from './typed-file.ts';

/** Continues a study with its own copy of its file. */
export async function resume(shelf: StudyShelf, children: Children): Promise<ControlAnswer> {
  const folder = continued(shelf, children);
  await goOn(shelf, folder, { children, seeds: seedsOfFile(folder) });
  return { message: 'The study goes on.', id: null };
}

/** Adds seeds to a study with a list of seeds, or raises the most seeds of its rule, and continues it. */
export async function addSeeds(shelf: StudyShelf, { add }: SeedsRequest, children: Children): Promise<ControlAnswer> {
  const folder = continued(shelf, children);
  const seeds = shelf.study.head()?.seeds;
  if (seeds?.kind === 'list') {
    const last = Math.max(0, ...seeds.seeds);
    const more = [...seeds.seeds, ...Array.from({ length: add }, (_, index) => last + index + 1)];
    await goOn(shelf, folder, { children, seeds: more });
    return { message: `The study goes on with ${more.length} seeds.`, id: null };
  }
  if (seeds?.kind !== 'rule') throw new Refusal(409, 'This study has no seeds to add to.');
  const most = seeds.atMost + add;
  await goOn(shelf, folder, { children, file: withMostSeeds(folder, seeds.atMost, most) });
  return { message: `The study goes on with at most ${most} seeds.`, id: null };
}

interface GoOnOptions {
  readonly children: Children;
  /** Of the command; undefined: those of the file. */
  readonly seeds?: readonly number[] | undefined;
  /** Another file than the study's own; it is removed once the process has read it. */
  readonly file?: string;
}

async function goOn(shelf: StudyShelf, folder: StudyFolder, { children, seeds, file }: GoOnOptions): Promise<void> {
  const words = [...(seeds ? ['--seeds', seedsWord(seeds)] : []), ...dataOf(shelf, folder)];
  await begun(shelf.place, { children, study: file ?? folder.filePath, words, file });
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

/** The seeds of the command that ran the study, which are noted on the first line of its file. */
function seedsOfFile({ filePath }: StudyFolder): readonly number[] | undefined {
  const [, seeds] = /^# run with --seeds ([\d,]+)\r?\n/.exec(readText(filePath, mostStudyFileBytes)) ?? [];
  return seeds?.split(',').map(Number);
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
