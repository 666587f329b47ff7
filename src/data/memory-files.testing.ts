/** For tests: the files of a data set in memory. */
import { WorldError } from '../base/errors.ts';
import { byCodePoint, type Files } from './files.ts';
import { framePicture, isGrey } from './frame.ts';
import type { Raster } from './raster.ts';
import type { SourceTools } from './sources/source.ts';

/** Files by their paths. @param file the one that the user named. */
export function memoryFiles(
  content: Readonly<Record<string, Uint8Array>>,
  { name = 'set', file = undefined as string | undefined } = {},
): Files {
  const paths = Object.keys(content);
  const bytesOf = (path: string) => {
    const bytes = content[path];
    if (!bytes) throw new WorldError(`cannot read ${path}: it does not exist`);
    return Uint8Array.from(bytes);
  };
  return {
    name,
    place: 'place',
    file,
    async list(folder) {
      const prefix = folder === '' ? '' : `${folder}/`;
      const kinds = new Map<string, boolean>();
      for (const path of paths) {
        if (!path.startsWith(prefix)) continue;
        const [first = '', ...rest] = path.slice(prefix.length).split('/');
        kinds.set(first, rest.length > 0);
      }
      return [...kinds].map(([name, isFolder]) => ({ name, isFolder })).sort((a, b) => byCodePoint(a.name, b.name));
    },
    read: async (path) => bytesOf(path),
    async *pieces(path) {
      yield bytesOf(path);
    },
    where: (path) => (path === '' ? 'place' : `place/${path}`),
  };
}

/** A picture in memory: four bytes of its width, height and channels, and a zero; then its pixels. */
export function memoryPicture({ width, height, channels, data }: Raster): Uint8Array {
  return Uint8Array.from([width, height, channels, 0, ...Array.from(data)]);
}

/** Reads pictures of {@link memoryPicture}; others cannot be read. Notes are collected. */
export function memoryTools(content: Readonly<Record<string, Uint8Array>>): SourceTools & { readonly notes: string[] } {
  const notes: string[] = [];
  const rasterOf = (path: string): Raster | { problem: string } => {
    const [width = 0, height = 0, channels = 0, zero = 1, ...data] = content[path] ?? [];
    if (zero !== 0 || data.length !== width * height * channels) return { problem: `${path} is no picture` };
    return { width, height, channels: channels as Raster['channels'], white: 255, data };
  };
  const factsOf = (path: string) => {
    const raster = rasterOf(path);
    if ('problem' in raster) return raster;
    return { width: raster.width, height: raster.height, isGrey: isGrey(raster) };
  };
  return {
    notes,
    note: (sentence) => notes.push(sentence),
    pictures: {
      survey: async (paths) => paths.map(factsOf),
      async frame(paths, frame) {
        const size = frame.channels * frame.height * frame.width;
        const images = new Uint8Array(paths.length * size);
        for (const [index, path] of paths.entries()) {
          const raster = rasterOf(path);
          if (!('problem' in raster)) images.set(framePicture(raster, frame), index * size);
        }
        return { images, facts: paths.map(factsOf) };
      },
    },
  };
}
