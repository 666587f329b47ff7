/** Data sources for the relatives of MNIST: the same four files, with other images and classes. */
import type { Files } from '../files.ts';
import type { IdxPart } from '../idx.ts';
import { hashOfSums, hasIdxFiles, type IdxSets, idxSetsIn, type KnownClasses, loadIdxSets } from '../idx-set.ts';
import type { PictureRules } from '../source.ts';
import type { DataSource, SourceData } from './source.ts';

/** A relative of MNIST. */
export interface IdxFamily {
  readonly name: string;
  readonly sentence: string;
  /** Words in the name of the folder, or at the beginning of its files' names, by which it is recognized. */
  readonly words: readonly string[];
  /** SHA-256 of its files, uncompressed, where they are known. */
  readonly sums?: Readonly<Record<IdxPart, string>>;
  /** @param set the beginning of the files' names, in lower case. */
  readonly known: (files: Files, set: string) => Promise<KnownClasses | undefined>;
  /** Whether each image is stored [x][y]. */
  readonly isTransposed?: boolean;
  readonly pictures: PictureRules;
}

export function idxFamily(family: IdxFamily): DataSource {
  return {
    name: family.name,
    sentence: family.sentence,
    reads: [],
    async recognizes(files) {
      if (!(await hasIdxFiles(files))) return false;
      const sets = [...(await idxSetsIn(files)).keys()];
      const hasOwnNames = sets.some((set) => set !== '');
      const texts = hasOwnNames ? sets : [files.name.toLowerCase()];
      return texts.some((text) => family.words.some((word) => text.includes(word)));
    },
    load: (files) => loadFamily(files, family),
  };
}

async function loadFamily(files: Files, family: IdxFamily): Promise<SourceData> {
  const [set = ''] = (await idxSetsIn(files)).keys();
  const name = set === '' ? family.name : set;
  const known = await family.known(files, set);
  return familyData(
    await loadIdxSets(files, name, { known, isTransposed: family.isTransposed ?? false }),
    name,
    family,
  );
}

/** The sets of a family under its name, with its rules for pictures. */
export async function familyData(
  sets: IdxSets,
  name: string,
  { pictures }: Pick<IdxFamily, 'pictures'>,
): Promise<SourceData> {
  const { train, test, sums, isPlain } = sets;
  return { name, train, test, pictures, ...(isPlain ? { hash: await hashOfSums(sums) } : {}) };
}
