/** Joins what a source has read to a training set and a test set. */
import type { Dataset } from '../dataset.ts';
import type { Files } from '../files.ts';
import { judgedRules } from '../picture-rules.ts';
import { decodeSets, type LabelledPicture } from '../picture-set.ts';
import type { DataOptions } from '../source.ts';
import type { SourceData, SourceTools } from './source.ts';

/** The classes of both sets. */
export type SetClasses = Pick<Dataset, 'classes' | 'classNames'>;

/** Images, labels and shape of a set, and its files where each image has one. */
export type ReadSet = Omit<Dataset, 'name' | keyof SetClasses>;

/** The sets of a source. @param read the training set, then the test set, if there is one. */
export function trainAndTest(
  { name }: Pick<Files, 'name'>,
  read: readonly ReadSet[],
  { classes, classNames }: SetClasses,
): Pick<SourceData, 'train' | 'test'> {
  const [train, test] = read.map(
    (set, index): Dataset => ({ ...set, name: `${name} ${index === 0 ? 'train' : 'test'}`, classes, classNames }),
  );
  return { train: train!, ...(test ? { test } : {}) };
}

/**
 * Decodes picture files. @param lists the pictures of the training set, then those of the test set, if there is one.
 * @throws WorldError as {@link decodeSets}.
 */
export async function decodedPictures(
  files: Files,
  lists: readonly (readonly LabelledPicture[])[],
  { known, options, tools }: { known: SetClasses; options: DataOptions; tools: SourceTools },
): Promise<SourceData> {
  const { frame, sets, options: used, found } = await decodeSets(files, lists, options, tools);
  const shape = [frame.channels, frame.height, frame.width] as const;
  const read = sets.map((set) => ({ ...set, shape }));
  const both = trainAndTest(files, read, known);
  const pictures = { ground: judgedRules(both.train).ground, framing: frame.resize };
  return { ...both, pictures, options: used, found };
}
