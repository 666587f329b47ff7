/** KMNIST: 70,000 characters of cursive Japanese (Clanuwat and others 2018). */
import { idxFamily } from './idx-family.ts';

export const kmnist = idxFamily({
  name: 'kmnist',
  sentence: 'KMNIST, cursive Japanese characters: a folder of its four IDX files',
  words: ['kmnist', 'kuzushiji'],
  known: async () => ({ names: ['お', 'き', 'す', 'つ', 'な', 'は', 'ま', 'や', 'れ', 'を'] }),
  pictures: { ground: 'dark', framing: 'fit' },
});
