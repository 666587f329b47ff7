/** Folders of pictures: each class has a folder, whose name is the name of the class. */
import { WorldError } from '../../base/errors.ts';
import { counted } from '../../base/format.ts';
import { visible } from '../../base/plain-text.ts';
import { type Dataset, mostClasses } from '../dataset.ts';
import type { Files } from '../files.ts';
import { orderedNames } from '../labels.ts';
import { isLeftOut, picturesUnder } from '../picture-files.ts';
import { pictureFormats } from '../picture-formats.ts';
import type { LabelledPicture } from '../picture-set.ts';
import type { DataSource, SourceTools } from './source.ts';
import { decodedPictures } from './train-and-test.ts';

/** Names of the folders of a training set and of a test set, in lower case, the usual one first. */
const trainNames = ['train', 'training'];
const testNames = ['test', 'testing'];
const validationNames = ['val', 'valid', 'validation'];

/** Class folders that are looked at to recognize the format. */
const mostJudged = 16;

export const folders: DataSource = {
  name: 'folders',
  sentence: `pictures (${pictureFormats('and')}) in a folder for each class: train/CLASS/... and test/CLASS/..., or CLASS/...`,
  reads: ['size', 'resize', 'colour', 'skipUnreadable'],
  recognizes: async (files) => (await classFoldersOfPictures(files)) > 0,
  async load(files, options, tools) {
    if (files.file !== undefined)
      throw new WorldError(`${files.place} is a file, expected a folder with a folder of pictures for each class`);
    const roots = await rootsIn(files);
    if (roots.unused !== undefined) {
      tools.note(
        `the pictures in ${files.where(roots.unused)} are left out: ${files.where(roots.test!)} is the test set`,
      );
    }
    const classes = await classesIn(files, roots.train);
    const lists = [await picturesOf(files, roots.train, classes, tools)];
    if (roots.test !== undefined) {
      await refuseOtherClasses(files, roots.test, classes);
      lists.push(await picturesOf(files, roots.test, classes, tools));
    }
    if (lists[0]!.length === 0) throw new WorldError(`${files.where(roots.train)} holds no pictures in its folders`);
    const known = { classes: classes.length, classNames: classes.map(({ name }) => name) };
    const data = await decodedPictures(files, lists, { known, options, tools });
    noteEmptyClasses(data.train, tools);
    return data;
  },
};

/** How many class folders there are; 0 where they do not hold mostly pictures. */
export async function classFoldersOfPictures(files: Files): Promise<number> {
  if (files.file !== undefined) return 0;
  const { train } = await rootsIn(files);
  const names = await classFoldersIn(files, train);
  let [pictures, others] = [0, 0];
  for (const name of names.slice(0, mostJudged)) {
    const found = await picturesUnder(files, joined(train, name));
    pictures += found.pictures.length;
    others += found.others.length;
  }
  // Many folders hold a few pictures, such as those of reports.
  return pictures > others ? names.length : 0;
}

/** The folders of the sets, relative to the place; `train` is '' where the classes lie in the place itself. */
interface Roots {
  readonly train: string;
  readonly test?: string;
  /** A validation set beside a test set. */
  readonly unused?: string;
}

async function rootsIn(files: Files): Promise<Roots> {
  const names = (await files.list('')).filter(({ isFolder }) => isFolder).map(({ name }) => name);
  const find = (wanted: readonly string[]) => names.find((name) => wanted.includes(name.toLowerCase()));
  const train = find(trainNames);
  if (train === undefined) return { train: '' };
  const [test, validation] = [find(testNames), find(validationNames)];
  if (test !== undefined) return { train, test, ...(validation === undefined ? {} : { unused: validation }) };
  return validation === undefined ? { train } : { train, test: validation };
}

interface ClassFolder {
  /** Normalized (NFC), so that the name is the same on every system. */
  readonly name: string;
  readonly folder: string;
}

/** @throws WorldError for fewer than two classes, too many, or two folders whose names look the same. */
async function classesIn(files: Files, root: string): Promise<readonly ClassFolder[]> {
  const folderOf = new Map<string, string>();
  for (const folder of await classFoldersIn(files, root)) {
    const name = folder.normalize();
    if (folderOf.has(name)) {
      throw new WorldError(`${files.where(root)} has two folders whose names look the same: ${visible(name)}`);
    }
    folderOf.set(name, folder);
  }
  if (folderOf.size < 2) {
    const has = folderOf.size === 0 ? 'no folders' : `one folder alone, ${visible([...folderOf.keys()][0]!)}`;
    const [inner] = folderOf.values();
    const way = inner === undefined ? '' : `. If the classes lie in it, name ${files.where(joined(root, inner))}`;
    throw new WorldError(
      `${files.where(root)} has ${has}; expected a folder of pictures for each of two classes or more${way}`,
    );
  }
  if (folderOf.size > mostClasses) {
    throw new WorldError(
      `${files.where(root)} has ${counted(folderOf.size)} folders; at most ${mostClasses} classes are learned here`,
    );
  }
  return orderedNames(folderOf.keys()).map((name) => ({ name, folder: folderOf.get(name)! }));
}

async function classFoldersIn(files: Files, root: string): Promise<string[]> {
  const entries = await files.list(root);
  return entries.filter(({ name, isFolder }) => isFolder && !isLeftOut(name)).map(({ name }) => name);
}

async function picturesOf(
  files: Files,
  root: string,
  classes: readonly ClassFolder[],
  { note }: SourceTools,
): Promise<LabelledPicture[]> {
  const present = new Map((await classFoldersIn(files, root)).map((folder) => [folder.normalize(), folder]));
  const list: LabelledPicture[] = [];
  const others: string[] = [];
  for (const [label, { name }] of classes.entries()) {
    const folder = present.get(name);
    if (folder === undefined) continue;
    const found = await picturesUnder(files, joined(root, folder));
    for (const path of found.pictures) list.push({ path, label });
    others.push(...found.others.map((path) => files.where(path)));
  }
  if (others.length > 0) {
    note(
      others.length === 1
        ? `${others[0]} is no ${pictureFormats('or')} and is left out`
        : `${counted(others.length)} files that are no ${pictureFormats('or')} are left out, such as ${others[0]}`,
    );
  }
  return list;
}

/** @throws WorldError when the test set has a class that the training set lacks. */
async function refuseOtherClasses(files: Files, root: string, classes: readonly ClassFolder[]): Promise<void> {
  const known = new Set(classes.map(({ name }) => name));
  const other = (await classFoldersIn(files, root)).find((folder) => !known.has(folder.normalize()));
  if (other === undefined) return;
  throw new WorldError(`${files.where(joined(root, other))} has no class of this name in the training set`);
}

function noteEmptyClasses({ labels, classNames }: Dataset, { note }: SourceTools): void {
  const present = new Set(labels);
  const empty = classNames!.filter((_, label) => !present.has(label));
  if (empty.length > 0) note(`no training pictures for ${empty.map(visible).join(', ')}`);
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
