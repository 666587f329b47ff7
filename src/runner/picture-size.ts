/** The largest pictures that are decoded. Sizes are checked in the header, before any pixel is unpacked. */
import { WorldError } from '../base/errors.ts';
import { counted } from '../base/format.ts';

/** The most bytes of a picture file. */
export const mostPictureBytes = 200_000_000;

/**
 * The most pixels of a picture: 8,000 by 8,000. Peak memory of `lenet predict` while it reads them: as PNG 0.2 GB in
 * grey, 0.4 GB in RGBA of 8 bits, 1.1 GB in RGBA of 16 bits; as WebP 0.6 GB; as JPEG, for which mostJpegSamples is a
 * limit too, 1.2 GB.
 */
export const mostPixels = 64_000_000;

/** The largest width and height (pixels). */
export const mostSide = 65_535;

/** @param name the file, for errors. @throws WorldError for a larger picture. */
export function checkPictureSize(width: number, height: number, name: string): void {
  if (width * height <= mostPixels && Math.max(width, height) <= mostSide) return;
  const most = `at most ${counted(mostPixels)} are read here, ${counted(mostSide)} a side`;
  throw new WorldError(`${name} has ${counted(width)} x ${counted(height)} pixels, ${most}; make it smaller`);
}
