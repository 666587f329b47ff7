/** The list of data sources, and loading by it: finds the format, loads, and completes what a source leaves open. */
import { UsageError, unknownChoice, WorldError } from '../base/errors.ts';
import { listed } from '../base/format.ts';
import { checkedDataset, type Dataset } from './dataset.ts';
import type { Files } from './files.ts';
import { hashOfSets } from './hash.ts';
import { holdOutTestSet } from './hold-out.ts';
import { judgedRules } from './picture-rules.ts';
import type { DataOptions, LoadedData } from './source.ts';
import { cifar10, cifar100 } from './sources/cifar.ts';
import { csv, strayTableIn } from './sources/csv.ts';
import { emnist } from './sources/emnist.ts';
import { fashionMnist } from './sources/fashion-mnist.ts';
import { classFoldersOfPictures, folders } from './sources/folders.ts';
import { idx } from './sources/idx.ts';
import { kmnist } from './sources/kmnist.ts';
import { mnist } from './sources/mnist.ts';
import { npz } from './sources/npz.ts';
import { qmnist } from './sources/qmnist.ts';
import type { DataSource, SourceTools } from './sources/source.ts';

/** All formats. Of the formats that recognize a place, the first counts. */
export const dataSources: readonly DataSource[] = [
  mnist,
  fashionMnist,
  kmnist,
  qmnist,
  emnist,
  idx,
  cifar10,
  cifar100,
  npz,
  csv,
  folders,
];

/** The names of all formats. */
export const dataFormats: readonly string[] = dataSources.map(({ name }) => name);

/** The source of a format. @throws UsageError for an unknown name. */
export function dataSource(format: string): DataSource {
  const source = dataSources.find(({ name }) => name === format);
  if (!source) throw unknownChoice('data format', format, dataFormats);
  return source;
}

/**
 * The first format that recognizes the files.
 * @throws WorldError naming all formats where none does, and where a table may or may not belong to class folders.
 */
export async function recognize(files: Files): Promise<DataSource> {
  for (const source of dataSources) {
    if (!(await source.recognizes(files))) continue;
    if (source === csv) await refuseTableBesideClasses(files);
    return source;
  }
  const what = files.file === undefined ? 'data folder' : 'data file';
  const entries = files.file === undefined ? (await files.list('')).length : 1;
  const why = entries === 0 ? 'is empty' : 'is of no known format';
  throw new WorldError(
    `${what} ${files.place} ${why}; these are read (--data-format): ${dataFormats.join(', ')}. docs/data.md describes each`,
  );
}

/** A table beside class folders may name their pictures, or be a list of something else: the user must say. */
async function refuseTableBesideClasses(files: Files): Promise<void> {
  const table = await strayTableIn(files);
  if (table === undefined || (await classFoldersOfPictures(files)) < 2) return;
  throw new WorldError(
    `${files.place} has folders of pictures and a table, ${files.where(table)}: say which are the data, by --data-format folders or --data-format csv`,
  );
}

/** The part of {@link LoadedData} that does not depend on where the files are. */
export type SourcedData = Omit<LoadedData, 'source' | 'folder'>;

/**
 * Loads a set and checks it. A set without test images gives a sixth of its images to the test set, chosen by its hash.
 * @throws WorldError naming the file; UsageError for an option that the format does not read.
 */
export async function loadSource(
  source: DataSource,
  files: Files,
  options: DataOptions,
  tools: SourceTools,
): Promise<SourcedData> {
  refuseUnread(source, options);
  const loaded = await source.load(files, options, tools);
  const name = loaded.name ?? files.name;
  const train = completed(loaded.train, files);
  const given = loaded.test && completed(loaded.test, files);
  if (given) checkAlike(train, given, files);
  const hash = loaded.hash ?? (await hashOfSets(train, given));
  const sets = given ? { train, test: given } : split(train, hash, name, files);
  checkClasses(sets.train, files);
  const pictures = loaded.pictures ?? judgedRules(train);
  const { options: used, found } = loaded;
  const sourced = { name, format: source.name, hash, ...sets, pictures };
  return { ...sourced, ...(used ? { options: used } : {}), ...(found ? { found } : {}) };
}

/** The options that not every format reads, in words. `skipUnreadable` fits any: most sets have no unreadable picture. */
const optionNames: Readonly<Record<Exclude<keyof DataOptions, 'skipUnreadable'>, string>> = {
  size: 'a size',
  resize: 'a way of resizing',
  colour: 'a colouring',
  label: 'a column of labels',
};

function refuseUnread({ name, reads }: DataSource, options: DataOptions): void {
  const keys = Object.keys(optionNames) as (keyof typeof optionNames)[];
  const unread = keys.find((key) => options[key] !== undefined && !reads.includes(key));
  if (unread === undefined) return;
  const allowed = keys.filter((key) => reads.includes(key)).map((key) => optionNames[key]);
  throw new UsageError(
    `data of format ${name} take no option for ${optionNames[unread]}; they take ${listed(allowed, 'or') || 'none'}`,
  );
}

function completed(set: Dataset, files: Files): Dataset {
  if (set.labels.length === 0) throw new WorldError(`${files.place}: ${set.name} holds no images`);
  try {
    return checkedDataset(set, set.name);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new WorldError(`${files.place}: ${error.message}`, { cause: error });
  }
}

function checkAlike(train: Dataset, test: Dataset, files: Files): void {
  const [trained, tested] = [train, test].map(({ shape }) => shape.join(' x '));
  if (trained !== tested) {
    throw new WorldError(
      `${files.place}: training images are ${trained} (channels x height x width), test images ${tested}`,
    );
  }
}

function split(all: Dataset, hash: string, name: string, files: Files): Pick<LoadedData, 'train' | 'test'> {
  try {
    return holdOutTestSet(all, hash, name);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new WorldError(`${files.place}: ${error.message}`, { cause: error });
  }
}

function checkClasses({ labels, name }: Dataset, files: Files): void {
  const first = labels[0];
  if (labels.some((label) => label !== first)) return;
  throw new WorldError(`${files.place}: ${name} holds one class only; there is nothing to learn`);
}
