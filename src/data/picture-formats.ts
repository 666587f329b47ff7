/** The formats of pictures that are read. */
import { listed } from '../base/format.ts';

/** How the names of picture files end, in lower case, by format. */
const endings = {
  PNG: ['.png'],
  JPEG: ['.jpg', '.jpeg'],
  WebP: ['.webp'],
} as const;

/** The name of a format, as messages call it. */
export type PictureFormat = keyof typeof endings;

const names = Object.keys(endings);
const allEndings: readonly string[] = Object.values(endings).flat();

/** `PNG, JPEG and WebP`, or with another word before the last. */
export function pictureFormats(word: 'and' | 'or'): string {
  return listed(names, word);
}

/** Whether the name is that of a picture. Hidden files are none. */
export function isPictureName(name: string): boolean {
  return !name.startsWith('.') && allEndings.some((ending) => name.toLowerCase().endsWith(ending));
}
