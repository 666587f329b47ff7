/** IDX files of any set, in grey or colour. */

import type { IdxPart } from '../idx.ts';
import { hasIdxFiles, loadIdxSets } from '../idx-set.ts';
import { judgedRules } from '../picture-rules.ts';
import { fashionMnistFamily } from './fashion-mnist.ts';
import { familyData, type IdxFamily } from './idx-family.ts';
import { mnistFamily } from './mnist.ts';
import type { DataSource } from './source.ts';

/** Families that are known by the content of their files. */
const knownByContent: readonly IdxFamily[] = [mnistFamily, fashionMnistFamily];

export const idx: DataSource = {
  name: 'idx',
  sentence: 'IDX files as MNIST has them (train-images-idx3-ubyte, ...), plain or .gz, grey or colour',
  reads: [],
  recognizes: hasIdxFiles,
  async load(files) {
    const sets = await loadIdxSets(files, files.name);
    const family = knownByContent.find(({ sums }) => sums && isSame(sums, sets.sums));
    if (!family) {
      return familyData(sets, sets.set || files.name, { pictures: judgedRules(sets.train) });
    }
    const { name } = family;
    const known = await family.known(files, sets.set);
    const named = (set: typeof sets.train, part: string) => ({
      ...set,
      name: `${name} ${part}`,
      ...(known ? { classNames: known.names } : {}),
    });
    return familyData({ ...sets, train: named(sets.train, 'train'), test: named(sets.test, 'test') }, name, family);
  },
};

function isSame(a: Readonly<Record<IdxPart, string>>, b: Readonly<Record<IdxPart, string>>): boolean {
  return (Object.keys(a) as IdxPart[]).every((part) => a[part] === b[part]);
}
