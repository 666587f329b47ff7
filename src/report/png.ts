/** Pictures as PNG files. */
import { encode } from 'fast-png';
import type { Picture } from '../data/picture.ts';

export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  return encode({ width, height, channels, data });
}
