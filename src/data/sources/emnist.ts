/** EMNIST: handwritten letters and digits in six sets (Cohen and others 2017). Its images are stored transposed. */
import { WorldError } from '../../base/errors.ts';
import { visible } from '../../base/plain-text.ts';
import { mostClasses } from '../dataset.ts';
import type { Files } from '../files.ts';
import type { KnownClasses } from '../idx-set.ts';
import { digitNames } from '../mnist.ts';
import { idxFamily } from './idx-family.ts';

const capitals = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const small = Array.from('abcdefghijklmnopqrstuvwxyz');
/** Small letters that look unlike their capitals. */
const distinct = Array.from('abdefghnqrt');

/** The classes of each set, by the end of its name. */
const sets: Readonly<Record<string, KnownClasses>> = {
  balanced: { names: [...digitNames, ...capitals, ...distinct] },
  bymerge: { names: [...digitNames, ...capitals, ...distinct] },
  byclass: { names: [...digitNames, ...capitals, ...small] },
  letters: { names: capitals, first: 1 },
  digits: { names: digitNames },
  mnist: { names: digitNames },
};

export const emnist = idxFamily({
  name: 'emnist',
  sentence: 'EMNIST, handwritten letters and digits: a folder of the IDX files of one of its sets, or one of the files',
  words: ['emnist'],
  known: knownClasses,
  isTransposed: true,
  pictures: { ground: 'dark', framing: 'mnist' },
});

async function knownClasses(files: Files, set: string): Promise<KnownClasses | undefined> {
  const mapping = `${set}-mapping.txt`;
  const entry = (await files.list('')).find(({ name, isFolder }) => !isFolder && name.toLowerCase() === mapping);
  if (entry) return parseMapping(new TextDecoder().decode(await files.read(entry.name)), files.where(entry.name));
  const own = set === '' ? files.name.toLowerCase() : set;
  return Object.entries(sets).find(([name]) => own.endsWith(name))?.[1];
}

/**
 * A file of lines `label code [code]`, such as `1 65 97`: the code points of each class, of which the first names it.
 * @throws WorldError for another file.
 */
function parseMapping(text: string, where: string): KnownClasses {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const rows = lines.map((line) => {
    const numbers = line.trim().split(/\s+/).map(Number);
    const [label = Number.NaN, code = Number.NaN] = numbers;
    if (Number.isSafeInteger(label) && Number.isSafeInteger(code) && code >= 32 && code <= 0x10ffff)
      return { label, code };
    throw new WorldError(`${where}: expected lines such as "1 65 97", got "${visible(line.slice(0, 40))}"`);
  });
  const first = rows[0]?.label ?? 0;
  if (rows.length === 0 || rows.length > mostClasses || rows.some(({ label }, index) => label !== first + index)) {
    throw new WorldError(`${where}: expected one line for each of at most ${mostClasses} labels, in their order`);
  }
  return { names: rows.map(({ code }) => String.fromCodePoint(code)), first };
}
